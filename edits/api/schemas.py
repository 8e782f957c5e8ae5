"""What an answer contains. The descriptions here become those of the OpenAPI document and of the reference page."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Schema

from ..models import Edit
from ..web import addresses, progress

# USD as text, so that nothing is rounded on the way.
Usd = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$", examples=["0.05"])]
Status = Literal["queued", "submitting", "unconfirmed", "running", "fetching", "succeeded", "failed", "canceled"]


class FailureOut(Schema):
    code: str = Field(description="`model_failed`, `rejected`, `no_output`, `timed_out` … (docs/addresses.md has them all)")
    message: str


class Links(Schema):
    """Absolute URLs. Those that are null don’t exist, at least not yet."""

    self: str
    page: str = Field(description="The edit’s page, for a person who is signed in")
    source: str
    result: str | None
    painted: str | None
    region: str | None
    pair: str | None = Field(description="Before and after in one image")


class EditOut(Schema):
    id: UUID
    status: Status = Field(description="Final: `succeeded`, `failed`, `canceled`")
    progress: int = Field(ge=0, le=100)
    eta_seconds: int | None
    failure: FailureOut | None
    model: str
    prompt: str
    guidance_scale: float
    watermark: bool
    seed: int
    file_name: str
    batch: UUID | None
    version_of: UUID | None = Field(description="The edit whose result this one starts from")
    sent_percent: float = Field(description="How much of the photo’s area was sent to the model")
    changed_percent: float | None
    price_estimate: Usd | None
    cost: Usd | None = Field(description="What Wiro charged, once it is known")
    created_at: datetime
    ended_at: datetime | None
    links: Links


class CreatedOut(EditOut):
    """The first edit; with `variations`, `edits` has them all."""

    edits: list[EditOut]


class EditList(Schema):
    edits: list[EditOut]
    next_cursor: str | None = Field(description="The `cursor` of the next page; null on the last one")


class InputOut(Schema):
    field: str = Field(description="The field of a new edit that sets it")
    kind: str
    label: str
    default: Any
    minimum: float | None
    maximum: float | None
    options: list[str] = Field(description="What it may be; empty for any value between the limits")


class ModelOut(Schema):
    slug: str
    name: str
    good_at: str
    is_default: bool
    price_estimate: Usd = Field(description="What is reserved for one edit until Wiro reports its cost")
    price_is_exact: bool = Field(description="Whether Wiro’s own price rule is known")
    currency: Literal["USD"] = "USD"
    seconds: float = Field(description="How long an edit typically takes")
    inputs: list[InputOut]


class ModelList(Schema):
    models: list[ModelOut]


class EditQuota(Schema):
    limit_per_day: int
    remaining_today: int
    at_once: int


class Spending(Schema):
    today: Usd
    limit_per_day: Usd | None = Field(description="The owner’s own limit; null without one")
    left_today: Usd = Field(description="By the tightest of all budgets: the owner’s, those of their groups, the site’s")


class Storage(Schema):
    used_bytes: int
    limit_bytes: int


class TokenOut(Schema):
    name: str
    scopes: list[str]
    expires_at: datetime


class AccountOut(Schema):
    username: str
    edits: EditQuota
    spending: Spending
    storage: Storage
    token: TokenOut


class ErrorOut(Schema):
    field: str
    code: str
    message: str


class ProblemOut(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="For programs")
    detail: str = Field(description="For people, in the language of Accept-Language")
    errors: list[ErrorOut] = []
    can_fit: bool = Field(False, description="Sending the photo again with `fit=on` may help")


def usd(amount: Any) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def edit_out(request: HttpRequest, edit: Edit) -> dict[str, Any]:
    """An edit with its photo, result and attempts at hand."""
    status = progress.status_of(edit)
    same = ("prompt", "guidance_scale", "watermark", "seed", "file_name", "batch", "changed_percent", "created_at", "ended_at")
    return {
        "id": edit.pk,
        "status": status["state"],
        **{name: status[name] for name in ("progress", "eta_seconds", "failure", "sent_percent")},
        **{name: getattr(edit, name) for name in same},
        "model": edit.model,
        "version_of": edit.parent_id,
        "price_estimate": usd(edit.cost_reserved),
        "cost": usd(edit.cost),
        "links": _links(request, edit),
    }


def _links(request: HttpRequest, edit: Edit) -> dict[str, str | None]:
    def url(name: str, is_there: object = True) -> str | None:
        return request.build_absolute_uri(reverse(f"api:{name}", args=[edit.pk])) if is_there else None

    return {
        "self": url("edit"),
        "page": request.build_absolute_uri(addresses.edit_url(edit)),
        "source": url("source"),
        "result": url("result", edit.result_id),
        "painted": url("painted", edit.result_id),
        "region": url("region", edit.region),
        "pair": url("pair", edit.result_id),
    }
