#!/usr/bin/env python3
"""Writes the pictures in this folder and what Pillow and torchvision make of them.

    python3 make.py        needs Pillow, NumPy, torch, torchvision and libturbojpeg.so.0

Every NAME.expected.png holds the RGB pixels that reading (and, by its name, scaling) NAME must give.
png/NAME.interlaced.png must give what png/NAME.png does.
"""
import ctypes
import pathlib
import struct
import zlib

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


def write_ycck(name, image, sampling):
    """Pillow writes no YCCK; TurboJPEG writes CMYK, stored as its complement, as nothing else."""
    turbo = ctypes.CDLL("libturbojpeg.so.0")
    turbo.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(turbo.tjInitCompress())
    stored = (255 - np.asarray(inks(image))).tobytes()
    target, size = ctypes.c_void_p(), ctypes.c_ulong()
    cmyk, quality = 11, 92
    status = turbo.tjCompress2(handle, stored, image.width, 0, image.height, cmyk, ctypes.byref(target),
                               ctypes.byref(size), sampling, quality, 0)
    assert status == 0
    jpeg = ctypes.string_at(target, size.value)
    assert jpeg[jpeg.index(b"Adobe") + 11] == 2
    (HOME / name).write_bytes(jpeg)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows(samples, depth):
    """Unfiltered rows; (height, width, samples of a pixel)."""
    for row in samples.reshape(len(samples), -1).astype(np.uint16):
        bits = np.unpackbits(row.astype(">u2").view(np.uint8)).reshape(-1, 16)[:, 16 - depth:]
        yield b"\0" + np.packbits(bits).tobytes()


def write_png(name, samples, depth, palette=None, transparent=None, interlaced=False):
    """Pillow writes neither interlaced PNGs nor most of these depths."""
    height, width, count = samples.shape
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    parts = [samples[y::down, x::right] for x, y, right, down in passes]
    data = b"".join(row for part in parts if part.size for row in rows(part, depth))
    colour = 3 if palette is not None else {1: 0, 2: 4, 3: 2, 4: 6}[count]
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    if palette is not None:
        png += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    if transparent is not None:
        kind = np.uint8 if palette is not None else ">u2"
        png += chunk(b"tRNS", np.asarray(transparent).astype(kind).tobytes())
    (HOME / name).write_bytes(png + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def png_kind(name, samples, depth, colour, alpha=None, **options):
    """What the PNG standard says: samples are scaled linearly and rounded; alpha, of 0 to 1, is laid on white."""
    write_png(f"png/{name}.png", samples, depth, **options)
    write_png(f"png/{name}.interlaced.png", samples, depth, interlaced=True, **options)
    if alpha is not None:
        colour = np.floor(colour * alpha + 255 * (1 - alpha) + 0.5)
    expect(f"png/{name}.png", Image.fromarray(np.broadcast_to(colour, samples.shape[:2] + (3,)).astype(np.uint8)))


def scaled(samples, depth):
    return np.floor(samples * 255.0 / ((1 << depth) - 1) + 0.5)


def png_kinds():
    colours = np.asarray(scene(17, 11)).astype(np.int32)
    grey = colours[:, :, 1:2]
    for depth in (1, 2, 4):
        few = colours[:, :, :1] >> (8 - depth)
        palette = np.random.default_rng(depth).integers(0, 256, (1 << depth, 3))
        png_kind(f"grey-{depth}", few, depth, scaled(few, depth))
        # Neither black, which 0 is in any number of bits, nor white, which is what shows through.
        key = [max(0, (1 << depth) - 2)]
        png_kind(f"grey-{depth}-key", few, depth, scaled(few, depth), few != key, transparent=key)
        png_kind(f"palette-{depth}", few, depth, palette[few[:, :, 0]], palette=palette)
        alpha = np.where(few == 0, 90 / 255, 1)
        png_kind(f"palette-{depth}-alpha", few, depth, palette[few[:, :, 0]], alpha, palette=palette, transparent=[90])
    # Neighbours differ in low bits, so that few pixels equal the transparent one in all 16.
    wide = np.minimum(colours * 257 + np.arange(17)[None, :, None] * 15, 65535)
    for kind, depth, samples in [("grey", 8, grey), ("rgb", 8, colours), ("grey", 16, wide[:, :, 1:2]), ("rgb", 16, wide)]:
        name = f"{kind}-{depth}"
        expected = scaled(samples, depth)
        png_kind(name, samples, depth, expected)
        key = samples[5, 3]
        png_kind(f"{name}-key", samples, depth, expected, (samples != key).any(-1, keepdims=True), transparent=key)
        alpha = samples[:, ::-1, :1]
        both = np.concatenate([samples, alpha], -1)
        png_kind(f"{name}-alpha", both, depth, expected, alpha / ((1 << depth) - 1))
    # Smaller than Adam7's pattern: most passes are empty.
    png_kind("tiny", colours[:2, :3], 8, colours[:2, :3])


def expect(name, image):
    image.convert("RGB").save(HOME / f"{name}.expected.png", optimize=True)


def main():
    for old in [*HOME.glob("**/*.png"), *HOME.glob("*.jpg")]:
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
    for name, sampling in [("ycck.jpg", 0), ("ycck-420.jpg", 2)]:
        write_ycck(name, picture, sampling)
        expect(name, Image.open(HOME / name))
    (HOME / "png").mkdir(exist_ok=True)
    png_kinds()

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
