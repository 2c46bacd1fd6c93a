"""Learning rates of 1,000 optimizer steps, by torch.optim.lr_scheduler and timm."""
import math

import torch
from timm.scheduler import CosineLRScheduler
from torch.optim import lr_scheduler as lrs

from inputs import rounded

PEAK = 0.4
STEPS = 1000


def optimizer(rate=PEAK):
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)


def by_torch(build, steps, rate=PEAK):
    """The rate that each step uses."""
    sgd = optimizer(rate)
    schedule = build(sgd)
    rates = []
    for _ in range(steps):
        rates.append(sgd.param_groups[0]["lr"])
        sgd.step()
        schedule.step()
    return rates


def by_timm(steps, **options):
    sgd = optimizer()
    schedule = CosineLRScheduler(sgd, t_in_epochs=False, **options)
    rates = []
    for step in range(steps):
        schedule.step_update(step)
        rates.append(sgd.param_groups[0]["lr"])
    return rates


def agreed(first, second):
    """Two libraries must say the same before it is golden."""
    assert all(math.isclose(a, b, rel_tol=0, abs_tol=1e-12) for a, b in zip(first, second, strict=True))
    return first


def case(name, reference, rates, finalRate=0.0, warmup=None, restarts=None, stepsPerEpoch=10):
    assert len(rates) == STEPS
    recipe = {"warmup": warmup, "restarts": restarts, "stepsPerEpoch": stepsPerEpoch}
    facts = {"name": name, "reference": reference, "peak": PEAK, "finalRate": finalRate}
    return facts | recipe | {"rates": [rounded(r) for r in rates]}


def warmup(form, epochs, startFraction):
    return {"form": form, "epochs": epochs, "startFraction": startFraction}


def cosine(steps, final=0.0):
    return by_torch(lambda o: lrs.CosineAnnealingLR(o, T_max=steps, eta_min=final), steps)


def cases():
    yield case(
        "cosine", "torch CosineAnnealingLR = timm CosineLRScheduler",
        agreed(cosine(STEPS, 0.01), by_timm(STEPS, t_initial=STEPS, lr_min=0.01)), finalRate=0.01,
    )
    for factor, first in [(1, 100), (2, 50)]:
        yield case(
            f"restarts-{factor}", "torch CosineAnnealingWarmRestarts = timm CosineLRScheduler",
            agreed(
                by_torch(lambda o: lrs.CosineAnnealingWarmRestarts(o, first, factor, eta_min=0.01), STEPS),
                by_timm(STEPS, t_initial=first, cycle_mul=factor, cycle_limit=99, lr_min=0.01),
            ),
            finalRate=0.01, restarts={"firstEpochs": first // 10, "factor": factor},
        )
    yield case(
        "linear-from-0", "timm CosineLRScheduler with warmup_prefix",
        by_timm(STEPS, t_initial=800, warmup_t=200, warmup_lr_init=0.0, warmup_prefix=True),
        warmup=warmup("linear", 20, 0.0),
    )
    yield case(
        "linear-from-0.1", "torch SequentialLR(LinearLR, CosineAnnealingLR) = timm CosineLRScheduler",
        agreed(
            by_torch(
                lambda o: lrs.SequentialLR(
                    o,
                    [lrs.LinearLR(o, 0.1, total_iters=200), lrs.CosineAnnealingLR(o, 800)],
                    milestones=[200],
                ),
                STEPS,
            ),
            by_timm(STEPS, t_initial=800, warmup_t=200, warmup_lr_init=0.1 * PEAK, warmup_prefix=True),
        ),
        warmup=warmup("linear", 20, 0.1),
    )
    yield case(
        "linear-then-restarts", "timm CosineLRScheduler with warmup_prefix and cycle_mul",
        by_timm(STEPS, t_initial=100, cycle_mul=2, cycle_limit=99, warmup_t=200, warmup_prefix=True),
        warmup=warmup("linear", 20, 0.0), restarts={"firstEpochs": 10, "factor": 2},
    )
    yield case(
        "constant", "torch SequentialLR(ConstantLR, CosineAnnealingLR)",
        by_torch(
            lambda o: lrs.SequentialLR(
                o,
                [lrs.ConstantLR(o, 0.1, total_iters=200), lrs.CosineAnnealingLR(o, 800)],
                milestones=[200],
            ),
            STEPS,
        ),
        warmup=warmup("constant", 20, 0.1),
    )
    # These two start from another base rate than the cosine, which SequentialLR cannot say: one after the other.
    gamma = 100 ** (1 / 200)
    yield case(
        "exponential", "torch ExponentialLR, then CosineAnnealingLR",
        by_torch(lambda o: lrs.ExponentialLR(o, gamma), 200, PEAK / 100) + cosine(800),
        warmup=warmup("exponential", 20, 0.01),
    )
    # n stairs up to the peak in the last warm-up epoch: a LinearLR that is stepped once an epoch.
    stairs = by_torch(lambda o: lrs.LinearLR(o, 0.1 + 0.9 / 20, total_iters=19), 20)
    yield case(
        "step", "torch LinearLR stepped once an epoch, then CosineAnnealingLR",
        [stair for stair in stairs for _ in range(10)] + cosine(800),
        warmup=warmup("step", 20, 0.1),
    )


def goldens():
    return {"schedules": {"reference": "torch.optim.lr_scheduler, timm.scheduler", "cases": list(cases())}}
