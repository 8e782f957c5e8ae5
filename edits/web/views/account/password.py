"""Changing the password, or choosing a first one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ....models import ApiToken
from ...accounts.reauthentication import confirmed_beside_password
from ..access import is_demonstration, person


class CountingForm(PasswordChangeForm):
    """Wrong passwords are counted and locked like those of signing in."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if authenticate(self._request, username=self.user.get_username(), password=password) != self.user:
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


@method_decorator([never_cache, require_http_methods(["GET", "HEAD", "POST"]), confirmed_beside_password], name="dispatch")
class ChangePassword(PasswordChangeView):
    # Not under registration/, where a template of that name would replace the admin's.
    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def get_form(self, form_class: Any = None) -> Any:
        if person(self.request).has_usable_password():
            return CountingForm(self.request, **self.get_form_kwargs())
        return SetPasswordForm(**self.get_form_kwargs())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"is_demonstration": is_demonstration(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        if is_demonstration(self.request):
            raise PermissionDenied
        messages.success(self.request, _("Password changed. You’ve been signed out everywhere else."))
        if ApiToken.valid().filter(owner=person(self.request)).exists():
            messages.warning(self.request, _("Your API tokens still work. Revoke any that you don’t recognize or need."))
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)
