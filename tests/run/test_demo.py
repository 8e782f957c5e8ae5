"""The account whose password stands on the sign-in page."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command

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


def test_a_person_who_happens_to_be_called_demo_is_let_alone(db: Any, settings: Any) -> None:
    settings.DEMO_USERNAME = ""
    User.objects.create_user("demo", password="correct horse")
    call_command("demo")
    assert User.objects.get(username="demo").is_active


def test_a_person_called_demo_keeps_the_account_where_the_demonstration_would_want_the_name(db: Any, settings: Any) -> None:
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
