from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from . import checks  # noqa: F401 - importing registers them


class EditsConfig(AppConfig):
    name = "edits"
    verbose_name = _("Photo edits")
