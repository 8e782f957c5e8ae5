"""What must hold after every scenario, whatever went wrong in it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from PIL import Image

from edits import images
from edits.accounts import retention
from edits.jobs import task_id_spool
from edits.jobs.flow_control import spending
from edits.jobs.flow_control.storage_health import MARKER_NAME
from edits.models import ENDED, Attempt, Edit, Outcome, Photo, State, token_hash
from edits.operations import backup
from edits.wiro.sandbox.tasks.run_log import Run
from tests.faults import books
from tests.faults.runner import Order, Runner

# Until a worker has compared what it delivered, on a machine that is busy. One that was killed does not.
CHANGE_MAP_SECONDS = 10.0


@dataclass
class Findings:
    """The problems in words, and the numbers of the table."""

    problems: list[str] = field(default_factory=list)
    runs: int = 0
    lost: int = 0
    double: int = 0
    no_consent: int = 0
    left_over: int = 0


class InvariantChecker:
    """Checks all invariants; remembers how far each log was read."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._read: dict[Path, int] = {}

    def check(self) -> Findings:
        found = Findings(runs=len(self._runner.runs()) if self._runner.orders else 0)
        for order in self._runner.orders:
            self._check_edit(order, found)
        self._check_ended_rows(found)
        self._check_money(found)
        self._check_files(found)
        self._check_processes(found)
        found.problems += [f"a secret ({name}) is in {log}" for name, log in self._leaks()]
        return found

    # --- each edit ---------------------------------------------------------------------------------------------------

    def _check_edit(self, order: Order, found: Findings) -> None:
        """Check money first, by the sandbox's own books, whatever the row says."""
        lost, no_consent = list(books.lost(self._runner, order)), list(books.without_consent(self._runner, order))
        double = len(books.charged(self._runner, order)) - 1 - order.asked_again
        found.lost += len(lost)
        found.double += max(double, 0)
        found.no_consent += len(no_consent)
        problems = [*lost, *no_consent, *books.unattended(self._runner, order), *self._oddities(order)]
        if problems:
            problems[-1] += f"; {_story(order.edit)}"
        found.problems += [f"“{order.prompt}”: {problem}" for problem in problems]

    def _oddities(self, order: Order) -> Iterator[str]:
        """What is wrong with the rows of an order, those of a recovered result included."""
        edit, runs = order.edit, self._runner.runs(order)
        edits = Edit.objects.filter(Q(pk=order.pk) | Q(prompt=order.prompt))
        attempts = list(Attempt.objects.filter(edit__in=edits).order_by("started_at"))
        if edit.state not in order.ends:
            yield f"is {edit.state} {edit.failure_code}, not {' or '.join(order.ends)}"
        if len(runs) > len(attempts) + order.runs_forgotten:
            yield f"{len(runs)} Runs and {len(attempts)} attempts"
        yield from _odd_attempts(attempts, runs, order.asked_again)
        for each in edits:
            yield from _odd_rest(each, [run for run in runs if run.accepted])

    # --- all rows ----------------------------------------------------------------------------------------------------

    def _check_ended_rows(self, found: Findings) -> None:
        """Ended edits never change, neither in further ticks nor in the scenarios that follow; except that an edit that was
        delivered without a change map may get one."""
        self._runner.remember_ended()
        if self._runner.environment.running("beat") and self._runner.environment.running("worker"):
            self._runner.wait_for_ticks(2)
        now = {values["id"]: dict(values) for values in Edit.objects.filter(state__in=ENDED).values()}
        changed = [pk for pk, before in self._runner.ended.items() if _without_backfill(now.get(pk), before) != before]
        found.problems += [f"the ended edit {pk} has changed" for pk in changed]

    def _check_money(self, found: Findings) -> None:
        rows = Edit.objects.filter(created_at__gte=spending.today())
        told = spending.spent_today()
        attempts = list(Attempt.objects.select_related("edit"))
        expected = sum((_charge(edit) for edit in rows), Decimal(0)) + sum(map(_charge_beside, attempts), Decimal(0))
        if told != expected:
            found.problems.append(f"spent_today() is {told}, the rows add up to {expected}")
        charged = books.charged_in_total(self._runner)
        if told < charged:
            found.problems.append(f"spent_today() is {told}, and Wiro has charged {charged}")

    # --- files and processes------------------------------------------------------------------------------------------

    def _wait_for_change_maps(self) -> None:
        """A worker stores them after it has delivered; until a row names such a file, a cleanup that spares no young file would
        remove it."""
        delivered = Edit.objects.filter(prompt__in=[order.prompt for order in self._runner.orders], state=State.SUCCEEDED)
        ends_at = time.monotonic() + CHANGE_MAP_SECONDS
        while self._runner.environment.running("worker") and delivered.filter(changed_percent__isnull=True).exists():
            if time.monotonic() > ends_at:
                return
            time.sleep(0.05)

    def _check_files(self, found: Findings) -> None:
        self._wait_for_change_maps()
        retention.clean_up(older_than=-1)
        names = {name for row in Photo.objects.filter(purged_at__isnull=True).values_list("file", "card", "page") for name in row}
        own = Edit.objects.values_list("change_map", "region", "crop")
        names |= {name for row in own for name in row if name}
        stored, folder = set(backup.stored_names()), self._runner.environment.folder
        strange = [Path(name) for name in stored - names - {MARKER_NAME}]
        strange += [path for path in (folder / "tmp").rglob("*") if path.is_file()]
        strange += list(folder.glob(f"*/{task_id_spool.FOLDERS[0]}/*"))
        missing = names - stored
        found.left_over += len(strange)
        found.problems += [f"left over: {path.name}" for path in strange]
        found.problems += [f"a row names {name}, which is not there" for name in missing]

    def _check_processes(self, found: Findings) -> None:
        ends_at = time.monotonic() + 3
        while (strays := self._runner.environment.strays()) > 0 and time.monotonic() < ends_at:
            time.sleep(0.05)
        if strays > 0:
            found.left_over += strays
            found.problems.append(f"{strays} processes too many")

    def _leaks(self) -> Iterator[tuple[str, str]]:
        secrets = dict(self._secrets())
        for log in self._runner.environment.logs():
            # A secret may have been cut in two where the last reading ended.
            text = log.read_bytes()[max(self._read.get(log, 0) - 500, 0) :].decode(errors="replace")
            self._read[log] = log.stat().st_size
            yield from ((name, log.name) for value, name in secrets.items() if value in text)

    def _secrets(self) -> Iterator[tuple[str, str]]:
        yield settings.WIRO_API_KEY, "API key"
        yield settings.WIRO_API_SECRET, "API secret"
        yield settings.SECRET_KEY, "SECRET_KEY"
        yield self._runner.environment.password, "broker password"
        for key in Session.objects.values_list("session_key", flat=True):
            yield key, "session id"
        for task in self._runner.sandbox.tasks:
            yield task.token, "task token"
        for run in self._runner.sandbox.runs():
            if run.callback_url:
                yield callback_token(run.callback_url), "callback token"
                yield urlsplit(str(run.parameters["inputImageUrl"])).path.rpartition("/")[2].rpartition(".")[0], "source token"


