"""The admin of this site."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class EditorAdminSite(AdminSite):
    site_title = site_header = _("Reword desk")
    index_title = _("Overview")
