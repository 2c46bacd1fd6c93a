#!/usr/bin/env python3
"""Draws the Fashion-MNIST sample that the examples train on.

Reads the files of Debian's package dataset-fashion-mnist and writes, beside this script, the first 1,000 training
images and the first 200 test images of each class, in the order of the source. No randomness, no timestamp: the same
input and zlib give the same bytes.

    apt-get install dataset-fashion-mnist
    python3 make-sample.py [FOLDER-OF-THE-SOURCE] [FOLDER-TO-WRITE-TO]
"""

import gzip
import hashlib
import struct
import sys
from pathlib import Path

CLASSES = 10
IMAGES_MAGIC = 0x00000803  # unsigned bytes, three dimensions
LABELS_MAGIC = 0x00000801  # unsigned bytes, one dimension
SPLITS = [
    # source prefix, target prefix, images per class
    ("train", "train", 1000),
    ("t10k", "validation", 200),
]


def read_images(path):
    content = gzip.decompress(path.read_bytes())
    magic, count, rows, columns = struct.unpack(">IIII", content[:16])
    size = rows * columns
    if magic != IMAGES_MAGIC or len(content) != 16 + count * size:
        sys.exit(f"{path}: not a whole IDX file of images")
    return rows, columns, [content[16 + i * size : 16 + (i + 1) * size] for i in range(count)]


def read_labels(path):
    content = gzip.decompress(path.read_bytes())
    magic, count = struct.unpack(">II", content[:8])
    if magic != LABELS_MAGIC or len(content) != 8 + count:
        sys.exit(f"{path}: not a whole IDX file of labels")
    return content[8:]


def first_of_each_class(labels, per_class):
    taken = [0] * CLASSES
    kept = []
    for index, label in enumerate(labels):
        if taken[label] < per_class:
            taken[label] += 1
            kept.append(index)
    if taken != [per_class] * CLASSES:
        sys.exit(f"too few images: {taken} of {per_class} per class")
    return kept


def write(path, content):
    # mtime 0 and no file name in the header
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def main():
    here = Path(__file__).resolve().parent
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("/usr/share/datasets/fashion-mnist")
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else here
    target.mkdir(parents=True, exist_ok=True)
    for prefix, name, per_class in SPLITS:
        rows, columns, images = read_images(source / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_labels(source / f"{prefix}-labels-idx1-ubyte.gz")
        if len(images) != len(labels):
            sys.exit(f"{prefix}: {len(images)} images but {len(labels)} labels")
        kept = first_of_each_class(labels, per_class)
        header = struct.pack(">IIII", IMAGES_MAGIC, len(kept), rows, columns)
        write(target / f"{name}-images.idx3.gz", header + b"".join(images[i] for i in kept))
        header = struct.pack(">II", LABELS_MAGIC, len(kept))
        write(target / f"{name}-labels.idx1.gz", header + bytes(labels[i] for i in kept))


if __name__ == "__main__":
    main()
