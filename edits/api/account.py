"""Which models there are and what they cost, and what the owner of the token may still use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from ..jobs.catalog import DeclaredInput, ModelDeclaration, spoken
from ..jobs.flow_control import spending
from ..models import ApiToken, Scope, limits
from ..ordering import offers, quotas
from ..ordering.prices import price_of
from .schemas import AccountOut, ModelList, usd
from .tokens import Token

router = Router(tags=["Account"])


@router.get("/models", auth=Token(), response=ModelList, url_name="models", summary="List models")
def list_models(request: HttpRequest) -> dict[str, Any]:
    """The models that this site offers, the default first, with what one edit is expected to cost. Any token will do."""
    return {"models": [_model_out(model, is_default=not place) for place, model in enumerate(offers.offered())]}


def _model_out(model: ModelDeclaration, is_default: bool) -> dict[str, Any]:
    price = price_of(model, model.defaults)
    return {
        "slug": model.slug,
        "name": model.name,
        "good_at": spoken(model.good_at),
        "is_default": is_default,
        "price_estimate": usd(price.usd),
        "price_is_exact": not price.is_about,
        "seconds": model.seconds,
        "inputs": [_input_out(item) for item in model.inputs],
    }


def _input_out(item: DeclaredInput) -> dict[str, Any]:
    return {
        "field": item.field,
        "kind": item.kind.value,
        "label": spoken(item.label),
        "default": item.default,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "options": [option.value for option in item.options],
    }


@router.get("/account", auth=Token(Scope.ACCOUNT_READ), response=AccountOut, url_name="account", summary="Get your limits")
def get_account(request: HttpRequest) -> dict[str, Any]:
    """What you may still use today, what you have spent, and how much storage is left."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    owner, profile = token.owner, limits.profile_of(token.owner_id)
    return {
        "username": owner.username,
        "edits": {
            "limit_per_day": limits.edits_per_day(profile),
            "remaining_today": quotas.remaining(owner),
            "at_once": limits.edits_at_once(owner.pk),
        },
        "spending": {
            "today": usd(spending.spent_today(owner)),
            "limit_per_day": usd(limits.spend_per_day(profile)),
            "left_today": usd(quotas.money_left(owner)),
        },
        "storage": {"used_bytes": quotas.stored(owner), "limit_bytes": settings.STORAGE_PER_USER},
        "token": {"name": token.name, "scopes": token.scopes, "expires_at": token.expires_at},
    }
