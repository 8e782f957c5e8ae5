"""Picture files made in memory, and pictures that are refused."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from edits import images
from edits.images import PictureRefused
from tests.photos import photo_bytes

MIB = 1024 * 1024


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """The file that Pillow writes of this image; `options` are Pillow's."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def plain(width: int, height: int, format: str = "PNG", **options: Any) -> bytes:
    """A picture file, `width` by `height` pixels."""
    return encoded(Image.new("RGB", (width, height), "teal"), format, **options)


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG file, with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixel_of(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The color of one pixel of an image that has several channels."""
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def jpeg_cut_at(share: float) -> bytes:
    data = photo_bytes("rocket.jpg")
    return data[: int(len(data) * share)]


def png_cut_at(share: float) -> bytes:
    data = photo_bytes("chelsea.png")
    return data[: int(len(data) * share)]


def clean(data: bytes, rules: images.Rules = images.UPLOAD) -> images.CleanPicture:
    return images.clean(io.BytesIO(data), rules)


def refusal_of(data: bytes, rules: images.Rules = images.UPLOAD) -> PictureRefused:
    with pytest.raises(PictureRefused) as caught:
        clean(data, rules)
    return caught.value


FOREIGN = {
    "GIF": plain(64, 64, "GIF"),
    "WebP": plain(64, 64, "WEBP"),
    "BMP": plain(64, 64, "BMP"),
    "TIFF": plain(64, 64, "TIFF"),
    "AVIF": plain(64, 64, "AVIF"),
    "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(2000),
    "PDF": plain(64, 64, "PDF"),
    "SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "HTML": b"\n<!DOCTYPE html><html><body><svg></svg><script>alert(1)</script></body></html>",
}
