"""Reading a model's file. Every mistake is reported with the file and the key, before anything uses the model."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from .declaration import SEED_MAX, DeclaredInput, InvalidInput, Kind, ModelDeclaration, Option, OutputRules, PictureRules, Text
from .pricing import Per, PriceRule, is_plausible
from .table import DeclarationError, Table

_SLUG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_SENDS = {Kind.WHOLE: "number", Kind.SEED: "number"}
# Fields of the form itself, and columns that hold something else.
_TAKEN = {"photo", "prompt", "model", "variations", "batch", "place", "nonce", "version", "side", "fit", "region", "region_box"}

__all__ = ["NAME", "DeclarationError", "read", "snake_case"]


def read(path: Path) -> ModelDeclaration:
    """The model that a file declares. Raises DeclarationError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(path, "", str(error)) from error
    if not _KEY.fullmatch(path.stem):
        raise DeclarationError(path, "", "the file's name must consist of lowercase letters, digits and hyphens")
    return _model(Table(path, values))


def _model(table: Table) -> ModelDeclaration:
    words = table.table("words")
    inputs = tuple(map(_input, table.tables("inputs")))
    model = ModelDeclaration(
        key=table.file.stem,
        slug=table.text("slug", matching=_SLUG),
        name=table.text("name"),
        good_at=Text(table.texts("good_at")),
        seconds=table.number("seconds", above=0),
        picture=_picture(table.table("picture")),
        words=words.text("input", "prompt", matching=NAME),
        words_max=words.whole("max_length", 2000),
        inputs=inputs,
        output=_output(table.table("output"), inputs),
        price=_price(table.table("price")) if table.has("price") else None,
    )
    words.finish()
    table.finish()
    _names_differ(table, model)
    return model


def _names_differ(table: Table, model: ModelDeclaration) -> None:
    names = [model.picture.name, model.words, "callbackUrl", *(item.name for item in model.inputs)]
    for found in (names, [item.field for item in model.inputs]):
        for name in found:
            if found.count(name) > 1:
                raise table.error("inputs", f"{name} appears twice")


def _picture(table: Table) -> PictureRules:
    rules = PictureRules(
        name=table.text("input", matching=NAME),
        most=table.whole("most", 1),
        formats=tuple(table.choices("formats", ("jpeg", "png", "webp"), ("jpeg", "png"))),
        max_bytes=round(table.number("max_megabytes", 10, above=0) * 1024 * 1024),
        min_side=table.whole("min_side", 15),
        max_ratio=table.whole("max_ratio", 3) if table.has("max_ratio") else None,
    )
    table.finish()
    return rules


def _output(table: Table, inputs: tuple[DeclaredInput, ...]) -> OutputRules:
    by = table.text("megapixels_by", "")
    sizes = table.numbers("megapixels") if by else {"": table.number("megapixels", 1.0, above=0)}
    rules = OutputRules(
        count=table.text("count_by") if table.has("count_by") else table.whole("count", 1),
        format=table.text("format_by") if table.has("format_by") else table.choice("format", ("png", "jpeg", "webp"), "png"),
        sizing=table.choice("sizing", ("photo", "table"), "photo"),
        megapixels=sizes,
        megapixels_by=by,
    )
    table.finish()
    fields = {item.field for item in inputs}
    named = {"count_by": rules.count, "format_by": rules.format, "megapixels_by": by}
    for key, name in named.items():
        if table.has(key) and name not in fields:
            raise table.error(key, f"there is no input with the field {name}")
    return rules


def _price(table: Table) -> PriceRule:
    usd = Decimal(str(table.number("usd", above=0)))
    if not is_plausible(usd):
        raise table.error("usd", f"{usd} is not a plausible price")
    rule = PriceRule(usd, Per(table.choice("per", tuple(map(str, Per)), "run")))
    table.finish()
    return rule


def _input(table: Table) -> DeclaredInput:
    kind = Kind(table.choice("kind", tuple(map(str, Kind))))
    name = table.text("name", matching=NAME)
    default = table.value("default", 0 if kind == Kind.SEED else None)
    item = DeclaredInput(
        name=name,
        field=table.text("field", snake_case(name), matching=_FIELD),
        kind=kind,
        label=Text(table.texts("label")),
        help=Text(table.texts("help", {})),
        wrong=Text(table.texts("wrong", {})),
        default=default,
        wiro_default=table.value("wiro_default", default),
        minimum=table.number("min") if table.has("min") else 0 if kind == Kind.SEED else None,
        maximum=table.number("max") if table.has("max") else SEED_MAX if kind == Kind.SEED else None,
        step=table.number("step", above=0) if table.has("step") else None,
        options=tuple(map(_option, table.tables("options"))),
        ends=tuple(Text(end) for end in table.list_of_texts("ends")),
        sends=table.choice("sends", ("text", "number", "boolean"), _SENDS.get(kind, "text")),
    )
    table.finish()
    return _consistent(table, item)


def _consistent(table: Table, item: DeclaredInput) -> DeclaredInput:
    """The input, once its keys agree with each other."""
    if item.field in _TAKEN:
        raise table.error("field", f"{item.field} is a field of the form itself")
    if item.kind == Kind.SEED and item.field != "seed":
        raise table.error("field", "the field of a seed is called seed")
    if (item.kind == Kind.CHOICE) != bool(item.options):
        raise table.error("options", "a choice, and nothing else, has options")
    if item.field == "guidance_scale" and not (item.minimum or 0) >= 1 <= (item.maximum or 99) <= 10:
        raise table.error("min", "guidance_scale is from 1 to 10; give an input with other limits another field")
    try:
        return _with_default(item)
    except InvalidInput as error:
        raise table.error("default", str(error)) from error


def _with_default(item: DeclaredInput) -> DeclaredInput:
    values: dict[str, Any] = {**vars(item), "default": item.checked("" if item.default is None else item.default)}
    return DeclaredInput(**values)


def _option(table: Table) -> Option:
    value = table.text("value", empty=True)
    option = Option(value, Text(table.texts("label", {"en": value})))
    table.finish()
    return option


def snake_case(name: str) -> str:
    """The field of an input with this name, unless its file says otherwise."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
