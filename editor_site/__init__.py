"""The site: settings, the root URLs, and the entry points for the web server and for Celery."""

from .celery import app as celery_app

__all__ = ["celery_app"]
