"""Every setting, each from one environment variable (also read from `.env`); `.env.example` explains them all."""

import os
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from .configuration.account_settings import APPS, account_settings
from .configuration.content_security_policy import content_security_policy
from .configuration.database_settings import database_settings
from .configuration.environment import OTHER_NAMES, PRIVATE_NETWORKS, Env
from .configuration.exposure import is_private
from .configuration.log_settings import logging_config
from .configuration.picture_settings import picture_origins, picture_storage
from .configuration.schedule import beat_schedule
from .configuration.secret_files import SECRETS

# In a checkout, both the program's files and the site's are beside this package. In a wheel, the program's are in this package,
# and the site's in the folder where it is started.
_HERE = Path(__file__).resolve().parent
_IS_CHECKOUT = (_HERE.parent / "templates").is_dir()
_ASSETS = _HERE.parent if _IS_CHECKOUT else _HERE
BASE_DIR = _HERE.parent if _IS_CHECKOUT else Path.cwd()

env = Env()
env.read_env(BASE_DIR / ".env")
env.read_secret_files()
env.refuse_unknown_schemes()

DATA_DIR = (BASE_DIR / env.str("DATA_DIR", "var")).resolve()
if not env.str("SECRET_KEY", ""):
    # If nothing is configured, use the settings that `make run` generated for this folder: a key, host names, no HTTPS.
    env.read_env(DATA_DIR / "run.env")

HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8000)
PUBLIC_BASE_URL: str = env.str("PUBLIC_BASE_URL", "").rstrip("/")

# --- Django itself ---------------------------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make run` generates one; otherwise, put a long random string in the environment or in .env."
    )
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "editor_site.admin.EditorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    *APPS,
    "csp",
    "editor_site",
    "edits",
]

MIDDLEWARE = [
    # First, because everything after it asks who the visitor is and whether the connection is secure.
    "edits.web.visitor.VisitorMiddleware",
    # Next, so that every line that is logged from here on names the request.
    "edits.web.middleware.request_ids.RequestIdMiddleware",
    "edits.web.middleware.nul_bytes.NulBytesMiddleware",
    "edits.web.upload_places.UploadPlacesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "edits.web.middleware.compression.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "edits.web.middleware.health_probes.HostNameMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "edits.web.accounts.proxy_sign_in.ProxySignInMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "edits.web.accounts.sessions.SessionsSeenMiddleware",
    # Last, to see the refusals of all others.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "editor_site.urls"
WSGI_APPLICATION = "editor_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_ASSETS / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "edits.web.views.context.site",
            ],
        },
    },
]

# --- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {"default": database_settings(env, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MEDIA_ROOT = DATA_DIR / "media"
# Only its owner can read the data folder; `prepare` corrects what earlier versions have left.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STATIC_ROOT = DATA_DIR / "static"
STATIC_URL = "static/"
STATICFILES_DIRS = [_ASSETS / "static"]
STORAGES = {
    "default": picture_storage(env),
    "staticfiles": {"BACKEND": "edits.storage.StaticFilesStorage"},
}
# Limits bodies without files; edits.web.uploads limits files, and edits.web.upload_places how many uploads run at once.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = ["edits.web.uploads.LimitedUploadHandler"]

# --- People ----------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
vars().update(account_settings(env))
# Wrong passwords from one address within AXES_COOLOFF_TIME, whatever the names; an office shares one address.
SIGN_IN_FAILURES_PER_ADDRESS = 50

