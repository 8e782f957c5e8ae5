"""The site as a Django app, so that Celery's application is there wherever Django is."""

from importlib import import_module

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "editor_site"

    def ready(self) -> None:
        """Tasks are published through this application. Programs without Django need no Celery, and start sooner."""
        import_module("editor_site.celery")
