"""The note in a picture that leaves the site: readable by others, true, and without a trace of a person."""

import io
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from PIL import Image, ImageChops

from edits import images
from tests.photos import photo_path
from tests.xmp import EDITED_WITH_AI, NAMES, facts, packet_in

MADE = images.Provenance(
    system="ByteDance/image-to-image-seededit-v3 via Wiro",
    seed=42,
    guidance_scale=4.5,
    edited_at=datetime(2026, 3, 4, 12, 30, 15, 999, tzinfo=timezone(timedelta(hours=2))),
)


def encoded(format: str, **options: Any) -> bytes:
    with photo_path("rocket.jpg").open("rb") as file, Image.open(file) as image:
        buffer = io.BytesIO()
        image.save(buffer, format, **options)
        return buffer.getvalue()


@pytest.fixture(params=["JPEG", "JPEG without JFIF", "progressive JPEG", "PNG"])
def unmarked(request: pytest.FixtureRequest) -> bytes:
    match request.param:
        case "JPEG without JFIF":
            data = encoded("JPEG")
            return data[:2] + data[4 + int.from_bytes(data[4:6]) :]
        case "progressive JPEG":
            return encoded("JPEG", progressive=True)
        case format:
            return encoded(format)


def test_a_marked_picture_says_that_ai_edited_it_with_what_and_when(unmarked: bytes) -> None:
    assert facts(images.mark(unmarked, MADE)) == {
        "iptc:DigitalSourceType": EDITED_WITH_AI,
        "iptc:AISystemUsed": MADE.system,
        "xmp:CreatorTool": MADE.system,
        "xmp:CreateDate": "2026-03-04T10:30:15Z",
        "dc:description/rdf:Alt/rdf:li": "Edited with AI",
        "xmpMM:History/rdf:Seq/rdf:li/stEvt:action": "edited",
        "xmpMM:History/rdf:Seq/rdf:li/stEvt:parameters": "seed 42, guidance 4.5",
    }


def test_marking_adds_bytes_and_changes_none(unmarked: bytes) -> None:
    marked = images.mark(unmarked, MADE)
    added = len(marked) - len(unmarked)
    at = next(index for index, (old, new) in enumerate(zip(unmarked, marked, strict=False)) if old != new)
    # The first byte that differs may lie a little after the place of the insertion.
    assert any(marked[:start] + marked[start + added :] == unmarked for start in range(max(at - 8, 0), at + 1))
    assert added < 2000


def test_the_pixels_are_the_same(unmarked: bytes) -> None:
    with Image.open(io.BytesIO(unmarked)) as before, Image.open(io.BytesIO(images.mark(unmarked, MADE))) as after:
        assert before.size == after.size
        assert ImageChops.difference(before.convert("RGB"), after.convert("RGB")).getbbox() is None


def test_a_jpeg_keeps_its_jfif_segment_first_and_the_note_follows() -> None:
    data = encoded("JPEG", dpi=(300, 300))
    marked = images.mark(data, MADE)
    after_jfif = 4 + int.from_bytes(data[4:6])
    assert marked[:after_jfif] == data[:after_jfif]
    assert marked[after_jfif : after_jfif + 2] == b"\xff\xe1"
    length = int.from_bytes(marked[after_jfif + 2 : after_jfif + 4])
    assert marked[after_jfif + 4 :].startswith(b"http://ns.adobe.com/xap/1.0/\x00<?xpacket begin=")
    assert marked[after_jfif + 2 + length :] == data[after_jfif:]
    with Image.open(io.BytesIO(marked)) as image:
        assert image.info["dpi"] == (300, 300)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        content, checksum = data[at + 8 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        assert zlib.crc32(kind + content) == int.from_bytes(checksum), kind
        yield kind, content
        at += 12 + length


def test_a_png_has_one_note_with_a_right_checksum_before_its_pixels() -> None:
    found = list(chunks(images.mark(encoded("PNG"), MADE)))
    kinds = [kind for kind, _content in found]
    assert kinds[:2] == [b"IHDR", b"iTXt"]
    assert kinds[-1] == b"IEND"
    assert kinds.count(b"iTXt") == 1
    assert found[1][1].startswith(b"XML:com.adobe.xmp\x00\x00\x00\x00\x00<?xpacket ")


def test_the_packet_is_wrapped_in_utf_8_and_the_same_every_time() -> None:
    packet = images.packet(MADE)
    assert packet == images.packet(MADE)
    assert packet.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode())
    assert packet.endswith(b'<?xpacket end="r"?>')


def test_whatever_the_words_are_they_stay_text() -> None:
    hostile = 'Å <b>"&\'</x:xmpmeta>]]><?xpacket end="w"?>'
    made = images.Provenance(hostile, 1, 4.0, MADE.edited_at)
    assert facts(images.mark(encoded("PNG"), made))["iptc:AISystemUsed"] == hostile


@pytest.mark.parametrize("data", [b"", b"\xff", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP", b"\x89PNG\r\n"])
def test_only_jpeg_and_png_are_marked(data: bytes) -> None:
    with pytest.raises(ValueError, match="neither JPEG nor PNG"):
        images.mark(data, MADE)


def test_the_note_in_a_composite_names_the_region_that_was_painted(unmarked: bytes) -> None:
    composite = images.Provenance(MADE.system, 1, 4.0, MADE.edited_at, region=images.Box(0.25, 0.5, 0.125, 0.3333333))
    region = packet_in(images.mark(unmarked, composite)).find(".//iptc:ImageRegion/rdf:Bag/rdf:li", NAMES)
    assert region is not None
    boundary = region.find("iptc:RegionBoundary", NAMES)
    assert boundary is not None
    names = ("rbShape", "rbUnit", "rbX", "rbY", "rbW", "rbH")
    assert [boundary.findtext(f"iptc:{name}", namespaces=NAMES) for name in names] == [
        "rectangle", "relative", "0.2500", "0.5000", "0.1250", "0.3333",
    ]  # fmt: skip
    roles = [role.text for role in region.findall("iptc:rRole/rdf:Bag/rdf:li/xmp:Identifier/rdf:Bag/rdf:li", NAMES)]
    assert roles == ["http://cv.iptc.org/newscodes/imageregionrole/compositeImageItem"]
    made = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert region.findtext("iptc:DigitalSourceType", namespaces=NAMES) == made


def test_the_note_in_a_picture_that_is_all_painted_names_no_region() -> None:
    assert b"ImageRegion" not in images.packet(MADE)