# An administrator for a site that has none yet; `prepare` makes the account, and afterward these have no effect.
SUPERUSER = {
    "username": env.str("DJANGO_SUPERUSER_USERNAME", ""),
    "password": env.str("DJANGO_SUPERUSER_PASSWORD", ""),
    "email": env.str("DJANGO_SUPERUSER_EMAIL", ""),
}
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", False)
SIGNUPS_PER_HOUR: int = env.int("SIGNUPS_PER_HOUR", 10)
# An OpenID Connect provider with which people may sign in, and whether it gives them an account where visitors can't create one.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "").rstrip("/")
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_ID", ""), env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "") or "Single sign-on"
OIDC_SIGNUP = env.bool("OIDC_SIGNUP", False)
# Set only by `make run`: the account that the sign-in page offers while nobody else can reach the site.
DEMO_USERNAME = env.str("DEMO_USERNAME", "") if is_private(os.environ) else ""
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "")

EDITS_PER_DAY = env.int("EDITS_PER_DAY", 100)
# Unlike the daily quota, this also counts failed and canceled edits.
SUBMISSIONS_PER_HOUR = env.int("SUBMISSIONS_PER_HOUR", 2 * EDITS_PER_DAY)
# Bytes of pictures that a user may store: photos and results, not the smaller copies.
STORAGE_PER_USER = env.int("STORAGE_PER_USER", 5 * 1024**3)
# Days for which a deleted edit can be restored, and for which a sign-up's IP address, an ended edit's history and the edit itself
# are kept (for the last two, 0 means forever).
TRASH_DAYS = env.int("TRASH_DAYS", 30)
SIGNUP_DAYS = env.int("SIGNUP_DAYS", 1)
EVENT_DAYS = env.int("EVENT_DAYS", 0)
EDIT_DAYS = env.int("EDIT_DAYS", 0)
EDITS_AT_ONCE = env.int("EDITS_AT_ONCE", 3)
# For each personal token, counted exactly across all web processes.
API_REQUESTS_PER_MINUTE: int = env.int("API_REQUESTS_PER_MINUTE", 300)
# Whether webhooks may go to private networks, and there without TLS.
WEBHOOK_PRIVATE_NETWORKS = env.bool("WEBHOOK_PRIVATE_NETWORKS", False)
SPEND_PER_DAY = Decimal(env.str("SPEND_PER_DAY", "20"))
# For each person without a personal limit; None: no limit.
SPEND_PER_PERSON = Decimal(env.str("SPEND_PER_PERSON", "")) if env.str("SPEND_PER_PERSON", "").strip() else None
# Set by `make run` where it started the sandbox itself: pages say so, and show no prices.
OWN_SANDBOX = env.bool("OWN_SANDBOX", False)
# Reserved for each edit until Wiro reports its cost; the model's price is not documented.
PRICE_ESTIMATE = Decimal(env.str("PRICE_ESTIMATE", "0.05"))
REVIEW_REQUIRED = env.bool("REVIEW_REQUIRED", True)
# Who may read /metrics; without it, only this machine.
METRICS_TOKEN = env.str("METRICS_TOKEN", "").strip()
ADMINS = [(address, address) for address in env.words("ADMINS")]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("FROM_EMAIL", "reword@localhost")
EMAIL_SUBJECT_PREFIX = "[Reword] "
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Seconds to wait for the mail server, each time.
EMAIL_TIMEOUT = 10
# Whether people can be reached by mail.
MAIL_IS_CONFIGURED = EMAIL_CONFIG["EMAIL_BACKEND"].split(".")[-2] not in ("console", "dummy")

# --- Wiro ------------------------------------------------------------------------------------------------------------

WIRO_API_KEY = env.str("WIRO_API_KEY", "")
WIRO_API_SECRET = env.str("WIRO_API_SECRET", "")
WIRO_BASE_URL = env.str("WIRO_BASE_URL", "https://api.wiro.ai/v1").rstrip("/")
WIRO_OUTPUT_HOSTS = env.words("WIRO_OUTPUT_HOSTS", ("wiro.ai",))
# Task/Detail calls per second and worker process; Wiro documents HTTP 429 but no figure.
WIRO_POLLS_PER_SECOND = env.float("WIRO_POLLS_PER_SECOND", 300.0)
# Slugs of the models that people may choose, the default first; "*" means all that are declared, empty SeedEdit alone.
MODELS = env.words("MODELS", ("*",) if OWN_SANDBOX else ())
MODELS_DIR = DATA_DIR / "models"

