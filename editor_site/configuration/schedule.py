"""What Celery beat runs periodically."""

from typing import Any

# The tasks themselves check whether a day has passed; with a daily schedule, beat would start counting again at every restart.
_EVERY_TEN_MINUTES = {"clean-up": "clean_up", "compare-ledger": "compare_ledger", "check-models": "check_models"}


def beat_schedule(sweep_seconds: float) -> dict[str, dict[str, Any]]:
    """Celery's CELERY_BEAT_SCHEDULE. A message that is not taken before the next one is dropped."""
    periods = {"dispatch-due": ("dispatch_due", sweep_seconds)}
    periods |= {name: (task, 600.0) for name, task in _EVERY_TEN_MINUTES.items()}
    return {
        name: {"task": f"edits.tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}
        for name, (task, seconds) in periods.items()
    }
