"""Edits in every state of version 0.1, with attempts of every outcome and every note that its engine writes.

What needs an answer of Wiro calls the step behind that answer, with the answer as an argument.
"""

import io
import itertools
import json
import secrets
import uuid
from functools import cache
from typing import Any

from edits.lifecycle import adopting, callbacks, engine, fetching, gates, polling, submitting
from PIL import Image, ImageOps

from edits import images, lifecycle
from edits.models import Attempt, Edit, Event, Failure, Outcome, Reason
from edits.wiro import WiroAPIError, WiroConnectionError, WiroRun, WiroTask

from . import clock

TASKS = itertools.count(1)
PICTURES = itertools.count(1)
BUSY = WiroAPIError(96, "Concurrent task limit reached", 200)


def picture(file_format: str = "JPEG", size: tuple[int, int] = (96, 64)) -> images.CleanPicture:
    """A small picture that no other one equals."""
    hue = next(PICTURES) * 37 % 256
    drawn = ImageOps.colorize(Image.linear_gradient("L").resize(size), (hue, 40, 90), (255 - hue, 220, hue))
    file = io.BytesIO()
    drawn.save(file, file_format)
    return images.clean(io.BytesIO(file.getvalue()))


@cache
def usual_picture() -> images.CleanPicture:
    """What people upload again and again, so that it is stored once for each of them."""
    return picture()


