"""The form for an edit: every input of the model with its limits. Photos that break a rule become form errors."""

import uuid
from functools import cached_property
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from .. import images
from ..models import Photo
from ..ordering import sources
from . import user_messages
from .model_choice.form import ModelForm, picture_error
from .region_form import RegionForm
from .upload_places import turn_to_decode

PROMPT_MAX = 2000
FILE_NAME_MAX = 100
VARIATIONS_MAX = 4


class EditForm(ModelForm, RegionForm):
    """Names, limits and defaults of inputs are the models'. A seed of 0 is replaced by a random one, to be shown and reused."""

    # The photo or result of an earlier version, used instead of an upload.
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    side = forms.CharField(widget=forms.HiddenInput, required=False, initial=sources.RESULT)
    # Before `photo`, because cleaning `photo` reads it.
    fit = forms.BooleanField(
        label=_("Make it fit"),
        required=False,
        help_text=_("Crops long panoramas, shrinks large photos, and converts WebP to PNG or JPEG."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG or PNG, up to 10 MB. Other formats, larger photos and long panoramas can be made to fit."),
    )
    prompt = forms.CharField(
        label=_("What should change?"),
        max_length=PROMPT_MAX,
        widget=forms.Textarea,
        help_text=_("Describe the change in plain language, for example “remove the person in the background”."),
    )
    variations = forms.IntegerField(
        label=_("Variations"),
        min_value=1,
        max_value=VARIATIONS_MAX,
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), _("Choose 1 to 4 variations.")),
        initial=1,
        required=False,
        help_text=_("Each uses its own seed and counts as one edit."),
    )
    # Shared by the forms of one instruction for many photos.
    batch = forms.UUIDField(widget=forms.HiddenInput, required=False)
    place = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=9999)
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False, initial=lambda: uuid.uuid4().hex)

    # Whether the refused photo may be accepted with `fit` on.
    can_fit = False

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    @cached_property
    def start(self) -> sources.Start | None:
        """The version that this form starts from. An uploaded photo takes precedence."""
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
        gone = _("That photo is no longer available. If its edit is in the trash, restore it, or choose another photo.")
        raise forms.ValidationError(gone if self["version"].value() else _("Choose a photo first."), code="required")

    def _refusal(self, error: images.PictureRefused, upload: Any) -> forms.ValidationError:
        if upload and error.code == "too_large":
            # Reading stopped at the limit, so only the upload knows how large the file is.
            error.facts["size"] = upload.size
        self.can_fit = not self.cleaned_data.get("fit") and images.can_be_fitted(error)
        return forms.ValidationError(user_messages.refusal(error), code=error.code)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.clean_inputs()
        self.check_prices()
        if photo := cleaned.get("photo"):
            try:
                cleaned["region"] = self.region_of((photo.width, photo.height))
            except images.RegionRefused as error:
                self.add_region_error(error)
            self._check_picture(photo)
        return cleaned

    def _check_picture(self, photo: Any) -> None:
        """By the rules of the chosen models. If a photo has a region, only a part of it is sent, whose shape is planned later."""
        try:
            if not self.cleaned_data.get("region"):
                size = photo.size if isinstance(photo, Photo) else len(photo.data)
                self.check_picture(photo.width, photo.height, size)
        except images.PictureRefused as error:
            self.add_error("photo", picture_error(error))

    def clean_nonce(self) -> str:
        return self.cleaned_data["nonce"] or uuid.uuid4().hex

    def clean_variations(self) -> int:
        return self.cleaned_data["variations"] or 1

    @property
    def _file_name(self) -> str:
        """What the owner called the photo; the end of it says more than the middle."""
        if self.start:
            return self.start.edit.file_name
        name = str(getattr(self.files["photo"], "name", ""))
        path = PurePath("".join(letter for letter in name if letter.isprintable()))
        return path.stem[: FILE_NAME_MAX - len(path.suffix[:10])] + path.suffix[:10]

    @property
    def order(self) -> dict[str, Any]:
        """What `create.create_variations` takes, besides owner and picture."""
        order = {name: self.cleaned_data[name] for name in ("nonce", "variations", "batch")}
        inputs = {"prompt": self.cleaned_data["prompt"], "file_name": self._file_name}
        inputs["batch_place"] = self.cleaned_data["place"] or 0
        order |= {"inputs": inputs, "choices": self.choices, "seed": self.chosen_seed}
        return {**order, "start": self.start, "region": self.cleaned_data["region"]}


class SignUpForm(UserCreationForm):
    """Django's own, with its field names, and an email address for those who want one."""

    # Lower case, since people expect that case does not matter, and so that each person has a single address.
    email = forms.EmailField(required=False, max_length=254)

    def validate_password_for_user(self, user: Any, *_field: str) -> None:
        """Errors about a password are shown where it was typed first, not where it was repeated."""
        super().validate_password_for_user(user, "password1")  # type: ignore[misc]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class DeleteAccountForm(forms.Form):
    """Deleting an account requires its password."""

    password = forms.CharField(strip=False, widget=forms.PasswordInput)
