"""Secrets in files, as Docker and systemd provide them: `NAME_FILE` names the file that contains the value of NAME."""

from collections.abc import MutableMapping
from pathlib import Path

SECRETS = (
    "SECRET_KEY",
    "WIRO_API_KEY",
    "WIRO_API_SECRET",
    "DATABASE_URL",
    "POSTGRES_PASSWORD",
    "REDIS_URL",
    "EMAIL_URL",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "DJANGO_SUPERUSER_PASSWORD",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "OIDC_CLIENT_SECRET",
)
# A Wiro project may have only a key; docker-compose.yml still needs a file for the secret, which is then empty.
MAY_BE_EMPTY = {"WIRO_API_SECRET"}


def read_secret_files(environ: MutableMapping[str, str]) -> None:
    """Set each secret that a file holds. Raises ValueError for a file that is missing, empty or contradicted.

    The value is the whole file, without white space around it.
    """
    for name in SECRETS:
        path = environ.get(f"{name}_FILE")
        if not path:
            continue
        try:
            value = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{name}_FILE={path} cannot be read ({getattr(error, 'strerror', None) or 'not text'})") from None
        if not value and name not in MAY_BE_EMPTY:
            raise ValueError(f"{name}_FILE={path} is empty")
        if environ.get(name) not in (None, "", value):
            raise ValueError(f"{name} and {name}_FILE are both set, to different values; leave one of them out")
        environ[name] = value
