"""Top-1 of a published model in ONNX Runtime alone: no Distillery, no DJL, no preprocessing outside the graph.

    pip install onnxruntime numpy
    python docs/benchmarks/onnx-runtime/top1.py out/models/fashion-mnist/1 \
        examples/fashion-mnist-sample/validation-images.idx3.gz examples/fashion-mnist-sample/validation-labels.idx1.gz
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import onnxruntime as ort


def idx(path):
    """IDX as the MNIST family has it: two zero bytes, type 8 (uint8), rank, big-endian sizes, values."""
    raw = gzip.open(path).read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def main():
    model, images, labels = pathlib.Path(sys.argv[1]), idx(sys.argv[2]), idx(sys.argv[3])
    session = ort.InferenceSession(model / "model.onnx", providers=["CPUExecutionProvider"])
    if images.ndim == 3:
        images = images[..., None]
    (probabilities,) = session.run(["probabilities"], {"images": images})
    top1 = float((probabilities.argmax(1) == labels).mean())
    said = json.loads((model / "report.json").read_text())["result"]["top1"]
    print(f"ONNX Runtime {ort.__version__}: top-1 {top1:.4f} on {len(labels)} images; report.json says {said:.4f}")
    sys.exit(top1 != said)


main()
