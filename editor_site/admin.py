"""Which admin site the project uses, and when its pages are registered."""

from django.contrib.admin import site
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules


class EditorAdminConfig(AdminConfig):
    default = False
    default_site = "edits.admin.site.EditorAdminSite"

    def ready(self) -> None:
        super().ready()
        autodiscover_modules("admin.registration", register_to=site)
