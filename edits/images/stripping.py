"""A file without its metadata, with no pixel touched: what a decoder needs is copied, everything else is left out."""

import re

# Start and end of the picture, of a scan, and the JFIF header, which has to come first.
_START, _END, _SCAN, _JFIF = 0xD8, 0xD9, 0xDA, 0xE0
# Frame headers (baseline, extended, progressive), tables and the restart interval. Source: ITU-T T.81, table B.1.
_JPEG_NEEDED = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, _SCAN})
# Adobe's marker for how colors are stored, without which a decoder has to guess. Source: ITU-T T.872, 6.5.3.
_ADOBE, _ADOBE_NAME = 0xEE, b"Adobe"
# What ends the data of a scan: a marker that is neither a stuffed byte nor a restart.
_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bits a channel and kind of color, at bytes 24 and 25. Source: PNG Specification (W3C), 11.2.1.
_EIGHT_BIT_RGB = b"\x08\x02"
_PNG_NEEDED = frozenset({b"IHDR", b"IDAT", b"IEND"})


def strip_metadata(data: bytes, found: str) -> bytes:
    """`data`, a complete file of the format `found` ("JPEG" or "PNG") that a decoder has read, without anything but its picture.

    A PNG must be of 8-bit RGB. Raises ValueError for any other, and for what is not well-formed.
    """
    try:
        return _strip_jpeg(data) if found == "JPEG" else _strip_png(data)
    except IndexError as error:
        raise ValueError("the file ends early") from error


def _strip_jpeg(data: bytes) -> bytes:
    """Further pictures behind the first, and whatever else follows it, are left out as well."""
    kept, at = [data[:2]], 2
    while True:
        while data[at + 1] == 0xFF:  # any number of fill bytes may come before a marker
            at += 1
        if data[at] != 0xFF:
            raise ValueError(f"no marker at byte {at}")
        kind, end = data[at + 1], at + 2
        if kind == _END:
            return b"".join([*kept, data[at:end]])
        end += int.from_bytes(data[end : end + 2])
        if kind == _SCAN:
            end = _end_of_scan(data, end)
        if kind in _JPEG_NEEDED or (kind == _ADOBE and data[at + 4 : at + 9] == _ADOBE_NAME):
            kept.append(data[at:end])
        elif kind == _JFIF and data[at + 4 : at + 9] == b"JFIF\0":
            # Version, unit and density; then a thumbnail, of zero by zero pixels.
            kept.append(b"\xff\xe0\x00\x10" + data[at + 4 : at + 16] + b"\x00\x00")
        at = end


def _end_of_scan(data: bytes, start: int) -> int:
    found = _AFTER_SCAN.search(data, start)
    if found is None:
        raise ValueError("the picture has no end")
    return found.start()


def _strip_png(data: bytes) -> bytes:
    if data[24:26] != _EIGHT_BIT_RGB:
        raise ValueError("not of 8-bit RGB")
    kept, at = [_PNG_SIGNATURE], len(_PNG_SIGNATURE)
    while True:
        name = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            raise ValueError("the file ends early")
        if name in _PNG_NEEDED:
            kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
