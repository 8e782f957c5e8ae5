"""System checks that refuse a broken configuration and name the setting, before an edit fails because of it."""

import os
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http.request import validate_host

from .wiro import WiroClient
from .wiro.catalog import DeclarationError, load

# How similar a name must be to count as a misspelling: EDIT_PER_DAY (0.96) and WIRO_API_KYE (0.92) are, HOSTNAME (0.67) is not.
NEARLY = 0.88
LIMITS = (
    "EDITS_PER_DAY",
    "SUBMISSIONS_PER_HOUR",
    "STORAGE_PER_USER",
    "EDITS_AT_ONCE",
    "SPEND_PER_DAY",
    "PRICE_ESTIMATE",
    "SIGNUPS_PER_HOUR",
    "ENGINE_TIME_SCALE",
    "WORKER_CONCURRENCY",
    "SWEEP_SECONDS",
    "WIRO_POLLS_PER_SECOND",
    "STORAGE_MIN_FREE",
    "TRASH_DAYS",
    "SIGNUP_DAYS",
)


@register(Tags.security)
def wiro_is_configured(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.WIRO_API_KEY:
        hint = "`make run` starts a sandbox if the key is missing. Otherwise, edits wait forever."
        found.append(Warning("WIRO_API_KEY is not set.", hint=hint, id="edits.W001"))
    if not _is_web_address(settings.WIRO_BASE_URL):
        found.append(Error("WIRO_BASE_URL must start with http:// or https://.", id="edits.E001"))
    else:
        found += _refused_by_the_client()
    return found


def _refused_by_the_client() -> list[CheckMessage]:
    try:
        WiroClient(
            settings.WIRO_API_KEY or "missing",
            settings.WIRO_API_SECRET,
            base_url=settings.WIRO_BASE_URL,
            output_hosts=settings.WIRO_OUTPUT_HOSTS,
        )
    except ValueError as error:
        hint = "WIRO_API_KEY, WIRO_API_SECRET, WIRO_BASE_URL and WIRO_OUTPUT_HOSTS must fit together."
        return [Error(f"The Wiro settings are invalid: {error}", hint=hint, id="edits.E005")]
    return []


@register(Tags.security)
def wiro_can_reach_this_site(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PUBLIC_BASE_URL:
        return []
    if not _is_web_address(settings.PUBLIC_BASE_URL):
        return [Error("PUBLIC_BASE_URL must start with http:// or https://.", id="edits.E002")]
    host = urlsplit(settings.PUBLIC_BASE_URL).hostname or ""
    if validate_host(host, settings.ALLOWED_HOSTS):
        return []
    hint = "Wiro's callbacks and photo requests would be answered with 400."
    return [Warning(f"ALLOWED_HOSTS does not include {host}, the host of PUBLIC_BASE_URL.", hint=hint, id="edits.W002")]


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


@register(Tags.security)
def hosts_and_addresses_make_sense(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuses hosts, proxies and email addresses that make no sense."""
    found: list[CheckMessage] = []
    for host in settings.ALLOWED_HOSTS:
        # An IPv6 address has more than one colon.
        if "/" in host or " " in host or host.count(":") == 1:
            found.append(Error(f"ALLOWED_HOSTS must be host names without a scheme or port: {host} is not one.", id="edits.E013"))
    for network in settings.TRUSTED_PROXIES:
        if network.prefixlen == 0:
            found.append(Error(f"TRUSTED_PROXIES={network} would trust everybody.", id="edits.E014"))
    for name, address in [("FROM_EMAIL", settings.SERVER_EMAIL), *(("ADMINS", address) for address, _ in settings.ADMINS)]:
        if "@" not in parseaddr(address)[1]:
            found.append(Error(f"{name} must be an email address: {address} is not one.", id="edits.E015"))
    database = urlsplit(settings.CELERY_BROKER_URL).path.removeprefix("/")
    if database and not database.isdecimal():
        found.append(Error("REDIS_URL must end with the number of a database, such as /0.", id="edits.E016"))
    return found


@register(Tags.security)
def oidc_is_complete(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A half-configured provider would show a button that leads nowhere."""
    found: list[CheckMessage] = []
    if settings.OIDC_SERVER_URL and not _is_web_address(settings.OIDC_SERVER_URL):
        found.append(Error("OIDC_SERVER_URL must start with http:// or https://.", id="edits.E009"))
    if bool(settings.OIDC_SERVER_URL) != bool(settings.OIDC_CLIENT_ID):
        found.append(Error("Set both OIDC_SERVER_URL and OIDC_CLIENT_ID, or neither.", id="edits.E010"))
    return found


@register(Tags.security)
def header_sign_in_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    header = settings.PROXY_AUTH_HEADER
    if not header:
        return []
    found: list[CheckMessage] = []
    if not header.replace("-", "").isalnum() or not header.isascii():
        found.append(Error("PROXY_AUTH_HEADER must be the name of a header, such as Remote-User.", id="edits.E011"))
    if not settings.TRUSTED_PROXIES:
        said = "PROXY_AUTH_HEADER needs TRUSTED_PROXIES: the header is ignored unless it comes from a trusted proxy."
        found.append(Error(said, id="edits.E012"))
    if settings.SIGNUP_OPEN:
        hint = (
            "Anybody could sign up with the name of a person the proxy knows, and would share that person's account. "
            "Set SIGNUP_OPEN=off."
        )
        found.append(Warning("PROXY_AUTH_HEADER is set, and SIGNUP_OPEN is on.", hint=hint, id="edits.W005"))
    return found


@register(Tags.security)
def proxies_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.BEHIND_PROXY:
        return []
    hint = "It is read as loopback and private networks. Name your proxy instead, for example TRUSTED_PROXIES=127.0.0.1."
    return [Warning("BEHIND_PROXY is an old setting; TRUSTED_PROXIES replaces it.", hint=hint, id="edits.W003")]


@register()
def models_are_declared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    try:
        known = load(Path(settings.MODELS_DIR))
    except DeclarationError as error:
        return [Error(f"A model cannot be used: {error}", id="edits.E007")]
    unknown = [slug for slug in settings.MODELS if slug not in known and settings.MODELS != ["*"]]
    hint = "`manage.py models` lists those that are declared."
    return [Error(f"MODELS names {slug}, which is not declared.", hint=hint, id="edits.E008") for slug in unknown]


@register()
def names_are_spelled_right(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A misspelled name has no effect, and nobody would notice that a limit or a key is not the one that was meant."""
    unknown = sorted(name for name in os.environ if name.isupper() and name not in settings.SETTING_NAMES)
    near = {name: get_close_matches(name, settings.SETTING_NAMES, 1, NEARLY) for name in unknown}
    in_small_letters = [name for name in os.environ if name.islower() and "_" in name]
    near |= {name: [name.upper()] for name in in_small_letters if name.upper() in settings.SETTING_NAMES}
    return [
        Warning(f"{name} is not a setting. Did you mean {match[0]}?", id="edits.W004") for name, match in near.items() if match
    ]


@register(Tags.files)
def data_dir_is_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    folder = Path(settings.DATA_DIR)
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        return [Error(f"DATA_DIR {folder} is not a folder.", id="edits.E003")]
    if os.access(existing, os.W_OK):
        return []
    return [Error(f"DATA_DIR {folder} is not writable.", id="edits.E003")]


@register(Tags.files)
def restore_is_finished(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A half-restored site may have edits that were sent after the backup was made, and would send them again."""
    unfinished = Path(settings.DATA_DIR) / "restore-unfinished"
    if not unfinished.exists():
        return []
    hint = "Empty the data folder and the database, then run `manage.py restore` again."
    return [Error(f"A restore was interrupted ({unfinished}).", hint=hint, id="edits.E006")]


@register()
def limits_make_sense(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    # As floats, because a Decimal that is not a number raises when it is compared.
    found: list[CheckMessage] = [
        Error(f"{name} must be greater than 0.", id="edits.E004") for name in LIMITS if not float(getattr(settings, name)) > 0
    ]
    endless = [name for name in LIMITS if float(getattr(settings, name)) == float("inf")]
    found += [Error(f"{name} must be a finite number.", id="edits.E004") for name in endless]
    for name in ("EVENT_DAYS", "EDIT_DAYS"):
        if getattr(settings, name) < 0:
            found.append(Error(f"{name} must be 0 or greater.", id="edits.E004"))
    if settings.SPEND_PER_PERSON is not None and not float(settings.SPEND_PER_PERSON) >= 0:
        found.append(Error("SPEND_PER_PERSON must be 0 or greater.", id="edits.E004"))
    return found
