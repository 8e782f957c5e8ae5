"""The account whose password stands on the sign-in page."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command


def test_the_demonstration_account_is_closed_where_others_can_reach_the_site(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "shown to everybody"
    call_command("demo")
    assert User.objects.get(username="demo").is_active
    settings.DEMO_USERNAME = ""
    call_command("demo")
    assert not User.objects.get(username="demo").is_active


def test_a_person_who_happens_to_be_called_demo_is_let_alone(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME = ""
    User.objects.create_user("demo", password="correct horse")
    call_command("demo")
    assert User.objects.get(username="demo").is_active
