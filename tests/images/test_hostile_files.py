"""Any byte string becomes a clean picture or a refusal, quickly and in bounded memory."""

import io
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from edits import images
from tests.pictures import MIB, chunk, clean, encoded, refusal_of

ROOT = Path(__file__).resolve().parents[2]
SECONDS, GROWTH_MB = 2.0, 300
# The machine may be busy with other tests; the limit itself is for an idle one.
PATIENCE = 3


def small(format: str, **options: Any) -> bytes:
    """Small, so that thousands of mutations are quick; with texture, so that they hit pixels and not only headers."""
    return encoded(Image.effect_noise((48, 40), 60).convert("RGB"), format, **options)


REAL = [
    small("WEBP"),
    small("JPEG"),
    small("JPEG", progressive=True),
    small("PNG"),
    encoded(Image.open(io.BytesIO(small("PNG"))).quantize(16)),
]

mutations = st.lists(
    st.tuples(
        st.sampled_from(["flip", "insert", "delete", "cut", "double"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


def mutated(data: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, piece in changes:
        at = int(where * len(data))
        match kind:
            case "flip":
                data = data[:at] + piece + data[at + len(piece) :]
            case "insert":
                data = data[:at] + piece + data[at:]
            case "delete":
                data = data[:at] + data[at + len(piece) :]
            case "cut":
                data = data[:at]
            case "double":
                data += data[at:]
    return data


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=400, deadline=SECONDS * PATIENCE * 1000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.sampled_from(REAL), changes=mutations)
def test_a_mutated_picture_is_clean_or_refused_and_nothing_else(data: bytes, changes: list[tuple[str, float, bytes]]) -> None:
    for rules in (images.UPLOAD, images.RESULT, images.FITTED):
        try:
            picture = clean(mutated(data, changes), rules)
        except images.PictureRefused:
            continue
        Image.open(io.BytesIO(picture.data)).load()


@settings(max_examples=200, deadline=SECONDS * 1000)
@given(st.binary(max_size=600), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]))
def test_any_bytes_are_refused(tail: bytes, magic: bytes) -> None:
    for rules in (images.UPLOAD, images.RESULT, images.FITTED):
        refusal_of(magic + tail, rules)


def many_scans(count: int) -> bytes:
    """A small file that demands any amount of work: its last scan, repeated."""
    data = encoded(Image.new("RGB", (640, 480), "gray"), "JPEG", progressive=True)
    last = data[data.rfind(b"\xff\xc4", 0, data.rfind(b"\xff\xda")) : -2]
    return data[:-2] + last * count + b"\xff\xd9"


def test_a_jpeg_of_a_thousand_scans_is_refused_at_once() -> None:
    begun = time.process_time()
    assert refusal_of(many_scans(1000)).code == "unreadable"
    assert time.process_time() - begun < 0.5
    assert clean(many_scans(5)).width == 640


def test_scans_after_the_end_of_the_photo_are_not_counted() -> None:
    # Phones append short films and further pictures.
    assert clean(many_scans(0) + bytes(2) + b"\xff\xda\x00\x02" * 1000).width == 640


def test_scans_cannot_hide_behind_a_false_end() -> None:
    data = many_scans(1000)
    comment = b"\xff\xfe\x00\x04\xff\xd9"
    assert refusal_of(data[:2] + comment + data[2:]).code == "unreadable"


def with_empty_parts(kind: str) -> bytes:
    """10 MB of nothing but empty parts, each of which costs a decoder written in Python some time."""
    if kind == "JPEG":
        data = small("JPEG")
        return data[:2] + b"\xff\xfe\x00\x02" * (5 * MIB // 2) + data[2:]
    data = small("PNG")
    return data[:33] + chunk(b"prIv", b"") * (10 * MIB // 12 - 1000) + data[33:]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_file_of_a_million_empty_parts_is_refused_before_they_are_read(kind: str) -> None:
    rules = replace(images.UPLOAD, max_bytes=11 * MIB)
    begun = time.process_time()
    assert refusal_of(with_empty_parts(kind), rules).code == "unreadable"
    assert time.process_time() - begun < 1


def test_a_webp_is_measured_before_its_decoder_sets_memory_aside() -> None:
    data = bytearray(small("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"))
    assert data[12:16] == b"VP8X"
    data[24:30] = b"\xff\xff\xff" * 2
    for rules in (images.RESULT, images.FITTED):
        error = refusal_of(bytes(data), rules)
        assert error.code == "too_many_pixels"
        assert error.facts["width"] == 2**24


MEASURE = """
import io, sys
from edits import images
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024
begun = peak()
try:
    images.clean(open(sys.argv[1], "rb"), getattr(images, sys.argv[2]))
except images.PictureRefused:
    pass
print(peak() - begun)
"""

HUGE = (8000, 6240)
FULL = (5990, 4000)
HEAVY: dict[str, tuple[tuple[int, int], str, str, dict[str, Any]]] = {
    "50 megapixels of JPEG": (HUGE, "RGB", "JPEG", {"quality": 75}),
    "50 megapixels of progressive JPEG": (HUGE, "RGB", "JPEG", {"quality": 50, "progressive": True}),
    "the same with whole colors": (HUGE, "RGB", "JPEG", {"quality": 50, "progressive": True, "subsampling": 0}),
    "50 megapixels of flat PNG": (HUGE, "RGB", "PNG", {"compress_level": 1}),
    "50 megapixels of transparent PNG": (HUGE, "RGBA", "PNG", {"compress_level": 1}),
    "24 megapixels of turned JPEG": (
        FULL,
        "RGB",
        "JPEG",
        {"quality": 75, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"},
    ),
}


# Only pictures that are made to fit may be this large.
MENDED: dict[str, tuple[tuple[int, int], str, str, dict[str, Any]]] = {
    "200 megapixels of JPEG": ((16_320, 12_240), "RGB", "JPEG", {"quality": 75}),
    "64 megapixels of panorama": ((16_000, 4000), "RGB", "JPEG", {"quality": 75}),
    "50 megapixels of PNG panorama": ((16_300, 3060), "RGB", "PNG", {"compress_level": 1}),
    "12 megapixels of WebP": ((4080, 3060), "RGB", "WEBP", {"method": 0}),
    "12 megapixels of transparent WebP": ((4080, 3060), "RGBA", "WEBP", {"lossless": True, "method": 0}),
}


def children_cpu_seconds() -> float:
    """CPU time used by the child processes that have ended; it does not depend on how busy the machine is."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to tell a process's peak memory")
@pytest.mark.parametrize("rules", ["UPLOAD", "FITTED"])
@pytest.mark.parametrize("name", [*HEAVY, *MENDED])
def test_the_heaviest_pictures_stay_under_300_mb_and_are_quick(name: Any, rules: str, tmp_path: Path) -> None:
    size, mode, format, options = (HEAVY | MENDED)[name]
    path = tmp_path / "heavy"
    Image.new(mode, size, "orange").save(path, format, **options)
    before = children_cpu_seconds()
    done = subprocess.run([sys.executable, "-c", MEASURE, path, rules], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < GROWTH_MB
    assert children_cpu_seconds() - before < SECONDS * PATIENCE


def test_noise_in_black_and_white_is_not_compressed_for_seconds() -> None:
    data = encoded(Image.effect_noise((4000, 3000), 100).convert("1"))
    begun = time.process_time()
    assert clean(data).format == "JPEG"
    assert time.process_time() - begun < SECONDS * PATIENCE
