"""Photos that are changed in one place, and how much of them stayed the same."""

import io
from typing import Any, TypeAlias

import numpy as np
from django.test import Client
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from edits.jobs import engine
from edits.models import Edit, Photo, State
from tests.forms import named, post
from tests.photos import photo_path
from tests.rows import reloaded

Pixels: TypeAlias = NDArray[np.int16]

# A tenth of the photo's width and height, in the middle.
BOX = "0.45,0.45,0.1,0.1"


def pixels_of(data: bytes) -> Pixels:
    """Rows, columns, RGB, 0 to 255."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"), np.int16)


def bytes_of(photo: Photo) -> bytes:
    with photo.file.open("rb") as file:
        return bytes(file.read())


def negative_of(picture: bytes) -> bytes:
    """As a PNG of the same size."""
    with Image.open(io.BytesIO(picture)) as image:
        return png(ImageOps.invert(image.convert("RGB"))).getvalue()


def region_png(size: tuple[int, int], box: tuple[float, float, float, float] = (0.45, 0.45, 0.1, 0.1)) -> io.BytesIO:
    """A mask as a program would send it: white where the photo may change, `box` in fractions of `size`."""
    mask = Image.new("L", size)
    left, top, width, height = box
    corners = [left * size[0], top * size[1], (left + width) * size[0] - 1, (top + height) * size[1] - 1]
    ImageDraw.Draw(mask).rectangle(corners, fill=255)
    return png(mask)


def png(image: Image.Image, **options: Any) -> io.BytesIO:
    """An upload named region.png."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    buffer.seek(0)
    buffer.name = "region.png"
    return buffer


def inside(shape: tuple[int, ...], box: tuple[float, float, float, float] = (0.45, 0.45, 0.1, 0.1)) -> NDArray[np.bool_]:
    """Where the box is, in an array of this shape, rounded outward."""
    rows, columns = shape[:2]
    left, top, width, height = box
    mask = np.zeros((rows, columns), bool)
    mask[int(top * rows) : int((top + height) * rows) + 1, int(left * columns) : int((left + width) * columns) + 1] = True
    return mask


def psnr(one: Pixels, other: Pixels) -> float:
    """Decibels; 99 for the same."""
    error = float(((one.astype(np.float64) - other) ** 2).mean())
    return 10 * float(np.log10(255**2 / error)) if error else 99.0


def photo_of(size: tuple[int, int], format: str = "JPEG", name: str = "rocket.jpg", **options: Any) -> bytes:
    """A photograph in this size, encoded."""
    with Image.open(photo_path(name)) as image:
        scaled = image.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    scaled.save(buffer, format, **options)
    return buffer.getvalue()


def order(browser: Client, photo: bytes, region_box: str = BOX, **fields: Any) -> Edit:
    """An edit of the photo, queued by the form; of its middle unless another region is given."""
    response = post(browser, as_json=True, photo=named(photo), region_box=region_box, **fields)
    assert response.status_code == 201, response.content
    return Edit.objects.get(pk=response.json()["id"])


def to_fetching(edit: Edit) -> Edit:
    """Advance the edit until its result is there to be fetched."""
    while edit.state != State.FETCHING:
        engine.advance(edit.pk)
        edit = reloaded(edit)
    return edit
