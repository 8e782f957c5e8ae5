"""Edits directly through Wiro, whose Run has no idempotency key: a journal records before and after each Run what is known about
it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..wiro import (
    WiroAPIError,
    WiroClient,
    WiroConnectionError,
    WiroDownloadError,
    WiroError,
    WiroNotFoundError,
    WiroTask,
    WiroTimeoutError,
)
from ..wiro.catalog import METHODS, SEEDEDIT, ModelDeclaration, PriceRule, load
from . import task_search
from .journal import Entry, Journal
from .outcomes import Exit, Made, NotDone, Refused, Status, shown
from .outputs import Store
from .patience import OutOfTime, Patience, Stopped
from .pictures import Unusable, for_wiro
from .way import Budget, Offer, Track, Wanted, content_of, digest

AGAIN = "Add --again to order it again."
SEED_MAX = 2_147_483_647

Answer = TypeVar("Answer")


class WiroEdits:
    """A way to results, see `way.Way`. `account` separates the journals of different keys and URLs."""

    def __init__(
        self, client: WiroClient, account: str, wanted: Wanted, patience: Patience, journal: Journal, store: Store
    ) -> None:
        self.where = "Wiro"
        self.budget = Budget(None, None)
        # Naming the default model makes no difference to the order.
        model = "" if wanted.model == SEEDEDIT else wanted.model
        self._client, self._wanted, self._patience = client, replace(wanted, model=model), patience
        self._account = hashlib.sha256(account.encode()).hexdigest()
        self._journal, self._store = journal, store
        self._model = _declared(wanted.model or SEEDEDIT)
        if wanted.seed is not None and not self._model.seed:
            raise Refused(f"{self._model.name} takes no seed.", Exit.USAGE_ERROR)

    def offer(self) -> Offer:
        price = price_of(self._client, self._model)
        return Offer(self._model.name, price and price[0], not price or price[1])

    def make(self, track: Track) -> Made:
        content = content_of(track.job.photo)
        key = self._wanted.key("wiro", digest(content), self._account)
        try:
            with self._journal.entry(key, self._patience) as entry:
                return self._made(entry, content, track)
        except OSError as error:
            raise NotDone(Status.FAILED, f"The journal cannot be used: {error.strerror}.", track.id) from None

    def _made(self, entry: Entry, content: bytes, track: Track) -> Made:
        if entry.state == "sending":
            self._search(entry, track)
        if entry.state == "done" and (stored := _stored_before(entry)) is not None:
            # An earlier command has paid for it and stored it.
            made = Made(str(entry.facts["task"]), Decimal(0))
            self._store(track.job, stored, made)
            return made
        if entry.state in ("failed", "done") and not self._wanted.again:
            raise NotDone(Status.FAILED, f"{entry.facts.get('reason') or _GONE} {AGAIN}", str(entry.facts.get("task", "")))
        if entry.state != "accepted":
            self._order(entry, content, track)
        return self._finished(entry, track)

    # --- the Run ---------------------------------------------------------------------------------------------------------

    def _order(self, entry: Entry, content: bytes, track: Track) -> None:
        """Afterwards the entry is accepted. Raises NotDone."""
        try:
            picture, kind = for_wiro(content, self._model.picture)
        except Unusable as error:
            raise NotDone(Status.FAILED, str(error)) from None
        self.budget.take()
        track.tell("sending", 2)
        # A URL that only this Run uses, so that its task can be found by it.
        url = self._patiently(lambda: self._client.upload(picture, f"photo.{kind.partition('/')[2]}", kind), track)
        for pause in self._patience.pauses():
            refusal = self._run(entry, url, track)
            if refusal is None:
                return
            self._wait_after(refusal, pause, track)

    def _run(self, entry: Entry, url: str, track: Track) -> WiroError | None:
        """None: accepted. An error: certainly not accepted, and worth another try. Raises NotDone."""
        seed, drawn = self._seed()
        inputs = self._model.parameters([url], self._wanted.prompt, seed)
        with self._patience.uninterrupted():
            entry.write("sending", source=url, seed=drawn, at=task_search.now())
            track.may_be_ordered = True
            try:
                run = self._client.run(self._model.slug, inputs)
            except WiroError as error:
                if not error.accepted_possible:
                    track.may_be_ordered = False
                    entry.write("")
                    if _passes(error):
                        return error
                    raise NotDone(Status.FAILED, _why(error)) from None
            else:
                self._accept(entry, run.task_id, run.task_token, track)
                return None
        self._search(entry, track)
        return None

    def _seed(self) -> tuple[dict[str, int], int | None]:
        """The seed as an input of the model, if it takes one; and the seed once more if it was drawn, so that only this Run has
        it."""
        item, given = self._model.seed, self._wanted.seed
        if item is None:
            return {}, None
        drawn = secrets.randbelow(int(item.maximum or SEED_MAX)) + 1
        return ({item.field: drawn}, drawn) if given is None else ({item.field: given}, None)

    def _search(self, entry: Entry, track: Track) -> None:
        """Find the task that the Run started. On return, the entry is "accepted", or "failed" with --again. Raises NotDone."""
        track.may_be_ordered = True
        track.tell("looking for the task at Wiro", 3)
        found = task_search.find(self._client, self._model, self._wanted.prompt, entry, self._patience)
        if found:
            self._accept(entry, found.id, found.token, track)
        elif self._wanted.again:
            track.may_be_ordered = False
            entry.write("failed", reason="Wiro lists no task of its Run.")
        else:
            raise NotDone(Status.UNKNOWN, MAY_BE_CHARGED)

    def _accept(self, entry: Entry, task: str, token: str, track: Track) -> None:
        track.id, track.may_be_ordered = task, False
        try:
            entry.write("accepted", task=task, token=token)
        except OSError:
            # Continue from memory; if this command is killed, the next one searches Wiro's list.
            entry.state, entry.facts = "accepted", {"task": task, "token": token}

    # --- its result ------------------------------------------------------------------------------------------------------

    def _finished(self, entry: Entry, track: Track) -> Made:
        track.id = str(entry.facts["task"])
        task = self._waited(track)
        if not task.is_successful:
            raise self._failed(entry, task)
        track.tell("fetching the result", 95)
        picture = self._patiently(lambda: self._client.download_bytes(task.picture.url if task.picture else ""), track)
        with self._patience.uninterrupted():
            made = Made(task.id, task.charged_cost)
            self._store(track.job, picture, made)
            entry.write(
                "done", task=task.id, output=str(track.job.output.resolve()), sha256=digest(track.job.output.read_bytes())
            )
        self._clean_up(str(entry.facts.get("token")) or task.token)
        return made

    def _waited(self, track: Track) -> WiroTask:
        try:
            return self._client.wait(track.id, timeout=self._patience.left, on_progress=partial(self._progress, track), live=True)
        except WiroTimeoutError:
            raise OutOfTime from None
        except WiroNotFoundError:
            raise NotDone(
                Status.UNKNOWN, f"Wiro does not know task {track.id} anymore. It may have been charged.", track.id
            ) from None
        except WiroError as error:
            raise NotDone(Status.PENDING, f"It was ordered, but cannot be fetched: {_why(error)}", track.id) from None

    def _progress(self, track: Track, task: WiroTask) -> None:
        if self._patience.is_stopped:
            raise Stopped
        track.tell("waiting for its turn" if task.is_queued else "being edited", task.progress.percent)

    def _failed(self, entry: Entry, task: WiroTask) -> NotDone:
        if task.ended_without_outputs:
            reason = f"Wiro says that task {task.id} succeeded but returned no picture. It may have been charged."
            return NotDone(Status.UNKNOWN, reason, task.id, task.listed_cost)
        said = f": {shown(task.debug_error)}" if task.debug_error else ""
        reason = "It was canceled at Wiro." if task.is_canceled else f"The model made no picture{said.rstrip('.')}."
        entry.write("failed", task=task.id, reason=f"{reason} Nothing was charged.")
        return NotDone(Status.FAILED, f"{reason} Nothing was charged. {AGAIN}", task.id, Decimal(0))

    def _clean_up(self, token: str) -> None:
        """Wiro's public copies are not needed anymore; if they cannot be deleted now, Wiro deletes them at some point."""
        try:
            if token:
                self._client.delete_files(task_token=token)
        except WiroError:
            pass

    def _patiently(self, call: Callable[[], Answer], track: Track) -> Answer:
        """What `call`, which costs nothing, returns, once temporary errors are over. Raises NotDone, Stopped, OutOfTime."""
        for pause in self._patience.pauses():
            self._patience.check()
            try:
                return call()
            except WiroError as error:
                if not _passes(error):
                    raise NotDone(Status.PENDING if track.id else Status.FAILED, _why(error), track.id) from None
                self._wait_after(error, pause, track)
        raise AssertionError("pauses have no end")

    def _wait_after(self, error: WiroError, pause: float, track: Track) -> None:
        track.tell(f"waiting: {_why(error)}")
        asked = error.retry_after if isinstance(error, WiroAPIError) else None
        self._patience.pause(max(pause, asked or 0.0))


