"""Exponential moving average of weights: of parameters and of batch-norm statistics alike."""
import torch
from timm.utils import ModelEmaV2, ModelEmaV3
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

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


def case(name, rule, decay, average, update, averaged, decays=None):
    net = model()
    set_values(net, 0)
    ema = average(net)
    start = values(net)
    steps = []
    for step in range(1, STEPS + 1):
        set_values(net, step)
        update(ema, net, step)
        row = {"values": values(net), "average": values(averaged(ema))}
        if decays:
            row = {"decay": rounded(decays(ema, step))} | row
        steps.append(row)
    return {"name": name, "rule": rule, "decay": decay, "start": start, "steps": steps}


def goldens():
    lerp = (
        "average starts as a copy of start; after optimizer step k: average = decay * average + (1 - decay) * values,"
        " for parameters and batch norm's running mean and variance alike"
    )
    cases = [
        case(
            f"timm ModelEmaV2, decay {decay}", lerp, decay,
            lambda net, d=decay: ModelEmaV2(net, decay=d), lambda e, net, k: e.update(net), lambda e: e.module,
        )
        for decay in (0.5, 0.9, 0.9999)
    ]
    cases.append(
        case(
            "torch AveragedModel, decay 0.9",
            "as ModelEmaV2, but the first update copies the values (average after step 1 = values of step 1)", 0.9,
            lambda net: AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True),
            lambda e, net, k: e.update_parameters(net), lambda e: e.module,
        )
    )
    cases.append(
        case(
            "timm ModelEmaV3, decay 0.9, warm-up",
            "as ModelEmaV2, with the decay of update k = 1, 2, ... rising: 0 at k = 1, then"
            " min(decay, 1 - (1 + (k - 1)) ^ (-2/3)); each step states the decay that it used",
            0.9,
            lambda net: ModelEmaV3(net, decay=0.9, use_warmup=True), lambda e, net, k: e.update(net, step=k),
            lambda e: e.module, lambda e, k: e.get_decay(k),
        )
    )
    return {"ema": {"reference": "timm ModelEmaV2, ModelEmaV3; torch.optim.swa_utils.AveragedModel; float64", "cases": cases}}
