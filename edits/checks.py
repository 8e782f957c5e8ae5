"""System checks that refuse a broken configuration by name, before it costs anybody an edit."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security)
def wiro_is_configured(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.WIRO_API_KEY:
        hint = "`make run` starts a sandbox when it is missing; anywhere else edits would wait for ever."
        found.append(Warning("WIRO_API_KEY is not set.", hint=hint, id="edits.W001"))
    if urlsplit(settings.WIRO_BASE_URL).scheme not in ("http", "https"):
        found.append(Error("WIRO_BASE_URL must begin with http:// or https://.", id="edits.E001"))
    if settings.PUBLIC_BASE_URL and urlsplit(settings.PUBLIC_BASE_URL).scheme not in ("http", "https"):
        found.append(Error("PUBLIC_BASE_URL must begin with http:// or https://.", id="edits.E002"))
    return found


@register(Tags.files)
def data_dir_is_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    folder = Path(settings.DATA_DIR)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(existing, os.W_OK):
        return []
    return [Error(f"DATA_DIR {folder} cannot be written.", id="edits.E003")]


@register()
def limits_make_sense(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    limits = ("EDITS_PER_DAY", "EDITS_AT_ONCE", "SPEND_PER_DAY", "SIGNUPS_PER_HOUR", "ENGINE_PACE", "WORKER_LANES")
    return [Error(f"{name} must be more than 0.", id="edits.E004") for name in limits if getattr(settings, name) <= 0]
