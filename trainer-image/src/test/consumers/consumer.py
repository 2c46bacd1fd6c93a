"""A published version, read by programs that nobody here wrote: the ONNX checker, ONNX Runtime for Python, Triton's schema.

    python consumer.py VERSION IMAGES LABELS       (IDX files of the validation images; see run.sh)
    python consumer.py VERSION FOLDER              (photographs, in a folder for each class)

Each image must be classified as the trainer's own ONNX Runtime classified it: the same confusion matrix as report.json has,
for photographs but for a few: another decoder or scaler may differ by a grey level.
"""

import gzip
import json
import pathlib
import sys

import google.protobuf
import numpy as np
import onnx
import onnxruntime as ort
import pictures
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

# Another release of ONNX Runtime rounds sums of integers elsewhere; an image on the border may fall to the other side.
INT8_IMAGES = 2
# One in so many photographs.
BORDERLINE = 100


def idx(path):
    """IDX as the MNIST family has it: two zero bytes, type 8 (uint8), rank, big-endian sizes, values."""
    raw = gzip.open(path).read()
    shape = np.frombuffer(raw, ">u4", raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def triton(version):
    """Parses strictly: an unknown field or a wrong type is an error."""
    config = text_format.Parse((version / "config.pbtxt").read_text(), model_config_pb2.ModelConfig())
    model = onnx.load(version / config.default_model_filename)
    tensors = {value.name: value for value in [*model.graph.input, *model.graph.output]}
    kinds = {onnx.TensorProto.UINT8: model_config_pb2.TYPE_UINT8, onnx.TensorProto.FLOAT: model_config_pb2.TYPE_FP32}
    for described in [*config.input, *config.output]:
        tensor = tensors.pop(described.name).type.tensor_type
        assert kinds[tensor.elem_type] == described.data_type, described
        assert [d.dim_value for d in tensor.shape.dim[1:]] == list(described.dims), described
        assert not hasattr(described, "label_filename") or not described.label_filename \
            or (version / described.label_filename).exists()
    assert not tensors, f"not in config.pbtxt: {list(tensors)}"
    assert config.max_batch_size > 0 and config.HasField("dynamic_batching")
    print(f"Triton's model_config.proto (protobuf {google.protobuf.__version__}): config.pbtxt of {config.name} is valid")


def prepared(contract, images):
    """What preprocessing.json asks of pixels; IDX images have their size and channels already, photographs by now."""
    images = images.reshape(len(images), *images.shape[1:3], -1)
    for step in contract["steps"]:
        if step["operation"] == "normalize":
            mean, std = np.float32(step["mean"]), np.float32(step["std"])
            images = (images.astype(np.float32) / 255 - mean) / std
        elif step["operation"] == "transpose":
            images = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        else:
            assert step["operation"] in ("orient", "color", "resize", "centerCrop"), step
    assert list(images.shape[1:]) == contract["input"]["shape"][1:]
    return images


def confusion(path, contract, images, labels, classes):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    counts = np.zeros((classes, classes), int)
    for first in range(0, len(labels), 100):
        batch = images[first : first + 100]
        (logits,) = session.run(["logits"], {contract["input"]["name"]: batch})
        np.add.at(counts, (labels[first : first + 100], logits.argmax(1)), 1)
    return counts


def main():
    version = pathlib.Path(sys.argv[1])
    contract = json.loads((version / "preprocessing.json").read_text())
    report = json.loads((version / "report.json").read_text())
    classes = (version / contract["labels"]).read_text().splitlines()
    source = pathlib.Path(sys.argv[2])
    if source.is_dir():
        images, labels = pictures.folder(contract["steps"], source, classes)
        moved = max(1, len(labels) // BORDERLINE)
    else:
        images, labels, moved = idx(source), idx(sys.argv[3]), 0
    images = prepared(contract, images)
    triton(version)
    for name in ("model.onnx", "model-int8.onnx"):
        if not (version / name).exists():
            continue
        onnx.checker.check_model(str(version / name), full_check=True)
        counts = confusion(version / name, contract, images, labels, len(classes))
        top1 = counts.trace() / counts.sum()
        if name == "model.onnx":
            others = np.abs(counts - np.array(report["confusion"])).sum() // 2
            assert others <= moved, f"another confusion matrix than report.json: {others} images"
        else:
            right = round(report["result"]["int8"]["top1"] * len(labels))
            assert abs(counts.trace() - right) <= INT8_IMAGES + moved, (counts.trace(), right)
        print(f"ONNX {onnx.__version__} checker, ONNX Runtime {ort.__version__}: {name}, top-1 {top1:.4f}"
              f" on {len(labels)} images, as the trainer")


main()
