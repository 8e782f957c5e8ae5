"""The entry point for WSGI servers."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from .body_deadline import BodyDeadline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "editor_site.settings")

# Nearly everything that is created from here on stays; searching it for garbage would take a sixth of the startup time.
gc.disable()
application = BodyDeadline(get_wsgi_application())
# What every page needs stays in memory: loaded before the first visitor comes, and never scanned by the garbage collector.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.enable()
