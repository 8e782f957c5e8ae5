"""The form of an edit: every input of the model, with its limits; the picture's refusals become form errors."""

import uuid
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .. import images
from ..ordering import sources
from ..ordering.create import SEED_MAX
from . import user_messages
from .upload_places import turn_to_decode

PROMPT_MAX = 2000
VARIATIONS_MAX = 4


class EditForm(forms.Form):
    """Names, limits and defaults are the model's; a seed of 0 is drawn by us, so that it can be shown and used again."""

    # The side of an earlier version that stands in for a photo.
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    side = forms.CharField(widget=forms.HiddenInput, required=False, initial=sources.RESULT)
    # Before the photo, whose check asks for it.
    fit = forms.BooleanField(
        label=_("Make it fit"),
        required=False,
        help_text=_("Cuts off the ends of a long picture, makes a large one smaller, and turns WebP into PNG or JPEG."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG or PNG, at most 10 MB; one side less than three times the other."),
    )
    prompt = forms.CharField(
        label=_("What should change?"),
        max_length=PROMPT_MAX,
        widget=forms.Textarea,
        help_text=_("Say it as you would say it to a person."),
    )
    guidance_scale = forms.FloatField(
        label=_("Guidance"),
        min_value=1,
        max_value=10,
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), _("Guidance is a number from 1 to 10.")),
        initial=4.0,
        required=False,
        help_text=_("From 1 to 10: higher follows your words more and the picture less."),
    )
    watermark = forms.BooleanField(
        label=_("Watermark"), required=False, help_text=_("Writes “AI-generated” into the bottom right corner of the result.")
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=SEED_MAX,
        error_messages=dict.fromkeys(
            ("min_value", "max_value", "invalid"), format_lazy(_("A seed is a whole number from 0 to {limit}."), limit=SEED_MAX)
        ),
        initial=0,
        required=False,
        help_text=_("The same seed gives the same result again; 0 draws a fresh one, which is shown afterwards."),
    )
    variations = forms.IntegerField(
        label=_("Variations"),
        min_value=1,
        max_value=VARIATIONS_MAX,
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), _("There can be 1 to 4 variations.")),
        initial=1,
        required=False,
        help_text=_("Each has a seed of its own and counts as an edit."),
    )
    # Shared by the forms of one instruction for many photos.
    batch = forms.UUIDField(widget=forms.HiddenInput, required=False)
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False, initial=lambda: uuid.uuid4().hex)

    # Whether the refused photo may pass once `fit` is on.
    can_fit = False

    def __init__(self, *args: Any, owner: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    @cached_property
    def start(self) -> sources.Start | None:
        """The version that this form begins at, shown or sent. A photo that was chosen counts more."""
        if self.files.get("photo"):
            return None
        return sources.start_from(self.owner, self["version"].value() or "", self["side"].value() or sources.RESULT)

    def clean_photo(self) -> images.CleanPicture | Any:
        rules = images.FITTED if self.cleaned_data.get("fit") else images.UPLOAD
        upload = self.cleaned_data["photo"]
        try:
            with turn_to_decode():
                if upload:
                    return images.clean(upload.file, rules)
                if self.start:
                    return self.start.usable(rules)
        except images.PictureRefused as error:
            raise self._refusal(error, upload) from error
        gone = _("That picture is not there any more. Choose a photo.")
        raise forms.ValidationError(gone if self["version"].value() else _("Choose a photo first."), code="required")

    def _refusal(self, error: images.PictureRefused, upload: Any) -> forms.ValidationError:
        if upload and error.code == "too_large":
            # Reading stopped at the limit, so only the upload knows how large the file is.
            error.facts["size"] = upload.size
        self.can_fit = not self.cleaned_data.get("fit") and images.can_be_fitted(error)
        return forms.ValidationError(user_messages.refusal(error), code=error.code)

    def clean_guidance_scale(self) -> float:
        value = self.cleaned_data["guidance_scale"]
        return self.fields["guidance_scale"].initial if value is None else value

    def clean_seed(self) -> int:
        return self.cleaned_data["seed"] or 0

    def clean_nonce(self) -> str:
        return self.cleaned_data["nonce"] or uuid.uuid4().hex

    def clean_variations(self) -> int:
        return self.cleaned_data["variations"] or 1

    @property
    def order(self) -> dict[str, Any]:
        """What `create.create_variations` takes, besides owner and picture."""
        order = {name: self.cleaned_data[name] for name in ("nonce", "seed", "variations", "batch")}
        inputs = {name: self.cleaned_data[name] for name in ("prompt", "guidance_scale", "watermark")}
        return {**order, "inputs": inputs, "start": self.start}


class SignUpForm(UserCreationForm):
    """Django's own, with its field names."""


class FarewellForm(forms.Form):
    """Whoever deletes an account proves that it is theirs."""

    password = forms.CharField(strip=False, widget=forms.PasswordInput)
