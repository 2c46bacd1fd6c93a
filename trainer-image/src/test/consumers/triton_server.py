"""A published model in NVIDIA's Triton Inference Server, which reads it as it lies there, asked by NVIDIA's client.

    python triton_server.py VERSION IMAGES LABELS       (IDX files of the validation images; see run.sh)
    python triton_server.py VERSION FOLDER              (photographs, in a folder for each class)

The server is the one in the package nvidia-pytriton. It has no ONNX Runtime backend: triton/onnxruntime/model.py stands in for
it. It reads the folder that the version lies in, and serves the newest version there, which must be this one. Each image must
be classified as the trainer classified it (inputs.py), over HTTP and over gRPC, by the INT8 model too.
"""

import contextlib
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

import inputs
import numpy as np
from tritonclient import grpc, http
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

BATCH = 64
SECONDS_TO_START = 60


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
        shutil.copytree(pathlib.Path(__file__).with_name("triton") / "onnxruntime", backends / "onnxruntime")
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
        # The most probable class by its name, which the server takes from labels.txt: "0.93:7:Sneaker".
        wanted = protocol.InferRequestedOutput("probabilities", class_count=1)
        answer = client.infer(name, [tensor(protocol, images[first : first + BATCH])], outputs=[wanted])
        best = answer.as_numpy("probabilities").reshape(-1)
        predicted = [classes.index(text.decode().split(":", 2)[2]) for text in best]
        np.add.at(counts, (labels[first : first + BATCH], predicted), 1)
    return counts


def tensor(protocol, images):
    described = protocol.InferInput("images", images.shape, np_to_triton_dtype(images.dtype))
    described.set_data_from_numpy(images)
    return described


def main():
    version = pathlib.Path(sys.argv[1]).resolve()
    report = json.loads((version / "report.json").read_text())
    images, labels, classes, moved = inputs.load(version, *map(pathlib.Path, sys.argv[2:]))
    name = version.parent.name
    with triton(version.parent) as (http_address, grpc_address):
        by_http, by_grpc = http.InferenceServerClient(http_address), grpc.InferenceServerClient(grpc_address)
        server = by_http.get_server_metadata()["version"]
        assert by_http.is_model_ready(name, version.name), f"Triton serves another version than {version.name}"

        def ask(protocol, client, file):
            counts = confusion(protocol, client, name, images, labels, classes)
            inputs.check(file, report, counts, moved)
            print(f"Triton {server}, {protocol.__name__}: {file} of {name}, version {version.name},"
                  f" top-1 {counts.trace() / counts.sum():.4f} on {len(labels)} images, as the trainer")

        ask(http, by_http, "model.onnx")
        ask(grpc, by_grpc, "model.onnx")
        try:
            by_http.infer(name, [tensor(http, np.zeros_like(images[:1, :2]))])
            sys.exit("Triton took an image of another size: config.pbtxt does not say which")
        except InferenceServerException as e:
            assert "unexpected shape for input 'images'" in str(e), e
        if (version / "model-int8.onnx").exists():
            config = by_http.get_model_config(name)
            by_http.load_model(name, config=json.dumps({**config, "default_model_filename": "model-int8.onnx"}))
            ask(http, by_http, "model-int8.onnx")


main()
