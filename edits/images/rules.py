"""What a picture must be, and the refusal of one that is not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True)
class Rules:
    """What a picture must be. Sizes in bytes and pixels; longer : shorter side must be below `max_ratio`.

    `crops`: a picture longer than `max_ratio` is cropped to its middle instead of being refused. `keeps`: a picture whose pixels
    need no change is kept as it was encoded, without its metadata; visitors' files are always encoded again.
    """

    formats: tuple[str, ...] = ("JPEG", "PNG")
    max_bytes: int = 10 * MIB
    max_clean_bytes: int = 10_000_000
    min_side: int = 15
    max_ratio: int | None = 3
    max_pixels: int = 50_000_000
    jpeg_quality: int = 92
    crops: bool = False
    keeps: bool = False


# Source: the model's help text. "jpeg, png; aspect ratio within (1/3, 3); width and height > 14; no more than 10MB".
UPLOAD = Rules()
# What the model returns may have any shape; how it sizes its output is not documented.
RESULT = replace(
    UPLOAD,
    formats=("JPEG", "PNG", "WEBP"),
    max_bytes=50 * MIB,
    max_clean_bytes=50 * MIB,
    min_side=2,
    max_ratio=None,
    jpeg_quality=95,
    keeps=True,
)
# What "Make it fit" accepts: larger files, any aspect ratio, more pixels, and WebP, whose decoding can be bounded, too.
FITTED = replace(UPLOAD, formats=("JPEG", "PNG", "WEBP"), max_bytes=40 * MIB, max_pixels=210_000_000, crops=True)
# The most pixels that a decoder may be given, to stay under 300 MB: a JPEG can be read at a reduced size, and the WebP decoder
# holds several copies (measured: 17 bytes a pixel).
DECODABLE = {"JPEG": 210_000_000, "PNG": 50_000_000, "WEBP": 12_500_000}

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("JPEG", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("PNG", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("WEBP", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("GIF", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("HEIC", lambda head: head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS),
    ("AVIF", lambda head: head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis")),
    ("BMP", lambda head: head.startswith(b"BM")),
    ("TIFF", lambda head: head.startswith((b"II*\x00", b"MM\x00*"))),
    ("PDF", lambda head: head.startswith(b"%PDF")),
    ("HTML", lambda head: head.lstrip().lower().startswith((b"<!doctype html", b"<html"))),
    ("SVG", lambda head: b"<svg" in head),
)


class Refused(ValueError):
    """The request cannot be carried out with these pictures.

    `code` says why in one word; `facts` are what was found and what is allowed, for the message that a user reads.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Any] = facts

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{name}={value}" for name, value in self.facts.items())])


class PictureRefused(Refused):
    """A picture that breaks a rule.

    `code` is one of empty, too_large, unsupported_format, unreadable, too_small, aspect_ratio, too_many_pixels.
    """


class RegionRefused(Refused):
    """A region that cannot be used. `code` is one of unreadable, empty, shape."""


class CompositeRefused(Refused):
    """Two pictures from which no composite can be made. `code` is one of whole_picture, not_aligned, nothing_changed."""


def recognize(head: bytes) -> str:
    """The format according to a file's first 512 bytes, or an empty string."""
    return next((name for name, matches in _SIGNATURES if matches(head)), "")


def measure(width: int, height: int, rules: Rules = UPLOAD, found: str = "JPEG") -> None:
    """Check the size in pixels of a picture of the format `found`. Raises PictureRefused.

    The ratio rule is symmetric, so turning the picture cannot change the answer.
    """
    facts = {"width": width, "height": height}
    if min(width, height) < rules.min_side:
        raise PictureRefused("too_small", **facts, limit=rules.min_side)
    if rules.max_ratio and not rules.crops and max(width, height) >= rules.max_ratio * min(width, height):
        raise PictureRefused("aspect_ratio", **facts, limit=rules.max_ratio)
    limit = min(rules.max_pixels, DECODABLE[found])
    if width * height > limit:
        raise PictureRefused("too_many_pixels", **facts, limit=limit, found=found)


def keeps_rules(width: int, height: int, size: int) -> bool:
    """Whether a clean copy of `size` bytes may be sent to the model as it is."""
    try:
        measure(width, height)
    except PictureRefused:
        return False
    return size <= UPLOAD.max_clean_bytes


def can_be_fitted(error: PictureRefused) -> bool:
    """Whether a picture that UPLOAD refused for this reason may pass with FITTED."""
    facts = error.facts
    match error.code:
        case "too_large":
            return bool(facts["size"] <= FITTED.max_bytes)
        case "unsupported_format":
            return facts["found"] in FITTED.formats
        case "too_many_pixels":
            return bool(facts["width"] * facts["height"] <= DECODABLE[facts["found"]])
        case code:
            return code == "aspect_ratio"
