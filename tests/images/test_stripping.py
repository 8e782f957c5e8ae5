"""A result whose pixels need no change keeps its encoding and loses everything that is not part of the picture."""

import io
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from edits import images
from edits.images.stripping import strip_metadata
from tests.photos import photo_path
from tests.pictures import chunk

SECRET = b"51.477928,-0.001545 somebody's phone"


@pytest.fixture(scope="module")
def cat() -> Image.Image:
    with Image.open(photo_path("chelsea.png")) as image:
        return image.convert("RGB")


def written(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def kept(data: bytes) -> images.CleanPicture:
    return images.clean(io.BytesIO(data), images.RESULT)


def pixels(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB")


def noted() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return info


def noted_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return exif


# Every way in which encoders write the same pixels, with notes wherever a format has room for them.
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("JPEG", {"quality": 85, "comment": SECRET}),
    ("JPEG", {"quality": 85, "progressive": True, "exif": noted_exif()}),
    ("JPEG", {"quality": 85, "subsampling": 0, "xmp": SECRET}),
    ("JPEG", {"quality": 85, "restart_marker_rows": 1, "dpi": (300, 300)}),
    ("JPEG", {"quality": 85, "keep_rgb": True}),
    ("PNG", {"pnginfo": noted(), "exif": noted_exif()}),
]


@pytest.mark.parametrize(("format", "options"), WAYS)
def test_the_encoding_stays_and_the_notes_go(cat: Image.Image, format: str, options: dict[str, Any]) -> None:
    data = written(cat, format, **options)
    picture = kept(data)
    assert SECRET not in picture.data
    assert len(picture.data) <= len(data)
    assert ImageChops.difference(pixels(picture.data), pixels(data)).getbbox() is None
    assert (picture.format, picture.width, picture.height) == (format, *cat.size)
    assert picture.data == strip_metadata(picture.data, format), "what is stripped once has nothing more to lose"


def test_what_follows_the_picture_goes(cat: Image.Image) -> None:
    for format in ("JPEG", "PNG"):
        data = written(cat, format)
        assert kept(data + b"PK\x03\x04 an archive").data == kept(data).data


def test_a_thumbnail_in_the_jfif_header_goes(cat: Image.Image) -> None:
    data = written(cat, "JPEG")
    content = data[6:18] + b"\x02\x02" + SECRET[:12]
    with_thumbnail = data[:4] + (len(content) + 2).to_bytes(2) + content + data[20:]
    assert kept(with_thumbnail).data == kept(data).data


def encoded_again(data: bytes) -> bool:
    picture = kept(data)
    return picture.data not in (data, _stripped_or_nothing(data, picture.format))


def _stripped_or_nothing(data: bytes, format: str) -> bytes:
    try:
        return strip_metadata(data, format)
    except ValueError:
        return b""


def test_what_needs_a_change_is_encoded_again(cat: Image.Image) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert encoded_again(written(cat, "JPEG", exif=turned))
    assert encoded_again(written(cat, "JPEG", icc_profile=profile))
    assert encoded_again(written(cat.convert("L"), "JPEG"))
    assert encoded_again(written(cat.convert("CMYK"), "JPEG"))
    assert encoded_again(written(cat.convert("RGBA"), "PNG"))
    assert encoded_again(written(cat.quantize(16), "PNG"))


def test_a_deeper_png_is_encoded_again(cat: Image.Image) -> None:
    """Pillow reads 16 bits as 8: the file holds more than what was decoded."""
    shallow = written(cat, "PNG")
    header = shallow[16:24] + b"\x10" + shallow[25:29]
    with pytest.raises(ValueError, match="8-bit RGB"):
        strip_metadata(shallow[:8] + chunk(b"IHDR", header) + shallow[33:], "PNG")


def test_a_visitors_file_is_encoded_again(cat: Image.Image) -> None:
    data = written(cat, "JPEG", quality=85)
    assert images.clean(io.BytesIO(data)).data != data


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_no_beginning_of_a_file_is_taken_for_a_whole_one(cat: Image.Image, format: str) -> None:
    data = written(cat.resize((40, 30)), format)
    for length in range(40, len(data) - 1):
        with pytest.raises(ValueError, match=r".+"):
            strip_metadata(data[:length], format)