def queued(owner: Any, prompt: str, source: Any = None, **inputs: Any) -> Edit:
    fields = {"nonce": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": lifecycle.draw_seed()} | inputs
    return lifecycle.create(owner, source or usual_picture(), prompt=prompt, **fields)


def claimed(edit: Edit) -> Edit:
    found = None
    while found is None:
        clock.wait(2)
        found = Edit.objects.claim(edit.pk, 60)
    return found


def sent(edit: Edit) -> tuple[Edit, Attempt, str]:
    """The Run is sent and nobody knows the answer yet; with the callback token."""
    edit, token = claimed(edit), secrets.token_urlsafe(32)
    attempt = gates.begin_attempt(edit, token)
    assert isinstance(attempt, Attempt), attempt
    return edit, attempt, token


def running(edit: Edit) -> Attempt:
    edit, attempt, _ = sent(edit)
    submitting._accepted(attempt, WiroRun(f"73100{next(TASKS)}", secrets.token_urlsafe(16)))
    return Attempt.objects.get(pk=attempt.pk)


def report(edit: Edit, status: str) -> None:
    """Wiro says that the task is in this state."""
    edit = claimed(edit)
    polling._go_on(edit, edit.live_attempt, WiroTask.from_answer({"status": status}), clock.MADE_AT)


def ended(edit: Edit, pexit: str = "0", debug_error: str = "", outputs: int = 1, status: str = "task_postprocess_end") -> Attempt:
    """The task has ended, well or badly."""
    running(edit)
    report(edit, "task_start")
    edit = claimed(edit)
    attempt = edit.live_attempt
    assert attempt
    url = f"https://cdn.wiro.ai/{attempt.wiro_task_id}/0.jpg"
    answer = {"status": status, "pexit": pexit, "totalcost": "0.045", "debugerror": debug_error}
    answer |= {"id": attempt.wiro_task_id, "outputs": [{"name": "0.jpg", "contenttype": "image/jpeg", "url": url}] * outputs}
    polling._settle(edit, attempt, WiroTask.from_answer(answer))
    return Attempt.objects.get(pk=attempt.pk)


def succeeded(owner: Any, prompt: str, *, is_erased: bool = True, source: Any = None, **inputs: Any) -> Edit:
    edit = queued(owner, prompt, source, **inputs)
    attempt = ended(edit)
    fetching._succeed(claimed(edit), attempt, picture())
    if is_erased:
        _erased(attempt)
    return Edit.objects.get(pk=edit.pk)


def _erased(attempt: Attempt) -> None:
    """Wiro has erased its copies."""
    Attempt.objects.filter(pk=attempt.pk).update(cleaned_up_at=clock.timezone.now(), cleanup_due_at=None)
    Event.objects.create(edit_id=attempt.edit_id, kind=Event.Kind.ERASED)


def make_failures(owner: Any) -> None:
    """One edit for each failure code."""
    clock.go_to(days=6)
    edit, attempt, _ = sent(queued(owner, "Put a crown on it"))
    submitting._answered_no(edit, attempt, WiroAPIError(0, "Request parameter [prompt] is too long", 200))
    ended(queued(owner, "Make it taller"), pexit="1", debug_error="CUDA out of memory")
    ended(queued(owner, "Make it wider"), outputs=0)
    for code, why in [
        (Failure.OUTPUT_UNAVAILABLE, "HTTP 404 from cdn.wiro.ai"),
        (Failure.OUTPUT_INVALID, "unreadable"),
    ]:
        edit = queued(owner, f"Fetch {code}")
        attempt = ended(edit)
        fetching._try_again(claimed(edit), attempt, code, why, 3)
        fetching._try_again(claimed(edit), attempt, code, why, 1)
    edit = queued(owner, "Wait for an hour")
    running(edit)
    claimed(edit).mark_failed(Failure.TIMED_OUT, "no result within 60 minutes")
    for code, message in [
        (Failure.INSUFFICIENT_BALANCE, ""),
        (Failure.CREDENTIALS, ""),
        (Failure.INTERNAL_ERROR, "the stored picture is missing"),
    ]:
        claimed(queued(owner, f"Never sent: {code}")).mark_failed(code, message)


def make_canceled(owner: Any, operator: Any, words: str) -> None:
    clock.go_to(days=5)
    lifecycle.cancel(queued(owner, "Take the hat off"), owner)
    lifecycle.cancel(queued(owner, "Put the hat on"), operator, words)
    edit = queued(owner, "Paint it blue")
    running(edit)
    lifecycle.cancel(Edit.objects.get(pk=edit.pk), owner)
    edit = claimed(edit)
    attempt = edit.live_attempt
    Attempt.objects.filter(pk=attempt.pk).update(cancel_sent_at=clock.timezone.now())
    polling._settle(edit, attempt, WiroTask.from_answer({"status": "task_cancel", "id": attempt.wiro_task_id}))


def make_unconfirmed(owner: Any, operator: Any, words: str) -> None:
    """Parked in every way, one of them tried again by a person, one given up, and one whose lost task appeared after all."""
    clock.go_to(days=1)
    edit, attempt, _ = sent(queued(owner, "Add a rainbow"))
    submitting._answered_no(edit, attempt, WiroConnectionError("no answer within 120 s"))
    edit, _, _ = sent(queued(owner, "Add a second sun"))
    submitting.recover(Edit.objects.get(pk=edit.pk))
    edit, _, _ = sent(queued(owner, "Add fog"))
    engine._rest_after(edit, ValueError())

    edit, attempt, token = sent(queued(owner, "Add a boat"))
    submitting._answered_no(edit, attempt, WiroConnectionError("connection reset"))
    callbacks.receive(token, json.dumps({"taskid": "990001", "tasktoken": "a-token-of-a-callback"}).encode())
    for edit_id, verb in [(_parked(owner, "Add a dog"), "drop"), (_parked(owner, "Add a cat"), "unknown")]:
        edit = Edit.objects.get(pk=edit_id)
        Edit.objects.filter(pk=edit_id).update(due_at=clock.timezone.now())
        attempt = edit.attempts.get()
        if verb == "drop":
            adopting._forget_hint(claimed(edit), attempt, "the task that a callback named is not ours")
        else:
            adopting.verify(claimed(edit))

    lifecycle.give_up_unconfirmed(Edit.objects.get(pk=_parked(owner, "Add a bird")), operator, words)
    tried = Edit.objects.get(pk=_parked(owner, "Add a moon"))
    lost = tried.attempts.get()
    lifecycle.try_again_unconfirmed(tried, owner)
    running(tried)
    adopting.adopt(lost, "990002", "token-of-a-lost-task")
    adopting.adopt(Attempt.objects.get(edit=tried, number=2), "990003", "token-of-another-task")


def _parked(owner: Any, prompt: str) -> uuid.UUID:
    edit, attempt, _ = sent(queued(owner, prompt))
    submitting._answered_no(edit, attempt, WiroConnectionError("no answer within 120 s"))
    return edit.pk


def make_under_way(owner: Any, operator: Any, words: str) -> None:
    """What runs at the moment of the upgrade."""
    clock.go_to(minutes=3)
    edit = queued(owner, "Turn it into a watercolor")
    sent_edit, attempt, _ = sent(edit)
    submitting._answered_no(sent_edit, attempt, WiroAPIError(0, "Internal error", 200))
    running(edit)
    report(edit, "task_assign")
    report(edit, "task_start")
    callbacks.receive("no such token", b"")
    edit = queued(owner, "Make it look old")
    running_edit, attempt, token = sent(edit)
    submitting._accepted(attempt, WiroRun(f"73100{next(TASKS)}", secrets.token_urlsafe(16)))
    callbacks.receive(token, b"{}")
    lifecycle.cancel(Edit.objects.get(pk=running_edit.pk), operator, words)
    edit = queued(owner, "Make it look new")
    running(edit)
    lifecycle.look_now(Edit.objects.get(pk=edit.pk), operator, words)

    edit = queued(owner, "Remove the people")
    attempt = ended(edit)
    fetching._try_again(claimed(edit), attempt, Failure.OUTPUT_UNAVAILABLE, "connection reset", fetching.timing.FETCH_TRIES)
    ended(queued(owner, "Remove the cars"))
    sent(queued(owner, "Remove the wires"))


def make_waiting(owner: Any) -> None:
    """What waits at the moment of the upgrade, behind a gate that an operator closes afterwards."""
    clock.go_to(minutes=2)
    edit, attempt, _ = sent(queued(owner, "Let it snow"))
    submitting._answered_no(edit, attempt, BUSY)
    first = queued(owner, "Let it rain")
    first = claimed(first)
    first.postpone(clock.timezone.now(), note=submitting._waiting_note(first, gates.Wait(clock.MADE_AT, Reason.CONCURRENCY)))
    submitting._not_accepted(claimed(queued(owner, "Let it hail")), WiroConnectionError("name not resolved", sent=False))
    queued(owner, "Let it shine")
    assert Attempt.objects.filter(outcome=Outcome.REJECTED).exists()
