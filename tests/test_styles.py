"""The stylesheets: short, each in a layer, and each asked for by a page under a name that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "static" / "css"
SHEETS = sorted(STYLES.rglob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ASKED_FOR = re.compile(r'_styles\.html" with names="([^"]+)"')
LINES = 300


def layers() -> list[str]:
    order = re.search(r"@layer ([\w, ]+);", (STYLES / "tokens.css").read_text())
    assert order
    return order[1].split(", ")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_a_stylesheet_is_short(sheet: Path) -> None:
    assert sheet.read_text().count("\n") < LINES


@pytest.mark.parametrize("sheet", sorted(STYLES.glob("*.css")), ids=lambda sheet: sheet.stem)
def test_every_rule_is_in_a_layer_whose_place_is_known(sheet: Path) -> None:
    outermost = re.findall(r"^([^\s}][^{;]*?) *[{;]", COMMENT.sub("", sheet.read_text()), re.MULTILINE)
    assert outermost
    named = {name for rule in outermost for name in rule.removeprefix("@layer ").split(", ")}
    assert named <= set(layers())


def test_pages_ask_for_the_stylesheets_that_there_are_and_for_all_of_them() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    asked_for = {name for page in templates for names in ASKED_FOR.findall(page.read_text()) for name in names.split()}
    assert asked_for == {str(sheet.relative_to(STYLES).with_suffix("")) for sheet in SHEETS}


def test_the_order_of_the_layers_is_the_first_thing_that_a_page_learns() -> None:
    first = ASKED_FOR.search((ROOT / "templates" / "base.html").read_text())
    assert first
    assert first[1].split()[0] == "tokens"
