"""Edits through a site. Its idempotency keys make sure that the same command, however often it is repeated, pays once."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import TypeVar

from .outcomes import Exit, Made, NotDone, Refused, Status
from .outputs import Store
from .patience import OutOfTime, Patience
from .site_api import SiteClient, SiteEdit, SiteError
from .way import Budget, Offer, Track, Wanted, content_of, digest

# Seconds that one request waits for the edit to end, short enough to show progress; and between two that were answered at once.
WAIT, PAUSE = 5.0, 1.0
# A bug in the site is unlikely to go away.
TRIES_AFTER_A_MISTAKE = 3
# The site's codes for a key whose edit was moved to the trash, or removed for good.
DELETED = ("not_found", "idempotency_key_reused")
AGAIN = "Add --again to order it again."
WORDS = {"queued": "waiting for its turn", "submitting": "on its way to Wiro", "fetching": "fetching the result"}
WORDS |= {"running": "being edited", "unconfirmed": "waiting for Wiro to confirm it"}

Answer = TypeVar("Answer")


class SiteEdits:
    """A way to results, see `way.Way`."""

    def __init__(self, client: SiteClient, wanted: Wanted, patience: Patience, store: Store) -> None:
        self.where = client.url
        self.budget = Budget(None, None)
        self._client, self._wanted, self._patience, self._store = client, wanted, patience, store

    def offer(self) -> Offer:
        try:
            models = self._client.models()
            # With a token that may not read, the command could order edits but never fetch the results.
            self._client.edits(limit=1)
        except SiteError as error:
            raise Refused(error.message) from None
        wanted = self._wanted.model
        found = [model for model in models if model.slug == wanted or (not wanted and model.is_default)]
        if not found:
            offered = ", ".join(model.slug for model in models)
            raise Refused(f"{self.where} does not offer the model {wanted}. It offers: {offered}.", Exit.USAGE_ERROR)
        if found[0].is_default:
            # Whether or not the default is named, it is the same order with the same key, so the request does not name it.
            self._wanted = replace(self._wanted, model="")
        return Offer(found[0].name, found[0].price, not found[0].price_is_exact)

    def make(self, track: Track) -> Made:
        edit = self._finished(self._ordered(track, content_of(track.job.photo)), track)
        if edit.status != "succeeded":
            raise _failed(edit)
        track.tell("fetching the result", 95)
        picture = self._read(lambda: self._client.picture(edit.id), track)
        with self._patience.uninterrupted():
            made = Made(edit.id, edit.cost)
            self._store(track.job, picture, made)
        return made

    def _ordered(self, track: Track, photo: bytes) -> SiteEdit:
        """The edit that an earlier command ordered, or else a new one."""
        self.budget.take()
        for number in count(1):
            key = self._wanted.key(digest(photo), self._wanted.fit, number)
            try:
                edit = self._patiently(lambda key=key: self._sent(track, photo, key), track)  # type: ignore[misc]
            except SiteError as error:
                if error.code not in DELETED:
                    raise _not_ordered(error, track) from None
                if not self._wanted.again:
                    raise NotDone(
                        Status.FAILED, f"It was ordered before but has since been deleted at the site. {AGAIN}"
                    ) from None
                continue
            if self._wanted.again and edit.status in ("failed", "canceled"):
                continue
            self.budget.correct(edit.price)
            return edit
        raise AssertionError("count() has no end")

    def _sent(self, track: Track, photo: bytes, key: str) -> SiteEdit:
        track.tell("sending", 2)
        before = track.may_be_ordered
        with self._patience.uninterrupted():
            track.may_be_ordered = True
            try:
                edit = self._client.create(photo, track.job.photo.name, self._fields, key)
            except SiteError as error:
                track.may_be_ordered = before or error.may_have_arrived
                raise
            track.id, track.may_be_ordered = edit.id, False
        return edit

    @property
    def _fields(self) -> dict[str, str]:
        wanted = self._wanted
        fields = {"prompt": wanted.prompt, "model": wanted.model, "region_box": wanted.region, "fit": "on" if wanted.fit else ""}
        fields["seed"] = "" if wanted.seed is None else str(wanted.seed)
        return {name: value for name, value in fields.items() if value}

    def _finished(self, edit: SiteEdit, track: Track) -> SiteEdit:
        while not edit.has_ended:
            track.tell(WORDS.get(edit.status, edit.status), edit.progress)
            asked_at = time.monotonic()
            try:
                edit = self._read(lambda id=edit.id: self._client.edit(id, wait=WAIT), track)  # type: ignore[misc]
                if not edit.has_ended and time.monotonic() - asked_at < PAUSE:
                    self._patience.pause(PAUSE)
            except OutOfTime:
                if edit.status == "unconfirmed":
                    reason = "The site does not know yet whether Wiro has accepted it, so it may be charged. See the edit's page."
                    raise NotDone(Status.UNKNOWN, reason, edit.id) from None
                raise
        return edit

    def _read(self, call: Callable[[], Answer], track: Track) -> Answer:
        try:
            return self._patiently(call, track)
        except SiteError as error:
            raise NotDone(Status.PENDING, f"It was ordered, but cannot be fetched: {error.message}", track.id) from None

    def _patiently(self, call: Callable[[], Answer], track: Track) -> Answer:
        """What `call` returns, once temporary errors are over. Raises SiteError for other errors, Stopped, OutOfTime."""
        mistakes = 0
        for pause in self._patience.pauses():
            self._patience.check()
            try:
                return call()
            except SiteError as error:
                mistakes += error.status == 500
                if not error.is_passing or mistakes == TRIES_AFTER_A_MISTAKE:
                    raise
                track.tell(f"waiting: {error.message}")
                self._patience.pause(max(pause, error.retry_after or 0.0))
        raise AssertionError("pauses have no end")


def _failed(edit: SiteEdit) -> NotDone:
    what = "It was canceled." if edit.status == "canceled" else edit.failure or "It failed."
    charged = f"It cost {edit.cost.normalize():f} USD." if edit.cost else ""
    return NotDone(Status.FAILED, " ".join(filter(None, (what, charged, AGAIN))), edit.id, edit.cost)


def _not_ordered(error: SiteError, track: Track) -> NotDone:
    if track.may_be_ordered:
        return NotDone(Status.UNKNOWN, f"{error.message} It may have been ordered; the same command finds out.")
    return NotDone(Status.FAILED, error.message)
