"""The little that happens to pictures here: Wiro gets them upright and without metadata, and results get the format that their
name says."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from ..wiro.catalog import PictureRules

FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
QUALITY = 95
XMP = "XML:com.adobe.xmp"
# A larger one could need more memory than the machine has.
MAX_PIXELS = 100_000_000


class Unusable(Exception):
    """Why a file cannot be sent, in one line."""


def for_wiro(content: bytes, rules: PictureRules) -> tuple[bytes, str]:
    """The photo as it is sent, and its content type. Raises Unusable if it is no photo, or one that the model does not take."""
    image, found = _decoded(content)
    shorter, longer = sorted(image.size)
    if shorter < rules.min_side:
        raise Unusable(f"It has fewer than {rules.min_side} pixels on one side.")
    if rules.max_ratio and longer >= rules.max_ratio * shorter:
        raise Unusable(f"It is too long and narrow: one side must be less than {rules.max_ratio} times the other.")
    kind = found if found.lower() in rules.formats else "PNG" if "png" in rules.formats else "JPEG"
    data = _encoded(image, kind)
    if len(data) > rules.max_bytes:
        raise Unusable(f"It has more than {rules.max_bytes // 1024 // 1024} MB, the model's limit; make it smaller.")
    return data, TYPES[kind]


def _decoded(content: bytes) -> tuple[Image.Image, str]:
    """Upright, RGB, with white where it was transparent."""
    try:
        with Image.open(io.BytesIO(content), formats=list(TYPES)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unusable(f"It has more than {MAX_PIXELS // 1_000_000} megapixels.")
            found = image.format or ""
            upright = ImageOps.exif_transpose(image).convert("RGBA" if image.has_transparency_data else "RGB")
    except UnidentifiedImageError:
        raise Unusable("It is not a JPEG, PNG or WebP picture.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unusable("It is damaged.") from None
    if image.mode not in ("RGB", "RGBA", "P"):
        # The profile describes colors that the picture no longer has.
        upright.info.pop("icc_profile", None)
    if upright.mode == "RGBA":
        white = Image.new("RGBA", upright.size, "white")
        white.alpha_composite(upright)
        white.info |= upright.info
        upright = white.convert("RGB")
    return upright, found


def _encoded(image: Image.Image, kind: str) -> bytes:
    profile = image.info.get("icc_profile")
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    buffer = io.BytesIO()
    clean.save(buffer, kind, icc_profile=profile, **({} if kind == "PNG" else {"quality": QUALITY}))
    return buffer.getvalue()


def in_format_of(path: Path, picture: bytes) -> bytes:
    """The picture as the suffix of `path` says, with its note that AI made it. Unchanged if it is that already, if the suffix
    says nothing, or if it cannot be read: what was paid for is kept as it came."""
    kind = FORMATS.get(path.suffix.lower())
    try:
        with Image.open(io.BytesIO(picture), formats=list(TYPES)) as image:
            if kind in (None, image.format) or image.width * image.height > MAX_PIXELS:
                return picture
            return _converted(image, str(kind))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return picture


def _converted(image: Image.Image, kind: str) -> bytes:
    options: dict[str, Any] = {"icc_profile": image.info.get("icc_profile")}
    note = image.info.get("xmp") or image.info.get(XMP)
    if kind == "PNG" and note:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_itxt(XMP, note.decode() if isinstance(note, bytes) else note)
    elif note:
        options["xmp"] = note.encode() if isinstance(note, str) else note
    if kind != "PNG":
        options["quality"] = QUALITY
    buffer = io.BytesIO()
    (image if kind == "WEBP" else image.convert("RGB")).save(buffer, kind, **options)
    return buffer.getvalue()
