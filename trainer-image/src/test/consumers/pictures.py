"""A picture as preprocessing.json wants it, step by step, with Pillow.

    python pictures.py GOLDEN       compares with the golden pictures of inference/src/test/golden-images
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

RESAMPLING = {"bilinear, antialiased": Image.Resampling.BILINEAR}


def color(image, channels):
    """Transparency is laid on white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert({"RGB": "RGB", "GRAY": "L"}[channels])


def resize(image, step):
    size = (step.get("width"), step.get("height"))
    if "shorterSide" in step:
        size = tuple(step["shorterSide"] * length // min(image.size) for length in image.size)
    return image.resize(size, RESAMPLING[step["interpolation"]])


def center(image, width, height):
    left, top = round((image.width - width) / 2), round((image.height - height) / 2)
    return image.crop((left, top, left + width, top + height))


def pixels(steps, image):
    """What the steps on pictures make of one: uint8, (height, width, channels). The others work on pixels."""
    for step in steps:
        if step["operation"] == "orient":
            image = ImageOps.exif_transpose(image)
        elif step["operation"] == "color":
            image = color(image, step["channels"])
        elif step["operation"] == "resize":
            image = resize(image, step)
        elif step["operation"] == "centerCrop":
            image = center(image, step["width"], step["height"])
        else:
            assert step["operation"] in ("normalize", "transpose"), step
    return np.asarray(image).reshape(image.height, image.width, -1)


def folder(steps, root, classes):
    """Photographs in a folder for each class, and their labels."""
    files = [(file, label) for label, name in enumerate(classes)
             for file in sorted((root / name).rglob("*")) if file.is_file() and file.name[0] != "."]
    return (np.stack([pixels(steps, Image.open(file)) for file, _ in files]),
            np.array([label for _, label in files]))


def golden(home):
    whole = [{"operation": "orient"}, {"operation": "color", "channels": "RGB"}]
    view = [*whole, {"operation": "resize", "shorterSide": 37, "interpolation": "bilinear, antialiased"},
            {"operation": "centerCrop", "height": 32, "width": 32}]
    names = ["alpha.png", "grey-alpha.png", "grey.png", "palette.png", "orientation-6.png", "cmyk.jpg", "grey.jpg",
             *(f"orientation-{value}.jpg" for value in range(1, 9))]
    cases = [(name, f"{name}.expected.png", whole) for name in names]
    cases += [("scene.png", "evaluation-37-32.expected.png", view), ("large.jpg", "evaluation-37-32-large.expected.png", view)]
    for name, expected, steps in cases:
        made = pixels(steps, Image.open(home / name)).astype(int)
        wanted = np.asarray(Image.open(home / expected).convert("RGB")).astype(int)
        assert made.shape == wanted.shape, (name, made.shape, wanted.shape)
        assert np.abs(made - wanted).max() <= 1, (name, expected, np.abs(made - wanted).max())
    print(f"{len(cases)} golden pictures: as torchvision and Pillow made them, to one grey level")


if __name__ == "__main__":
    golden(pathlib.Path(sys.argv[1]))
