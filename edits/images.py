"""What counts as a photo, and the clean copy that is kept, sent and shown. Pillow only.

Nobody's bytes are trusted, neither a visitor's nor a vendor's: a picture is recognised by its content, measured before it is
decoded, decoded completely, and encoded again. The copy is upright 8-bit sRGB without any metadata.
"""

import hashlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

# Pixels are counted here, with an exact message, before anything is decoded; Pillow's own guard would only say "bomb".
Image.MAX_IMAGE_PIXELS = None

MIB = 1024 * 1024
# Above this many pixels the copy is made at half size: that bounds memory (4 bytes a pixel, several copies), and the model
# paints about one megapixel in any case.
FULL_SIZE_PIXELS = 24_000_000
CARD_WIDTH = 480
PAGE_WIDTH = 1600

# Two pictures at a time per process keep the peak near 500 MB however many people upload at once.
_decoding = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Rules:
    """What a picture must be. Sizes in bytes and pixels; `max_ratio` bounds longer : shorter side, itself excluded."""

    formats: tuple[str, ...] = ("JPEG", "PNG")
    max_bytes: int = 10 * MIB
    max_clean_bytes: int = 10_000_000
    min_side: int = 15
    max_ratio: int | None = 3
    max_pixels: int = 50_000_000
    jpeg_quality: int = 92


# Source: the model's help text. "jpeg, png; aspect ratio within (1/3, 3); width and height > 14; no more than 10MB".
UPLOAD = Rules()
# What the model gives back may have any shape; how it sizes its output is not documented.
RESULT = replace(
    UPLOAD,
    formats=("JPEG", "PNG", "WEBP"),
    max_bytes=50 * MIB,
    max_clean_bytes=50 * MIB,
    min_side=2,
    max_ratio=None,
    jpeg_quality=95,
)

_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("JPEG", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("PNG", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("WEBP", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("GIF", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("HEIC", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")),
    ("AVIF", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis")),
    ("BMP", lambda head: head.startswith(b"BM")),
    ("TIFF", lambda head: head.startswith((b"II*\x00", b"MM\x00*"))),
    ("PDF", lambda head: head.startswith(b"%PDF")),
    ("SVG", lambda head: b"<svg" in head),
)


class PictureRefused(ValueError):
    """A picture that breaks a rule.

    `code` is one of empty, too_large, unsupported_format, unreadable, too_small, aspect_ratio, too_many_pixels; `facts` tells
    what was found and what is allowed, for the sentence that a person reads.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value}" for name, value in self.facts.items())])


@dataclass(frozen=True)
class Rendition:
    """A WebP copy for a page: bytes, and width and height in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class CleanPicture:
    """The copy that is kept: encoded bytes, Pillow's format name ("JPEG" or "PNG"), pixels, and two renditions."""

    data: bytes
    format: str
    width: int
    height: int
    card: Rendition
    page: Rendition

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.format]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def clean(file: BinaryIO, rules: Rules = UPLOAD) -> CleanPicture:
    """Check `file` against `rules` and return its clean copy. Raises PictureRefused, and nothing else for any bytes."""
    size = file.seek(0, io.SEEK_END)
    if size == 0:
        raise PictureRefused("empty")
    if size > rules.max_bytes:
        raise PictureRefused("too_large", size=size, limit=rules.max_bytes)
    file.seek(0)
    found = _recognise(file.read(512))
    if found not in rules.formats:
        raise PictureRefused("unsupported_format", found=found)
    file.seek(0)
    with _decoding:
        return _copy(_decode(file, found, rules), found, rules)


def measure(width: int, height: int, rules: Rules = UPLOAD) -> None:
    """Check a picture's size in pixels. The ratio rule is symmetric, so turning the picture cannot change the answer."""
    facts = {"width": width, "height": height}
    if min(width, height) < rules.min_side:
        raise PictureRefused("too_small", **facts, limit=rules.min_side)
    if rules.max_ratio and (width >= rules.max_ratio * height or height >= rules.max_ratio * width):
        raise PictureRefused("aspect_ratio", **facts, limit=rules.max_ratio)
    if width * height > rules.max_pixels:
        raise PictureRefused("too_many_pixels", **facts, limit=rules.max_pixels)


def _recognise(head: bytes) -> str:
    return next((name for name, matches in _SIGNATURES if matches(head)), "")


def _decode(file: BinaryIO, found: str, rules: Rules) -> Image.Image:
    """The upright picture in 8-bit sRGB. Many phone JPEGs are "MPO", several pictures in one file: frame 0 is the photo."""
    try:
        with Image.open(file, formats=(found,)) as image:
            measure(*image.size, rules)
            half = (image.width // 2, image.height // 2) if image.width * image.height > FULL_SIZE_PIXELS else None
            if half:
                image.draft(None, half)
            image.load()
            halved = image.reduce(2) if half and image.width > half[0] + 1 else image
            return _to_srgb(_upright(halved))
    except PictureRefused:
        raise
    except Exception as error:
        raise PictureRefused("unreadable") from error


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - a photo is not refused for broken metadata that is thrown away in any case
        return image


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = _eight_bits(image)
    if image.mode in ("P", "PA", "LA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        image = _on_white(image.convert("RGBA"))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _convert_profile(image, profile)
    image = image.convert("RGB")
    image.info.clear()
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """`convert()` clips 16-bit values to 255 and would leave a white picture, so scale them first."""
    if image.mode == "I" or image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return image.convert("L") if image.mode in ("1", "F") else image


def _on_white(image: Image.Image) -> Image.Image:
    """The model takes no transparency. White is what most viewers show behind it, so Before looks like what was sent."""
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _convert_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Wide-gamut photos keep their look only if their colours are converted; dropping the profile would fade them."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image


def _copy(image: Image.Image, found: str, rules: Rules) -> CleanPicture:
    card, page = _rendition(image, CARD_WIDTH), _rendition(image, PAGE_WIDTH)
    data, format, size = _encode_within(image, "JPEG" if found == "JPEG" else "PNG", rules)
    return CleanPicture(data, format, *size, card=card, page=page)


def _encode_within(image: Image.Image, format: str, rules: Rules) -> tuple[bytes, str, tuple[int, int]]:
    """Encoding again can make a picture larger than Wiro allows: a PNG becomes a JPEG, then quality and size give way."""
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
            image = image.resize((max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1)), reducing_gap=2.0)


def _encode(image: Image.Image, format: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    if format == "JPEG":
        image.save(buffer, "JPEG", quality=quality)
    else:
        image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _rendition(image: Image.Image, width: int) -> Rendition:
    if image.width > width:
        height = max(round(image.height * width / image.width), 1)
        image = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80, method=2)
    return Rendition(buffer.getvalue(), *image.size)
