"""A published model in NVIDIA's Triton Inference Server, which reads it as it lies there, asked by NVIDIA's client.

    python serve.py MODEL IMAGES LABELS       (a model's folder, with its versions in it; gzipped IDX files)

The server is the one in the package nvidia-pytriton. It has no ONNX Runtime backend: onnxruntime/model.py stands in for it.
The newest version must give the confusion matrix that its report.json has, over HTTP and over gRPC, FP32 and INT8.
"""

import contextlib
import gzip
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np
from tritonclient import grpc, http
from tritonclient.utils import InferenceServerException

BATCH = 64
SECONDS_TO_START = 60
# Another release of ONNX Runtime rounds sums of integers elsewhere; an image on the border may fall to the other side.
INT8_IMAGES = 2


def idx(path):
    """IDX as the MNIST family has it: two zero bytes, type 8 (uint8), rank, big-endian sizes, values."""
    raw = gzip.open(path).read()
    shape = np.frombuffer(raw, ">u4", raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def triton(model):
    """The server on loopback, with one model; yields its HTTP and its gRPC address."""
    package = pathlib.Path(importlib.util.find_spec("pytriton").origin).parent
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    ports = [free_port(), free_port()]
    with tempfile.TemporaryDirectory() as work, open(f"{work}/log", "w+") as log:
        backends = pathlib.Path(work)
        shutil.copytree(package / "tritonserver/backends/python", backends / "python")
        shutil.copy(package / f"tritonserver/python_backend_stubs/{python}/triton_python_backend_stub", backends / "python")
        shutil.copytree(pathlib.Path(__file__).with_name("onnxruntime"), backends / "onnxruntime")
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(package.with_name("nvidia_pytriton.libs")),
            "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        server = subprocess.Popen(
            [package / "tritonserver/bin/tritonserver", f"--model-repository={model.parent}", "--model-control-mode=explicit",
             f"--load-model={model.name}", f"--backend-directory={backends}", "--allow-metrics=false",
             "--http-address=127.0.0.1", f"--http-port={ports[0]}", "--grpc-address=127.0.0.1", f"--grpc-port={ports[1]}"],
            env=environment, stdout=log, stderr=subprocess.STDOUT,
        )
        try:
            until = time.monotonic() + SECONDS_TO_START
            while not ready(ports[0]):
                if server.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    sys.exit(f"Triton did not become ready:\n{log.read()}")
                time.sleep(0.1)
            yield [f"127.0.0.1:{port}" for port in ports]
        finally:
            server.terminate()
            server.wait()


def ready(port):
    try:
        return http.InferenceServerClient(f"127.0.0.1:{port}").is_server_ready()
    except (InferenceServerException, OSError):
        return False


def confusion(protocol, client, name, images, labels, classes):
    counts = np.zeros((len(classes), len(classes)), int)
    for first in range(0, len(labels), BATCH):
        batch = images[first : first + BATCH]
        tensor = protocol.InferInput("images", batch.shape, "UINT8")
        tensor.set_data_from_numpy(batch)
        # The most probable class by its name, which the server takes from labels.txt: "0.93:7:Sneaker".
        wanted = protocol.InferRequestedOutput("probabilities", class_count=1)
        best = client.infer(name, [tensor], outputs=[wanted]).as_numpy("probabilities").reshape(-1)
        predicted = [classes.index(text.decode().split(":", 2)[2]) for text in best]
        np.add.at(counts, (labels[first : first + BATCH], predicted), 1)
    return counts


def main():
    model = pathlib.Path(sys.argv[1]).resolve()
    images, labels = idx(sys.argv[2]), idx(sys.argv[3])
    images = np.ascontiguousarray(images.reshape(len(images), *images.shape[1:3], -1))
    version = max((path for path in model.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    report = json.loads((version / "report.json").read_text())
    classes = (version / "labels.txt").read_text().splitlines()
    int8 = (version / "model-int8.onnx").exists()
    with triton(model) as (http_address, grpc_address):
        by_http, by_grpc = http.InferenceServerClient(http_address), grpc.InferenceServerClient(grpc_address)
        name, said = model.name, by_http.get_server_metadata()
        assert by_http.is_model_ready(name, version.name)
        for protocol, client in ((http, by_http), (grpc, by_grpc)):
            counts = confusion(protocol, client, name, images, labels, classes)
            assert (counts == report["confusion"]).all(), f"another confusion matrix than report.json:\n{counts}"
            print(f"Triton {said['version']}, {protocol.__name__}: version {version.name} of {name},"
                  f" top-1 {counts.trace() / counts.sum():.4f} on {len(labels)} images, as the trainer")
        try:
            small = http.InferInput("images", [1, 2, 2, 1], "UINT8")
            by_http.infer(name, [small.set_data_from_numpy(np.zeros((1, 2, 2, 1), np.uint8))])
            sys.exit("Triton took an image of another size: config.pbtxt does not say which")
        except InferenceServerException as e:
            assert "unexpected shape for input 'images'" in str(e), e
        if int8:
            config = by_http.get_model_config(name)
            by_http.load_model(name, config=json.dumps({**config, "default_model_filename": "model-int8.onnx"}))
            counts = confusion(http, by_http, name, images, labels, classes)
            right = round(report["result"]["int8"]["top1"] * len(labels))
            assert abs(counts.trace() - right) <= INT8_IMAGES, (counts.trace(), right)
            print(f"Triton {said['version']}: model-int8.onnx, top-1 {counts.trace() / counts.sum():.4f}, as the trainer")


main()
