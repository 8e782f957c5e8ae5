"""The site as the tests see it: everything explicit, nothing taken from a developer's `.env`."""

import os
import tempfile
from pathlib import Path

from tests.postgres import start_postgres

_DATA = Path(tempfile.mkdtemp(prefix="reword-tests-"))
(_DATA / "static").mkdir()

os.environ |= {
    "DATA_DIR": str(_DATA),
    # Driving a browser runs an event loop in this thread, and Django would then refuse to use the database.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    "DATABASE_URL": start_postgres() if os.environ.get("TEST_DATABASE") == "postgresql" else f"sqlite:///{_DATA / 'db.sqlite3'}",
    "SECRET_KEY": "only-for-tests",
    "DEBUG": "off",
    "HTTPS": "off",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "CSRF_TRUSTED_ORIGINS": "",
    "REDIS_URL": "",
    "PUBLIC_BASE_URL": "",
    "TRUSTED_PROXIES": "",
    "BEHIND_PROXY": "",
    "WIRO_API_KEY": "test-api-key",
    "WIRO_API_SECRET": "test-api-secret",
    "WIRO_BASE_URL": "http://127.0.0.1:9/v1",
    "WIRO_OUTPUT_HOSTS": "http://127.0.0.1:9",
    "SIGNUP_OPEN": "on",
    "EDITS_PER_DAY": "100",
    "EDITS_AT_ONCE": "3",
    "SPEND_PER_DAY": "20",
    "SIGNUPS_PER_HOUR": "10",
    "REVIEW_REQUIRED": "on",
    "DEMO_USERNAME": "",
    "DEMO_PASSWORD": "",
    "ADMINS": "operator@example.org",
    "EMAIL_URL": "memorymail://",
}

from editor_site.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
if "sqlite" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(_DATA / "test.sqlite3")}  # noqa: F405
    # Nobody pulls the plug on these tests, so they need not wait for the disk; the fault suite runs with the real settings.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"  # noqa: F405
