"""torch.optim.SGD with two groups over 50 steps with another rate in each."""
import torch

from inputs import rounded, summary, uniform

STEPS = 50
WEIGHT = (6, 20)
BIAS = (6,)


def rate(step):
    """Rises and falls, so that a momentum buffer that holds the rate shows."""
    return 0.01 * (1 + step % 7)


def case(name, momentum, nesterov, decay):
    weight = uniform("sgd.weight", WEIGHT, -1, 1).requires_grad_()
    bias = uniform("sgd.bias", BIAS, -1, 1).requires_grad_()
    groups = [{"params": [weight], "weight_decay": decay}, {"params": [bias], "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=nesterov)
    after = []
    for step in range(STEPS):
        weight.grad = uniform(f"sgd.weight.gradient.{step}", WEIGHT, -1, 1)
        bias.grad = uniform(f"sgd.bias.gradient.{step}", BIAS, -1, 1)
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
        if step in (0, 1, 9, STEPS - 1):
            after.append({"steps": step + 1, "weight": summary(weight, 20), "bias": summary(bias, 6)})
    return {"name": name, "momentum": momentum, "nesterov": nesterov, "weightDecay": decay, "after": after}


def goldens():
    return {
        "sgd": {
            "reference": "torch.optim.SGD, float64; rate(step) = 0.01 * (1 + step % 7); weight decays, bias does not",
            "rates": [rounded(rate(step)) for step in range(STEPS)],
            "cases": [
                case("plain", 0.0, False, 0.05),
                case("momentum", 0.9, False, 0.05),
                case("nesterov", 0.9, True, 0.05),
            ],
        }
    }
