"""From clean pixels to the files that are kept, sent and shown."""

import base64
import hashlib
import io
import math
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from .rules import Rules
from .stripping import strip_metadata

CARD_WIDTH = 480
# A page of lists shows a dozen cards at once; a photo of grass should not weigh as much as all the others.
CARD_BYTES = 15_000
# Each quality with its smallest size relative to the first, over 18 photographs: hopeless ones are not tried.
RENDITION_QUALITIES = {80: 1.0, 65: 0.68, 50: 0.56, 35: 0.43}
PAGE_WIDTH = 1600
# Tall pictures are shown as high as the window, but not as wide; so their copy has at most as many pixels as a square one's.
PAGE_PIXELS = PAGE_WIDTH**2
PLACEHOLDER_WIDTH = 16
# A larger PNG becomes a JPEG, since compressing it could take seconds.
PNG_PIXELS = 6_000_000
EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


@dataclass(frozen=True)
class Rendition:
    """A WebP copy for a page: bytes, and width and height in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class CleanPicture:
    """The copy that is kept: encoded bytes, Pillow's format name ("JPEG" or "PNG"), pixels, two renditions, and a placeholder:
    16 pixels wide, as a data: address of some 200 characters, shown blurred until a rendition has arrived."""

    data: bytes
    format: str
    width: int
    height: int
    card: Rendition
    page: Rendition
    placeholder: str

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.format]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def encode(image: Image.Image, found: str, rules: Rules) -> CleanPicture:
    """`found` is the format that the picture came in; a JPEG stays one, anything else is kept without loss if it can be."""
    image = _within_ratio(image, rules)
    return with_renditions(image, *encode_within(image, found, rules))


def keep_encoded(file: BinaryIO, found: str, image: Image.Image, rules: Rules) -> CleanPicture | None:
    """The file as it was encoded, without its metadata; `image` is what was decoded from it, pixel for pixel. None for files that
    must be encoded again: those in other formats, too large to be kept, or with oddities between their parts."""
    is_light = found == "JPEG" or (found == "PNG" and image.width * image.height <= PNG_PIXELS)
    if not is_light:
        return None
    file.seek(0)
    try:
        data = strip_metadata(file.read(), found)
    except ValueError:
        return None
    return with_renditions(image, data, found, image.size) if len(data) <= rules.max_clean_bytes else None


def with_renditions(image: Image.Image, data: bytes, format: str, size: tuple[int, int]) -> CleanPicture:
    """`image` (RGB), encoded as `data`, with its copies for pages."""
    # Each is made from the one before: shrinking all of the pixels once is most of the work.
    for_page = _at_most(image, PAGE_WIDTH, PAGE_PIXELS)
    for_card = _at_most(for_page, CARD_WIDTH)
    card, page = _rendition(for_card, CARD_BYTES), _rendition(for_page)
    return CleanPicture(data, format, *size, card=card, page=page, placeholder=_placeholder(for_card))


def encode_within(image: Image.Image, found: str, rules: Rules) -> tuple[bytes, str, tuple[int, int]]:
    """Bytes, format and pixels, for a picture that came in the format `found`.

    Encoding again can make a picture larger than Wiro allows: then a PNG becomes a JPEG, then quality and size are reduced.
    """
    keeps_png = found != "JPEG" and image.width * image.height <= PNG_PIXELS
    format = "PNG" if keeps_png else "JPEG"
    quality = rules.jpeg_quality
    while True:
        data = _encode(image, format, quality)
        if len(data) <= rules.max_clean_bytes:
            return data, format, image.size
        if format == "PNG":
            format = "JPEG"
        elif quality > 80:
            quality -= 6
        else:
            smaller = (max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1))
            image = _within_ratio(image.resize(smaller, reducing_gap=2.0), rules)


def _within_ratio(image: Image.Image, rules: Rules) -> Image.Image:
    """Halving 11999 × 4000 makes it exactly 3 : 1, so the last row or column is dropped."""
    if not rules.max_ratio:
        return image
    width = min(image.width, rules.max_ratio * image.height - 1)
    height = min(image.height, rules.max_ratio * image.width - 1)
    return image if (width, height) == image.size else image.crop((0, 0, width, height))


def _encode(image: Image.Image, format: str, quality: int) -> bytes:
    if format == "PNG":
        return encode_png(image)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def encode_png(image: Image.Image, profile: bytes | None = None) -> bytes:
    """Without loss, with a color profile if there is one."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6, icc_profile=profile)
    return buffer.getvalue()


def _placeholder(image: Image.Image) -> str:
    height = min(max(round(PLACEHOLDER_WIDTH * image.height / image.width), 1), 3 * PLACEHOLDER_WIDTH)
    buffer = io.BytesIO()
    image.resize((PLACEHOLDER_WIDTH, height)).save(buffer, "WEBP", quality=20, method=4)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _at_most(image: Image.Image, width: int, pixels: float = math.inf) -> Image.Image:
    """At most `width` pixels wide, at most three times that high, and at most `pixels` in all: WebP allows 16,383 a side,
    and a result may have any shape.

    Whole pixels are averaged first, so that the better and slower filter has at most four times the pixels that it makes.
    """
    scale = min(width / image.width, 3 * width / image.height, math.sqrt(pixels / (image.width * image.height)))
    if scale >= 1:
        return image
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    whole = max(int(1 / scale), 1)
    return image.reduce(whole).resize(size, Image.Resampling.LANCZOS)


def _rendition(image: Image.Image, most: int | None = None) -> Rendition:
    """At most `most` bytes, if that is given and a lower quality can achieve it."""
    data = _webp(image, max(RENDITION_QUALITIES))
    size_of_best = len(data)
    for quality, share in RENDITION_QUALITIES.items():
        if most is None or len(data) <= most:
            break
        if share * size_of_best <= most or quality == min(RENDITION_QUALITIES):
            data = _webp(image, quality)
    return Rendition(data, *image.size)


def _webp(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return buffer.getvalue()
