"""What Wiro says about models: a foreign Wiro with six models, each described in another way, and one that is gone."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from edits.jobs import model_checks
from edits.jobs.catalog import catalog
from edits.models import Edit, Heartbeat, ModelStatus
from edits.ordering import offers
from edits.ordering.prices import Price, price_of
from edits.wiro.catalog import load
from edits.wiro.sandbox import SandboxServer
from tests.fixtures import MakeStaff, SignIn
from tests.forms import codes, post
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

PICTURE = {"id": "inputImageUrl", "type": "fileinput", "required": True}
WORDS = {"id": "prompt", "type": "textarea", "required": True}
SEED = {"id": "seed", "type": "number", "default": "1"}
SEVERAL = [{"id": "inputImagesUrl", "type": "multifileinput"}, WORDS]
SIZES = {"id": "size", "type": "select", "options": [{"value": "1k"}, {"value": "4k"}]}


def per(method: str, price: Any, **inputs: str) -> dict[str, Any]:
    return {"inputs": inputs, "price": price, "priceMethod": method}


# Inputs and prices of each, as Wiro describes them, and what our file says beyond slug and texts.
WIRO: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "several-pictures": ([*SEVERAL, SIZES], [per("cpr", 0.02), per("cpr", "0.08", size="4k")]),
    "no-seed": ([PICTURE, WORDS], [per("cps", 0.001)]),
    "two-outputs": ([PICTURE, WORDS, SEED, {"id": "count", "type": "number"}], [per("cpo", 0.03)]),
    "per-pixel": ([PICTURE, WORDS], [per("cp-pixel", 0.00000002)]),
    "null-parameters": (None, [per("cpr", 0.05)]),
    "unknown-type": ([PICTURE, WORDS, {"id": "brush", "type": "brushstrokes", "required": True}], [per("cp-token", 7)]),
}
FILES = {
    "several-pictures": (
        'input = "inputImagesUrl"\nmost = 5',
        'name = "size"\nkind = "choice"\ndefault = "1k"\noptions = [{ value = "1k" }, { value = "4k" }]',
    ),
    "two-outputs": ('input = "inputImageUrl"', 'name = "count"\nkind = "whole"\ndefault = 2\nmin = 1\nmax = 4'),
}
OUTPUT = {"two-outputs": 'count_by = "count"', "per-pixel": "megapixels = 2.0"}


class ForeignWiro:
    """Answers Tool/Detail for the models of `described`, and nothing else."""

    def __init__(self, server: HTTPServer) -> None:
        self.described, self.refused = dict(WIRO), set[str]()
        server.expect_request("/v1/Tool/Detail", method="POST").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        asked = request.get_json()
        if asked["slugproject"] in self.refused:
            refusal = {"result": False, "errors": [{"code": 1, "message": "no such tool"}]}
            return Response(json.dumps(refusal), content_type="application/json")
        found = self.described.get(asked["slugproject"]) if asked["slugowner"] == "foreign" else None
        tools = [self.tool(asked["slugproject"], *found)] if found else []
        return Response(json.dumps({"result": True, "errors": [], "tool": tools}), content_type="application/json")

    def tool(self, name: str, items: Any, prices: list[dict[str, Any]]) -> dict[str, Any]:
        parameters = None if items is None else [{"title": "Inputs", "items": items}]
        slug = {"slugowner": "foreign", "slugproject": name}
        return {**slug, "title": name, "parameters": parameters, "dynamicprice": json.dumps(prices)}


@pytest.fixture
def wiro(httpserver: HTTPServer, settings: Settings, tmp_path: Path) -> ForeignWiro:
    """Six models of another maker, declared on this site and offered."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    for name in WIRO:
        picture, item = FILES.get(name, ('input = "inputImageUrl"', ""))
        inputs = f'[[inputs]]\n{item}\nlabel = "{name}"' if item else ""
        head = f'slug = "foreign/{name}"\nname = "{name.capitalize()}"\nseconds = 20\ngood_at = "X."\n[price]\nusd = 0.5\n'
        text = f"{head}[picture]\n{picture}\n[output]\n{OUTPUT.get(name, '')}\n{inputs}\n"
        (settings.MODELS_DIR / f"{name}.toml").write_text(text)
    settings.WIRO_BASE_URL, settings.MODELS = httpserver.url_for("/v1"), [f"foreign/{name}" for name in WIRO]
    return ForeignWiro(httpserver)


