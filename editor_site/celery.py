"""The Celery application. Messages are hints that carry an id; the database is the queue (docs/architecture.md)."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

app = Celery("editor_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_djangos_logging(**_: Any) -> None:
    """Connecting any handler is enough: Celery then leaves logging to Django's settings, which mask secrets."""
