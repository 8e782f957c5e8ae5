"""The form of an edit: every input of the model, with its limits; the picture's refusals become form errors."""

import uuid
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.utils.translation import gettext_lazy as _

from . import images, wording
from .lifecycle import SEED_MAX

PROMPT_MAX = 2000


class EditForm(forms.Form):
    """Names, limits and defaults are the model's; a seed of 0 is drawn by us, so that it can be shown and used again."""

    photo = forms.FileField(
        label=_("Photo"), help_text=_("JPEG or PNG, at most 10 MB; one side less than three times the other.")
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
            ("min_value", "max_value", "invalid"), _("A seed is a whole number from 0 to %(limit)d.") % {"limit": SEED_MAX}
        ),
        initial=0,
        required=False,
        help_text=_("The same seed gives the same result again; 0 draws a fresh one, which is shown afterwards."),
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False, initial=lambda: uuid.uuid4().hex)

    def clean_photo(self) -> images.CleanPicture:
        upload = self.cleaned_data["photo"]
        try:
            return images.clean(upload.file)
        except images.PictureRefused as error:
            if error.code == "too_large":
                # Reading stopped at the limit, so only the upload knows how large the file is.
                error.facts["size"] = upload.size
            raise forms.ValidationError(wording.refusal(error), code=error.code) from error

    def clean_guidance_scale(self) -> float:
        value = self.cleaned_data["guidance_scale"]
        return self.fields["guidance_scale"].initial if value is None else value

    def clean_seed(self) -> int:
        return self.cleaned_data["seed"] or 0

    def clean_nonce(self) -> str:
        return self.cleaned_data["nonce"] or uuid.uuid4().hex

    @property
    def inputs(self) -> dict[str, Any]:
        """What `lifecycle.create` takes, besides owner and picture."""
        return {name: self.cleaned_data[name] for name in ("nonce", "prompt", "guidance_scale", "watermark", "seed")}


class SignUpForm(UserCreationForm):
    """Django's own, with its field names."""