def price(name: str, **values: Any) -> tuple[str, bool]:
    model = catalog()[f"foreign/{name}"]
    found: Price = price_of(model, {**model.defaults, **values})
    return f"{found.usd.normalize():f}", found.is_about


def test_wiros_rule_becomes_the_price(wiro: ForeignWiro) -> None:
    assert price("several-pictures") == ("0.5", True)
    model_checks.check()
    assert price("several-pictures") == ("0.02", False)
    assert price("several-pictures", size="4k") == ("0.08", False)
    assert price("no-seed") == ("0.02", True)
    assert [price("two-outputs"), price("two-outputs", count=4)] == [("0.06", False), ("0.12", False)]
    assert price("per-pixel") == ("0.04", True)
    assert price("null-parameters") == ("0.05", False)
    # Wiro's price is counted in an unknown way, so the price of our file is shown, with "about".
    assert price("unknown-type") == ("0.5", True)


@pytest.mark.parametrize("told", [0, "0.0", -1, "NaN", "free", "1e-12", 10_000_000])
def test_what_is_no_amount_of_money_is_not_taken_for_the_price(wiro: ForeignWiro, told: Any) -> None:
    wiro.described["no-seed"] = ([PICTURE, WORDS], [per("cpr", told)])
    (checked,) = (checked for checked in model_checks.check() if checked.model.key == "no-seed")
    assert price("no-seed") == ("0.5", True)
    (difference,) = checked.differences
    assert difference.startswith("its price is ")
    assert difference.endswith(", which is not a plausible amount")


def test_the_price_is_on_the_button_and_reserved(wiro: ForeignWiro, browser: Client) -> None:
    model_checks.check()
    assert "Edit photo · $0.02" in text_of(browser.get("/edits/new/"))
    slugs = ("foreign/several-pictures", "foreign/unknown-type")
    found = [post(browser, as_json=True, model=slug, size="4k").json()["id"] for slug in slugs]
    assert [Edit.objects.get(pk=pk).cost_reserved for pk in found] == [Decimal("0.08"), Decimal("0.5")]


def test_a_price_that_only_the_run_will_tell_says_about(wiro: ForeignWiro, browser: Client, settings: Settings) -> None:
    settings.MODELS = ["foreign/per-pixel"]
    model_checks.check()
    assert "Edit photo · about $0.04" in text_of(browser.get("/edits/new/"))


def test_what_differs_is_kept_for_operators_and_never_a_crash(wiro: ForeignWiro) -> None:
    found = {checked.model.key: checked.differences for checked in model_checks.check() if checked.tool}
    assert found["unknown-type"] == [
        "its price of 7 has the unknown method cp-token",
        "brush is required and not declared",
        "brush has the unknown type brushstrokes",
    ]
    assert found["two-outputs"] == []
    assert found["null-parameters"] == []
    assert ModelStatus.objects.get(pk="foreign/unknown-type").differences == found["unknown-type"]


def test_the_overview_names_models_that_wiro_describes_differently(
    wiro: ForeignWiro, staff: MakeStaff, signed_in: SignIn
) -> None:
    operator = signed_in(staff("operator"))
    assert "Models changed at Wiro" not in text_of(operator.get("/admin/"))
    model_checks.check()
    (told,) = re.findall(r"Models changed at Wiro\s+1\s+([^:]+):", text_of(operator.get("/admin/")))
    assert told.strip() == "Unknown-type"


