#!/usr/bin/env python3
"""Writes the pictures in this folder and what Pillow and torchvision make of them.

    python3 make.py        needs Pillow, NumPy, torch and torchvision

Every NAME.expected.png holds the RGB pixels that reading (and, by its name, scaling) NAME must give.
"""
import pathlib

import numpy as np
import PIL
import torchvision
from PIL import Image, ImageOps
from torchvision.transforms import v2
from torchvision.transforms.functional import InterpolationMode

HOME = pathlib.Path(__file__).resolve().parent
BILINEAR = Image.Resampling.BILINEAR


def scene(width, height):
    """Smooth areas, a hard edge, a fine grid and some noise, the same each time."""
    y, x = np.mgrid[0:height, 0:width]
    red = 128 + 100 * np.sin(x / 9.0 + y / 17.0)
    green = np.where(x * height > y * width, 220, 40)
    blue = 255 * ((x // 2 + y // 3) % 2)
    noise = np.random.default_rng(7).integers(-12, 13, (height, width, 3))
    return Image.fromarray(np.clip(np.stack([red, green, blue], -1) + noise, 0, 255).astype(np.uint8))


def soft(width, height):
    """Without fine detail: JPEG decoders may differ in how they enlarge the colour samples."""
    return scene(width, height).resize((width // 6, height // 6), BILINEAR).resize((width, height), BILINEAR)


def inks(image):
    """CMYK as a printer would have it: what cyan, magenta and yellow share is black."""
    colour = 255 - np.asarray(image).astype(np.int32)
    black = colour.min(-1, keepdims=True)
    colour = (colour - black) * 255 // np.maximum(1, 255 - black)
    return Image.fromarray(np.concatenate([colour, black], -1).astype(np.uint8), "CMYK")


def expect(name, image):
    image.convert("RGB").save(HOME / f"{name}.expected.png", optimize=True)


def main():
    for old in [*HOME.glob("*.png"), *HOME.glob("*.jpg")]:
        old.unlink()
    source = scene(97, 61)
    source.save(HOME / "scene.png", optimize=True)
    for width, height in [(32, 32), (150, 120), (97, 20), (5, 3)]:
        expect(f"scaled-{width}x{height}", source.resize((width, height), BILINEAR))
    left, top, width, height = 21, 8, 47, 33
    crop = source.crop((left, top, left + width, top + height))
    expect(f"crop-{left}-{top}-{width}-{height}", crop.resize((32, 32), BILINEAR))
    expect(f"crop-{left}-{top}-{width}-{height}-mirrored", ImageOps.mirror(crop.resize((32, 32), BILINEAR)))
    evaluation = v2.Compose([v2.Resize(37, InterpolationMode.BILINEAR, antialias=True), v2.CenterCrop(32)])
    expect("evaluation-37-32", evaluation(source))
    expect("evaluation-37-32-upright", evaluation(source.transpose(Image.Transpose.ROTATE_90)))

    picture = soft(60, 45)
    for name, image, options in [
        ("baseline.jpg", picture, dict(subsampling=2)),
        ("progressive.jpg", picture, dict(subsampling=0, progressive=True)),
        ("grey.jpg", picture.convert("L"), {}),
        ("cmyk.jpg", inks(picture), {}),
        ("rgb.jpg", picture, dict(keep_rgb=True)),
    ]:
        image.save(HOME / name, quality=92, **options)
        expect(name, Image.open(HOME / name))

    small = scene(24, 18)
    grey16 = (np.asarray(small.convert("L")).astype(np.uint16) * 257).astype(np.uint16)
    Image.fromarray(grey16).save(HOME / "grey16.png")
    expect("grey16.png", small.convert("L"))
    small.quantize(32).save(HOME / "palette.png")
    expect("palette.png", Image.open(HOME / "palette.png"))
    small.convert("L").save(HOME / "grey.png")
    expect("grey.png", small.convert("L"))
    alpha = small.convert("RGBA")
    alpha.putalpha(small.convert("L"))
    alpha.save(HOME / "alpha.png")
    white = Image.new("RGBA", alpha.size, "white")
    expect("alpha.png", Image.alpha_composite(white, alpha))
    grey_alpha = alpha.convert("LA")
    grey_alpha.save(HOME / "grey-alpha.png")
    expect("grey-alpha.png", Image.alpha_composite(white, grey_alpha.convert("RGBA")))

    held = soft(24, 16)
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        name = f"orientation-{value}.jpg"
        held.save(HOME / name, quality=95, subsampling=0, exif=exif)
        expect(name, ImageOps.exif_transpose(Image.open(HOME / name)))
    exif = Image.Exif()
    exif[0x0112] = 6
    held.save(HOME / "orientation-6.png", exif=exif)
    expect("orientation-6.png", ImageOps.exif_transpose(Image.open(HOME / "orientation-6.png")))
    soft(640, 480).save(HOME / "large.jpg", quality=60)
    large = Image.open(HOME / "large.jpg")
    expect("evaluation-37-32-large", evaluation(large.convert("RGB")))
    versions = f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}"
    (HOME / "README.md").write_text(
        "# Golden pictures\n\nWritten by `make.py` with " + versions + ", from formulas; no photograph is among them.\n"
    )


main()
