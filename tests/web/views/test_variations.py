"""The grid of variations: what can be done with one that is still under way."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from edits.models import Photo, State
from edits.web.addresses import edit_url
from tests.rows import edit_in, reloaded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", [False, True])
def test_a_variation_that_is_under_way_can_be_canceled_once(browser: Client, alice: User, photo: Photo, asked: bool) -> None:
    batch = {"batch": "018f0000-0000-7000-8000-000000000001"}
    edit_in(State.SUCCEEDED, alice, photo, result=photo, **batch)
    running = edit_in(State.RUNNING, alice, photo, cancel_requested_at=timezone.now() if asked else None, **batch)
    page = browser.get(f"{edit_url(running)}?grid").text
    assert (f'form="cancel-{running.pk}"' in page) != asked
    browser.post(f"{edit_url(running)}cancel/")
    assert reloaded(running).cancel_requested_at
