"""Fill the database and print the fixture."""

import os
import sys
from typing import Any

import django
from version_0_1 import clock

django.setup()
clock.control()

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from version_0_1 import dump, jobs, people  # noqa: E402

from edits import lifecycle  # noqa: E402
from edits.models import Edit, Gate, Heartbeat  # noqa: E402

# What people wrote, beside instructions; it has to be readable after an upgrade and gone when they leave.
WORDS = {
    "operator": "the printer is on fire",
    "suspended": "posted the same picture a hundred times",
    "paused": "Wiro moves house tonight",
}


def main() -> None:
    call_command("migrate", verbosity=0)
    who = people.make_accounts()
    jobs.make_failures(who["alice"])
    results = people.make_results(who)
    shared = people.make_shared(who)
    links = people.make_links(results, who["alice"])
    people.erase(who["frank"])
    jobs.make_canceled(who["alice"], who["olga"], WORDS["operator"])
    jobs.make_unconfirmed(who["alice"], who["olga"], WORDS["operator"])
    people.suspend(who["dora"], WORDS["suspended"])
    restored = jobs.queued(who["bob"], "Waiting when a backup was restored")
    lifecycle.park_everything()
    jobs.make_under_way(who["alice"], who["olga"], WORDS["operator"])
    people.review_lately(shared, who)
    jobs.make_waiting(who["bob"])
    pause(who["olga"])
    for name in ("sweep", lifecycle.comparing.MADE_UP):
        Heartbeat.objects.create(name=name, at=timezone.now())
    clock.go_to(seconds=0)
    assert Edit.objects.get(pk=restored.pk).state == "unconfirmed"
    sys.stdout.write(dump.text(fixture(who, links, shared["skipped"])))


def pause(operator: Any) -> None:
    """Submitting stops, and the admin's own history says who did it and why."""
    clock.go_to(seconds=20)
    lifecycle.pause(f"by {operator}: {WORDS['paused']}")
    message = f"pause: {WORDS['paused']}"
    LogEntry.objects.log_actions(operator.pk, [Gate.current()], CHANGE, change_message=message, single_object=True)


def fixture(who: dict[str, Any], links: dict[str, str], skipped: Edit) -> dict[str, Any]:
    queues = {name: people.queue_of(who[name]) for name in ("rena", "rolf")}
    return {
        "about": "Rows of version 0.1, made by tests/upgrade/make_fixture.py. Not to be changed by hand.",
        "commit": os.environ["FIXTURE_COMMIT"],
        "made_at": clock.MADE_AT.isoformat(),
        "secret_key": os.environ["SECRET_KEY"],
        "password": people.PASSWORD,
        "migrations": dump.migrations(),
        "words": WORDS,
        "links": links,
        "groups": dump.groups(),
        "queues": queues,
        "skipped": {"rena": str(skipped.pk)},
        "media": dump.media(),
        "rows": dump.rows(),
    }


main()
