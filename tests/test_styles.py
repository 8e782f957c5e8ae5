"""The stylesheets: short, each in a layer, and each asked for by a page under a name that exists."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "static" / "css"
SHEETS = sorted(STYLES.rglob("*.css"))
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ASKED_FOR = re.compile(r'_styles\.html" with names="([^"]+)"')
LINES = 300
# Parts of its pages, and columns of its lists, named after the methods that fill them.
FROM_DJANGO = ("field-", "deletelink", "inline-group", "sortoptions", "submit-row", "theme-toggle")


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


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_every_class_that_is_styled_is_used(sheet: Path) -> None:
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", COMMENT.sub("", sheet.read_text())))
    assert [name for name in sorted(styled) if not _is_used(name)] == []


def _is_used(name: str) -> bool:
    """In a template, by a script, or as a prefix with a value behind it, like `badge-{{ state }}`."""
    if name.startswith(FROM_DJANGO):
        return True
    pieces = name.split("-")
    starts = ["-".join(pieces[:count]) + "-{" for count in range(1, len(pieces))]
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", users()) is not None or any(start in users() for start in starts)


@cache
def users() -> str:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js"), *(ROOT / "edits").rglob("*.py")]
    return "\n".join(file.read_text() for file in files)
