"""The account whose password is shown on the sign-in page."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from editor_site.configuration.exposure import is_private
from edits.management.commands.demo import EMAIL
from edits.models import Edit
from edits.ordering import quotas


def test_the_demonstration_account_is_closed_where_others_can_reach_the_site(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "shown to everybody"
    call_command("demo")
    assert User.objects.get(username="demo").is_active
    settings.DEMO_USERNAME = ""
    call_command("demo")
    assert not User.objects.get(username="demo").is_active


def test_the_demonstration_account_of_version_0_1_is_known_and_closed_too(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME = ""
    User.objects.create_user("demo", email="demo@photo-editor.invalid", password="shown to everybody")
    call_command("demo")
    assert not User.objects.get(username="demo").is_active


def test_the_demonstration_edits_of_version_0_1_are_not_made_again(db: Any, settings: Any, media: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "shown to everybody"
    call_command("demo", edits=True)
    made = Edit.objects.count()
    User.objects.filter(username__startswith="samples-").update(email="samples@photo-editor.invalid")
    call_command("demo", edits=True)
    assert Edit.objects.count() == made > 0


def test_the_demonstration_account_reviews_and_operates_and_is_no_administrator(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "shown to everybody"
    # As an earlier version made it.
    User.objects.create_superuser("demo", EMAIL, "shown to everybody")
    call_command("demo")
    demo = User.objects.get(username="demo")
    assert demo.is_staff
    assert not demo.is_superuser
    assert demo.has_perms(["edits.review_edit", "edits.operate_edit", "edits.view_edit"])
    assert not demo.has_perm("auth.change_user")


def test_the_closed_account_has_no_rights_and_no_password(db: Any, settings: Any) -> None:
    User.objects.create_superuser("demo", EMAIL, "shown to everybody")
    settings.DEMO_USERNAME = ""
    call_command("demo")
    demo = User.objects.get(username="demo")
    assert [demo.is_active, demo.is_staff, demo.is_superuser, demo.has_usable_password()] == [False] * 4


PUBLIC = {
    "TRUSTED_PROXIES": "127.0.0.1",
    "BEHIND_PROXY": "on",
    "PUBLIC_BASE_URL": "https://photos.example.org",
    "WIRO_API_KEY": "a-real-key",
    "HOST": "0.0.0.0",
    "ALLOWED_HOSTS": "localhost,photos.example.org",
}


@pytest.mark.parametrize("name", PUBLIC)
def test_what_lets_others_in_or_costs_money_leaves_no_demonstration_account(name: str) -> None:
    loopback = {"HOST": "127.0.0.1", "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]"}
    assert is_private(loopback)
    assert not is_private(loopback | {name: PUBLIC[name]})


def test_the_key_of_the_sandbox_that_was_started_here_costs_nothing() -> None:
    assert is_private({"WIRO_API_KEY": "made-up", "OWN_SANDBOX": "on"})
    assert is_private({"BEHIND_PROXY": "off"})


def test_a_person_who_happens_to_be_called_demo_is_left_alone(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME = ""
    User.objects.create_user("demo", password="correct horse")
    call_command("demo")
    assert User.objects.get(username="demo").is_active


def test_a_person_called_demo_keeps_the_account_although_the_demo_account_has_that_name(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD = "demo", "shown to everybody"
    User.objects.create_user("demo", password="correct horse")
    call_command("demo")
    person = User.objects.get(username="demo")
    assert person.check_password("correct horse")
    assert not person.is_superuser


def test_the_demonstration_edits_use_no_persons_quota_and_respect_the_limits(db: Any, settings: Any, media: Any) -> None:
    settings.DEMO_USERNAME, settings.DEMO_PASSWORD, settings.EDITS_PER_DAY = "demo", "shown to everybody", 1
    call_command("demo", edits=True)
    call_command("demo", edits=True)
    edit = Edit.objects.get()
    assert edit.owner.username.startswith("samples-")
    assert not edit.owner.has_usable_password()
    assert quotas.remaining(User.objects.get(username="demo")) == 1
