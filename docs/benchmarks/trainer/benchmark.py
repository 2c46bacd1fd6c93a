"""Runs the trainer and PyTorch alternately and writes one JSON line per case. Started by run.sh.

Every side is one long-lived process that does nothing but wait for a line on standard input. A round gives each side
one block of steps, in turn, and every second round in reverse order; a ratio is taken within a round, so that whatever
slows the machine for a while slows both. The figure of a case is the median over its rounds.
"""

import argparse
import dataclasses
import http.server
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parent.parent.parent
TRAINER = HOME / "trainer-image" / "bin" / "trainer"
JEMALLOC = Path("/usr/lib/x86_64-linux-gnu/libjemalloc.so.2")
MALLOC_CONF = "dirty_decay_ms:-1,muzzy_decay_ms:-1,thp:always,metadata_thp:auto,oversize_threshold:0"
TUNABLES = ":".join(f"glibc.malloc.{setting}" for setting in (
    "hugetlb=1", "arena_max=1", "mmap_threshold=1073741824", "trim_threshold=2147483647", "top_pad=268435456"))
"""As in bin/trainer."""
CHECK_STEPS = 5
"""Losses of the same steps: FP32 differs by the order of sums only; BF16 by PyTorch's classifier in BF16, too."""
TOLERANCE = {"fp32": 1e-3, "bf16": 3e-2}


@dataclasses.dataclass(frozen=True)
class Case:
    family: str
    depth: int
    size: int
    classes: int
    batch: int
    precision: str
    threads: int
    allocator: str
    input: str = "resident"

    def name(self):
        return (f"ResNet-{self.depth}-D {self.size}x{self.size} batch {self.batch}, {self.precision}, "
                f"{self.threads} thread{'s' if self.threads > 1 else ''}, allocator {self.allocator}, {self.input}")


def cases(quick, threads, allocators, precisions, networks, photographs):
    matrix = {"8": ("resnet-cifar", 8, 32, 10, 128), "20": ("resnet-cifar", 20, 32, 10, 128),
              "18": ("resnet", 18, 224, 1000, 32), "50": ("resnet", 50, 224, 1000, 32)}
    if quick:
        networks, threads = networks[:1], threads[-1:]
    for network in networks:
        for precision in precisions:
            for count in threads:
                for allocator in allocators:
                    yield Case(*matrix[network], precision, count, allocator)
    for network in networks:
        if network in ("8", "20"):
            yield Case(*matrix[network], precisions[-1], threads[-1], allocators[-1], "augmented")
        elif photographs:
            family, depth, size, _, batch = matrix[network]
            classes = sum(each.is_dir() for each in (photographs / "train").iterdir())
            yield Case(family, depth, size, classes, batch, precisions[-1], threads[-1], allocators[-1], "photographs")


class Side:
    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended with exit code {self.process.wait()} at '{line}'")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(classes, *arguments, preload=None):
    """@return command line and environment that run TrainerBenchmark exactly as the product runs its trainer"""
    environment = dict(os.environ, TRAINER_MAIN="TrainerBenchmark",
                       TRAINER_CLASSES=f"{classes}:{HOME / 'trainer-image' / 'target' / 'classes'}", **(preload or {}))
    return [str(TRAINER), *map(str, arguments)], environment


def sides(case, folder, classes, compiled, photographs):
    """@return the trainer first, then PyTorch in each of its forms"""
    preload = {"LD_PRELOAD": str(JEMALLOC), "MALLOC_CONF": MALLOC_CONF} if case.allocator == "jemalloc" else {}
    command, environment = ours(classes, "train", case.family, case.depth, case.size, case.classes, case.batch,
                                case.precision, case.threads,
                                photographs if case.input == "photographs" else case.input, folder, preload=preload)
    yield Side("trainer", command, environment)
    # What bin/trainer sets for itself is part of "the same allocator", and not what a user of PyTorch sets.
    tunables = {"GLIBC_TUNABLES": TUNABLES} if case.allocator == "same" else {}
    reference = [sys.executable, str(HERE / "reference.py"), "--folder", str(folder)]
    for option in ("family", "depth", "size", "classes", "batch", "precision", "threads"):
        reference += [f"--{option}", str(getattr(case, option))]
    if case.input == "augmented":
        forms = {"tensors": ["--input", "tensors"], "loader": ["--input", "loader"]}
    elif case.input == "photographs":
        forms = {"loader": ["--input", "photographs", "--photographs", str(photographs)]}
    else:
        forms = {"eager": []} | ({"compile": ["--compile"]} if compiled else {})
    for form, extra in forms.items():
        yield Side(form, reference + extra, {**os.environ, **preload, **tunables})


def check(case, all_sides):
    """Nobody compares different work: from the same weights, the same losses. Random input has no common order."""
    losses = {side.name: side.ask(f"losses {CHECK_STEPS}")["losses"] for side in all_sides}
    if case.input == "resident":
        for name, values in losses.items():
            worst = max(abs(a - b) for a, b in zip(values, losses["trainer"]))
            if not worst <= TOLERANCE[case.precision]:  # NaN is a difference, too
                raise SystemExit(f"{case.name()}: {name} and trainer do different work: losses {values} and "
                                 f"{losses['trainer']}, expected a difference of at most {TOLERANCE[case.precision]}")
    return losses


