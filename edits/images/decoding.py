"""From foreign bytes to upright 8-bit sRGB pixels, within bounds of memory and time."""

import io
import re
from collections.abc import Callable
from typing import BinaryIO

from PIL import ExifTags, Image, ImageCms

from .rules import PictureRefused, Rules, measure

# Pixels are counted here, with an exact message, before anything is decoded; Pillow's own guard would only say "bomb".
Image.MAX_IMAGE_PIXELS = None

# Above this many pixels the copy is made at half size: that bounds memory (4 bytes a pixel, two copies), and the model
# paints about one megapixel in any case.
FULL_SIZE_PIXELS = 24_000_000
# Measured: one scan of 50 megapixels takes 30 ms, and photographs have about ten.
MAX_SCANS = 50
# 50 megapixels with halved colours, as cameras save them, are 75 million.
MAX_SAMPLES = 90_000_000
STRIP_PIXELS = 1_000_000

# What follows 0xFF where it is not a stuffed byte, a restart or padding.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(file: BinaryIO, found: str, rules: Rules) -> Image.Image:
    """The upright picture in 8-bit sRGB. Many phone JPEGs are "MPO", several pictures in one file: frame 0 is the photo."""
    scans = _count_scans(file) if found == "JPEG" else 1
    if scans > MAX_SCANS:
        raise PictureRefused("unreadable")
    file.seek(0)
    image: Image.Image = Image.open(file, formats=(found,))
    measure(*image.size, rules)
    if scans > 1:
        _bound_samples(image)
    shrink = 1
    if image.width * image.height > FULL_SIZE_PIXELS:
        drafted = image.draft(None, (image.width // 2, image.height // 2))
        shrink = 1 if drafted else 2
    image.load()
    turn, image = _turn(image), _to_srgb(image, shrink)
    return image.transpose(turn) if turn else image


def _count_scans(file: BinaryIO) -> int:
    """How many passes over the picture a JPEG asks for. Pillow does them all: 10 MB could order hours of work."""
    file.seek(0)
    data, at, scans = file.read(), 2, 0
    while marker := _MARKER.search(data, at):
        at, kind = marker.end(), marker[0][1]
        if kind == 0xD9:
            break
        scans += kind == 0xDA
        at += int.from_bytes(data[at : at + 2])
    return scans


def _bound_samples(image: Image.Image) -> None:
    """In several scans, libjpeg holds every sample of every colour in two bytes until the last."""
    blocks = [across * down for _id, across, down, _table in getattr(image, "layer", [])]
    samples = image.width * image.height * sum(blocks) // max(blocks, default=1)
    if samples > MAX_SAMPLES:
        limit = image.width * image.height * MAX_SAMPLES // samples
        raise PictureRefused("too_many_pixels", width=image.width, height=image.height, limit=limit)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a photo is not refused for broken metadata that is thrown away in any case
        return None


def _to_srgb(image: Image.Image, shrink: int) -> Image.Image:
    """Strip by strip, because every step needs another copy and whole ones would take several times the memory."""
    in_srgb = _profile_conversion(image)
    clean = Image.new("RGB", (-(-image.width // shrink), -(-image.height // shrink)))
    rows = max(STRIP_PIXELS // image.width, 1) * shrink
    for top in range(0, image.height, rows):
        strip = _opaque_8_bit(image.crop((0, top, image.width, min(top + rows, image.height))))
        strip = (in_srgb(strip) if in_srgb else strip).convert("RGB")
        clean.paste(strip.reduce(shrink), (0, top // shrink))
    return clean


def _opaque_8_bit(image: Image.Image) -> Image.Image:
    """As L, RGB or CMYK."""
    image = _eight_bits(image)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB") if image.mode == "P" else image


def _eight_bits(image: Image.Image) -> Image.Image:
    """`convert()` clips 16-bit values to 255 and would leave a white picture, so scale them first."""
    see_through = image.info.get("transparency")
    if image.mode.startswith("I"):
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    # Pillow halves the depth of the pixels and not of the one colour that a 16-bit PNG declares transparent.
    if isinstance(see_through, int) and see_through > 255:
        image.info["transparency"] = see_through // 257
    elif isinstance(see_through, tuple) and max(see_through) > 255:
        image.info["transparency"] = tuple(value >> 8 for value in see_through)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """The model takes no transparency. White is what most viewers show behind it, so Before looks like what was sent."""
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _profile_conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """Wide-gamut photos keep their look only if their colours are converted; dropping the profile would fade them."""
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _opaque_8_bit(image.crop((0, 0, 1, 1))).mode
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return lambda strip: ImageCms.applyTransform(strip, transform) or strip
