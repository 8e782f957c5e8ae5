"""What a tool answers: text for the assistant, the same as data, and perhaps a picture. A refusal has the API's message."""

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ninja import Schema
from ninja.responses import NinjaJSONEncoder

from ..api.problems import Problem


@dataclass(frozen=True)
class Picture:
    data: bytes
    content_type: str

    @cached_property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode()


@dataclass(frozen=True)
class Answer:
    """`data` is what the tool's schema says; `next_step` is said first, since it is what the assistant needs most."""

    data: dict[str, Any]
    next_step: str = ""
    picture: Picture | None = None


@dataclass(frozen=True)
class ToolResult:
    """The answer as it is sent."""

    text: str
    data: dict[str, Any]
    picture: Picture | None = None
    is_refusal: bool = False


def said(answer: Answer, output: type[Schema]) -> ToolResult:
    data = json.loads(json.dumps(output.model_validate(answer.data).model_dump(), cls=NinjaJSONEncoder))
    # Not every client passes the data on to its assistant, so the text contains it as well.
    text = "\n".join(filter(None, [answer.next_step, json.dumps(data, ensure_ascii=False)]))
    return ToolResult(text, data, answer.picture)


def refused(problem: Problem) -> ToolResult:
    """A field's message alone may not say which one is meant."""
    fields = [f"{error['field']}: {error['message']} ({error['code']})" for error in problem.errors]
    lines = fields or [f"{problem.body['detail']} ({problem.code})"]
    if seconds := problem.headers.get("Retry-After"):
        lines.append(f"Try again after {seconds} seconds.")
    if problem.facts.get("can_fit"):
        lines.append("With `fit` true, this photo may be accepted.")
    return ToolResult("\n".join(lines), problem.body, is_refusal=True)