def measure(case, rounds, seconds, classes, compiled, photographs):
    with tempfile.TemporaryDirectory() as folder:
        images = 50_000 if case.input == "augmented" else 4 * case.batch
        command, environment = ours(classes, "prepare", case.family, case.depth, case.size, case.classes, images, folder)
        subprocess.run(command, env=environment, check=True)
        running = list(sides(case, folder, classes, compiled, photographs))
        losses = check(case, running)
        warm = {side.name: side.ask("block 5")["seconds"] for side in running}
        steps = max(3, round(seconds / (max(warm.values()) / 5)))
        speeds = {side.name: [] for side in running}
        cpu = {side.name: [] for side in running}
        peaks = {}
        for turn in range(rounds):
            for side in running if turn % 2 == 0 else running[::-1]:
                answer = side.ask(f"block {steps}")
                speeds[side.name].append(steps * case.batch / answer["seconds"])
                cpu[side.name].append(1000 * answer["cpuSeconds"] / steps)
                peaks[side.name] = answer["peakRssMiB"]
        for side in running:
            side.close()
    others = [name for name in speeds if name != "trainer"]
    ratios = {name: [a / b for a, b in zip(speeds["trainer"], speeds[name])] for name in others}
    cpu_ratios = {name: [b / a for a, b in zip(cpu["trainer"], cpu[name])] for name in others}
    return {"kind": "step", **dataclasses.asdict(case), "steps": steps, "imagesPerSecond": speeds, "ratios": ratios,
            "medianRatio": {name: round(statistics.median(ratios[name]), 4) for name in others},
            "medianCpuRatio": {name: round(statistics.median(cpu_ratios[name]), 4) for name in others},
            "cpuMillisecondsPerStep": cpu, "peakRssMiB": peaks, "losses": losses}


def first_step(classes, runs):
    """Seconds from the start of the quick-start recipe's trainer process to its first report of a step."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder) / "recipe.json"
        command, environment = ours(classes, "resolve", HOME / "examples" / "fashion-mnist.yaml", recipe)
        subprocess.run(command, env=environment, check=True)
        for run in range(runs):
            times.append(first_report(Path(folder) / str(run), recipe))
    return {"kind": "firstStep", "seconds": times, "medianSeconds": round(statistics.median(times), 3)}


def first_report(workspace, recipe):
    workspace.mkdir()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.server.received = time.perf_counter()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.received = None
        environment = dict(os.environ, DISTILLERY_RECIPE=str(recipe), DISTILLERY_WORKSPACE=str(workspace),
                           DISTILLERY_RUN_ID="benchmark",
                           DISTILLERY_PROGRESS_URL=f"http://127.0.0.1:{server.server_port}/",
                           TERMINATION_MESSAGE_PATH=str(workspace / "termination"))
        start = time.perf_counter()
        trainer = subprocess.Popen([str(TRAINER), "teacher"], env=environment, stderr=subprocess.PIPE, text=True)
        server.timeout = 60
        server.handle_request()
        trainer.terminate()
        log = trainer.communicate()[1]
        if server.received is None:
            raise SystemExit(f"no report of a step within {server.timeout} s: {log}")
        return server.received - start


def machine():
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown")
    commit = subprocess.run(["git", "-C", HOME, "describe", "--always", "--dirty"], capture_output=True, text=True)
    torch = subprocess.run([sys.executable, "-c", "import torch; print(torch.__version__)"], capture_output=True,
                           text=True, check=True)
    java = subprocess.run(["java", "--version"], capture_output=True, text=True, check=True)
    return {"kind": "machine", "cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg(), "commit": commit.stdout.strip(), "pytorch": torch.stdout.strip(),
            "java": java.stdout.splitlines()[0], "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the first network, all threads")
    parser.add_argument("--networks", nargs="+", default=["8", "20", "18", "50"], choices=["8", "20", "18", "50"])
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16"], choices=["fp32", "bf16"])
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, os.cpu_count()}))
    parser.add_argument("--allocators", nargs="+", default=["same", "default"],
                        choices=["same", "default", "jemalloc"],
                        help="same: the trainer's settings of glibc's malloc on both sides; default: as each starts by itself")
    parser.add_argument("--no-compile", action="store_true", help="without torch.compile")
    parser.add_argument("--photographs", type=Path, metavar="FOLDER",
                        help="train ResNet-18 and -50 on these, too: FOLDER/train and FOLDER/validation, a folder each class")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4, help="about how long a block lasts")
    parser.add_argument("--results", type=Path, default=HERE / "results.jsonl")
    parser.add_argument("--classes", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if "jemalloc" in options.allocators and not JEMALLOC.exists():
        raise SystemExit(f"{JEMALLOC}: not found; install Debian's libjemalloc2, or leave --allocators jemalloc out")
    with open(options.results, "w") as results:
        def write(record):
            results.write(json.dumps(record) + "\n")
            results.flush()

        write(machine())
        write(first_step(options.classes, options.rounds))
        for case in cases(options.quick, options.threads, options.allocators, options.precisions, options.networks,
                          options.photographs):
            print(case.name(), file=sys.stderr)
            record = measure(case, options.rounds, options.seconds, options.classes, not options.no_compile,
                             options.photographs)
            print("  ratio", record["medianRatio"], "of CPU time", record["medianCpuRatio"], file=sys.stderr)
            write(record)


if __name__ == "__main__":
    main()
