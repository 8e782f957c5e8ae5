"""Recovery: what happens to edits after a backup was restored, or when a sandbox and its tasks are gone."""

from ..models import Attempt, Edit, Event, EventCode, Failure, Outcome, State, clock


def quarantine_waiting() -> int:
    """After a backup was restored: waiting edits may have been sent since the backup was made, so a person decides.

    Their attempts count as unknown, so that "try again" can begin a new one. Returns how many edits were set aside.
    """
    waiting = Edit.objects.filter(state__in=[State.QUEUED, State.SUBMITTING])
    Attempt.objects.filter(edit__in=waiting, outcome=Outcome.PENDING).update(outcome=Outcome.UNKNOWN)
    moved = [edit for edit in waiting if edit.move(State.UNCONFIRMED, due_at=None, code=EventCode.RESTORED_BACKUP, fenced=False)]
    # Those that were already unconfirmed must not be sent again automatically, either.
    others = [edit for edit in Edit.objects.filter(state=State.UNCONFIRMED) if not may_be_sent_since_backup(edit)]
    Event.objects.bulk_create(Event(edit=edit, kind=Event.Kind.ALARM, code=EventCode.RESTORED_BACKUP) for edit in others)
    return len(moved) + len(others)


def may_be_sent_since_backup(edit: Edit) -> bool:
    """Was the edit set aside after a restore, and has nobody decided since? Then the attempts that we know of prove nothing:
    there may have been another one after the backup."""
    set_aside = edit.events.filter(code=EventCode.RESTORED_BACKUP).order_by("-pk").first()
    return set_aside is not None and not edit.events.filter(pk__gt=set_aside.pk, code=EventCode.TRY_AGAIN).exists()


def forget_tasks() -> int:
    """The sandbox kept its tasks in memory and is gone. Fail their edits, which would otherwise count as running for an hour."""
    lost = Edit.objects.filter(state__in=[State.SUBMITTING, State.UNCONFIRMED, State.RUNNING, State.FETCHING])
    now = clock.now()
    Attempt.objects.filter(lookup_due_at__isnull=False).update(lookup_due_at=None)
    Attempt.objects.filter(edit__in=lost).update(cleanup_due_at=None, lookup_due_at=None, cleaned_up_at=now)
    why = {"code": EventCode.SANDBOX_RESTARTED, "fenced": False}
    return sum(edit.mark_failed(Failure.TIMED_OUT, "the sandbox was restarted", **why) for edit in lost)
