"""A new password by mail. No page, status or message tells whether an account has an address."""

from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ....accounts import addresses
from ...addresses import site_origin


class AddressForm(forms.Form):
    email = forms.EmailField(max_length=254)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST if request.method == "POST" else None)
    if settings.MAIL_IS_CONFIGURED and form.is_valid():
        addresses.reset(form.cleaned_data["email"], site_origin(request), get_language() or "")
        return redirect("account_reset_password_done")
    facts = {"form": form, "mail_works": settings.MAIL_IS_CONFIGURED}
    return render(request, "account/password_reset.html", facts, status=400 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/password_reset.html", {"is_sent": True, "mail_works": settings.MAIL_IS_CONFIGURED})


@method_decorator(never_cache, name="dispatch")
class FromKey(PasswordResetFromKeyView):
    """The form to which the link in the mail leads. It signs nobody in, since that would skip the second factor."""

    success_url = reverse_lazy("login")
    reset_user: Any

    def form_valid(self, form: Any) -> HttpResponse:
        """The link works once, however many people use it at the same moment."""
        with transaction.atomic():
            user = User.objects.select_for_update(no_key=True).get(pk=self.reset_user.pk)
            if user.password != self.reset_user.password:
                self.reset_user = None
                gone: HttpResponse = self.render_to_response(self.get_context_data(token_fail=True))
                return gone
            answer: HttpResponse = super().form_valid(form)
            return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=400)
        return answer


from_key = FromKey.as_view()
