"""The URLs of an edit, of its pictures and of the site itself, kept out of the models."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from ..models import Edit, Photo

_SIZES = ("width", "height", "page_width", "page_height", "card_width", "card_height", "placeholder")

# A small picture is not enlarged beyond this factor: that would only show its pixels.
FRAME_SCALE = 2
FRAME_MAX = 8192


@dataclass(frozen=True)
class PictureAddresses:
    """One picture of an edit: the URLs of its three sizes, and the sizes in pixels."""

    full: str
    page: str
    card: str
    width: int
    height: int
    page_width: int
    page_height: int
    card_width: int
    card_height: int
    placeholder: str

    @property
    def frame(self) -> tuple[int, int]:
        """The largest size, in pixels, in which a page shows it: twice the picture's own, in the picture's shape."""
        scale = min(FRAME_SCALE, FRAME_MAX / max(self.width, self.height))
        return round(self.width * scale), round(self.height * scale)


def edit_url(edit: Edit) -> str:
    """The page of an edit."""
    return reverse("edit", args=[edit.pk])


def status_url(edit: Edit) -> str:
    """The status of an edit as JSON."""
    return reverse("edit-status", args=[edit.pk])


def before(edit: Edit) -> PictureAddresses:
    """The photo that the edit began with."""
    return _addresses(edit, "source", edit.photo)


def after(edit: Edit) -> PictureAddresses | None:
    """The result, or None while there is none."""
    return _addresses(edit, "result", edit.result) if edit.result else None


def _addresses(edit: Edit, side: str, photo: Photo) -> PictureAddresses:
    full = reverse(f"edit-{side}", args=[edit.pk])
    sizes = {name: getattr(photo, name) for name in _SIZES}
    return PictureAddresses(full=full, page=f"{full}/page", card=f"{full}/card", **sizes)


def site_origin(request: HttpRequest) -> str:
    """Where the site is reached, for links in mail: https://photos.example.org, without a slash."""
    return settings.PUBLIC_BASE_URL or f"{request.scheme}://{request.get_host()}"
