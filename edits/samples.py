"""Sample photos, each with an instruction. Their package (requirements/photos.txt) may be missing."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image


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

    def for_page(self, url: str) -> dict[str, object]:
        width, height = _size(self.name)
        # The photos are small enough to be their own previews.
        return {
            "name": self.name,
            "label": _(self.label),
            "prompt": _(self.prompt),
            "url": url,
            "card_url": url,
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
