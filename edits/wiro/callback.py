"""Reading what a callback's body says. Callbacks are not signed, so what one says is only a hint."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .values import MAX_TOKEN, as_objects, as_task_id, as_text, decode_json

MAX_CALLBACK_BODY = 64 * 1024
"""Bytes of a body that are looked at."""

_TASK_TOKEN = re.compile(rf"[A-Za-z0-9_.~+/=-]{{8,{MAX_TOKEN}}}")
_ID_NAMES = ("taskid", "taskId", "task_id")
_TOKEN_NAMES = ("socketaccesstoken", "tasktoken", "socketAccessToken", "taskToken", "task_token")
_INSIDE = ("tasklist", "data", "task", "result")


@dataclass(frozen=True)
class CallbackHint:
    """The task that a callback names, by id, by token, by both or (both empty) not at all.

    It may be forged: check with Task/Detail before trusting it. The token lets anybody query the task, so it is not shown.
    """

    task_id: str = ""
    task_token: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.task_id or self.task_token)


def parse_callback(body: bytes) -> CallbackHint:
    """The task that a callback's body names; never raises.

    What Wiro sends for model runs is not documented, so JSON and forms are read, and the fields are
    looked for under the names that Wiro uses elsewhere, at top level and inside.
    """
    try:
        text = body[:MAX_CALLBACK_BODY].decode()
        fields = decode_json(text) if text.lstrip().startswith(("{", "[")) else dict(parse_qsl(text))
        ids, tokens = _named(fields, _ID_NAMES, "id"), _named(fields, _TOKEN_NAMES)
    except (ValueError, RecursionError):
        return CallbackHint()
    task_id = next(filter(None, map(as_task_id, ids)), "")
    return CallbackHint(task_id, next(filter(_TASK_TOKEN.fullmatch, tokens), ""))


def _named(fields: object, names: Sequence[str], last: str = "") -> list[str]:
    """The values under these names, outermost first; under `last` only where no better name was found."""
    outermost = next(iter(as_objects(fields)), None)
    if outermost is None:
        return []
    inner = [found for name in _INSIDE for found in _named(outermost.get(name), names, last)]
    return _texts(outermost, names) + inner + _texts(outermost, [last])


def _texts(fields: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    return list(filter(None, (as_text(fields.get(name)) for name in names)))
