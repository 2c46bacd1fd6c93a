"""Our INT8 model against onnxruntime.quantization's quantize_static: same FP32 model, same calibration images.

    python compare.py FP32.onnx FOLDER     (FOLDER as Quantize.java writes it; needs onnx, onnxruntime, numpy)

One line of JSON a variant: bytes, top-1, share of images with FP32's top-1, root mean square of the logits' error relative to
FP32's, and p50 of one image and of eight on one thread, in rounds that take turns.
"""

import json
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

ROUNDS = 5
CALLS = 100


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.batches = iter([{"images": images[i : i + 4]} for i in range(0, len(images), 4)])

    def get_next(self):
        return next(self.batches, None)


def session(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def theirs(fp32, images, method, folder):
    """As its documentation has it, percentile as ours; the preprocessing stays in float, as ours does."""
    out = folder / f"{method.name}.onnx"
    keep = [node.name for node in onnx.load(fp32).graph.node if node.name.startswith("preprocess.")]
    quantize_static(
        fp32, out, Images(images), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8, calibrate_method=method, nodes_to_exclude=keep,
        extra_options={"CalibPercentile": 99.999} if method == CalibrationMethod.Percentile else {})
    return out


def main():
    fp32, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    calibration, validation = np.load(folder / "calibration.npy"), np.load(folder / "validation.npy")
    labels = np.loadtxt(folder / "labels.txt", dtype=int)
    with tempfile.TemporaryDirectory() as work:
        files = {"FP32": fp32, "ours": folder / "ours.onnx"}
        for method in (CalibrationMethod.MinMax, CalibrationMethod.Percentile, CalibrationMethod.Entropy):
            files[f"quantize_static, {method.name}"] = theirs(fp32, calibration, method, pathlib.Path(work))
        sessions = {name: session(path) for name, path in files.items()}
        logits = {
            name: np.concatenate([s.run(["logits"], {"images": validation[i : i + 64]})[0]
                                  for i in range(0, len(validation), 64)])
            for name, s in sessions.items()
        }
        times = {(name, batch): [] for name in sessions for batch in (1, 8)}
        for _ in range(ROUNDS):
            for (name, batch), taken in times.items():
                for call in range(CALLS):
                    start = time.perf_counter()
                    sessions[name].run(["logits"], {"images": validation[call : call + batch]})
                    taken.append(1e3 * (time.perf_counter() - start))
        for name, path in files.items():
            error = logits[name] - logits["FP32"]
            print(json.dumps({
                "network": onnx.load(fp32).graph.name,
                "model": name,
                "bytes": pathlib.Path(path).stat().st_size,
                "images": len(labels),
                "top1": round(float((logits[name].argmax(1) == labels).mean()), 4),
                "sameTop1": round(float((logits[name].argmax(1) == logits["FP32"].argmax(1)).mean()), 4),
                "relativeError": round(float(np.sqrt((error**2).mean() / (logits["FP32"] ** 2).mean())), 4),
                "p50MillisBatch1": round(statistics.median(times[name, 1]), 3),
                "p50MillisBatch8": round(statistics.median(times[name, 8]), 3),
            }))


main()
