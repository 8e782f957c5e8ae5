"""From an untrusted file to upright 8-bit sRGB pixels, with bounded memory and time."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from PIL import ExifTags, Image, ImageCms

from .rules import PictureRefused, Rules, measure
from .structure import bound_chunks, count_scans, webp_size

# Pixels are counted here, with an exact message, before anything is decoded; Pillow's own guard would only say "bomb".
Image.MAX_IMAGE_PIXELS = None

# Above this many pixels the copy is made at half size, or less: that bounds memory (4 bytes a pixel, two copies), and the model
# paints about one megapixel in any case.
FULL_SIZE_PIXELS = 24_000_000
# 50 megapixels with halved colors, as cameras save them, are 75 million.
MAX_SAMPLES = 90_000_000
STRIP_PIXELS = 1_000_000

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Decoded:
    """The upright picture in 8-bit sRGB. `is_as_stored`: these are the very pixels of the file, in its order and colors."""

    image: Image.Image
    is_as_stored: bool


def decode(file: BinaryIO, found: str, rules: Rules) -> Decoded:
    """Decode it completely. Many phone JPEGs are "MPO", several pictures in one file: frame 0 is the photo."""
    image = _opened(file, found, rules)
    stored_size = image.size
    shrink = _shrink(image)
    image.load()
    turn = _turn(image)
    is_plain = image.mode == "RGB" and not image.has_transparency_data and "icc_profile" not in image.info
    middle = _middle(image, rules)
    # A picture that needs no conversion is not copied.
    if not (is_plain and shrink == 1 and middle == (0, 0, *image.size)):
        image = _to_srgb(image, middle, shrink)
    is_as_stored = is_plain and turn is None and image.size == stored_size
    return Decoded(image if turn is None else image.transpose(turn), is_as_stored)


def _opened(file: BinaryIO, found: str, rules: Rules) -> Image.Image:
    """Not decoded yet, and checked to be small enough to decode."""
    scans = count_scans(file) if found == "JPEG" else 1
    if found == "PNG":
        bound_chunks(file)
    if found == "WEBP":
        measure(*webp_size(file), rules, found)
    file.seek(0)
    image: Image.Image = Image.open(file, formats=(found,))
    measure(*image.size, rules, found)
    if scans > 1:
        _bound_samples(image)
    return image


def _shrink(image: Image.Image) -> int:
    """By how much the copy is reduced after decoding. A JPEG is decoded at a smaller size instead."""
    pixels = image.width * image.height
    scale = next(scale for scale in (1, 2, 4, 8) if pixels <= FULL_SIZE_PIXELS * scale**2)
    if scale == 1 or image.draft(None, (image.width // scale, image.height // scale)):
        return 1
    return scale


def _middle(image: Image.Image, rules: Rules) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is kept: all, or the middle of a picture that is longer than the model takes."""
    width, height = image.size
    if rules.crops and rules.max_ratio:
        width, height = min(width, rules.max_ratio * height - 1), min(height, rules.max_ratio * width - 1)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return left, top, left + width, top + height


def _bound_samples(image: Image.Image) -> None:
    """For a JPEG of several scans, libjpeg holds every sample of every color in two bytes until the last scan."""
    blocks = [across * down for _id, across, down, _table in getattr(image, "layer", [])]
    samples = image.width * image.height * sum(blocks) // max(blocks, default=1)
    if samples > MAX_SAMPLES:
        limit = image.width * image.height * MAX_SAMPLES // samples
        raise PictureRefused("too_many_pixels", width=image.width, height=image.height, limit=limit, found="JPEG")


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a photo is not refused for broken metadata that is thrown away in any case
        return None


def _to_srgb(image: Image.Image, box: tuple[int, int, int, int], shrink: int) -> Image.Image:
    """Strip by strip, because every step needs another copy and whole ones would take several times the memory."""
    in_srgb = _profile_conversion(image)
    left, first, right, last = box
    clean = Image.new("RGB", (-(-(right - left) // shrink), -(-(last - first) // shrink)))
    rows = max(STRIP_PIXELS // (right - left), 1) * shrink
    for top in range(first, last, rows):
        strip = opaque_8_bit(image.crop((left, top, right, min(top + rows, last))))
        strip = in_srgb(strip) if in_srgb else strip
        # `convert` and `reduce` copy even where there is nothing to do.
        strip = strip if strip.mode == "RGB" else strip.convert("RGB")
        clean.paste(strip.reduce(shrink) if shrink > 1 else strip, (0, (top - first) // shrink))
    return clean


def opaque_8_bit(image: Image.Image) -> Image.Image:
    """As L, RGB or CMYK."""
    image = eight_bits(image)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB") if image.mode == "P" else image


def eight_bits(image: Image.Image) -> Image.Image:
    """`convert()` clips 16-bit values to 255 and would leave a white picture, so scale them first."""
    see_through = image.info.get("transparency")
    if image.mode.startswith("I"):
        image = image.point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    # Pillow reduces the pixels of a 16-bit PNG to 8 bits, but not the one color that it declares transparent.
    if isinstance(see_through, int) and see_through > 255:
        image.info["transparency"] = see_through // 257
    elif isinstance(see_through, tuple) and max(see_through) > 255:
        image.info["transparency"] = tuple(value >> 8 for value in see_through)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """The model doesn't support transparency. Most viewers show white behind it, so Before looks like what was sent."""
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _profile_conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """Wide-gamut photos keep their look only if their colors are converted; dropping the profile would make them look dull."""
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = opaque_8_bit(image.crop((0, 0, 1, 1))).mode
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    is_in_place = mode == "RGB"
    return lambda strip: ImageCms.applyTransform(strip, transform, inPlace=is_in_place) or strip
