"""The email address of an account: giving, changing, confirming and removing it."""

from contextlib import suppress
from typing import Any

from allauth.account.views import ConfirmEmailView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ....accounts import addresses
from ...accounts.reauthentication import recently_confirmed
from ...addresses import site_origin
from ..access import is_demonstration, person


class EmailForm(forms.Form):
    email = forms.EmailField(max_length=254)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, EmailForm())
    if is_demonstration(request):
        raise PermissionDenied
    action = request.POST.get("action", "change")
    if action == "change":
        return _change(request)
    if action == "remove":
        addresses.remove(person(request))
        messages.success(request, _("Email address removed."))
    elif action == "resend":
        _say(request, addresses.verify(person(request), site_origin(request), get_language() or ""))
    return redirect("account_email")


def _change(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 400)
    is_sent = addresses.change(person(request), form.cleaned_data["email"], site_origin(request), get_language() or "")
    if settings.MAIL_IS_CONFIGURED and addresses.waiting(person(request)):
        _say(request, is_sent)
    else:
        messages.success(request, _("Email address saved."))
    return redirect("account_email")


def _say(request: HttpRequest, is_sent: bool) -> None:
    if is_sent:
        messages.success(request, _("Check your email and open the link we sent you."))
    else:
        messages.warning(request, _("You’ve requested too many emails. Try again in an hour."))


def _page(request: HttpRequest, form: EmailForm, status: int = 200) -> HttpResponse:
    current, pending = addresses.current(person(request)), addresses.pending(person(request))
    facts: dict[str, Any] = {"form": form, "current": current, "pending": pending, "mail_works": settings.MAIL_IS_CONFIGURED}
    facts["waits"] = addresses.waiting(person(request))
    facts["is_demonstration"] = is_demonstration(request)
    return render(request, "account/email.html", facts, status=status)


@method_decorator(never_cache, name="dispatch")
class Confirm(ConfirmEmailView):
    """Whoever opens the link confirms with a button: programs that check mail for viruses open links as well."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Two accounts may confirm the same address at the same moment: the later one gets the usual message."""
        with suppress(IntegrityError), transaction.atomic():
            return self._confirm(*args, **kwargs)
        return self._confirm(*args, **kwargs)

    def _confirm(self, *args: Any, **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().post(*args, **kwargs)
        return answer


confirm = Confirm.as_view()
