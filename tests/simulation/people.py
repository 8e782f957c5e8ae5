"""What people do: order, cancel, try again, give up, delete, retry; operators pause, fetch again, restore a backup."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User

from edits import images
from edits.gallery import trash
from edits.jobs import actions, engine, recovery, webhooks
from edits.jobs.flow_control import pause
from edits.jobs.steps import result_recovery
from edits.models import PENDING, Denial, Edit, NotAllowed, Photo, State
from edits.ordering import create

from .loop import Loop
from .tasks import Task
from .wiro import SimulatedWiro

OF_A_REGION = "Add a moon"
PROMPTS = ("Make it night", OF_A_REGION)


class People:
    """Who ordered what, and what they decided about it."""

    def __init__(self, loop: Loop, wiro: SimulatedWiro) -> None:
        self.loop, self.dice, self.wiro = loop, loop.dice, wiro
        self.everybody: list[tuple[User, Photo]] = []
        self.ordered: list[Any] = []
        self.to_come = 0
        self.tried_again: dict[Any, int] = {}
        # Those who canceled, deleted or gave up know that a result may be lost.
        self.let_go: set[Any] = set()
        self.quarantined: set[Any] = set()
        self.is_paused = False
        wiro.on_task = self._expect_callbacks

    def order(self) -> None:
        owner, photo = self.dice.random.choice(self.everybody)
        inputs: dict[str, Any] = {"prompt": self.dice.random.choice(PROMPTS), "guidance_scale": 4.0, "watermark": False}
        self.to_come -= 1
        nonce = f"form-{len(self.ordered)}"
        if inputs["prompt"] == OF_A_REGION:
            inputs["region"] = images.region_from_box("0.25,0.25,0.5,0.5", (photo.width, photo.height))
        try:
            edit = create.create(owner, photo, nonce=nonce, seed=self.dice.random.choice([7, 8]), **inputs)
        except OSError:
            # The region could not be stored, so nothing was ordered; whoever reads that comes back later.
            self.to_come += 1
            self.loop.after(600, self.order)
            return
        self.ordered.append(edit.pk)
        self.loop.after(0.1, lambda: self.loop.start(engine.advance, edit.pk))
        if self.dice.happens("disliked", 0.4):
            self.wiro.disliked.add(edit.pk)
        self.loop.tell(f"{owner.username} orders {str(edit.pk)[:8]}: {edit.prompt}, {edit.seed}")

    def do_something(self) -> None:
        """One of the actions that this run has."""
        deeds: dict[str, Callable[[], None]] = {
            "cancel": self._cancel,
            "again": self._try_again,
            "give_up": self._give_up,
            "delete": self._delete,
            "pause": self._pause_or_resume,
            "fetch_again": self._fetch_again,
            "check_now": self._check_now,
            "callbacks": self._forge,
            "restore": self._restore,
        }
        possible = [kind for kind in deeds if kind in self.dice.kinds]
        if not possible:
            return
        with suppress(NotAllowed):
            deeds[self.dice.random.choice(possible)]()

    def settle(self) -> None:
        """End every pause."""
        if self.is_paused:
            self._pause_or_resume()

    def _one(self, *states: str) -> Edit:
        edit = Edit.objects.get(pk=self.dice.random.choice(self.ordered)) if self.ordered else None
        if edit is None or edit.state not in states:
            raise NotAllowed(Denial.NOTHING_TO_CHECK)
        return edit

    def _cancel(self) -> None:
        edit = self._one(*PENDING)
        actions.cancel(edit, edit.owner)
        self.let_go.add(edit.pk)
        self.loop.tell(f"{str(edit.pk)[:8]} ({edit.state}) is canceled by its owner")

    def _try_again(self) -> None:
        edit = self._one(State.UNCONFIRMED)
        actions.try_again_unconfirmed(edit, edit.owner)
        self.tried_again[edit.pk] = self.tried_again.get(edit.pk, 0) + 1
        self.let_go.discard(edit.pk)
        self.loop.tell(f"{str(edit.pk)[:8]} is to be tried again")

    def _give_up(self) -> None:
        edit = self._one(State.UNCONFIRMED, State.FETCHING)
        give_up = actions.give_up_unconfirmed if edit.state == State.UNCONFIRMED else actions.give_up_result
        give_up(edit, edit.owner)
        self.let_go.add(edit.pk)
        self.loop.tell(f"{str(edit.pk)[:8]} ({edit.state}) is given up")

    def _delete(self) -> None:
        edit = self._one(*State.values)
        trash.delete(edit, edit.owner)
        self.let_go.add(edit.pk)
        self.loop.tell(f"{str(edit.pk)[:8]} ({edit.state}) is deleted")

    def _pause_or_resume(self) -> None:
        change = pause.resume if self.is_paused else pause.pause
        change(None)
        self.is_paused = not self.is_paused
        self.loop.tell("submitting is paused" if self.is_paused else "submitting is resumed")

    def _fetch_again(self) -> None:
        edit = self._one(State.FETCHING, State.FAILED)
        fresh = result_recovery.fetch_again(edit, None)
        self.loop.tell(f"{str(edit.pk)[:8]} is fetched again as {str(fresh.pk)[:8]}")

    def _check_now(self) -> None:
        edit = self._one(*PENDING)
        actions.check_now(edit, None)
        self.loop.tell(f"{str(edit.pk)[:8]} is checked now")

    def _restore(self) -> None:
        """Every process stops, and whatever waits may have been sent before the backup was restored."""
        self.dice.kinds -= {"restore"}
        self.loop.kill_everybody()
        waiting = list(Edit.objects.filter(state__in=[State.QUEUED, State.SUBMITTING]).values_list("pk", flat=True))
        recovery.quarantine_waiting()
        self.quarantined |= set(waiting)
        self.loop.tell(f"a backup is restored, {len(waiting)} set aside")

    # --- callbacks ---------------------------------------------------------------------------------------------------

    def _expect_callbacks(self, task: Task) -> None:
        if not task.callback_url or self.dice.happens("callbacks", 0.3):
            return
        times = 2 if self.dice.happens("callbacks", 0.3) else 1
        for _ in range(times):
            early = self.dice.happens("callbacks", 0.3)
            delay = self.dice.between(0.3, 3) if early else task.ends - self.loop.clock.truth + self.dice.between(0, 5)
            self.loop.after(delay, lambda: self._call_back(task, task.id))

    def _call_back(self, task: Task, named: str) -> None:
        token = task.callback_url.rstrip("/").rpartition("/")[2]
        body = {"taskid": named} if self.dice.random.random() < 0.7 else {"tasktoken": f"secret-token-of-{named}"}
        webhooks.receive(token, json.dumps(body if self.dice.random.random() < 0.8 else {}).encode())
        self.loop.tell(f"a callback of task {task.id} names {named}")

    def _forge(self) -> None:
        """A callback that names a task of somebody else, or none that exists."""
        known = [task for task in self.wiro.tasks.values() if task.callback_url]
        if known:
            self._call_back(self.dice.random.choice(known), self.dice.random.choice([*self.wiro.tasks, "no-such-task"]))
