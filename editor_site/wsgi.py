"""The door for WSGI servers."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

application = get_wsgi_application()
if settings.BEHIND_PROXY:
    # The visitor's address instead of the proxy's: sign-in lockout and sign-up limit count by it.
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts="*")
