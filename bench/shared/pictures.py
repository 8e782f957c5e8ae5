"""Pictures of any size to measure with: a photograph, enlarged, with the grain of a camera."""

import io

import numpy
from PIL import Image

from tests.photos import photo_path


def jpeg(size: tuple[int, int], *, turned: int = 1, icc_profile: bytes | None = None, quality: int = 92, grain: int = 7) -> bytes:
    """Pictures of different `grain` differ in every pixel, so that none is taken for another."""
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = turned
    _photograph(size, grain).save(file, "JPEG", quality=quality, exif=exif, icc_profile=icc_profile)
    return file.getvalue()


def png(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    _photograph(size, 7).save(file, "PNG")
    return file.getvalue()


def _photograph(size: tuple[int, int], grain: int) -> Image.Image:
    with Image.open(photo_path("coffee.png")) as image:
        pixels = numpy.asarray(image.convert("RGB").resize(size, Image.Resampling.BICUBIC), dtype=numpy.int16)
    noise = numpy.random.default_rng(grain).normal(0, 4, pixels.shape)
    return Image.fromarray(numpy.clip(pixels + noise, 0, 255).astype(numpy.uint8))
