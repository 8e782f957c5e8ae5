"""The arguments of calls: checked, and as Wiro names them."""

import json
import re
from collections.abc import Mapping

MAX_LIST = 100
"""The most entries that Task/List and Tool/List give at a time."""

_PLAIN_MODEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*")


def run_request(model: str, parameters: Mapping[str, object], callback_url: str | None) -> tuple[str, dict[str, object]]:
    """The path and the body of a Run. Raises ValueError or TypeError for what JSON cannot hold."""
    body = dict(parameters) if callback_url is None else {**parameters, "callbackUrl": callback_url}
    json.dumps(body, allow_nan=False)
    return "/".join(("Run", *slugs(model))), body


def slugs(model: str) -> tuple[str, str]:
    """Owner and name of a model. Raises ValueError for anything that would change the request's path."""
    if not _PLAIN_MODEL.fullmatch(model):
        raise ValueError("A model is named by its owner and its name, like owner/name.")
    owner, _, project = model.partition("/")
    return owner, project


def page(start: int, limit: int) -> dict[str, str]:
    """A part of a list. Raises ValueError."""
    if start < 0 or not 1 <= limit <= MAX_LIST:
        raise ValueError(f"A list starts at 0 or later and has 1 to {MAX_LIST} entries.")
    return {"start": str(start), "limit": str(limit)}


def reference(task_id: str | None, task_token: str | None) -> dict[str, str]:
    """How to identify a task: by its id if both are known, because all sources agree on the id for Detail, Cancel and Kill, but
    disagree on the token's name. Raises ValueError."""
    if task_id:
        return {"taskid": task_id}
    if task_token:
        return {"tasktoken": task_token}
    raise ValueError("A task is named by its id or its token.")
