"""A published version, read by programs that nobody here wrote: the ONNX checker, ONNX Runtime for Python, Triton's schema.

    python consumer.py VERSION IMAGES LABELS       (IDX files of the validation images; see run.sh)
    python consumer.py VERSION FOLDER              (photographs, in a folder for each class)

Each image must be classified as the trainer's own ONNX Runtime classified it: the same confusion matrix as report.json has,
for photographs but for a few: another decoder or scaler may differ by a grey level.
"""

import json
import pathlib
import sys

import google.protobuf
import inputs
import numpy as np
import onnx
import onnxruntime as ort
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2


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


def confusion(path, images, labels, classes):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    (image,) = session.get_inputs()
    counts = np.zeros((classes, classes), int)
    for first in range(0, len(labels), 100):
        batch = images[first : first + 100]
        (logits,) = session.run(["logits"], {image.name: batch})
        np.add.at(counts, (labels[first : first + 100], logits.argmax(1)), 1)
    return counts


def main():
    version = pathlib.Path(sys.argv[1])
    report = json.loads((version / "report.json").read_text())
    images, labels, classes, moved = inputs.load(version, *map(pathlib.Path, sys.argv[2:]))
    triton(version)
    for name in ("model.onnx", "model-int8.onnx"):
        if not (version / name).exists():
            continue
        onnx.checker.check_model(str(version / name), full_check=True)
        counts = confusion(version / name, images, labels, len(classes))
        inputs.check(name, report, counts, moved)
        print(f"ONNX {onnx.__version__} checker, ONNX Runtime {ort.__version__}: {name}, top-1"
              f" {counts.trace() / counts.sum():.4f} on {len(labels)} images, as the trainer")


main()
