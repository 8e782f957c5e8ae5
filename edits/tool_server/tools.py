"""The tools: what each is called, does and returns. An assistant has nothing but these words, so units and costs are in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import ValidationError

from ..api import account, edits
from ..api.problems import invalid, problem_of
from ..api.schemas import AccountOut, EditList, EditOut, ModelList
from ..api.tokens import require
from ..models import ENDED, Photo, Scope, State
from .answers import Answer, Picture, ToolResult, refused, said
from .arguments import Arguments, EditPhoto, GetEdit, ListEdits, NoArguments, OneEdit
from .new_edit import EditPhotoOut, edit_photo

READ_ONLY = {"read_only_hint": True, "destructive_hint": False, "idempotent_hint": True, "open_world_hint": False}


@dataclass(frozen=True)
class Tool:
    """`scope` is that of the token; None: any valid token. `hints` are the protocol's."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    output: type[Schema]
    run: Callable[[HttpRequest, Any], Answer]
    hints: dict[str, bool]
    scope: Scope | None = None


def call(request: HttpRequest, tool: Tool, values: dict[str, Any]) -> ToolResult:
    """What the tool says; a refusal has the words of the API."""
    try:
        if tool.scope:
            require(request.auth, tool.scope)  # type: ignore[attr-defined]
        return said(tool.run(request, tool.arguments.model_validate(values)), tool.output)
    except ValidationError as error:
        found = [(".".join(map(str, one["loc"])), one["type"], one["msg"]) for one in error.errors()]
        return refused(invalid([{"field": field, "code": code, "message": message} for field, code, message in found]))
    except Exception as error:  # noqa: BLE001 - every error has its problem, and unexpected ones are logged
        return refused(problem_of(error))


def _get_edit(request: HttpRequest, arguments: GetEdit) -> Answer:
    data = edits.get_edit(request, arguments.id, arguments.wait)
    return Answer(data, _next_step(data), _picture(request, arguments))


def _next_step(data: dict[str, Any]) -> str:
    if data["status"] in ENDED:
        return ""
    if data["status"] == State.UNCONFIRMED:
        return (
            "It is not known whether the model accepted it. If this does not change, the person can decide on its page, "
            "`links.page`."
        )
    left = f", about {data['eta_seconds']} seconds left" if data["eta_seconds"] else ""
    return f"It has not ended yet ({data['status']}{left}). Call get_edit again; that costs nothing."


def _picture(request: HttpRequest, arguments: GetEdit) -> Picture | None:
    """In the size of a page. None if there is none: not yet, never, or no longer."""
    edit = edits.with_pictures(request, arguments.id)
    found: dict[str, Photo | None] = {"result": edit.result, "source": edit.photo}
    photo = found.get(arguments.picture)
    if photo is None or not photo.page:
        return None
    try:
        with photo.page.open("rb") as file:
            return Picture(file.read(), "image/webp")
    except FileNotFoundError:
        return None


_TOOLS = [
    Tool(
        "edit_photo",
        "Edit a photo",
        "Edit one photo by an instruction in words, with a paid model. COSTS MONEY, but only in the second of two calls. "
        "First call it without `confirmation`: it checks everything and answers with the price in USD and a `confirmation`, and "
        "makes nothing. Tell the person the price. If they agree, call it again with exactly the same arguments and that "
        "`confirmation` (valid for 15 minutes): it starts the edit and answers with its id. The same confirmation again gives "
        "the same edit and costs nothing more. If the price has risen meanwhile, it asks again. Then call get_edit.",
        EditPhoto,
        EditPhotoOut,
        edit_photo,
        {"read_only_hint": False, "destructive_hint": False, "idempotent_hint": True, "open_world_hint": True},
        Scope.EDITS_WRITE,
    ),
    Tool(
        "get_edit",
        "Show an edit",
        "The status of an edit and its picture (WebP, at most 1600 pixels wide). Waits up to `wait` seconds for it to end. Free. "
        "`status` succeeded, failed and canceled are final; `failure` says what went wrong, `cost` what was "
        "charged in USD, once known. `links.page` is its page on the site, for a person who is signed in; `links.result` is the "
        "full-size file, for programs that send the token. To change it further, call edit_photo with this id as `version`.",
        GetEdit,
        EditOut,
        _get_edit,
        READ_ONLY,
        Scope.EDITS_READ,
    ),
    Tool(
        "list_edits",
        "List edits",
        "The person's edits, newest first, without pictures and without those in the trash. Free. For more, pass `next_cursor` "
        "of the answer as `cursor`.",
        ListEdits,
        EditList,
        lambda request, arguments: Answer(edits.list_edits(request, arguments)),
        READ_ONLY,
        Scope.EDITS_READ,
    ),
    Tool(
        "list_models",
        "List models",
        "The models that this site offers, the default first: what each is good at, the usual price of one edit in USD, the "
        "seconds that one typically takes, and the `inputs` that edit_photo accepts for it. Free.",
        NoArguments,
        ModelList,
        lambda request, _: Answer(account.list_models(request)),
        READ_ONLY,
    ),
    Tool(
        "cancel_edit",
        "Cancel an edit",
        "Ask to stop an edit that has not ended. Free, but it cannot be undone: a new edit costs money again. What the model has "
        "already done may be charged; if it succeeds first, its result stands. Call get_edit to see how it ended.",
        OneEdit,
        EditOut,
        lambda request, arguments: Answer(edits.cancel_edit(request, arguments.id)),
        {"read_only_hint": False, "destructive_hint": True, "idempotent_hint": True, "open_world_hint": True},
        Scope.EDITS_WRITE,
    ),
    Tool(
        "account",
        "Show limits and spending",
        "What the person may still use: edits left today (`edits.remaining_today`), USD spent and left today "
        "(`spending.today`, `spending.left_today`), storage in bytes, and the scopes of this token. Days are those of UTC. Free.",
        NoArguments,
        AccountOut,
        lambda request, _: Answer(account.get_account(request)),
        READ_ONLY,
        Scope.ACCOUNT_READ,
    ),
]
TOOLS = {tool.name: tool for tool in _TOOLS}
