"""A result is what its name says, with the note that AI made it; what cannot be read is kept as it came."""

import io
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from edits.command_line.pictures import Unusable, for_wiro, in_format_of
from edits.wiro.catalog import SEEDEDIT, load

RULES = load()[SEEDEDIT].picture
NOTE = "<x:xmpmeta>made by AI</x:xmpmeta>"


def png(size: tuple[int, int] = (40, 30), mode: str = "RGB", color: object = "red") -> bytes:
    buffer, note = io.BytesIO(), PngImagePlugin.PngInfo()
    note.add_itxt("XML:com.adobe.xmp", NOTE)
    Image.new(mode, size, color).save(buffer, "PNG", pnginfo=note)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")])
def test_another_format_is_converted_and_keeps_its_note(name: str, kind: str) -> None:
    with Image.open(io.BytesIO(in_format_of(Path(name), png()))) as image:
        assert image.format == kind
        assert NOTE.encode() in image.info["xmp"]


def test_a_jpeg_becomes_a_png_with_its_note() -> None:
    jpeg = in_format_of(Path("a.jpg"), png())
    with Image.open(io.BytesIO(in_format_of(Path("a.png"), jpeg))) as image:
        assert image.format == "PNG"
        assert NOTE in image.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("name", ["a.png", "a", "a.tiff"])
def test_what_needs_no_change_stays_as_it_is_byte_for_byte(name: str) -> None:
    assert in_format_of(Path(name), png()) == png()


def test_what_cannot_be_read_is_kept() -> None:
    assert in_format_of(Path("a.jpg"), b"paid for, and no picture") == b"paid for, and no picture"


def test_transparency_becomes_white_for_wiro() -> None:
    data, kind = for_wiro(png(mode="RGBA", color=(255, 0, 0, 0)), RULES)
    with Image.open(io.BytesIO(data)) as image:
        assert (kind, image.mode, image.getpixel((5, 5))) == ("image/png", "RGB", (255, 255, 255))
        assert "XML:com.adobe.xmp" not in image.info


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no photo", "not a JPEG, PNG or WebP"),
        (png()[:60], "damaged"),
        (png((300, 10)), "fewer than 15 pixels"),
        (png((300, 100)), "too long and narrow"),
    ],
)
def test_what_the_model_does_not_take_is_refused_before_anything_is_sent(content: bytes, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        for_wiro(content, RULES)
