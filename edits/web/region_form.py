"""Where a photo may change, as a form sends it: a mask, a box in one text, or a box in four number fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .. import images
from . import user_messages
from .upload_places import turn_to_decode
from .uploads import MAX_REGION_BYTES

SIDES = ("region_left", "region_top", "region_width", "region_height")


class RegionForm(forms.Form):
    """The fields of a region. The mask comes first, then the text, then the four fields, which count in percent."""

    region = forms.FileField(label=_("Region"), required=False, allow_empty_file=True)
    # "left,top,width,height", fractions of the upright photo.
    region_box = forms.CharField(required=False)
    region_left = forms.CharField(label=_("Left"), required=False)
    region_top = forms.CharField(label=_("Top"), required=False)
    region_width = forms.CharField(label=_("Width"), required=False)
    region_height = forms.CharField(label=_("Height"), required=False)

    def region_of(self, size: tuple[int, int]) -> images.Region | None:
        """The region of a photo of this size in pixels, after cleaning; None without one, or for one that covers everything.

        Raises RegionRefused, UploadQueueTimeout.
        """
        upload, box = self.cleaned_data.get("region"), self.cleaned_data.get("region_box") or self._typed_box()
        if upload:
            if upload.size > MAX_REGION_BYTES:
                raise images.RegionRefused("unreadable", size=upload.size, limit=MAX_REGION_BYTES)
            with turn_to_decode():
                return images.region_from_mask(upload.file.read(), size)
        return images.region_from_box(box, size) if box else None

    def _typed_box(self) -> str:
        """Empty if nothing was typed. An invalid number stays invalid, and is refused."""
        typed: list[str] = [self.cleaned_data.get(name) or "" for name in SIDES]
        return ",".join(map(_fraction, typed)) if any(typed) else ""

    def add_region_error(self, error: images.RegionRefused) -> None:
        self.add_error("region", forms.ValidationError(user_messages.region_refusal(error), code=error.code))

    @property
    def has_typed_region(self) -> bool:
        return any(side["value"] for side in self.typed_region)

    @property
    def typed_region(self) -> list[dict[str, Any]]:
        """The four fields for a page, which fills them in again."""
        return [{"name": name, "label": self[name].label, "value": self[name].value() or ""} for name in SIDES]


def _fraction(percent: str) -> str:
    try:
        return str(float(percent) / 100)
    except ValueError:
        return ""
