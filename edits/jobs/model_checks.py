"""When a worker starts and once a day: does Wiro still have the declared models, at which price, with which inputs?

A model that is gone is not offered anymore until it is back, and operators are told. A server that does not describe models
changes nothing.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import mail_admins
from django.db.models import Q

from ..models import FAR_AHEAD, Heartbeat, ModelStatus, clock
from ..wiro import WiroAPIError, WiroError, WiroTool, WiroUnsupportedCallError
from . import timing
from .catalog import METHODS, SEEDEDIT, Kind, ModelDeclaration, catalog, is_plausible
from .provider import client

log = logging.getLogger(__name__)

HEARTBEAT = "model-check"
PERIOD = timedelta(days=1)
# After an error, and at the start of a worker: several may start at once.
SOON = timedelta(hours=1)
KNOWN_TYPES = {"text", "textarea", "select", "range", "number", "float", "fileinput", "multifileinput", "combinefileinput"}


@dataclass(frozen=True)
class Checked:
    """What was found out about one model. With a `problem`, Wiro gave no usable answer about it, and nothing is changed."""

    model: ModelDeclaration
    tool: WiroTool | None = None
    is_gone: bool = False
    problem: str = ""

    @property
    def differences(self) -> list[str]:
        return list(_differences(self.model, self.tool)) if self.tool else []


def check_if_due(period: timedelta = PERIOD) -> None:
    """Check unless somebody did so within this time. Two processes at once check once."""
    now = clock.now()
    if not settings.WIRO_API_KEY or not _claim(now, period):
        return
    if any(checked.problem for checked in check()):
        Heartbeat.objects.filter(pk=HEARTBEAT).update(at=now - PERIOD + SOON)


def check_soon() -> None:
    """A Run was refused because there is no such model: do not wait for tomorrow."""
    Heartbeat.objects.filter(pk=HEARTBEAT).update(at=clock.now() - PERIOD)


def _claim(now: datetime, period: timedelta) -> bool:
    _, is_first = Heartbeat.objects.get_or_create(pk=HEARTBEAT, defaults={"at": now})
    is_due = Q(at__lte=now - period) | Q(at__gt=now + FAR_AHEAD)
    return is_first or bool(Heartbeat.objects.filter(is_due, pk=HEARTBEAT).update(at=now))


def check() -> list[Checked]:
    """Ask about every declared model, save what Wiro says, and tell operators which models are gone."""
    found = [_ask(model) for model in catalog()]
    if not any(checked.tool for checked in found):
        # This server describes no models at all, so it means nothing that it does not know these.
        found = [Checked(checked.model, problem=checked.problem or "Wiro describes no models") for checked in found]
    for checked in found:
        _save(checked)
    return found


def describe(slug: str) -> WiroTool | None:
    """What Wiro says about any model, declared or not; None if there is none. Raises WiroError, ValueError."""
    owner, _, project = slug.partition("/")
    return client().tool_detail(owner, project, deadline=timing.scaled(timing.DETAIL_DEADLINE))


def look_up(slug: str) -> WiroTool | None:
    """As `describe`. A server that refuses this slug, but describes one of our models, does not know the model."""
    try:
        return describe(slug)
    except WiroUnsupportedCallError:
        if any(_ask(model).tool for model in catalog()):
            return None
        raise


def _ask(model: ModelDeclaration) -> Checked:
    """Asked twice before it counts as gone, because that stops people from using it."""
    try:
        tool = describe(model.slug) or describe(model.slug)
    except WiroUnsupportedCallError as error:
        cause = error.__cause__
        if isinstance(cause, WiroAPIError) and cause.is_not_found:
            return Checked(model, is_gone=True)
        return Checked(model, problem=str(error))
    except WiroError as error:
        log.warning("asking about model %s: %s", model.slug, error)
        return Checked(model, problem=str(error))
    return Checked(model, tool, is_gone=tool is None)


def _save(checked: Checked) -> None:
    slug, now = checked.model.slug, clock.now()
    if checked.problem:
        return
    if checked.tool:
        facts: dict[str, Any] = {"checked_at": now, "gone_since": None, "prices": _prices(checked.tool)}
        facts["differences"] = checked.differences
        was_gone = ModelStatus.objects.filter(slug=slug, gone_since__isnull=False).exists()
        ModelStatus.objects.update_or_create(slug=slug, defaults=facts)
        if was_gone:
            log.warning("Wiro has model %s again", slug)
        return
    status, _ = ModelStatus.objects.get_or_create(slug=slug)
    if ModelStatus.objects.filter(pk=status.pk, gone_since__isnull=True).update(gone_since=now):
        _notify_operators(checked.model)


def _notify_operators(model: ModelDeclaration) -> None:
    if not (settings.MODELS == ["*"] or model.slug in (settings.MODELS or [SEEDEDIT])):
        log.info("Wiro does not have model %s", model.slug)
        return
    text = f"Wiro does not have {model.name} ({model.slug}) anymore, so it is not offered until Wiro has it again."
    log.error(text)
    mail_admins("A model is gone", text, fail_silently=True)


def _prices(tool: WiroTool) -> list[dict[str, Any]]:
    amounts = ["" if price.price is None else str(price.price.normalize()) for price in tool.prices]
    return [
        {"usd": usd, "method": price.method, "when": dict(price.inputs)} for usd, price in zip(amounts, tool.prices, strict=True)
    ]


def _price_differences(tool: WiroTool) -> Iterator[str]:
    """Prices that we do not understand; the price in the model's file is shown instead."""
    for price in tool.prices:
        amount = "unreadable" if price.price is None else f"{price.price.normalize():f}"
        if price.price is None or not is_plausible(price.price):
            yield f"its price is {amount}, which is not a plausible amount"
        elif price.method not in METHODS:
            yield f"its price of {amount} has the unknown method {price.method or '(none)'}"


def _differences(model: ModelDeclaration, tool: WiroTool) -> Iterator[str]:
    """For operators, in English like all their lists. A model without described inputs cannot be compared."""
    yield from _price_differences(tool)
    theirs = {item.id: item for item in tool.inputs}
    ours = {model.picture.name, model.words, *(item.name for item in model.inputs)}
    if not theirs:
        return
    yield from (f"{name} is not among its inputs" for name in sorted(ours - set(theirs)))
    for item in tool.inputs:
        if item.id not in ours and item.required:
            yield f"{item.id} is required and not declared"
        if item.type not in KNOWN_TYPES:
            yield f"{item.id} has the unknown type {item.type or '(none)'}"
    for declared in model.inputs:
        values = {option.value for option in theirs[declared.name].options} if declared.name in theirs else set()
        unknown = [option.value for option in declared.options if option.value and option.value not in values]
        if declared.kind == Kind.CHOICE and values and unknown:
            yield f"{declared.name} does not have the choice {', '.join(unknown)}"
