"""Webhooks in the user's account: where messages go, whether they arrived, and sending one again."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ...jobs import webhook_delivery
from ...models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from .. import shown_once
from .access import person

NEW_SECRET = "new_secret"  # noqa: S105 - the name of a cookie
ENDPOINTS_MAX = 3
SHOWN = 20


class WebhookForm(forms.Form):
    url = forms.CharField(max_length=500)
    events = forms.MultipleChoiceField(
        choices=WebhookEvent.choices,
        error_messages={"required": gettext_lazy("Choose at least one event.")},
        initial=WebhookEvent.values,
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            webhook_delivery.check_url(url)
        except webhook_delivery.AddressNotAllowed as error:
            raise forms.ValidationError(_("Enter an https URL that can be reached from the internet."), code="url") from error
        return url


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    response = _page(request, WebhookForm())
    shown_once.forget(request, response, NEW_SECRET)
    return response


@require_POST
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    owner, form = person(request), WebhookForm(request.POST)
    if form.is_valid() and WebhookEndpoint.objects.filter(owner=owner).count() >= ENDPOINTS_MAX:
        form.add_error(None, _("You already have %(limit)d webhooks. Delete one first.") % {"limit": ENDPOINTS_MAX})
    if not form.is_valid():
        return _page(request, form, 400)
    endpoint = WebhookEndpoint.objects.create(owner=owner, **form.cleaned_data)
    messages.success(request, _("Webhook created."))
    response = redirect("account-webhooks")
    path = reverse("account-webhooks")
    shown_once.hand_over(response, NEW_SECRET, endpoint.pk, endpoint.secret, path=path, salt=str(owner.pk))
    return response


@require_POST
def delete(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    if WebhookEndpoint.objects.filter(pk=endpoint_id, owner=person(request)).delete()[0]:
        messages.success(request, _("Webhook deleted."))
    return redirect("account-webhooks")


@require_POST
def enable(request: HttpRequest, endpoint_id: uuid.UUID) -> HttpResponse:
    webhook_delivery.enable(get_object_or_404(WebhookEndpoint, pk=endpoint_id, owner=person(request)))
    messages.success(request, _("Webhook enabled."))
    return redirect("account-webhooks")


@require_POST
def replay(request: HttpRequest, delivery_id: uuid.UUID) -> HttpResponse:
    delivery = get_object_or_404(WebhookDelivery, pk=delivery_id, endpoint__owner=person(request))
    if webhook_delivery.replay(delivery):
        messages.success(request, _("It will be sent again in a moment."))
    else:
        messages.error(request, _("Enable the webhook first."))
    return redirect("account-webhooks")


def _page(request: HttpRequest, form: WebhookForm, status: int = 200) -> HttpResponse:
    owner = person(request)
    new_id, secret = shown_once.handed_over(request, NEW_SECRET, salt=str(owner.pk))
    labels = dict(WebhookEvent.choices)
    endpoints = [
        {
            "row": row,
            "secret": secret if str(row.pk) == new_id else "",
            "events": [labels.get(event, event) for event in row.events],
        }
        for row in WebhookEndpoint.objects.filter(owner=owner)
    ]
    deliveries = WebhookDelivery.objects.filter(endpoint__owner=owner).select_related("endpoint")[:SHOWN]
    context = {"form": form, "endpoints": endpoints, "deliveries": deliveries}
    return render(request, "account/webhooks.html", context, status=status)
