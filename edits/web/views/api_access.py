"""What scripts need, in the user's account: personal tokens for the API."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...models import ApiToken, Scope
from .. import shown_once
from ..accounts.reauthentication import way_to_confirm
from .access import person

NEW_TOKEN = "new_token"  # noqa: S105 - the name of a cookie
TOKENS_MAX = 20
DAYS = (30, 90, 365)


class TokenForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        error_messages={"required": gettext_lazy("Choose at least one permission.")},
        initial=Scope.values,
    )
    days = forms.TypedChoiceField(choices=[(days, days) for days in DAYS], coerce=int, initial=DAYS[1])


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    response = _page(request, TokenForm())
    shown_once.forget(request, response, NEW_TOKEN)
    return response


@require_POST
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """A token outlasts the session, so a session alone must not be enough to make one."""
    if way := way_to_confirm(request, reverse("account-api")):
        messages.info(request, _("Confirm that it’s you, then create the token."))
        return redirect(way)
    owner, form = person(request), TokenForm(request.POST)
    if form.is_valid() and ApiToken.valid().filter(owner=owner).count() >= TOKENS_MAX:
        form.add_error(None, _("You already have %(limit)d tokens. Revoke one first.") % {"limit": TOKENS_MAX})
    if not form.is_valid():
        return _page(request, form, 400)
    token = ApiToken.issue(owner, form.cleaned_data["name"], form.cleaned_data["scopes"], form.cleaned_data["days"])
    messages.success(request, _("Token created."))
    response = redirect("account-api")
    shown_once.hand_over(response, NEW_TOKEN, token.pk, token.token, path=reverse("account-api"), salt=str(owner.pk))
    return response


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    token = ApiToken.objects.filter(pk=token_id, owner=person(request), revoked_at__isnull=True).first()
    if token:
        token.revoke()
        messages.success(request, _("Token revoked. Scripts that use it are refused from now on."))
    return redirect("account-api")


def _page(request: HttpRequest, form: TokenForm, status: int = 200) -> HttpResponse:
    owner = person(request)
    new_id, token = shown_once.handed_over(request, NEW_TOKEN, salt=str(owner.pk))
    labels = dict(Scope.choices)
    tokens = [
        {
            "row": row,
            "token": token if str(row.pk) == new_id else "",
            "scopes": [labels.get(scope, scope) for scope in row.scopes],
        }
        for row in ApiToken.valid().filter(owner=owner)
    ]
    context = {"form": form, "tokens": tokens, "days": DAYS}
    return render(request, "account/api.html", context, status=status)
