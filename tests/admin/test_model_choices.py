"""Operators decide in the admin which models are offered."""

import pytest
from django.test import Client
from django.utils import timezone

from edits.models import ModelStatus
from edits.ordering import offers
from edits.wiro.catalog import SEEDEDIT, load
from tests.fixtures import MakeStaff, SignIn
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LIST = "/admin/edits/modelstatus/"


@pytest.fixture
def operator(signed_in: SignIn, staff: MakeStaff) -> Client:
    return signed_in(staff("operator"))


def test_every_declared_model_is_listed(operator: Client) -> None:
    text = text_of(operator.get(LIST))
    assert [model.name for model in load() if model.name not in text] == []


def change(operator: Client, slug: str, **decisions: str) -> None:
    operator.get(LIST)
    address = f"{LIST}{slug.replace('/', '_2F').replace('-', '-')}/change/"
    answer = operator.post(address, {"is_offered": "unknown", **decisions})
    assert answer.status_code == 302, answer.content


def test_what_they_decide_holds_at_once(operator: Client) -> None:
    change(operator, "reve/Edit", is_offered="true", fallback=SEEDEDIT)
    assert [model.slug for model in offers.offered()] == [SEEDEDIT, "reve/Edit"]
    change(operator, "reve/Edit", is_offered="true", is_default="on")
    change(operator, SEEDEDIT, is_default="on")
    assert [model.slug for model in offers.offered()] == [SEEDEDIT, "reve/Edit"]
    assert ModelStatus.objects.filter(is_default=True).count() == 1


def test_the_overview_says_which_models_are_gone(operator: Client) -> None:
    assert "Models gone from Wiro" not in text_of(operator.get("/admin/"))
    ModelStatus.objects.create(slug=SEEDEDIT, gone_since=timezone.now())
    ModelStatus.objects.create(slug="reve/Edit", gone_since=timezone.now())
    text = text_of(operator.get("/admin/"))
    assert "Models gone from Wiro" in text
    assert "SeedEdit 3: not offered" in " ".join(text.split())


@pytest.mark.parametrize("group", ["viewer", "reviewer"])
def test_only_operators_see_them(signed_in: SignIn, staff: MakeStaff, group: str) -> None:
    assert signed_in(staff(group)).get(LIST).status_code == 403
