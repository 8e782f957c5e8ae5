"""The entry point for ASGI servers. The program runs under WSGI, which is several times faster here (measured)."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

application = get_asgi_application()
