"""Was this picture made from that one?"""

import io

from PIL import Image, ImageChops, ImageOps, ImageStat

from tests.photos import photo_path
from tests.run.site import Visitor

# Mean difference of two pictures, of 255: a re-encoded or slightly brightened copy stays well below this, another picture is
# above.
ALIKE = 14.0
TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


def assert_mirrored(visitor: Visitor, page: str, photo: str) -> None:
    """The edit shows the photograph as its source, in its own format, and the same mirrored as its result."""
    original = Image.open(photo_path(photo)).convert("RGB")
    source, result = _picture(visitor, f"{page}source", TYPES[photo_path(photo).suffix]), _picture(visitor, f"{page}result")
    assert source.size == original.size
    # Not nearer, because the color profile of rocket.jpg is converted.
    assert _difference(source, original) < 8
    assert _difference(result, ImageOps.mirror(source)) < ALIKE < _difference(result, source)


def _picture(visitor: Visitor, path: str, content_type: str = "image/") -> Image.Image:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(content_type)
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def _difference(one: Image.Image, other: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean) / 3
