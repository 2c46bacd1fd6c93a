"""Whole training steps in FP32, BF16 and FP16 with the casts written out, and the sequence of GradScaler."""
import pathlib

import torch
import torch.nn.functional as F

from inputs import labels, rounded, summary
from networks import CLASSES, SMOOTHING, CifarResNet, images, named_tensors, set_values

STEPS = 5
BATCH = 16
SIZE = 16
RATE = 0.02
MOMENTUM = 0.9
DECAY = 1e-3
LOWER = {"bf16": torch.bfloat16, "fp16": torch.float16}
# The classifier's weights with FP16 are so much larger, so that the first steps overflow and are skipped.
HEAD_FACTOR = 16
# As the tests: how many threads share a sum decides its rounding.
THREADS = 2


def forward(model, x, compute, wide):
    """Convolutions, batch-norm input and output, ReLU and sums in the compute type; the rest in the wide one."""

    def conv_norm(x, conv, norm):
        x = F.conv2d(x, conv.weight.to(compute), None, conv.stride, conv.padding)
        return F.batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, True, 0.1, 1e-5)

    x = F.relu(conv_norm(x.to(compute), model.conv1, model.bn1))
    for block in [*model.layer1, *model.layer2, *model.layer3]:
        branch = F.relu(conv_norm(x, block.conv1, block.bn1))
        branch = conv_norm(branch, block.conv2, block.bn2)
        shortcut = conv_norm(x, *block.downsample) if block.downsample else x
        x = F.relu(branch + shortcut)
    return F.linear(x.mean((2, 3), dtype=wide), model.fc.weight, model.fc.bias)


def steps(name, compute, wide):
    """STEPS steps of SGD with Nesterov, decay on weights only, and with FP16 torch.amp.GradScaler."""
    model = CifarResNet(8, 1, False).to(wide)
    tensors = set_values(model)
    head = HEAD_FACTOR if compute == torch.float16 else 1
    with torch.no_grad():
        model.fc.weight.mul_(head)
    start = {n: t.detach().double().clone() for n, t in tensors.items()}
    trained = {n: t for n, t in tensors.items() if t.requires_grad}
    groups = [
        {"params": [t for n, t in trained.items() if t.dim() > 1], "weight_decay": DECAY},
        {"params": [t for n, t in trained.items() if t.dim() == 1], "weight_decay": 0.0},
    ]
    sgd = torch.optim.SGD(groups, lr=RATE, momentum=MOMENTUM, nesterov=True)
    scaler = torch.amp.GradScaler("cpu", enabled=compute == torch.float16)
    outcomes = []
    for step in range(STEPS):
        x = images(f"step-images-{step}", 1, SIZE, wide, BATCH)
        y = labels(f"step-labels-{step}", BATCH, CLASSES)
        sgd.zero_grad()
        loss = F.cross_entropy(forward(model, x, compute, wide), y, label_smoothing=SMOOTHING)
        scale = scaler.get_scale()
        scaler.scale(loss).backward()
        before = model.fc.weight.detach().clone()
        scaler.step(sgd)
        scaler.update()
        skipped = torch.equal(before, model.fc.weight)
        outcomes.append({"loss": rounded(loss.item()), "scale": scale, "skipped": skipped})
    moved = {n: summary(t.detach().double() - start[n], 16) for n, t in tensors.items()}
    return {"name": name, "headFactor": head, "outcomes": outcomes, "moved": moved}


def scaler_sequence():
    """What GradScaler with its defaults makes of 5,000 steps, some with an infinite or undefined gradient."""
    bad = {0: "inf", 1: "inf", 2: "nan", 2002: "inf", 4500: "-inf", 4501: "inf"}
    parameter = torch.zeros(1, requires_grad=True)
    sgd = torch.optim.SGD([parameter], lr=1.0)
    scaler = torch.amp.GradScaler("cpu")
    scales, skipped = [{"step": 0, "scale": scaler.get_scale()}], []
    for step in range(5000):
        scaler.scale(torch.zeros(1))
        parameter.grad = torch.tensor([float(bad.get(step, "1"))])
        before = parameter.item()
        scaler.step(sgd)
        scaler.update()
        if parameter.item() == before:
            skipped.append(step)
        if scaler.get_scale() != scales[-1]["scale"]:
            scales.append({"step": step + 1, "scale": scaler.get_scale()})
    assert skipped == sorted(bad)
    return {"steps": 5000, "bad": sorted(bad), "scales": scales}


def kernels():
    """Which kernels oneDNN takes: others round other sums, and a bit that flips in 8 spreads."""
    flags = set()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, values = line.partition(":")
        if key.strip() == "flags":
            flags |= set(values.split())
    return "avx512_bf16" if "avx512_bf16" in flags and "amx_bf16" not in flags else "others"


def goldens():
    torch.set_num_threads(THREADS)
    facts = {"steps": STEPS, "batch": BATCH, "size": SIZE, "classes": CLASSES, "smoothing": SMOOTHING}
    optimizer = {"rate": RATE, "momentum": MOMENTUM, "weightDecay": DECAY}
    return {
        "precision": {
            "reference": "torch with explicit casts, torch.optim.SGD, torch.amp.GradScaler; fp32 in float64",
            "kernels": kernels(),
            **facts,
            **optimizer,
            "cases": [steps("fp32", torch.float64, torch.float64)]
            + [steps(name, compute, torch.float32) for name, compute in LOWER.items()],
        },
        "loss-scale": {
            "reference": "torch.amp.GradScaler('cpu') with its defaults: the scale that each step uses, where it changes",
            **scaler_sequence(),
        },
    }
