from django.apps import AppConfig

from . import checks  # noqa: F401 - importing registers them


class EditsConfig(AppConfig):
    name = "edits"
    verbose_name = "Reword"