def test_a_model_that_is_gone_is_not_offered_until_it_is_back(wiro: ForeignWiro, browser: Client) -> None:
    gone = wiro.described.pop("several-pictures")
    model_checks.check()
    assert "foreign/several-pictures" not in [model.slug for model in offers.offered()]
    assert codes(post(browser, as_json=True, model="foreign/several-pictures")) == {"model": ["unknown_model"]}
    assert [message.subject for message in mail.outbox] == ["[Reword] A model is gone"]
    model_checks.check()
    assert len(mail.outbox) == 1
    wiro.described["several-pictures"] = gone
    model_checks.check()
    assert "foreign/several-pictures" in [model.slug for model in offers.offered()]


def test_a_wiro_that_describes_nothing_changes_nothing(wiro: ForeignWiro) -> None:
    wiro.described.clear()
    assert {checked.problem for checked in model_checks.check()} == {"Wiro describes no models"}
    assert len(offers.offered()) == 6
    assert mail.outbox == []


def test_it_is_asked_once_a_day_and_soon_again_after_an_error(wiro: ForeignWiro, httpserver: HTTPServer) -> None:
    model_checks.check_if_due()
    asked = len(httpserver.log)
    model_checks.check_if_due()
    model_checks.check_if_due(model_checks.SOON)
    assert len(httpserver.log) == asked > 0
    Heartbeat.objects.update(at=Heartbeat.objects.get(pk=model_checks.HEARTBEAT).at - model_checks.PERIOD)
    wiro.described.clear()
    model_checks.check_if_due()
    assert len(httpserver.log) > asked
    Heartbeat.objects.update(at=Heartbeat.objects.get(pk=model_checks.HEARTBEAT).at - model_checks.SOON)
    again = len(httpserver.log)
    model_checks.check_if_due()
    assert len(httpserver.log) > again


def test_the_command_lists_and_checks_against_the_sandbox(sandbox: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("models", "--check")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [[model.slug, "ok"] for model in load()]
    call_command("models")
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["ByteDance/image-to-image-seededit-v3", "SeedEdit", "3", "default"]
    assert "$0.03" in first
    assert second.split()[-3:-1] == ["$0.03", "checked"]
    sandbox.faults.add("Tool/Detail", "gone", count=2)
    with pytest.raises(CommandError):
        call_command("models", "--check")
    assert capsys.readouterr().out.splitlines()[0].split() == ["ByteDance/image-to-image-seededit-v3", "gone"]


def test_the_command_drafts_a_file_that_can_be_read(wiro: ForeignWiro, settings: Settings) -> None:
    wiro.described["New_Model"] = WIRO["several-pictures"]
    call_command("models", "--draft", "foreign/New_Model")
    assert load(Path(settings.MODELS_DIR))["foreign/New_Model"].picture.name == "inputImagesUrl"
    for slug, problem in (("foreign/New_Model", "already exists"), ("foreign/none", "has no model"), ("x", "Could not ask Wiro")):
        with pytest.raises(CommandError, match=problem):
            call_command("models", "--draft", slug)


def test_a_model_that_wiro_refuses_to_describe_is_unknown_if_others_are_not(wiro: ForeignWiro) -> None:
    wiro.refused.add("none")
    with pytest.raises(CommandError, match=r"Wiro has no model foreign/none\."):
        call_command("models", "--draft", "foreign/none")
    wiro.described.clear()
    with pytest.raises(CommandError, match="does not seem to know Tool/Detail"):
        call_command("models", "--draft", "foreign/none")


@pytest.mark.parametrize("options", [["--check"], ["--draft", "maker/model"]])
def test_without_a_key_the_command_says_so_in_one_line(settings: Settings, options: list[str]) -> None:
    settings.WIRO_API_KEY = ""
    with pytest.raises(CommandError, match=r"^WIRO_API_KEY is not set, so Wiro cannot be asked\. .*$"):
        call_command("models", *options)
