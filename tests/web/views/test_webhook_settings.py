"""Webhooks in the account: made, with a secret that is shown once, deleted, enabled, and their messages sent again."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.models import Disabled, WebhookDelivery, WebhookEndpoint, WebhookEvent
from edits.web.views.webhook_settings import ENDPOINTS_MAX
from tests.fixtures import SignIn
from tests.pages import Response, match_in, text_of

pytestmark = pytest.mark.django_db

PAGE = "/accounts/webhooks/"
URL = "https://example.org/hook"


def make(browser: Client, **fields: Any) -> Response:
    return browser.post(f"{PAGE}new/", {"url": URL, "events": WebhookEvent.values} | fields, follow=True)


def test_the_secret_of_a_new_webhook_is_shown_once(browser: Client) -> None:
    secret = match_in(r'value="(whsec_[^"]+)"', make(browser).text)
    assert secret == WebhookEndpoint.objects.get().secret
    assert secret not in browser.get(PAGE).text
    assert URL in browser.get(PAGE).text


@pytest.mark.parametrize("fields", [{"url": ""}, {"url": "http://example.org"}, {"url": "https://10.0.0.1/"}, {"events": []}])
def test_a_refused_webhook_says_why(browser: Client, fields: dict[str, Any]) -> None:
    answer = make(browser, **fields)
    assert answer.status_code == 400
    assert answer.context["form"].errors
    assert not WebhookEndpoint.objects.exists()


def test_so_many_and_no_more(browser: Client) -> None:
    for _ in range(ENDPOINTS_MAX):
        make(browser)
    assert "You already have 3 webhooks" in make(browser).text


def test_a_disabled_webhook_says_why_and_can_be_enabled(browser: Client) -> None:
    make(browser)
    WebhookEndpoint.objects.update(disabled=Disabled.FAILING)
    assert "Every attempt failed for a day" in text_of(browser.get(PAGE))
    browser.post(f"{PAGE}{WebhookEndpoint.objects.get().pk}/enable/")
    assert WebhookEndpoint.objects.get().disabled == Disabled.NO


def test_deliveries_are_listed_and_sent_again_by_hand(browser: Client) -> None:
    make(browser)
    endpoint = WebhookEndpoint.objects.get()
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=WebhookEvent.FAILED, due_at=None, tries=9, status_code=500)
    assert "Given up · HTTP 500" in text_of(browser.get(PAGE))
    browser.post(f"{PAGE}deliveries/{delivery.pk}/replay/")
    delivery.refresh_from_db()
    assert delivery.due_at
    assert delivery.tries == 0
    assert "Waiting" in text_of(browser.get(PAGE))


def test_nobody_else_sees_or_changes_it(browser: Client, bob: User, signed_in: SignIn) -> None:
    make(browser)
    endpoint, stranger = WebhookEndpoint.objects.get(), signed_in(bob)
    delivery = WebhookDelivery.objects.create(endpoint=endpoint, event=WebhookEvent.FAILED)
    assert URL not in stranger.get(PAGE).text
    assert stranger.post(f"{PAGE}{endpoint.pk}/enable/").status_code == 404
    assert stranger.post(f"{PAGE}deliveries/{delivery.pk}/replay/").status_code == 404
    stranger.post(f"{PAGE}{endpoint.pk}/delete/")
    assert WebhookEndpoint.objects.exists()
    browser.post(f"{PAGE}{endpoint.pk}/delete/")
    assert not WebhookEndpoint.objects.exists()
