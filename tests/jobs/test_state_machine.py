"""Anything in any order, against the real models on both databases: nothing is paid twice and nothing is lost.

Anything may happen to a Run: accepted and answered, accepted without an answer, refused, unreachable. Workers die at the worst
moments; callbacks come, lie and repeat.
"""

import json
import os
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from pytest_django.fixtures import Settings

from edits import images
from edits.jobs import actions, engine, provider, webhooks
from edits.jobs.flow_control import rate_limiter
from edits.jobs.steps import provider_cleanup, reconcile
from edits.models import ENDED, Attempt, CircuitBreaker, ConcurrencyLimit, Edit, NotAllowed, Outcome, Photo, State, token_hash
from edits.ordering import create, quotas
from tests.jobs.model_wiro import BEHAVIORS, ModelWiro, WorkerDied, small_picture
from tests.rows import present

SOURCE = images.clean(small_picture("red"))


class Lifecycle(RuleBasedStateMachine):
    edits = Bundle("edits")

    def __init__(self) -> None:
        super().__init__()
        self.wiro = ModelWiro()
        for model in (Edit, Photo, User, CircuitBreaker, ConcurrencyLimit):
            model.objects.all().delete()
        self.people = [User.objects.create_user(uuid.uuid4().hex) for _ in range(2)]
        self.ended: Mapping[UUID, Mapping[str, object]] = {}
        self.asked_again: set[str] = set()
        # The fixture below puts the real one back.
        pytest.MonkeyPatch().setattr(provider, "_client", lambda *_: self.wiro)
        self.photos = [Photo.from_picture(person.pk, SOURCE) for person in self.people]
        for photo in self.photos:
            photo.save()

    @initialize(target=edits)
    def begin(self) -> UUID | MultipleResults[UUID]:
        return self.create(0)

    @rule(target=edits, person=st.integers(0, 1))
    def create_another(self, person: int) -> UUID | MultipleResults[UUID]:
        return self.create(person)

    def create(self, person: int) -> UUID | MultipleResults[UUID]:
        inputs: dict[str, Any] = {"prompt": uuid.uuid4().hex, "guidance_scale": 4.0, "watermark": False, "seed": 1}
        try:
            return create.create(self.people[person], self.photos[person], nonce=uuid.uuid4().hex, **inputs).pk
        except quotas.QuotaExceeded:
            return multiple()

    @rule(edit=edits, behavior=st.sampled_from(BEHAVIORS))
    def do_a_step(self, edit: UUID, behavior: str) -> None:
        self.advance(edit, behavior)

    @rule(edit=edits)
    def come_back_after_a_while(self, edit: UUID) -> None:
        self.leases_expire()
        self.time_passes()
        self.advance(edit, "accept")

    def advance(self, edit: UUID, behavior: str) -> None:
        self.wiro.behavior = behavior
        try:
            engine.advance(edit)
        except WorkerDied:
            pass
        finally:
            self.wiro.behavior = "accept"

    @rule(edit=edits, behavior=st.sampled_from(["accept, then silence", "die before", "die after"]))
    def submit_with_bad_luck(self, edit: UUID, behavior: str) -> None:
        self.leases_expire()
        self.time_passes()
        self.advance(edit, behavior)

    @rule()
    def time_passes(self) -> None:
        """Everything becomes due and every circuit breaker half-opens, but leases of living workers hold."""
        Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        CircuitBreaker.objects.update(retry_at=timezone.now())
        ConcurrencyLimit.objects.update(valid_until=None)

    @rule()
    def leases_expire(self) -> None:
        Edit.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
        Edit.objects.filter(due_at__isnull=False).update(due_at=timezone.now())

    @rule(data=st.data(), status=st.sampled_from(["task_start", "task_warming", "end well", "end badly"]))
    def wiro_works(self, data: st.DataObject, status: str) -> None:
        running = [task for task in self.wiro.tasks.values() if task.status not in ("task_cancel", "task_postprocess_end")]
        if not running:
            return
        task = data.draw(st.sampled_from(running))
        if status.startswith("end "):
            task.status, task.pexit = "task_postprocess_end", "0" if status == "end well" else "1"
        else:
            task.status = status

    @rule(data=st.data(), names=st.sampled_from(["itself", "nothing", "another"]))
    def callback(self, data: st.DataObject, names: str) -> None:
        if not self.wiro.tasks:
            return
        task = data.draw(st.sampled_from(list(self.wiro.tasks.values())))
        another = data.draw(st.sampled_from(list(self.wiro.tasks)))
        body = {"itself": {"taskid": task.task_id}, "nothing": {}, "another": {"taskid": another}}[names]
        assert webhooks.receive(task.callback_token, json.dumps(body).encode())

    @rule(edit=edits)
    def cancel(self, edit: UUID) -> None:
        found = Edit.objects.get(pk=edit)
        with suppress(NotAllowed):
            actions.cancel(found, found.owner)

    @rule(edit=edits)
    def try_again_although_it_may_be_charged_twice(self, edit: UUID) -> None:
        found = Edit.objects.get(pk=edit)
        with suppress(NotAllowed):
            actions.try_again_unconfirmed(found, found.owner)
            self.asked_again.add(found.prompt)

    @rule(edit=edits)
    def news_come_late(self, edit: UUID) -> None:
        """Run's answer reaches a worker that had lost its lease meanwhile."""
        found = Edit.objects.get(pk=edit)
        task = next((task for task in self.wiro.tasks.values() if task.prompt == found.prompt), None)
        if task is None:
            return
        attempt = Attempt.objects.filter(callback_token_hash=token_hash(task.callback_token)).first()
        if attempt:
            reconcile.adopt(attempt, task.task_id, f"token-{task.task_id}")

    @rule()
    def erase(self) -> None:
        for attempt in Attempt.objects.filter(cleanup_due_at__lte=timezone.now()):
            provider_cleanup.clean_up(attempt.pk)

    @rule()
    def look_up_what_was_given_up(self) -> None:
        for attempt in Attempt.objects.filter(lookup_due_at__isnull=False).exclude(edit__state=State.UNCONFIRMED):
            reconcile.look_up_given_up(attempt.pk)

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        prompts = [task.prompt for task in self.wiro.tasks.values()]
        twice = {prompt for prompt in prompts if prompts.count(prompt) > 1}
        assert twice <= self.asked_again

    @invariant()
    def every_edit_has_ended_or_is_parked_or_due(self) -> None:
        for edit in Edit.objects.filter(owner__in=self.people):
            assert edit.is_ended or edit.state == State.UNCONFIRMED or edit.due_at

    @invariant()
    def ended_edits_never_change(self) -> None:
        now = {edit["id"]: edit for edit in Edit.objects.filter(owner__in=self.people, state__in=ENDED).values()}
        assert all(now.get(key) == edit for key, edit in self.ended.items())
        self.ended = now

    @invariant()
    def a_known_task_is_recorded_with_its_own_edit(self) -> None:
        for attempt in Attempt.objects.filter(edit__owner__in=self.people, wiro_task_id__isnull=False):
            assert self.wiro.tasks[present(attempt.wiro_task_id)].prompt == attempt.edit.prompt
            assert attempt.outcome in (Outcome.ACCEPTED, Outcome.SUPERSEDED)

    def teardown(self) -> None:
        """In the end, if nothing else goes wrong, everything comes to rest."""
        for _ in range(60):
            for task in self.wiro.tasks.values():
                if task.status not in ("task_cancel", "task_postprocess_end"):
                    task.status, task.pexit = "task_postprocess_end", "0"
            self.leases_expire()
            self.time_passes()
            due = Edit.objects.filter(owner__in=self.people, due_at__isnull=False)
            if not due:
                break
            for edit in due:
                engine.advance(edit.pk)
        states = set(Edit.objects.filter(owner__in=self.people).values_list("state", flat=True))
        assert states <= {*ENDED, State.UNCONFIRMED}
        self.nothing_is_paid_twice()


@pytest.fixture(autouse=True)
def _site(settings: Settings, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_client", provider._client)
    monkeypatch.setattr(rate_limiter, "try_acquire", lambda: True)
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:9"
    settings.EDITS_AT_ONCE = 3
    settings.ENGINE_TIME_SCALE = 1.0


@pytest.mark.django_db(transaction=True)
@pytest.mark.both_databases
@pytest.mark.timeout(1800)
def test_whatever_happens_nothing_is_paid_twice_and_nothing_is_lost() -> None:
    # The same sequences at every run of the suite; EXAMPLES=2000 looks further.
    bounded = settings(
        max_examples=int(os.environ.get("EXAMPLES", "30")),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        derandomize="EXAMPLES" not in os.environ,
    )
    run_state_machine_as_test(Lifecycle, settings=bounded)
