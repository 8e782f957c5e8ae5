"""Small pictures made in memory."""

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from edits import images
from edits.images.morphology import Bools
from edits.images.region import Size, Window


def landscape(size: Size = (400, 300), seed: int = 1) -> Image.Image:
    """Something with large shapes, fine detail and color, the same every time."""
    chance = np.random.default_rng(seed)
    picture = np.zeros((size[1], size[0], 3), np.float32)
    for cells, strength in ((3, 90), (8, 60), (24, 40), (60, 25)):
        noise = chance.uniform(-1, 1, (max(cells * size[1] // size[0], 2), cells, 3)).astype(np.float32)
        for channel in range(3):
            plane = Image.fromarray(np.ascontiguousarray(noise[..., channel])).resize(size, Image.Resampling.BICUBIC)
            picture[..., channel] += strength * np.asarray(plane)
    return Image.fromarray((picture + 128).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": 92, **options} if format == "JPEG" else options
    image.save(buffer, format, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pixels(data: bytes, mode: str = "RGB") -> NDArray[np.int16]:
    return np.asarray(opened(data).convert(mode), np.int16)


def negative(data: bytes) -> bytes:
    """The result of a model that inverts whatever it gets: a picture of the same size."""
    return encoded(Image.fromarray(255 - np.asarray(opened(data).convert("RGB"))), "PNG")


def drawn(size: Size, box: Window) -> images.Region:
    """The region of a white rectangle (left, top, right, bottom in pixels) in a mask of this size."""
    mask = np.zeros((size[1], size[0]), bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return images.Region(mask)


def in_box(text: str, photo: Size) -> images.Region:
    """The region of a box in fractions of the photo; it must be less than everything."""
    region = images.region_from_box(text, photo)
    assert region is not None
    return region


def in_mask(data: bytes, photo: Size) -> images.Region:
    """The region of a mask's file; it must be less than everything."""
    region = images.region_from_mask(data, photo)
    assert region is not None
    return region


def mask_of(region: images.Region, size: Size) -> Bools:
    """The region in pixels of a photo of this size."""
    return region.share_in(size, (0, 0, *size), size) > 0


def psnr(one: NDArray[Any], other: NDArray[Any]) -> float:
    return 10 * math.log10(255**2 / max(float(((one - other).astype(np.float64) ** 2).mean()), 1e-9))


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_primaries() -> bytes:
    """The sRGB profile with its red and blue exchanged: it is obvious whether it was applied."""
    profile = srgb()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
