"""The site: settings, addresses, and the doors for the web server and for Celery."""

from .celery import app as celery_app

__all__ = ["celery_app"]
