"""The description comes from the code: operations, the form's own fields and limits, scopes and problems."""

import pytest
from django.test import Client

from edits.web.forms import PROMPT_MAX
from tests.api.calling import ROOT, Script, problem
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def test_the_description_needs_a_token_and_says_what_is_accepted(script: Script, client: Client) -> None:
    assert problem(client.get(f"{ROOT}/openapi.json"), 401) == "token_required"
    found = script.get("/openapi.json").json()
    assert found["openapi"] == "3.1.0"
    create = found["paths"][f"{ROOT}/edits"]["post"]
    form = create["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["prompt"]
    assert form["properties"]["prompt"]["maxLength"] == PROMPT_MAX
    assert form["properties"]["guidance_scale"] | {"description": ""} == {
        "type": "number",
        "minimum": 1,
        "maximum": 10,
        "default": 4.0,
        "description": "",
    }
    assert {"region", "region_box", "model", "version", "photo", "fit"} <= set(form["properties"])
    assert create["security"] == [{"Token": ["edits:write"]}]
    assert "application/problem+json" in create["responses"]["422"]["content"]


def test_every_operation_is_on_the_reference_page(script: Script, client: Client) -> None:
    page = text_of(client.get(f"{ROOT}/docs"))
    for path, methods in script.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    assert "guidance_scale form · number · from 1, to 10, default 4.0" in page
    assert "curl -X POST" in page
