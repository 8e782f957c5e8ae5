from django.contrib.admin.apps import AdminConfig


class EditorAdminConfig(AdminConfig):
    """Django's admin with a first page of our own."""

    default = False
    default_site = "edits.admin_site.EditorAdminSite"
