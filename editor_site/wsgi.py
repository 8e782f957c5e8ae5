"""The entry point for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from .body_deadline import BodyDeadline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

application = BodyDeadline(get_wsgi_application())
