"""Writes published-logits.csv: logits of torchvision's and timm's networks for values that a formula gives.

The test computes the same values by the same formula, in the same order, and compares the logits of our networks:
that the structure is the published one, not only the parameter count. Needs torch, torchvision and timm.
"""
import numpy as np
import timm
import torch
import torchvision

SIDE = 64
CLASSES = 10
NETWORKS = {
    "resnet 18 1": lambda: torchvision.models.resnet18(num_classes=CLASSES),
    "resnet 50 1 B": lambda: torchvision.models.resnet50(num_classes=CLASSES),
    "resnet 34 1 D": lambda: timm.create_model("resnet34d", num_classes=CLASSES),
    "resnet 50 1 C": lambda: timm.create_model("resnet50c", num_classes=CLASSES),
    "resnet 50 1 D": lambda: timm.create_model("resnet50d", num_classes=CLASSES),
    "resnet 101 1 D": lambda: timm.create_model("resnet101d", num_classes=CLASSES),
    "mobilenet-v2 0 1": lambda: torchvision.models.mobilenet_v2(num_classes=CLASSES),
    "mobilenet-v2 0 0.5": lambda: torchvision.models.mobilenet_v2(num_classes=CLASSES, width_mult=0.5),
    "mobilenet-v2 0 1.4": lambda: torchvision.models.mobilenet_v2(num_classes=CLASSES, width_mult=1.4),
}


def wave(count, index, phase=0.0):
    return np.sin(0.37 * np.arange(count, dtype=np.float64) + index + phase)


def fill(network):
    """Convolutions and the classifier: sqrt(3 / fan-in)·wave; γ: 0.8 + 0.2·wave; β, mean: 0.2·wave; variance: 1 + 0.3·wave."""
    index = 0
    for module in network.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            weight = module.weight
            fan_in = weight[0].numel()
            weight.data = tensor(np.sqrt(3 / fan_in) * wave(weight.numel(), index), weight)
            if module.bias is not None:
                module.bias.data = tensor(0.2 * wave(module.bias.numel(), index, 1), module.bias)
            index += 1
        elif isinstance(module, torch.nn.BatchNorm2d):
            count = module.num_features
            module.weight.data = tensor(0.8 + 0.2 * wave(count, index), module.weight)
            module.bias.data = tensor(0.2 * wave(count, index, 1), module.bias)
            module.running_mean = tensor(0.2 * wave(count, index, 2), module.running_mean)
            module.running_var = tensor(1 + 0.3 * wave(count, index, 3), module.running_var)
            index += 1


def tensor(values, like):
    return torch.tensor(values.reshape(like.shape), dtype=torch.float32)


def main():
    pixels = np.arange(SIDE * SIDE * 3) * 7 % 251
    image = torch.tensor(pixels.reshape(1, SIDE, SIDE, 3)).permute(0, 3, 1, 2).float() / 255
    image = (image - 0.5) / 0.25
    with open(__file__.replace(".py", ".csv"), "w") as out:
        for name, build in NETWORKS.items():
            network = build().eval()
            fill(network)
            with torch.no_grad():
                logits = network(image)[0]
            out.write(name + "," + ",".join(f"{value:.6g}" for value in logits.tolist()) + "\n")


if __name__ == "__main__":
    main()
