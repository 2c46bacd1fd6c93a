"""Exponential moving average of weights: of parameters and of batch-norm statistics alike."""
import torch
from timm.utils import ModelEmaV3
from torch import nn

from inputs import rounded, uniform

STEPS = 6


def model():
    return nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), nn.BatchNorm2d(3)).double()


NAMES = {
    "0.weight": "conv.weight", "1.weight": "bn.weight", "1.bias": "bn.bias",
    "1.running_mean": "bn.running_mean", "1.running_var": "bn.running_var",
}


def values(module):
    state = module.state_dict()
    return {ours: [rounded(v) for v in state[theirs].flatten().tolist()] for theirs, ours in NAMES.items()}


def set_values(net, step):
    """A stand-in for training: each value at each step from the shared formula."""
    with torch.no_grad():
        for theirs, ours in NAMES.items():
            tensor = net.state_dict()[theirs]
            tensor.copy_(uniform(f"ema.{ours}.{step}", tuple(tensor.shape), 0.5, 1.5))


def case(decay):
    net = model()
    set_values(net, 0)
    ema = ModelEmaV3(net, decay=decay, use_warmup=True)
    start = values(net)
    steps = []
    for step in range(1, STEPS + 1):
        set_values(net, step)
        ema.update(net, step=step)
        steps.append({"decay": rounded(ema.get_decay(step)), "values": values(net), "average": values(ema.module)})
    return {
        "name": f"timm ModelEmaV3, decay {decay}, warm-up",
        "rule": "average starts as a copy of start; after optimizer step k = 1, 2, ...: average = d * average + (1 - d) *"
        " values with d = min(decay, 1 - k ^ (-2/3)), for parameters and batch norm's running statistics alike",
        "decay": decay,
        "start": start,
        "steps": steps,
    }


def goldens():
    return {"ema": {"reference": "timm ModelEmaV3; float64", "cases": [case(0.9), case(0.5)]}}
