"""PyTorch's side of the benchmark: obeys the same lines on standard input as TrainerBenchmark.java.

    losses N     N steps from the given weights; prints the loss of each
    block N      N steps; prints the seconds they took

Prints one JSON line for each. Between lines it sits in a blocking read; the threads of libgomp spin for some
milliseconds after their last work and then sleep, so that the other side has the machine to itself.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--family", required=True)
parser.add_argument("--depth", type=int, required=True)
parser.add_argument("--size", type=int, required=True)
parser.add_argument("--classes", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--precision", choices=["fp32", "bf16"], required=True)
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--folder", type=Path, required=True, help="what TrainerBenchmark prepare wrote")
parser.add_argument("--compile", action="store_true", help="forward, loss and backward by torch.compile")
parser.add_argument("--input", choices=["resident", "tensors", "loader", "photographs"], default="resident",
                    help="ready batches; whole batches augmented by tensor operations; DataLoader with 2 workers, of images "
                         "in memory or of photographs")
parser.add_argument("--photographs", type=Path, help="folder of a photographs' train and validation")
options = parser.parse_args()

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "pytorch"))
import inputs  # noqa: E402
from networks import ResNet, load_weights, parameter_groups  # noqa: E402

RATE, MOMENTUM, WEIGHT_DECAY, SMOOTHING = 0.01, 0.9, 5e-4, 0.1

torch.set_num_threads(options.threads)
model = ResNet(options.family, options.depth, 3, options.classes)
load_weights(model, options.folder / "weights.safetensors")
model = model.to(memory_format=torch.channels_last).train()
optimizer = torch.optim.SGD(parameter_groups(model, WEIGHT_DECAY), lr=RATE, momentum=MOMENTUM, nesterov=True,
                            fused=True)
if options.input == "photographs":
    batches = inputs.photographs(options.photographs / "train", options.size, options.batch)
else:
    images, labels = inputs.read(options.folder, options.size)
    batches = getattr(inputs, options.input)(images, labels, options.batch)

scale = torch.full((1, 3, 1, 1), 1 / (255 * 0.25))
shift = torch.full((1, 3, 1, 1), -0.5 / 0.25)
mixed = options.precision == "bf16"


def loss_of(x, y):
    """x is (N, H, W, C) uint8; permuting it gives channels-last without a copy."""
    x = x.permute(0, 3, 1, 2).to(torch.float32).mul_(scale).add_(shift)
    with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
        logits = model(x)
    return F.cross_entropy(logits.float(), y, label_smoothing=SMOOTHING)


if options.compile:
    loss_of = torch.compile(loss_of)


def step():
    x, y = next(batches)
    loss = loss_of(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    return loss.item()


def peak_rss():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))


for line in sys.stdin:
    command, count = line.split()
    start, used = time.perf_counter(), time.process_time()
    losses = [step() for _ in range(int(count))]
    seconds, used = time.perf_counter() - start, time.process_time() - used
    print(json.dumps({"command": command, "seconds": seconds, "cpuSeconds": used, "losses": losses if command == "losses" else losses[-1:],
                      "peakRssMiB": peak_rss()}), flush=True)
