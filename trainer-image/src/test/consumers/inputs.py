"""What a model is asked: images and their true labels, as preprocessing.json wants them."""

import gzip
import json

import numpy as np
import pictures

# Another decoder or scaler may differ by a grey level: one in so many photographs may fall to another class.
BORDERLINE = 100


def idx(path):
    """IDX as the MNIST family has it: two zero bytes, type 8 (uint8), rank, big-endian sizes, values."""
    raw = gzip.open(path).read()
    shape = np.frombuffer(raw, ">u4", raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def prepared(contract, images):
    """What preprocessing.json asks of pixels; IDX images have their size and channels already, photographs by now."""
    images = images.reshape(len(images), *images.shape[1:3], -1)
    for step in contract["steps"]:
        if step["operation"] == "normalize":
            mean, std = np.float32(step["mean"]), np.float32(step["std"])
            images = (images.astype(np.float32) / 255 - mean) / std
        elif step["operation"] == "transpose":
            images = images.transpose(0, 3, 1, 2)
        else:
            assert step["operation"] in ("orient", "color", "resize", "centerCrop"), step
    assert list(images.shape[1:]) == contract["input"]["shape"][1:]
    return np.ascontiguousarray(images)


def load(version, source, labels=None):
    """Images, labels, class names, and how many images may fall to another class than in the trainer.

    `source` is an IDX file, with `labels`, or a folder of photographs with a folder for each class.
    """
    contract = json.loads((version / "preprocessing.json").read_text())
    classes = (version / contract["labels"]).read_text().splitlines()
    if source.is_dir():
        images, truth = pictures.folder(contract["steps"], source, classes)
        moved = max(1, len(truth) // BORDERLINE)
    else:
        images, truth, moved = idx(source), idx(labels), 0
    return prepared(contract, images), truth, classes, moved


def check(name, report, counts, moved):
    """Compares a confusion matrix with the trainer's; of INT8 the report has the top-1 only.

    Another release of ONNX Runtime rounds sums of integers elsewhere: two images may fall to another class.
    """
    if name == "model.onnx":
        others = np.abs(counts - np.array(report["confusion"])).sum() // 2
        assert others <= moved, f"another confusion matrix than report.json: {others} images"
    else:
        right = round(report["result"]["int8"]["top1"] * counts.sum())
        assert abs(counts.trace() - right) <= 2 + moved, (counts.trace(), right)
