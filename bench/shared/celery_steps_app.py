"""The other side of bench/celery_steps.py: each step a Celery task on a queue of its own. As a program: what publishes them."""

import time

from editor_site.celery import app

QUEUE, PERIOD, BATCH = "poll", 0.5, 500
app.conf.task_default_queue = QUEUE


@app.task(name="bench.step", ignore_result=True)
def step(edit_id: str) -> None:
    from edits.jobs.worker_pool import advance_while_due  # noqa: PLC0415 - only once Django is set up

    advance_while_due(edit_id)


def publish() -> None:
    """What the scheduler would do: publish what is due, as many as it looks at. What is in the queue is not published again."""
    from django.utils import timezone  # noqa: PLC0415

    from edits.models import Edit  # noqa: PLC0415

    sent: set[object] = set()
    while True:
        due = Edit.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]
        for edit_id in [pk for pk in due if pk not in sent]:
            step.apply_async((str(edit_id),))
            sent.add(edit_id)
        time.sleep(PERIOD)


if __name__ == "__main__":
    import django

    django.setup()
    publish()