MAY_BE_CHARGED = (
    "It was sent, no answer came, and Wiro lists no task for it: it may have been charged. "
    "The same command looks again; --again orders it again, and may pay twice."
)
_GONE = "It was made before, but its result is no longer where it was stored."


def price_of(client: WiroClient, model: ModelDeclaration) -> tuple[Decimal, bool] | None:
    """USD for one photo and whether that is only approximate; None if unknown. Raises Refused if Wiro cannot be asked."""
    sent = model.sent_inputs({})
    try:
        tool = client.tool_detail(*model.slug.split("/"))
    except (WiroConnectionError, WiroAPIError) as error:
        raise Refused(_why(error)) from None
    except WiroError:
        tool = None
    found = tool.price_for(sent) if tool else None
    rule = PriceRule(found.price, METHODS[found.method]) if found and found.price and found.method in METHODS else model.price
    if rule is None:
        return None
    usd = rule.amount(model.output_count({}), model.seconds, model.output_pixels({}))
    return usd, not (rule.is_exact and rule is not model.price)


def _declared(slug: str) -> ModelDeclaration:
    model = load().get(slug)
    if model is None:
        raise Refused(f"{shown(slug)} is not a model that this program knows; reword models --wiro lists them.", Exit.USAGE_ERROR)
    return model


def _stored_before(entry: Entry) -> bytes | None:
    try:
        picture = Path(str(entry.facts.get("output"))).read_bytes()
    except OSError:
        return None
    return picture if digest(picture) == entry.facts.get("sha256") else None


def _passes(error: WiroError) -> bool:
    if isinstance(error, WiroDownloadError):
        return not error.is_final
    if isinstance(error, WiroAPIError):
        return error.is_concurrency_limit or error.is_rate_limit or error.is_server_side
    return isinstance(error, WiroConnectionError)


def _why(error: WiroError) -> str:
    if isinstance(error, WiroConnectionError):
        return "No answer from Wiro." if error.sent else "No connection to Wiro; nothing was sent."
    text = shown(error)
    return text if text.endswith(".") else f"{text}."
