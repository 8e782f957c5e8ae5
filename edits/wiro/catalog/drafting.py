"""A file for the catalog, drafted from what Wiro says about a model. A person reads it before it is used."""

import json
import re
from collections.abc import Iterator

from ..tool import WiroTool, WiroToolInput

_NUMBERS = {"range": "decimal", "float": "decimal", "number": "whole"}
_KNOWN = {"text", "textarea", "select", *_NUMBERS}
_SWITCH = {"true", "false"}


def draft(tool: WiroTool) -> str:
    """A TOML file. What cannot be told from Wiro's words is marked with TO DO; inputs of unknown types are left out, and said."""
    picture = next((item for item in tool.inputs if "image" in item.id.lower() and item.id.lower().endswith("url")), None)
    words = next((item for item in tool.inputs if item.type == "textarea"), None)
    head = [
        f"# Drafted from Wiro's description of {tool.slug}. Check every line, then remove this one.",
        *([] if tool.inputs else ["# TO DO: Wiro names no inputs."]),
        f"slug = {_text(tool.slug)}",
        f"name = {_text(tool.title or tool.project)}",
        "seconds = 15  # TO DO: the typical time of a Run",
        "",
        "[good_at]",
        f"en = {_text(tool.description or 'TO DO')}",
        "",
        "[picture]",
        f"input = {_text(picture.id if picture else 'inputImageUrl')}{'' if picture else '  # TO DO: not found'}",
        "",
        "[words]",
        f"input = {_text(words.id if words else 'prompt')}{'' if words else '  # TO DO: not found'}",
        *_price(tool),
    ]
    taken = {item.id for item in (picture, words) if item}
    blocks = [line for item in tool.inputs if item.id not in taken for line in _input(item)]
    return "\n".join([*head, *blocks, ""])


def key_of(slug: str) -> str:
    """A name for the file: google/nano-banana-2 becomes nano-banana-2."""
    return re.sub(r"[^a-z0-9]+", "-", slug.rpartition("/")[2].lower()).strip("-")


def _price(tool: WiroTool) -> list[str]:
    usd = tool.prices[0].price if tool.prices else tool.approximate_cost
    if usd is None:
        return []
    return ["", "[price]", f"usd = {float(usd):g}  # TO DO: for a Run of the default size"]


def _input(item: WiroToolInput) -> Iterator[str]:
    if item.type not in _KNOWN:
        yield from ("", f"# Left out: {item.id}, whose type {item.type or '(none)'} is not known here.")
        return
    kind = _kind(item)
    yield from ("", "[[inputs]]", f"name = {_text(item.id)}", f"kind = {_text(kind)}")
    if kind != "seed":
        yield f"default = {_default(item, kind)}"
        yield from (f"{key} = {value:g}" for key, value in (("min", item.minimum), ("max", item.maximum)) if value is not None)
    yield f"label = {_text(item.label or item.id)}"
    if item.note:
        yield f"help = {_text(item.note)}"
    if kind == "choice":
        lines = (
            f"  {{ value = {_text(option.value)}, label = {_text(option.label or option.value or '–')} }},"
            for option in item.options
        )
        yield from ("options = [", *lines, "]")


def _kind(item: WiroToolInput) -> str:
    if item.id == "seed":
        return "seed"
    if item.type == "select":
        values = {option.value for option in item.options}
        return "switch" if values == _SWITCH else "choice" if values else "text"
    return _NUMBERS.get(item.type, "text")


def _default(item: WiroToolInput, kind: str) -> str:
    match kind:
        case "switch":
            return "true" if item.default == "true" else "false"
        case "whole" | "decimal":
            return item.default if re.fullmatch(r"-?\d+(\.\d+)?", item.default) else f"{item.minimum or 0:g}"
        case "choice":
            values = [option.value for option in item.options]
            return _text(item.default if item.default in values else values[0])
        case _:
            return _text(item.default)


def _text(value: str) -> str:
    """As TOML writes it, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
