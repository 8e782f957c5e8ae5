"""What a file's headers claim, checked before a decoder acts on it."""

import re
from typing import BinaryIO

from .rules import PictureRefused

# Measured: one scan of 50 megapixels takes 30 ms, and photographs have about ten.
MAX_SCANS = 50
# Pillow takes microseconds for each, and 10 MB can hold millions of empty ones. A PNG of 40 MB has about 5,000.
MAX_PARTS = 50_000

# What follows 0xFF, unless it is a stuffed byte, a restart or padding.
_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")


def count_scans(file: BinaryIO) -> int:
    """How many passes over the picture a JPEG asks for. Pillow does them all: 10 MB could cause hours of work.

    Raises PictureRefused ("unreadable") for more scans or segments than a photograph has.
    """
    file.seek(0)
    data, at, scans, parts = file.read(), 2, 0, 0
    while marker := _MARKER.search(data, at):
        at, kind = marker.end(), marker[0][1]
        if kind == 0xD9:
            break
        scans, parts = scans + (kind == 0xDA), parts + 1
        if scans > MAX_SCANS or parts > MAX_PARTS:
            raise PictureRefused("unreadable")
        at += int.from_bytes(data[at : at + 2])
    return scans


def bound_chunks(file: BinaryIO) -> None:
    """Raises PictureRefused ("unreadable") for a PNG of more chunks than pictures have."""
    file.seek(8)
    for _ in range(MAX_PARTS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        file.seek(int.from_bytes(head[:4]) + 4, 1)
    raise PictureRefused("unreadable")


def webp_size(file: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels of a WebP: its decoder sets memory aside for them as soon as the file is opened.

    Source: RFC 9649. Raises PictureRefused ("unreadable").
    """
    file.seek(0)
    head = file.read(30).ljust(30, b"\0")
    match head[12:16]:
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            sizes = int.from_bytes(head[21:25], "little")
            return (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
        case _:
            raise PictureRefused("unreadable")
