"""Celery's beat alone: it publishes names of tasks on a schedule, so it needs neither Django nor the tasks themselves.

With the whole application it would take twice the memory, and twice as long to start.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

import edits  # noqa: F401 - works only here: the celery command can import from this folder only while it loads the application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

app = Celery("editor_site.beat", fixups=[], set_as_current=True)
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def log_as_the_site_does(**_: Any) -> None:
    """Masks secrets here, too. Connecting any handler keeps Celery from setting up its own logging."""
    logging.config.dictConfig(settings.LOGGING)
