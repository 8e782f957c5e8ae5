"""The OpenAPI description: what Django Ninja makes of the operations, with the fields of the forms, the scopes and the problems.

The fields of a form are read from the form itself, so the description cannot drift from what is accepted.
"""

import re
from typing import Any

from django import forms
from django.utils import translation
from ninja import NinjaAPI

from ..jobs.catalog import SEEDEDIT, catalog
from ..ordering import sources
from ..web.forms import EditForm
from ..web.model_choice.fields import ModelInputs
from ..web.region_form import SIDES, RegionForm
from .idempotency import KEY_MAX
from .problems import CONTENT_TYPE
from .schemas import ProblemOut

# Fields of the page's form that only browsers need, or that are an older way to say the same.
_NOT_FOR_SCRIPTS = {*SIDES, "nonce"}
_HELP = {
    "region": "Where the photo may change: a PNG with the photo’s aspect ratio, white where it may",
    "region_box": "Instead of `region`: `left,top,width,height` as fractions (0 to 1) of the upright photo",
    "version": "Instead of `photo`: the id of one of your edits",
    "side": "Which picture of that edit: `result` or `source`",
    "batch": "A UUID shared by the requests that send one instruction for many photos",
    "place": "The place of this photo in that batch",
    "watermark": "Adds “AI-generated” to the bottom right corner",
}
# What the form's own cleaning additionally requires.
_MORE: dict[str, dict[str, Any]] = {
    "prompt": {"minLength": 1, "pattern": r"\S"},
    "version": {"format": "uuid"},
    "side": {"enum": [sources.RESULT, sources.SOURCE]},
}
_WORDS = {400: "Invalid", 401: "No valid token", 403: "Not allowed with this token, or suspended", 404: "Not found"}
_WORDS |= {409: "Not possible now", 411: "No Content-Length", 413: "Too large", 415: "Not a form"}
_WORDS |= {422: "The idempotency key was used for another request", 429: "Over a limit", 503: "Busy, or photos can’t be stored"}
_ALWAYS = (400, 401, 403, 429)
ROOT = "/api/v1/"


def _field(name: str, field: forms.Field) -> dict[str, Any]:
    kinds: list[tuple[type[forms.Field], dict[str, Any]]] = [
        (forms.FileField, {"type": "string", "format": "binary"}),
        (forms.BooleanField, {"type": "string", "enum": ["on"]}),
        (forms.UUIDField, {"type": "string", "format": "uuid"}),
        (forms.IntegerField, {"type": "integer"}),
        (forms.FloatField, {"type": "number"}),
    ]
    schema = dict(next((found for kind, found in kinds if type(field) is kind), {"type": "string"}))
    limits = {"minimum": "min_value", "maximum": "max_value", "maxLength": "max_length"}
    schema |= {key: value for key, limit in limits.items() if (value := getattr(field, limit, None)) is not None}
    if schema.get("type") in ("integer", "number") and field.initial is not None:
        schema["default"] = field.initial
    return schema | _MORE.get(name, {}) | {"description": str(_HELP.get(name) or field.help_text or field.label or "")}


def _form(form: type[forms.Form], required: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    with translation.override("en"):
        found = form.base_fields | (_default_inputs() if form is EditForm else {})
        fields = {name: _field(name, field) for name, field in found.items() if name not in _NOT_FOR_SCRIPTS}
    schema: dict[str, Any] = {"type": "object", "properties": fields | more}
    if required:
        schema["required"] = list(required)
    return {"requestBody": {"required": bool(required), "content": {"multipart/form-data": {"schema": schema}}}}


def _default_inputs() -> dict[str, forms.Field]:
    """The inputs of the default model; those of the others are in `GET /models`."""
    model = catalog()[SEEDEDIT]
    fields = ModelInputs(model, None).fields
    for item in model.inputs:
        fields[item.field].initial = item.default
    return fields


def _refusals(*statuses: int) -> dict[int, Any]:
    problem = {CONTENT_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}}
    return {status: {"description": _WORDS[status], "content": problem} for status in statuses}


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": KEY_MAX},
    "description": "Any text. Sending the same request again with the same key returns the same edit, and nothing is paid "
    "for twice",
}
_MODEL = {"type": "string", "description": "A slug of `GET /models`, or several separated by commas: one edit for each"}
_IMAGES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("image/jpeg", "image/png")}
_SEED = {"type": "string", "enum": ["same"], "description": "`same` keeps the seed; otherwise a new one is drawn"}
_RETRY_BODY = {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"seed": _SEED}}}}}

NEW_EDIT = {"parameters": [_KEY], "responses": _refusals(404, 411, 413, 415, 422, 503)} | _form(
    EditForm, ("prompt",), model=_MODEL
)
RETRY = {"parameters": [_KEY], "responses": _refusals(415, 422, 503), "requestBody": {"required": False} | _RETRY_BODY}
REGION = {"responses": _refusals(411, 413, 415, 503)} | _form(RegionForm)
PICTURE = {"responses": {200: {"description": "The picture", "content": _IMAGES}} | _refusals(503)}


def finish(api: NinjaAPI, schema: dict[str, Any]) -> dict[str, Any]:
    """Add to each operation the scope that it needs and the problems that it may answer with."""
    problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schema["components"]["schemas"] |= problem.pop("$defs", {}) | {ProblemOut.__name__: problem}
    for operation, auth in _operations(api):
        details = schema["paths"][operation[0]][operation[1]]
        details["security"] = [{"Token": [str(auth.scope)] if auth.scope else []}]
        more = (404, 409) if "{edit_id}" in operation[0] else ()
        details["responses"] |= _refusals(*_ALWAYS, *more)
    return schema


def _operations(api: NinjaAPI) -> list[tuple[tuple[str, str], Any]]:
    """Path and method in the document, and the token that the operation needs."""
    return [
        ((ROOT + re.sub(r"{\w+:", "{", path).removeprefix("/"), method.lower()), operation.auth_callbacks[0])
        for _prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if operation.include_in_schema
    ]