# --- Celery ----------------------------------------------------------------------------------------------------------

# Without a broker a publish must fail at once: nothing listens on port 9, and the scheduler finds the edit in the database.
CELERY_BROKER_URL = env.str("REDIS_URL", "") or "redis://127.0.0.1:9/0"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A form waits this long for a silent broker, once; a worker waits one second at a time for messages.
CELERY_BROKER_TRANSPORT_OPTIONS = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), 2) | {
    "health_check_interval": 25,
    "visibility_timeout": 3600,
}
SWEEP_SECONDS = env.float("SWEEP_SECONDS", 2.0)
# Steps that one worker process does at the same time; most of their time is spent waiting for Wiro.
WORKER_CONCURRENCY = env.int(env.renamed("WORKER_CONCURRENCY", "WORKER_LANES"), 24)
# Every wait, lease and deadline of the engine is multiplied by this; tests run with a small one.
ENGINE_TIME_SCALE: float = env.float(env.renamed("ENGINE_TIME_SCALE", "ENGINE_PACE"), 1.0)
# Bytes that must be free where results are stored before anything paid is started.
STORAGE_MIN_FREE = env.int("STORAGE_MIN_FREE", 32_000_000)
# Send an unconfirmed edit once more when Wiro's own list proves that it was not accepted.
RECONCILE_REQUEUE = env.bool("RECONCILE_REQUEUE", True)
CELERY_BEAT_SCHEDULE = beat_schedule(SWEEP_SECONDS)

# --- Security --------------------------------------------------------------------------------------------------------

# On wherever people reach the site through TLS; `make run` on loopback switches it off.
HTTPS = env.bool("HTTPS", True)
SECURE_SSL_REDIRECT = HTTPS
# Wiro posts to exactly the URL that it was given; a redirect would lose the callback.
SECURE_REDIRECT_EXEMPT = [r"^wiro/", r"^healthz$", r"^readyz$", r"^metrics$"]
# Browsers remember it and cannot be made to forget: short, and for this host only, unless the operator says otherwise.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", False)
# Silences what `check --deploy` says about the two settings above: they are the operator's decision.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whose X-Forwarded-For and X-Forwarded-Proto count; edits.web.visitor reads them.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
# The setting of earlier versions.
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY and not TRUSTED_PROXIES:
    TRUSTED_PROXIES = list(map(ip_network, PRIVATE_NETWORKS))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The header in which a trusted proxy names who is signed in, such as Remote-User; empty: none.
PROXY_AUTH_HEADER = env.str("PROXY_AUTH_HEADER", "").strip()

CONTENT_SECURITY_POLICY = content_security_policy(picture_origins(STORAGES["default"]))

# --- Language, time, logs --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [_HERE.parent / "edits" / "locale"]
FORMAT_MODULE_PATH = ["edits.locale"]
# The zone in which times are shown; quotas and spending are counted by UTC days.
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_TZ = USE_I18N = True

# Lines for people, or JSON for a program that collects them.
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ("text", "json"))
# One line for each request: method, path without secrets, status, milliseconds, address.
ACCESS_LOG = env.bool("ACCESS_LOG", False)

LOGGING = logging_config(LOG_FORMAT, env.log_level("LOG_LEVEL", "INFO"), ACCESS_LOG)

# Errors are reported to Sentry, without secrets, users' texts or requests' bodies.
SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN:
    from .configuration.sentry import start_sentry

    start_sentry(SENTRY_DSN, env.str("SENTRY_ENVIRONMENT", "production"))

# For a warning about misspelled names; includes those that only `make run` or docker-compose.yml reads.
SETTING_NAMES = env.names | {f"{name}_FILE" for name in SECRETS} | OTHER_NAMES
