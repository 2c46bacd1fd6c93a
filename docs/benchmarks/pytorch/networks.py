"""The trainer's residual networks, written plainly in PyTorch.

Same architecture, same names and same initial distribution as dev.distillery.trainer.network.ResidualNetworks with
variant D and zero-gamma (He et al. 2016; He et al. 2019, "Bag of tricks"), so that weights travel by name.
"""

import json
import math
import struct

import torch
from torch import nn

CIFAR_WIDTHS = (16, 32, 64)
IMAGENET_WIDTHS = (64, 128, 256, 512)
IMAGENET_BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}
EXPANSION = 4


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Shortcut(nn.Module):
    """Variant D: an average pool takes the stride, so that the 1x1 convolution sees every pixel."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.pool = nn.Identity() if stride == 1 else nn.AvgPool2d(stride, stride, ceil_mode=True,
                                                                    count_include_pad=False)
        self.conv = conv(inputs, outputs, 1)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.conv(self.pool(x)))


class Basic(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, width, 3, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3), nn.BatchNorm2d(width)
        self.shortcut = nn.Identity() if stride == 1 and inputs == width else Shortcut(inputs, width, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu(y.add_(self.shortcut(x)))


class Bottleneck(nn.Module):
    """Variant B and later: the stride sits on the 3x3."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = width * EXPANSION
        self.conv1, self.bn1 = conv(inputs, width, 1), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = conv(width, width, 3, stride), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = conv(width, outputs, 1), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else Shortcut(inputs, outputs, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y.add_(self.shortcut(x)))


class Stem(nn.Module):
    """A 3x3 for small images; variant C's three 3x3 and a max pool for large ones."""

    def __init__(self, channels, width, large):
        super().__init__()
        self.relu = nn.ReLU(inplace=True)
        if large:
            half = width // 2
            self.conv1, self.bn1 = conv(channels, half, 3, 2), nn.BatchNorm2d(half)
            self.conv2, self.bn2 = conv(half, half, 3), nn.BatchNorm2d(half)
            self.conv3, self.bn3 = conv(half, width, 3), nn.BatchNorm2d(width)
            self.pool = nn.MaxPool2d(3, 2, 1)
        else:
            self.conv1, self.bn1 = conv(channels, width, 3), nn.BatchNorm2d(width)
        self.large = large

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        if not self.large:
            return x
        x = self.relu(self.bn2(self.conv2(x)))
        return self.pool(self.relu(self.bn3(self.conv3(x))))


class ResNet(nn.Module):
    """family is resnet-cifar (depth 6n+2) or resnet (18, 34, 50)."""

    def __init__(self, family, depth, channels, classes):
        super().__init__()
        large = family == "resnet"
        widths = IMAGENET_WIDTHS if large else CIFAR_WIDTHS
        blocks = IMAGENET_BLOCKS[depth] if large else ((depth - 2) // 6,) * 3
        block = Bottleneck if large and depth == 50 else Basic
        self.stem = Stem(channels, widths[0], large)
        inputs = widths[0]
        self.stages = []
        for stage, (width, count) in enumerate(zip(widths, blocks)):
            layers = []
            for i in range(count):
                layers.append(block(inputs, width, 2 if i == 0 and stage > 0 else 1))
                inputs = width * EXPANSION if block is Bottleneck else width
            self.add_module(f"stage{stage + 1}", nn.Sequential(*layers))
            self.stages.append(f"stage{stage + 1}")
        self.fc = nn.Linear(inputs, classes)
        self.initialise()

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = getattr(self, stage)(x)
        return self.fc(x.mean((2, 3)))

    def initialise(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, nn.Linear):
                bound = 1 / math.sqrt(module.in_features)
                nn.init.uniform_(module.weight, -bound, bound)
                nn.init.uniform_(module.bias, -bound, bound)
            elif isinstance(module, Basic):
                nn.init.zeros_(module.bn2.weight)
            elif isinstance(module, Bottleneck):
                nn.init.zeros_(module.bn3.weight)


def parameter_groups(model, weight_decay):
    """No bias decay: weight decay on the weights of convolutions and linear layers only."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim == 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]


def load_weights(model, path):
    """Reads the trainer's safetensors file; every value must find its place and every place its value."""
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    state = model.state_dict()
    loaded = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = torch.frombuffer(bytearray(data[8 + length + start:8 + length + end]), dtype=torch.float32)
        loaded[name] = values.reshape(state[name].shape)
    missing = [name for name in state if name not in loaded and not name.endswith("num_batches_tracked")]
    if missing:
        raise SystemExit(f"{path}: no value for {missing}")
    model.load_state_dict(loaded, strict=False)
