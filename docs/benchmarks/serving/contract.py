"""The served model through clients that are not ours: NVIDIA's tritonclient for the protocol, urllib for uploads.

    pip install 'tritonclient[http]'
    ./distillery serve out/models/fashion-mnist --port 8080 &
    python docs/benchmarks/serving/contract.py 127.0.0.1:8080 out/models/fashion-mnist/1 \
        examples/fashion-mnist-sample/validation-images.idx3.gz examples/fashion-mnist-sample/validation-labels.idx1.gz

Every validation image goes through three ways: as bytes, as JSON, and as an uploaded PNG. All must name the same class, and
the top-1 must be the one in report.json, which the trainer measured. Exit code 1 if not.
"""

import gzip
import json
import pathlib
import struct
import sys
import urllib.request
import zlib

import numpy as np
from tritonclient import http
from tritonclient.utils import InferenceServerException

BATCH = 64


def idx(path):
    """IDX as the MNIST family has it: two zero bytes, type 8 (uint8), rank, big-endian sizes, values."""
    raw = gzip.open(path).read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def png(image):
    """One grey uint8 (H, W) image, without a library that would rather convert it."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def by_protocol(client, name, images, binary):
    labels = []
    for first in range(0, len(images), BATCH):
        batch = images[first : first + BATCH]
        tensor = http.InferInput("images", list(batch.shape), "UINT8")
        tensor.set_data_from_numpy(batch, binary_data=binary)
        wanted = http.InferRequestedOutput("probabilities", binary_data=binary)
        answer = client.infer(name, [tensor], outputs=[wanted], request_id=str(first))
        assert answer.get_response()["id"] == str(first)
        probabilities = answer.as_numpy("probabilities")
        assert probabilities.shape[0] == len(batch) and np.allclose(probabilities.sum(1), 1, atol=1e-5)
        labels.append(probabilities.argmax(1))
    return np.concatenate(labels)


def by_upload(url, images):
    labels = []
    for image in images:
        request = urllib.request.Request(
            f"http://{url}/classify?top=1", png(image[..., 0]), {"Content-Type": "image/png"}
        )
        labels.append(json.load(urllib.request.urlopen(request))["predictions"][0]["label"])
    return np.array(labels)


def main():
    url, model = sys.argv[1], pathlib.Path(sys.argv[2])
    images, labels = np.ascontiguousarray(idx(sys.argv[3])[..., None]), idx(sys.argv[4])
    client = http.InferenceServerClient(url)
    assert client.is_server_live() and client.is_server_ready()
    name = client.get_model_repository_index()[0]["name"]
    assert client.is_model_ready(name) and client.is_model_ready(name, "1")
    metadata = client.get_model_metadata(name)
    assert metadata["inputs"][0]["shape"] == [-1, *images.shape[1:]], metadata
    assert client.get_server_metadata()["name"] == "distillery"
    try:
        client.infer(name, [http.InferInput("images", [1, 2, 2, 1], "UINT8").set_data_from_numpy(images[:1, :2, :2])])
        sys.exit("an image of another size was accepted")
    except InferenceServerException as e:
        assert "inputs[0].shape" in str(e), e

    ways = {
        "tritonclient, bytes": by_protocol(client, name, images, True),
        "tritonclient, JSON": by_protocol(client, name, images, False),
        "PNG uploads": by_upload(url, images),
    }
    said = json.loads((model / "report.json").read_text())["result"]["top1"]
    failed = False
    for way, predicted in ways.items():
        top1 = float((predicted == labels).mean())
        print(f"{way}: top-1 {top1:.4f} on {len(labels)} images; report.json says {said:.4f}")
        failed |= top1 != said
    failed |= any((predicted != ways["tritonclient, bytes"]).any() for predicted in ways.values())
    sys.exit(failed)


main()
