"""Carries over what version 0.1 kept in other columns, above all the sentences of its events."""

import re

from django.db import migrations
from django.db.models import F, Max, OuterRef, Subquery

BATCH = 2000

# What a note of version 0.1 said, by kind: a pattern, the code, and the names of its groups. "why" is in somebody's words.
WHY = r"(?:: (?P<reason>.*))?"
NOTES = {
    "moved": [
        (r"task (?P<task_id>\S+)", "accepted"),
        (rf"asked by its owner{WHY}", "canceled_by_owner"),
        (rf"asked by an operator{WHY}", "canceled_by_operator"),
        (rf"try again, although it may be charged twice{WHY}", "try_again"),
        (rf"given up{WHY}", "given_up"),
        (r"a backup was restored", "restored_backup"),
        (r"the worker that submitted it did not come back", "worker_lost"),
        (
            r"(?P<failure>insufficient_balance|credentials|rejected|model_failed|no_output|output_invalid|output_unavailable"
            r"|timed_out|internal_error)",
            "failed",
        ),
    ],
    "reported": [(r"Wiro says (?P<status>.*)", "status")],
    "callback": [(r"attempt (?P<attempt>\d+)", "callback")],
    "asked": [
        (rf"cancel{WHY}", "cancel"),
        (rf"look now{WHY}", "check_now"),
        (rf"erase Wiro's copies now{WHY}", "clean_up_now"),
        (rf"tried again as (?P<edit>[0-9a-f-]{{36}}){WHY}", "retried_as"),
        (rf"tries (?P<edit>[0-9a-f-]{{36}}) again{WHY}", "retries"),
        (r"deleted with its owner's account", "account_deleted"),
        (r"deleted for good", "purge_requested"),
        (r"deleted", "deleted"),
        (r"restored", "restored"),
        (r"pictures removed for good", "purged"),
        (r"shared", "shared"),
        (r"made private", "unshared"),
        (r"secret link for (?P<days>\d+) days", "link_created"),
        (r"secret links taken back: (?P<count>\d+)", "links_revoked"),
        (r"secret links taken back", "links_revoked"),
    ],
    "reviewed": [
        (r"approved", "approved"),
        (rf"rejected{WHY}", "rejected"),
        (r"skipped", "skipped"),
        (r"decision taken back", "decision_undone"),
        (rf"appealed{WHY}", "appealed"),
    ],
    "alarm": [
        (r"task (?P<task_id>\S+) of an attempt believed lost exists; it is stopped", "late_task"),
        (r"a second task (?P<task_id>\S+) claims the same attempt", "second_task"),
        (r"parked until a callback or a person decides", "needs_decision"),
    ],
}
MOVE = re.compile(r"(?P<from>\w+) → (?P<to>\w+)(?:: (?P<rest>.*))?", re.DOTALL)
NUMBERS = ("attempt", "days", "count")


def read_note(kind: str, note: str) -> tuple[str, dict, str]:
    """Code, data and reason of an event of version 0.1; what is not recognized becomes the reason."""
    data, rest = {}, note
    if kind == "moved" and (move := MOVE.fullmatch(note)):
        data, rest = {"from": move["from"], "to": move["to"]}, move["rest"] or ""
    if not rest:
        return "", data, ""
    for pattern, code in NOTES.get(kind, []):
        if found := re.fullmatch(pattern, rest, re.DOTALL):
            facts = {name: text for name, text in found.groupdict().items() if name != "reason" and text is not None}
            data |= {name: int(text) if name in NUMBERS else text for name, text in facts.items()}
            return code, data, found.groupdict().get("reason") or ""
    return "legacy", data, rest


def carry_over_events(apps, schema_editor):
    Event = apps.get_model("edits", "Event")
    Event.objects.filter(kind="erased").update(kind="cleaned_up")
    last = 0
    while events := list(Event.objects.filter(pk__gt=last).exclude(note="").order_by("pk")[:BATCH]):
        for event in events:
            event.code, event.data, event.reason = read_note(event.kind, event.note)
        Event.objects.bulk_update(events, ["code", "data", "reason"])
        last = events[-1].pk


def carry_over_breaker(apps, schema_editor):
    CircuitBreaker = apps.get_model("edits", "CircuitBreaker")
    for name in ("submissions", "sign_ups"):
        apps.get_model("edits", "WriteLock").objects.get_or_create(pk=name)
    breaker = CircuitBreaker.objects.filter(pk=1).first()
    if breaker is None:
        return
    limit = {"limit": breaker.limit, "valid_until": breaker.limit_until}
    apps.get_model("edits", "ConcurrencyLimit").objects.update_or_create(pk=1, defaults=limit)
    if breaker.trip_reason == "paused":
        who, why = _last_pause(apps)
        pause = {"paused_at": breaker.tripped_at, "paused_by_id": who, "reason": why}
        apps.get_model("edits", "Pause").objects.update_or_create(pk=1, defaults=pause)
        closed = {"trip_reason": "", "tripped_at": None, "retry_at": None, "last_refusal_at": None, "refusals": 0}
        CircuitBreaker.objects.update(**closed)


def _last_pause(apps):
    """Who paused, and why: until now that was only in the admin's own history."""
    entries = apps.get_model("admin", "LogEntry").objects.filter(
        content_type__app_label="edits", content_type__model__in=["gate", "circuitbreaker"], change_message__startswith="pause"
    )
    entry = entries.order_by("-action_time").first()
    return (entry.user_id, entry.change_message.partition(": ")[2][:300]) if entry else (None, "")


def carry_over_attempts(apps, schema_editor):
    Attempt, Edit = apps.get_model("edits", "Attempt"), apps.get_model("edits", "Edit")
    reserved = Edit.objects.filter(pk=OuterRef("edit")).values("cost_reserved")[:1]
    Attempt.objects.update(sent_at=F("started_at"), cost_reserved=Subquery(reserved))
    looked_for = Attempt.objects.filter(outcome="unknown", wiro_task_id__isnull=True, cleanup_due_at__isnull=False)
    looked_for.update(lookup_due_at=F("cleanup_due_at"))
    looked_for.update(cleanup_due_at=None)


def carry_over_shared_rows(apps, schema_editor):
    Heartbeat = apps.get_model("edits", "Heartbeat")
    for beat in Heartbeat.objects.filter(pk="comparisons made up"):
        apps.get_model("edits", "BackfillCursor").objects.update_or_create(pk="change_maps", defaults={"position": beat.at})
        beat.delete()
    FairShare, Edit = apps.get_model("edits", "FairShare"), apps.get_model("edits", "Edit")
    served = Edit.objects.filter(started_at__isnull=False).order_by().values("owner").annotate(at=Max("started_at"))
    FairShare.objects.bulk_create(
        (FairShare(owner_id=row["owner"], last_submitted_at=row["at"]) for row in served.iterator()),
        batch_size=BATCH,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("edits", "0003_circuit_breaker"), ("admin", "0003_logentry_add_action_flag_choices")]
    operations = [
        migrations.RunPython(step, migrations.RunPython.noop)
        for step in (carry_over_events, carry_over_breaker, carry_over_attempts, carry_over_shared_rows)
    ]
