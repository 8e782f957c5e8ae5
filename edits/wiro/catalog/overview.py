"""The catalog as a table for people: docs/models.md contains it, and a test checks that it is current.

`python -m edits.wiro.catalog.overview` writes it there.
"""

from pathlib import Path

from .declaration import ModelDeclaration
from .loading import Catalog, load

DOCS = Path("docs/models.md")
BEGIN, END = "<!-- table -->\n", "<!-- /table -->"


def table(catalog: Catalog) -> str:
    """In Markdown, one row for each model."""
    head = "| model | slug | good at | inputs | results | seed | price | time |\n|---|---|---|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(_row(model))} |\n" for model in catalog)


def _row(model: ModelDeclaration) -> list[str]:
    names = [f"`{item.name}`" for item in model.inputs if item is not model.seed]
    count = model.output.count if isinstance(model.output.count, int) else f"by `{model.output.count}`"
    price = f"about ${model.price.usd:f} for each {model.price.per}" if model.price else "`PRICE_ESTIMATE`"
    seed = "yes" if model.seed else "no"
    picture = f"`{model.picture.name}`{f' (up to {model.picture.most})' if model.picture.most > 1 else ''}"
    return [
        model.name,
        f"`{model.slug}`",
        str(model.good_at).rstrip("."),
        ", ".join([picture, *names]),
        str(count),
        seed,
        price,
        f"{model.seconds:g} s",
    ]


def with_table(text: str, catalog: Catalog) -> str:
    """The text of the page with the table of this catalog."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table(catalog)}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    DOCS.write_text(with_table(DOCS.read_text(encoding="utf-8"), load()), encoding="utf-8")
