"""Networks of torchvision and timm, and a plain CIFAR ResNet: one training pass forward and backward, one of inference."""
import re

import timm
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from inputs import labels, pixels, rounded, summary, summary_error, uniform

CLASSES = 10
BATCH = 8
SMOOTHING = 0.1
MARGIN = 1e-5
TRIES = 60
# Number of a stage of MobileNetV2, and where it begins in torchvision's features.
MOBILE_STAGES = [(1, 1), (2, 2), (3, 4), (4, 7), (5, 11), (6, 14), (7, 17)]
MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]


class CifarBlock(nn.Module):
    """Two 3x3 convolutions; a projection where the shape changes (option B), pooled before in variant D."""

    def __init__(self, inputs, outputs, stride, pooled):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False) if pooled and stride == 2 else None
        self.downsample = None
        if stride != 1 or inputs != outputs:
            projection = nn.Conv2d(inputs, outputs, 1, 1 if self.pool else stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x
        if self.downsample:
            shortcut = self.downsample(self.pool(x) if self.pool else x)
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + shortcut)


class CifarResNet(nn.Module):
    """He et al. 2016, section 4.2: 6n + 2 layers of widths 16, 32, 64."""

    def __init__(self, depth, channels, pooled, stem=16, widths=(16, 32, 64)):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, stem, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.relu = nn.ReLU()
        inputs = stem
        for stage, width in enumerate(widths):
            blocks = []
            for block in range((depth - 2) // 6):
                blocks.append(CifarBlock(inputs, width, 2 if block == 0 and stage > 0 else 1, pooled))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(widths[-1], CLASSES)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def original_bottleneck(build):
    """He et al. 2016: the stride on the first 1x1. torchvision puts it on the 3x3 (V1.5, variant B)."""
    model = build(num_classes=CLASSES)
    for stage in (model.layer2, model.layer3, model.layer4):
        stage[0].conv1.stride, stage[0].conv2.stride = (2, 2), (1, 1)
    return model


def deep_stem(block, layers):
    """Variant C: timm's ResNet with the deep stem and plain shortcuts."""
    return timm.models.resnet.ResNet(block, layers, num_classes=CLASSES, stem_type="deep", stem_width=32)


def wide_cifar(depth):
    """The "8x4" and "32x4" of the distillation literature (Tian et al. 2020)."""
    return CifarResNet(depth, 3, False, 32, (64, 128, 256))


def models():
    """(family, depth, variant, channels, size, reference, model); a variant x4 is a width"""
    basic, bottleneck = timm.models.resnet.BasicBlock, timm.models.resnet.Bottleneck
    tv = torchvision.models
    yield "resnet", 18, "", 3, 40, "torchvision resnet18", tv.resnet18(num_classes=CLASSES)
    yield "resnet", 34, "", 3, 40, "torchvision resnet34", tv.resnet34(num_classes=CLASSES)
    yield "resnet", 50, "", 3, 40, "torchvision resnet50, strides on the first 1x1", original_bottleneck(tv.resnet50)
    yield "resnet", 18, "B", 3, 40, "torchvision resnet18", tv.resnet18(num_classes=CLASSES)
    yield "resnet", 34, "B", 3, 40, "torchvision resnet34", tv.resnet34(num_classes=CLASSES)
    yield "resnet", 50, "B", 3, 40, "torchvision resnet50 (V1.5)", tv.resnet50(num_classes=CLASSES)
    yield "resnet", 18, "C", 3, 40, "timm ResNet, deep stem", deep_stem(basic, (2, 2, 2, 2))
    yield "resnet", 34, "C", 3, 40, "timm ResNet, deep stem", deep_stem(basic, (3, 4, 6, 3))
    yield "resnet", 50, "C", 3, 40, "timm ResNet, deep stem", deep_stem(bottleneck, (3, 4, 6, 3))
    for depth in (18, 34, 50):
        model = timm.create_model(f"resnet{depth}d", num_classes=CLASSES)
        yield "resnet", depth, "D", 3, 40, f"timm resnet{depth}d", model
    # Smaller images: with the depth grows the number of values that may lie where a gradient jumps.
    for depth, build, layers in ((101, tv.resnet101, (3, 4, 23, 3)), (152, tv.resnet152, (3, 8, 36, 3))):
        original = f"torchvision resnet{depth}, strides on the first 1x1"
        yield "resnet", depth, "", 3, 32, original, original_bottleneck(build)
        yield "resnet", depth, "B", 3, 32, f"torchvision resnet{depth} (V1.5)", build(num_classes=CLASSES)
        yield "resnet", depth, "C", 3, 32, "timm ResNet, deep stem", deep_stem(bottleneck, layers)
        model = timm.create_model(f"resnet{depth}d", num_classes=CLASSES)
        yield "resnet", depth, "D", 3, 32, f"timm resnet{depth}d", model
    yield "resnet-cifar", 8, "", 1, 28, "plain CIFAR ResNet", CifarResNet(8, 1, False)
    yield "resnet-cifar", 20, "", 3, 32, "plain CIFAR ResNet", CifarResNet(20, 3, False)
    yield "resnet-cifar", 8, "D", 1, 28, "plain CIFAR ResNet, pooled shortcuts", CifarResNet(8, 1, True)
    yield "resnet-cifar", 20, "D", 3, 32, "plain CIFAR ResNet, pooled shortcuts", CifarResNet(20, 3, True)
    for depth in (56, 110):
        yield "resnet-cifar", depth, "", 3, 32, "plain CIFAR ResNet", CifarResNet(depth, 3, False)
    for depth in (8, 32):
        yield "resnet-cifar", depth, "x4", 3, 32, "plain CIFAR ResNet, four times as wide", wide_cifar(depth)
    yield "mobilenet-v2", 0, "", 3, 40, "torchvision mobilenet_v2", tv.mobilenet_v2(num_classes=CLASSES, dropout=0)


def our_name(name):
    """From torchvision's and timm's names to the trainer's."""
    parts = name.split(".")
    ending = parts[-1]
    if parts[0] in ("features", "classifier"):
        return our_mobile_name(parts)
    if parts[0] == "fc":
        return name
    if parts[0] in ("conv1", "bn1") and len(parts) == 2:
        # In a deep stem bn1 follows the third convolution, which deep_names() accounts for.
        return "stem." + name
    if parts[0] == "conv1":
        return f"stem.{['conv1', 'bn1', '', 'conv2', 'bn2', '', 'conv3'][int(parts[1])]}.{ending}"
    block = f"stage{parts[0][-1]}.{parts[1]}."
    if parts[2] == "downsample":
        return block + "shortcut." + ("#" if ending == "weight" else "bn") + "." + ending
    return block + ".".join(parts[2:])


def our_mobile_name(parts):
    """# stands for conv or bn, which the shape tells."""
    if parts[0] == "classifier":
        return "fc." + parts[-1]
    index = int(parts[1])
    if index in (0, 18):
        return f"{'head' if index else 'stem'}.#1.{parts[-1]}"
    stage, block = next((s, index - first) for s, first in reversed(MOBILE_STAGES) if index >= first)
    # [expansion,] filter: each with its norm inside; narrowing and its norm stand beside them.
    inside = int(parts[3])
    layer = 3 if len(parts) == 5 else inside + (2 if index == 1 else 1)
    return f"stage{stage}.{block}.#{layer}.{parts[-1]}"


def named_tensors(model):
    """Parameters and running statistics by the trainer's names."""
    found = {}
    tensors = dict(model.named_parameters()) | {n: b for n, b in model.named_buffers() if "num_batches" not in n}
    deep = isinstance(getattr(model, "conv1", None), nn.Sequential)
    for name, tensor in tensors.items():
        ours = our_name(name).replace("#", "conv" if tensor.dim() == 4 else "bn")
        if deep and name.startswith("bn1."):
            ours = ours.replace("bn1", "bn3")
        assert ours not in found, ours
        found[ours] = tensor
    return found


def last_norms(model, tensors):
    """The last batch norm of each residual branch."""
    if isinstance(model, torchvision.models.MobileNetV2):
        residual = [m.use_res_connect for m in model.features[1:-1]]
        names = [n.rsplit(".", 1)[0] for n in tensors if n.startswith("stage") and n.endswith("bn3.weight")]
        return {name for name, adds in zip(names, residual) if adds}
    deepest = "bn3" if any(".0.bn3." in n for n in tensors) else "bn2"
    return {n.rsplit(".", 1)[0] for n in tensors if n.startswith("stage") and n.split(".")[2] == deepest}


def value(name, shape, branch_ends, clipped):
    """The shared formula of weights: GoldenInputs.weights on the Java side. clipped: the activation is ReLU6."""
    if name.endswith("running_mean"):
        return uniform(name, shape, -0.1, 0.1)
    if name.endswith("running_var"):
        return uniform(name, shape, 0.5, 1.5)
    if len(shape) == 4:
        bound = (6.0 / (shape[0] * shape[2] * shape[3])) ** 0.5
        return uniform(name, shape, -bound, bound)
    if name in ("fc.weight", "fc.bias"):
        return uniform(name, shape, -0.25, 0.25)
    ends_branch = name.rsplit(".", 1)[0] in branch_ends
    if clipped and not ends_branch:
        # Around the middle of 0 to 6. A depthwise filter sees one channel: were most of it cut off, its norm would
        # divide by a variance of nearly nothing, and blow rounding up.
        return uniform(name, shape, 2.5, 3.5) if name.endswith("bias") else uniform(name, shape, 1.5, 2.5)
    if name.endswith("bias"):
        # β away from 0, so that few values lie where a ReLU bends: see clear_images().
        between = uniform(name, shape, -1, 1)
        return torch.where(between < 0, between * 0.75 - 1.25, between * 0.75 + 1.25).float().double()
    # Small γ at the end of each branch: a deep net with all γ at 1 on so few images amplifies rounding a thousandfold.
    return uniform(name, shape, 0.1, 0.3) if ends_branch else uniform(name, shape, 0.5, 1.0)


def set_values(model):
    tensors = named_tensors(model)
    ends = last_norms(model, tensors)
    clipped = any(isinstance(m, nn.ReLU6) for m in model.modules())
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(value(name, tuple(tensor.shape), ends, clipped))
    return tensors


def images(name, channels, size, dtype, batch=BATCH):
    """(N, C, H, W), normalised with the float32 factors that the trainer uses."""
    x = pixels(name, (batch, size, size, channels)).permute(0, 3, 1, 2).to(dtype)
    mean = torch.tensor(MEAN[:channels], dtype=torch.float32).double()
    std = torch.tensor(STD[:channels], dtype=torch.float32).double()
    scale = (1 / (255.0 * std)).float().to(dtype).reshape(1, -1, 1, 1)
    shift = (-mean / std).float().to(dtype).reshape(1, -1, 1, 1)
    return x * scale + shift


def clear_images(model, name, channels, size):
    """
    The name of images of which no value before a ReLU lies within MARGIN of 0, and no two rivals of a max pool within
    MARGIN of each other. There rounding decides which way a gradient goes, and one value in a layer of 32 is a per cent of
    a gradient: that would compare luck, not formulas. Where no try reaches MARGIN, the best.
    """
    nearest = [1.0]

    def watch_relu(module, arguments):
        nearest[0] = min(nearest[0], arguments[0].abs().min().item())
        if isinstance(module, nn.ReLU6):
            nearest[0] = min(nearest[0], (arguments[0] - 6).abs().min().item())

    def watch_pool(module, arguments):
        windows = F.unfold(arguments[0].flatten(0, 1).unsqueeze(1), module.kernel_size, 1, module.padding, module.stride)
        first, second = windows.topk(2, dim=1).values.unbind(1)
        nearest[0] = min(nearest[0], (first - second)[first > 0].min().item())

    model.double().train()
    set_values(model)
    hooks = [m.register_forward_pre_hook(watch_relu) for m in model.modules() if isinstance(m, (nn.ReLU, nn.ReLU6))]
    hooks += [m.register_forward_pre_hook(watch_pool) for m in model.modules() if isinstance(m, nn.MaxPool2d)]
    best = (0.0, "")
    with torch.no_grad():
        for attempt in range(TRIES):
            nearest[0] = 1.0
            model(images(f"{name}.images.{attempt}", channels, size, torch.float64))
            best = max(best, (nearest[0], f"{name}.images.{attempt}"))
            if best[0] >= MARGIN:
                break
    for hook in hooks:
        hook.remove()
    print(f"{name}: nearest decision {best[0]:.1e} in {best[1]}", flush=True)
    return best[1]


def kept(name, family, depth):
    """
    Which gradients are stored. Of the deepest networks stem, classifier, first and last block of each stage. Not those
    that are 0 but for rounding: what MobileNetV2's blocks add to a channel, the mean of the next norm takes away again.
    """
    if family == "mobilenet-v2":
        return not name.endswith("bn3.bias")
    ends = {56: "(0|8)", 101: "(0|2|3|22)", 110: "(0|17)", 152: "(0|2|7|35)"}.get(depth)
    return ends is None or re.match(rf"stem|fc|stage\d\.{ends}\.", name)


def passes(model, name, seen, channels, size, dtype, family, depth):
    """Loss, logits, gradients of one training pass, and logits of inference with the statistics that it left."""
    model.to(dtype).train()
    tensors = set_values(model)
    model.zero_grad()
    x = images(seen, channels, size, dtype)
    logits = model(x)
    loss = F.cross_entropy(logits, labels(name + ".labels", BATCH, CLASSES), label_smoothing=SMOOTHING)
    loss.backward()
    model.eval()
    with torch.no_grad():
        inference = model(x)
    return {
        "loss": rounded(loss.item()),
        "logits": summary(logits, BATCH * CLASSES),
        "inferenceLogits": summary(inference, BATCH * CLASSES),
        "parameters": sum(t.requires_grad for t in tensors.values()),
        "gradients": {n: summary(t.grad) for n, t in tensors.items() if t.requires_grad and kept(n, family, depth)},
    }


def errors(got, expected):
    """How far PyTorch's own float32 is from float64: the yardstick for ours."""
    return {
        "loss": float(f"{abs(got['loss'] - expected['loss']) / expected['loss']:.2g}"),
        "logits": float(f"{summary_error(got['logits'], expected['logits']):.2g}"),
        "inferenceLogits": float(f"{summary_error(got['inferenceLogits'], expected['inferenceLogits']):.2g}"),
        "gradients": float(
            f"{max(summary_error(g, expected['gradients'][n]) for n, g in got['gradients'].items()):.2g}"
        ),
    }


def cases():
    for family, depth, variant, channels, size, reference, model in models():
        name = "-".join(str(part) for part in (family, depth, variant) if part)
        seen = clear_images(model, name, channels, size)
        single = passes(model, name, seen, channels, size, torch.float32, family, depth)
        exact = passes(model, name, seen, channels, size, torch.float64, family, depth)
        width = int(variant[1:]) if variant.startswith("x") else 1
        facts = {"name": name, "images": seen, "reference": reference, "family": family, "depth": depth}
        facts |= {"variant": variant if width == 1 else "", "width": width}
        shape = {"channels": channels, "size": size, "batch": BATCH, "classes": CLASSES, "smoothing": SMOOTHING}
        yield facts | shape | exact | {"pytorchFloat32Error": errors(single, exact)}


def zero_gamma(depth):
    model = timm.create_model(f"resnet{depth}d", num_classes=CLASSES, zero_init_last=True)
    return {
        "name": f"timm resnet{depth}d",
        "depth": depth,
        "zero": sorted(n for n, t in named_tensors(model).items() if t.dim() == 1 and n.endswith("weight") and not t.any()),
    }


def goldens():
    return {
        "networks": {
            "reference": "torchvision, timm and a plain CIFAR ResNet in networks.py, float64",
            "mean": MEAN,
            "std": STD,
            "cases": list(cases()),
        },
        "zero-gamma": {
            "reference": "timm, zero_init_last=True: names of the batch-norm weights that start at 0",
            "cases": [zero_gamma(depth) for depth in (18, 34, 50, 101, 152)],
        },
    }