def callback_token(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]


def _odd_attempts(attempts: list[Attempt], runs: list[Run], asked_again: int) -> Iterator[str]:
    by_token: dict[str, list[Run]] = {}
    for run in runs:
        if run.callback_url:
            by_token.setdefault(token_hash(callback_token(run.callback_url)), []).append(run)
    for number, sent in enumerate(by_token.values(), start=1):
        if len(sent) > 1:
            yield f"attempt {number} was sent {len(sent)} times"
    if not set(by_token) <= {attempt.callback_token_hash for attempt in attempts}:
        yield "a Run was sent without an attempt"
    unproven = [attempt for attempt in attempts[:-1] if attempt.outcome != Outcome.REJECTED]
    if len(unproven) > asked_again:
        yield f"a new attempt without a refusal: {[str(attempt) for attempt in attempts]}"
    rejected = [attempt.callback_token_hash for attempt in attempts if attempt.outcome == Outcome.REJECTED]
    unsent = {attempt.callback_token_hash for attempt in attempts if attempt.sent_at is None}
    if unsent & set(by_token):
        yield "a Run was sent for an attempt that is not marked as sent"
    if any(run.accepted for token in rejected for run in by_token.get(token, [])):
        yield "an attempt is called refused although Wiro has taken it"


def _without_backfill(now: dict[str, Any] | None, before: dict[str, Any]) -> dict[str, Any] | None:
    if now is None or before["changed_percent"] is not None:
        return now
    return now | {name: before[name] for name in ("changed_percent", "change_map")}


def _odd_rest(edit: Edit, taken: list[Run]) -> Iterator[str]:
    """What is wrong with an edit that is neither ended, unconfirmed, nor due; and with a result."""
    if not edit.is_ended and edit.state != "unconfirmed" and edit.due_at is None:
        yield f"{edit.state} and never due"
    if edit.state != "succeeded":
        return
    own = Q(edit=edit) | Q(pk=edit.output_of_id)
    known = set(Attempt.objects.filter(own, outcome=Outcome.ACCEPTED).values_list("wiro_task_id", flat=True))
    if not known & {run.task_id for run in taken}:
        yield "the result is not from a Run of this edit"
    if edit.cost is None:
        yield "succeeded without a cost"
    if edit.result is None:
        yield "succeeded without a result"
        return
    if edit.deleted_at and edit.result.purged_at:
        return  # Its owner wanted it erased, file included.
    if edit.region and not edit.is_composite:
        yield "succeeded with what was painted for the region alone"
    try:
        with edit.result.file.open("rb") as file:
            images.clean(file.file, images.RESULT)
        if edit.change_map:
            with edit.change_map.open("rb") as file, Image.open(file) as change_map:
                change_map.load()
    except (images.PictureRefused, OSError) as error:
        yield f"the result or its change map does not decode: {error}"


def _charge(edit: Edit) -> Decimal:
    if edit.cost is not None:
        return edit.cost
    return Decimal(0) if edit.state in ("failed", "canceled") else edit.cost_reserved


def _charge_beside(attempt: Attempt) -> Decimal:
    """What an attempt cost, or may have, beside its edit's own cost."""
    if attempt.outcome == Outcome.SUPERSEDED:
        return attempt.cost or Decimal(0)
    has_later = Attempt.objects.filter(edit=attempt.edit_id, number__gt=attempt.number).exists()
    is_beside = attempt.outcome == Outcome.UNKNOWN and (has_later or attempt.edit.state != State.UNCONFIRMED)
    return attempt.cost_reserved if is_beside else Decimal(0)


def _story(edit: Edit) -> str:
    return " | ".join(str(event) for event in edit.events.all())
