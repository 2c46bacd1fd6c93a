"""Values and gradients of the losses, in float64, by automatic differentiation."""
import torch
import torch.nn.functional as F

from inputs import labels, rounded, summary, uniform

SHAPES = [(8, 10), (4, 1000)]


def case(name, loss, rows, classes, spread, **facts):
    student = uniform(name + ".student", (rows, classes), -spread, spread).requires_grad_()
    teacher = uniform(name + ".teacher", (rows, classes), -spread, spread)
    target = labels(name + ".labels", rows, classes)
    value = loss(student, teacher, target)
    value.backward()
    shape = {"name": name, "rows": rows, "classes": classes, "spread": spread}
    return shape | facts | {"loss": rounded(value.item()), "gradient": summary(student.grad, 80)}


def distillation(student, teacher, temperature):
    """KL(softmax(t/T) || softmax(s/T)), mean over the batch, times T squared."""
    log_p = F.log_softmax(student / temperature, dim=1)
    q = F.softmax(teacher / temperature, dim=1)
    return F.kl_div(log_p, q, reduction="batchmean") * temperature**2


def decoupled(student, teacher, target, temperature, target_weight, non_target_weight):
    """Zhao et al. 2022, equations 5 and 7: binary probabilities of the target, and softmax over the other classes."""
    rows, classes = student.shape
    hit = F.one_hot(target, classes).bool()

    def binary(logits):
        p = F.softmax(logits / temperature, dim=1)[hit]
        return torch.stack([p, 1 - p], dim=1)

    def others(logits):
        return (logits / temperature)[~hit].reshape(rows, classes - 1)

    tckd = F.kl_div(binary(student).log(), binary(teacher), reduction="batchmean")
    nckd = F.kl_div(F.log_softmax(others(student), dim=1), F.softmax(others(teacher), dim=1), reduction="batchmean")
    return (target_weight * tckd + non_target_weight * nckd) * temperature**2


def label_smoothing_cases():
    for rows, classes in SHAPES:
        for epsilon in [0.0, 0.1, 0.5]:
            for spread in [4, 30]:
                yield case(
                    f"smoothing-{classes}-{epsilon}-{spread}",
                    lambda s, t, y, e=epsilon: F.cross_entropy(s, y, label_smoothing=e),
                    rows, classes, spread, epsilon=epsilon,
                )


def distillation_cases():
    for rows, classes in SHAPES:
        for temperature in [1.0, 4.0, 20.0]:
            for spread in [4, 30]:
                yield case(
                    f"kd-{classes}-{temperature}-{spread}",
                    lambda s, t, y, T=temperature: distillation(s, t, T),
                    rows, classes, spread, temperature=temperature, hardLabelWeight=0,
                )
        for weight in [0.1, 0.9]:
            yield case(
                f"kd-{classes}-4.0-mixed-{weight}",
                lambda s, t, y, a=weight: a * F.cross_entropy(s, y) + (1 - a) * distillation(s, t, 4.0),
                rows, classes, 4, temperature=4.0, hardLabelWeight=weight,
            )


def decoupled_cases():
    for rows, classes in SHAPES + [(6, 2)]:
        for temperature in [1.0, 4.0, 20.0]:
            for weights in [(1.0, 8.0), (1.0, 0.0), (0.0, 1.0)]:
                for spread in [4, 15]:
                    if classes == 2 and weights[0] == 0:
                        continue  # one other class: nothing is left to tell apart, and the loss is 0
                    yield case(
                        f"dkd-{classes}-{temperature}-{weights[0]:g}-{weights[1]:g}-{spread}",
                        lambda s, t, y, T=temperature, w=weights: decoupled(s, t, y, T, *w),
                        rows, classes, spread,
                        temperature=temperature, targetWeight=weights[0], nonTargetWeight=weights[1],
                    )


def goldens():
    return {
        "label-smoothing": {
            "reference": "torch.nn.functional.cross_entropy(label_smoothing), float64",
            "cases": list(label_smoothing_cases()),
        },
        "distillation": {
            "reference": "torch.nn.functional.kl_div(reduction='batchmean') * T^2, float64; mixed with torch.nn.functional.cross_entropy",
            "cases": list(distillation_cases()),
        },
        "decoupled-distillation": {
            "reference": "torch.nn.functional.kl_div on the two parts of Zhao et al. 2022, float64",
            "cases": list(decoupled_cases()),
        },
    }
