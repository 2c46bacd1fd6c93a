#!/usr/bin/env python3
"""Writes ../resources/golden: see README.md."""
import importlib
import json
import pathlib
import sys

import numpy
import timm
import torch
import torchvision

ROOMS = ["losses", "optimizer", "schedules", "networks", "precision", "ema"]
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
VERSIONS = {m.__name__: m.__version__.split("+")[0] for m in (torch, torchvision, timm, numpy)}


def main(rooms):
    torch.set_num_threads(1)  # one order of summation, and no waiting for a busy core
    FOLDER.mkdir(parents=True, exist_ok=True)
    for room in rooms or ROOMS:
        for name, content in importlib.import_module(room).goldens().items():
            golden = {"generator": f"src/test/golden/{room}.py", "versions": VERSIONS} | content
            text = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"')
            (FOLDER / f"{name}.json").write_text(text + "\n")
            print(f"{name}.json: {len(text):,} bytes", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
