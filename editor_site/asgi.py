"""The door for ASGI servers. The program runs under WSGI, which was measured to be several times faster here."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

application = get_asgi_application()
