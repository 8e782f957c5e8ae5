"""The second factor, as django-allauth asks for it, with exact limits, and secrets that a database copy does not reveal."""

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from cryptography.fernet import Fernet, MultiFernet
from django import forms
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from ...accounts import second_factor
from ...accounts.second_factor import Verdict


class MFAAdapter(DefaultMFAAdapter):
    def get_totp_issuer(self) -> str:
        return "Reword"

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("edits.second-factor", "secrets", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class _CountedCodes:
    """Asks allauth's form whether a code is right, and counts."""

    user: Any
    is_confirming = False
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        self.cleaned_data["code"] = code
        verdict = second_factor.attempt(self.user, code, self._is_right, self.is_confirming)
        if verdict == Verdict.LOCKED:
            raise forms.ValidationError(_("Too many wrong codes. Try again in 15 minutes."), code="locked")
        if verdict == Verdict.WRONG:
            raise forms.ValidationError(_("This code is wrong or has already been used. Wait for the next one."), code="wrong")
        return code

    def _is_right(self) -> bool:
        try:
            super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            return False
        return True


class CodeForm(_CountedCodes, AuthenticateForm):
    pass


class ConfirmingCodeForm(_CountedCodes, ReauthenticateForm):
    is_confirming = True


class FirstCodeForm(ActivateTOTPForm):
    """The code that turns two-factor authentication on counts as used."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        second_factor.attempt(self.user, code, lambda: True)
        return code
