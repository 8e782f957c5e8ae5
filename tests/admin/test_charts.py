"""The charts of the overview."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.admin.charts import CHARTS
from edits.models import Photo, State
from tests.rows import edit_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_drawn_for_both_themes_without_a_script(viewer: Client, alice: User, photo: Photo, name: Any) -> None:
    edit_in(State.SUCCEEDED, alice, photo)
    drawn = [viewer.get(f"/admin/figures/{name}-{theme}.svg") for theme in ("light", "dark")]
    assert [answer["Content-Type"] for answer in drawn] == ["image/svg+xml"] * 2
    assert drawn[0].content != drawn[1].content
    assert b"<svg" in drawn[0].content
    assert not [answer for answer in drawn if b"script" in answer.content]


@pytest.mark.parametrize("name", ["jobs", "jobs-blue", "nothing-light", "%00-light"])
def test_a_chart_that_is_not_there_is_not_found(viewer: Client, name: str) -> None:
    assert viewer.get(f"/admin/figures/{name}.svg").status_code == 404
