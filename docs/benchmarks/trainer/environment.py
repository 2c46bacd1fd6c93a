"""The trainer's step under other settings of its launcher, alternately. Started by environment.sh."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmark import HERE, Side, ours

# libgomp spins 300,000 times by itself, and not at all with OMP_WAIT_POLICY=PASSIVE.
SETTINGS = {
    "spin": {"launcher": {}} | {f"GOMP_SPINCOUNT={count}": {"GOMP_SPINCOUNT": count} for count in ("300000", "1000", "0")},
    "allocator": {"launcher": {}, "huge pages alone": {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}},
}
NETWORKS = {"spin": ("resnet-cifar", 8, 32, 10, 128), "allocator": ("resnet", 18, 224, 1000, 32)}


def minor_faults(process):
    return int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[7])


def block(side, batch, steps):
    before = minor_faults(side.process)
    answer = side.ask(f"block {steps}")
    return {"imagesPerSecond": round(batch * steps / answer["seconds"], 1),
            "cpuMillisPerStep": round(1e3 * answer["cpuSeconds"] / steps, 1),
            "minorFaultsPerStep": round((minor_faults(side.process) - before) / steps, 1)}


def measure(what, precision, steps, rounds, neighbours, classes, folder):
    family, depth, size, labels, batch = NETWORKS[what]
    command, environment = ours(classes, "prepare", family, depth, size, labels, 4 * batch, folder)
    subprocess.run(command, env=environment, check=True)
    command, environment = ours(classes, "train", family, depth, size, labels, batch, precision, os.cpu_count(),
                                "resident", folder)
    sides = [Side(name, command, environment | more) for name, more in SETTINGS[what].items()]
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(neighbours)]
    try:
        blocks = {side.name: [] for side in sides}
        for number in range(rounds + 1):  # the first warms up
            for side in sides if number % 2 == 0 else reversed(sides):
                result = block(side, batch, steps)
                if number:
                    blocks[side.name].append(result)
    finally:
        for process in busy:
            process.kill()
        for side in sides:
            side.close()
    return {"what": what, "network": f"ResNet-{depth}-D {size}x{size} batch {batch}", "precision": precision,
            "threads": os.cpu_count(), "neighbours": neighbours, "steps": steps, "blocks": blocks}


def show(case):
    launcher = case["blocks"]["launcher"]
    for name, blocks in case["blocks"].items():
        def middle(key):
            return statistics.median(b[key] for b in blocks)
        ratio = statistics.median(b["imagesPerSecond"] / a["imagesPerSecond"] for a, b in zip(launcher, blocks))
        print(f"| {case['network']}, {case['precision']} | {case['neighbours']} | {name} | {middle('imagesPerSecond'):,.1f} "
              f"| {ratio:.3f} | {middle('cpuMillisPerStep'):,.1f} | {middle('minorFaultsPerStep'):,.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--results", type=Path, default=HERE / "environment.jsonl")
    parser.add_argument("--classes", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    cases = [("spin", "fp32", 60, 0), ("spin", "bf16", 60, 0), ("spin", "fp32", 6, 3), ("allocator", "fp32", 3, 0)]
    with open(options.results, "w") as results:
        print(json.dumps({"kernel": platform.release(), "cores": os.cpu_count(), "load": os.getloadavg()}), file=results)
        print("| Network | Busy neighbours | Setting | images/s | ÷ launcher's | CPU ms a step | minor faults a step |\n"
              "|---|---|---|---|---|---|---|")
        for what, precision, steps, neighbours in cases:
            with tempfile.TemporaryDirectory() as folder:
                case = measure(what, precision, steps, options.rounds, neighbours, options.classes, folder)
            print(json.dumps(case), file=results, flush=True)
            show(case)


if __name__ == "__main__":
    main()
