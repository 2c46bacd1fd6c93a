"""Inputs that Python and Java compute alike: value i of a name is SplitMix64 of FNV-1a(name) at counter i."""
import numpy as np
import torch


def bits(name, count):
    """count well-mixed uint64 values; the Java side is GoldenInputs."""
    start = 0xCBF29CE484222325
    for byte in name.encode():
        start = ((start ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(start) + (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(name, shape, low, high):
    """float64 tensor of values that float32 holds exactly, in [low, high]."""
    count = int(np.prod(shape, dtype=np.int64))
    unit = (bits(name, count) >> np.uint64(40)).astype(np.float64) * 2.0**-24
    return torch.from_numpy((low + (high - low) * unit).astype(np.float32).astype(np.float64).reshape(shape))


def labels(name, count, classes):
    return torch.from_numpy(((bits(name, count) >> np.uint64(33)) % np.uint64(classes)).astype(np.int64))


def pixels(name, shape):
    """uint8 (N, H, W, C)."""
    count = int(np.prod(shape, dtype=np.int64))
    return torch.from_numpy((bits(name, count) >> np.uint64(56)).astype(np.uint8).reshape(shape))


def rounded(value):
    """Ten significant digits: a hundred times finer than the finest tolerance."""
    return float(f"{value:.10g}")


def summary(tensor, entries=4):
    """What is stored of an array: see README.md."""
    values = tensor.detach().double().contiguous().flatten()
    count = values.numel()
    entries = min(entries, count)
    index = [k * count // entries for k in range(entries)]
    return {
        "size": count,
        "norm": rounded(values.norm().item()),
        "largest": rounded(values.abs().max().item()),
        "projection": rounded(torch.dot(values, uniform("projection", (count,), -1, 1)).item()),
        "entries": [rounded(values[i].item()) for i in index],
    }


def summary_error(got, expected):
    """The measure of the Java tests: the worst of norm, projection and entries, each relative to its own scale."""
    entries = max(abs(a - b) for a, b in zip(got["entries"], expected["entries"]))
    return max(
        abs(got["norm"] - expected["norm"]) / expected["norm"],
        abs(got["projection"] - expected["projection"]) / expected["norm"],
        entries / expected["largest"],
    )
