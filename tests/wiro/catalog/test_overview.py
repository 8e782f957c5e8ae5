"""The table in the documentation is the catalog."""

from pathlib import Path

from edits.wiro.catalog import load
from edits.wiro.catalog.overview import DOCS, with_table

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_in_the_documentation_is_current() -> None:
    text = (ROOT / DOCS).read_text(encoding="utf-8")
    assert with_table(text, load()) == text, "run: python -m edits.wiro.catalog.overview"
