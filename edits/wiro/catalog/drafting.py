"""A file for the catalog, drafted from what Wiro says about a model. A person reads it before it is used."""

import json
import re
from collections.abc import Iterator, Sequence
from math import isfinite

from ..tool import WiroTool, WiroToolInput
from .declaration import SEED_MAX
from .pricing import METHODS, is_plausible
from .reading import NAME, snake_case

_NUMBERS = {"range", "float", "number"}
_KNOWN = {"text", "textarea", "select", *_NUMBERS}
_FILES = {"fileinput", "multifileinput", "combinefileinput"}
_SWITCH = {"true", "false"}
_PICTURE = re.compile("image|picture|photo", re.IGNORECASE)
# A picture other than the one to be edited.
_BESIDES = re.compile("mask|style|reference", re.IGNORECASE)
_COUNTS = re.compile("samples|((num(ber)?_?(of)?|max)_?(outputs|images|results))|((output|image)_?count)", re.IGNORECASE)


def draft(tool: WiroTool, slug: str) -> str:
    """A TOML file for the model that was asked for as `slug`.

    What cannot be inferred from Wiro's description is marked with TO DO; inputs of unknown types are left out, with a comment.
    """
    slug = tool.slug if tool.owner and tool.project else slug
    picture, words = _picture(tool.inputs), _words(tool.inputs)
    head = [
        f"# Drafted from Wiro's description of {slug}. Check every line, then remove this one.",
        *([] if tool.inputs else ["# TO DO: Wiro names no inputs."]),
        f"slug = {_text(slug)}",
        f"name = {_text(tool.title or slug.rpartition('/')[2])}",
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
        *_output(tool.inputs),
        *_price(tool),
    ]
    taken = {item.id for item in (picture, words) if item}
    blocks = [line for item in tool.inputs if item.id not in taken for line in _input(item)]
    return "\n".join([*head, *blocks, ""])


def key_of(slug: str) -> str:
    """A name for the file: google/nano-banana-2 becomes nano-banana-2."""
    return re.sub(r"[^a-z0-9]+", "-", slug.rpartition("/")[2].lower()).strip("-")


def _picture(inputs: Sequence[WiroToolInput]) -> WiroToolInput | None:
    """The input for the photo: its name says that it takes a URL or a picture, or it at least takes a file."""
    found = [item for item in inputs if NAME.fullmatch(item.id) and not _BESIDES.search(item.id)]
    pictures = [item for item in found if _PICTURE.search(item.id)]
    addresses = [item for item in pictures if item.id.lower().endswith("url")]
    files = [item for item in (*pictures, *found) if item.type in _FILES]
    return next(iter((*addresses, *files)), None)


def _words(inputs: Sequence[WiroToolInput]) -> WiroToolInput | None:
    found = [item for item in inputs if NAME.fullmatch(item.id)]
    named = [item for item in found if item.id.lower() in ("prompt", "instruction")]
    return next(iter((*(item for item in found if item.type == "textarea"), *named)), None)


def _output(inputs: Sequence[WiroToolInput]) -> list[str]:
    counting = next((item for item in inputs if _is_count(item)), None)
    return ["", "[output]", f"count_by = {_text(snake_case(counting.id))}"] if counting else []


def _is_count(item: WiroToolInput) -> bool:
    """Does it say how many pictures come back?"""
    are_numbers = all(re.fullmatch("[1-9][0-9]?", option.value) for option in item.options)
    return item.type in _KNOWN and bool(_COUNTS.fullmatch(item.id)) and are_numbers


def _price(tool: WiroTool) -> list[str]:
    told = tool.price_for({item.id: item.default for item in tool.inputs}) or next(iter(tool.prices), None)
    usd, method = (told.price, told.method) if told else (tool.approximate_cost, "cpr")
    per = METHODS.get(method)
    if not told and usd is None:
        return []
    if usd is None or per is None or not is_plausible(usd):
        amount = "an unreadable amount" if usd is None else f"{usd.normalize():f}"
        unknown = f"# TO DO: Wiro states a price of {amount} by {method or 'no method'}, which this program does not understand."
        return ["", unknown]
    return ["", "[price]", f"usd = {float(usd):g}  # TO DO: for a Run of the default size", f"per = {_text(per)}"]


def _input(item: WiroToolInput) -> Iterator[str]:
    if item.type not in _KNOWN or not NAME.fullmatch(item.id):
        yield from ("", f"# Left out: {_why_not(item)}{', and Wiro requires it' if item.required else ''}.")
        return
    kind = _kind(item)
    yield from ("", "[[inputs]]", f"name = {_text(item.id)}", f"kind = {_text(kind)}")
    if kind != "seed":
        yield f"default = {_default(item, kind)}"
    yield from _bounds(item, kind)
    yield f"label = {_text(item.label or item.id)}"
    if item.note:
        yield f"help = {_text(item.note)}"
    if kind == "choice":
        lines = (
            f"  {{ value = {_text(option.value)}, label = {_text(option.label or option.value or '–')} }},"
            for option in item.options
        )
        yield from ("options = [", *lines, "]")


def _why_not(item: WiroToolInput) -> str:
    if not NAME.fullmatch(item.id):
        return f"{_text(item.id)}, which cannot be the name of an input"
    if item.type in _FILES:
        return f"{item.id}, which takes a further file"
    return f"{item.id}, whose type {item.type or '(none)'} is not known here"


def _bounds(item: WiroToolInput, kind: str) -> Iterator[str]:
    if kind == "seed":
        if item.maximum is not None and 0 < item.maximum < SEED_MAX:
            yield f"max = {_number(item.maximum)}"
        return
    bounds = {"min": item.minimum, "max": item.maximum, "step": item.step if kind == "decimal" else None}
    yield from (f"{key} = {_number(value)}" for key, value in bounds.items() if value is not None)


def _kind(item: WiroToolInput) -> str:
    if item.id == "seed":
        return "seed"
    if item.type == "select":
        values = {option.value for option in item.options}
        return "switch" if values == _SWITCH else "choice" if values else "text"
    if _is_count(item):
        return "whole"
    return ("whole" if _is_whole(item) else "decimal") if item.type in _NUMBERS else "text"


def _is_whole(item: WiroToolInput) -> bool:
    """A slider takes whole numbers if its step is one: a Run would have 2.0 instead of 2."""
    told = [item.minimum, item.maximum, item.step, _as_number(item.default)]
    numbers = [value for value in told if value is not None]
    return item.type != "float" and (item.type == "number" or item.step is not None) and all(map(float.is_integer, numbers))


def _default(item: WiroToolInput, kind: str) -> str:
    match kind:
        case "switch":
            return "true" if item.default == "true" else "false"
        case "whole" | "decimal":
            number = _as_number(item.default)
            return _number((item.minimum or 0.0) if number is None else number)
        case "choice":
            values = [option.value for option in item.options]
            return _text(item.default if item.default in values else values[0])
        case _:
            return _text(item.default)


def _as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _text(value: str) -> str:
    """As TOML writes it, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
