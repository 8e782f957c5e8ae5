"""Sample photos, each with an instruction. Their package (requirements/photos.txt) may be missing."""

import io
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image

# Pixels: twice what a page shows, for fine screens.
CARD_SIDE = 256


@dataclass(frozen=True)
class Sample:
    """One sample photo: its file name in the package, what it shows, and a suitable instruction."""

    name: str
    label: str
    prompt: str

    @property
    def path(self) -> Path | None:
        folder = _folder()
        return folder / self.name if folder and (folder / self.name).is_file() else None

    def for_page(self, url: str, card_url: str) -> dict[str, object]:
        width, height = _size(self.name)
        return {
            "name": self.name,
            "label": _(self.label),
            "prompt": _(self.prompt),
            "url": url,
            "card_url": card_url,
            "width": width,
            "height": height,
        }


SAMPLES = (
    Sample("coffee.png", gettext_noop("A cup of coffee"), gettext_noop("Turn it into a pencil sketch")),
    Sample("chelsea.png", gettext_noop("A cat"), gettext_noop("Make the light warmer and sunnier")),
    Sample("rocket.jpg", gettext_noop("A rocket launch"), gettext_noop("Turn the sky into night")),
)


def available() -> list[Sample]:
    return [sample for sample in SAMPLES if sample.path]


def find(name: str) -> Sample | None:
    return next((sample for sample in available() if sample.name == name), None)


@cache
def card(name: str) -> bytes:
    """A small WebP of it: the photos themselves are a hundred times as large as what the page needs."""
    sample = find(name)
    if sample is None or sample.path is None:
        raise FileNotFoundError(name)
    with Image.open(sample.path) as image:
        image.thumbnail((CARD_SIDE, CARD_SIDE))
        data = io.BytesIO()
        image.convert("RGB").save(data, "WEBP", quality=70)
    return data.getvalue()


@cache
def _folder() -> Path | None:
    spec = find_spec("skimage")
    return Path(spec.origin).parent / "data" if spec and spec.origin else None


@cache
def _size(name: str) -> tuple[int, int]:
    folder = _folder()
    if folder is None:
        return 0, 0
    with Image.open(folder / name) as image:
        return image.size
