"""How log lines are written: for people, or as JSON for a program that collects them."""

from typing import Any


def logging_config(log_format: str, level: str, access_log: bool) -> dict[str, Any]:
    """Django's LOGGING. `log_format` is "text" or "json"; `level` is that of the root logger."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "edits.log.MaskingFormatter", "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": "edits.log.JsonFormatter"},
        },
        "filters": {"brief": {"()": "edits.log.NoiseFilter"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if log_format == "json" else "line",
                "filters": ["brief"],
            },
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # Requests with a wrong host name are answered with 400; that isn't worth a log line.
            # Without any handler, Python would write it down itself, with its traceback.
            "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
            "edits.access": {"level": "INFO" if access_log else "CRITICAL"},
            "axes": {"level": "WARNING"},
            # At DEBUG it writes down the signatures of requests to the bucket.
            "botocore": {"level": "INFO"},
            # A line for each request's beginning and end.
            "mcp": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
