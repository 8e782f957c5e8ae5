"""`manage.py check` names a broken setting before it costs anybody an edit, and says nothing about a good one."""

from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from pytest_django.fixtures import Settings

from edits.checks import LIMITS

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def found() -> dict[str | None, Any]:
    return {message.id: message for message in run_checks() if str(message.id).startswith("edits.")}


def test_the_settings_of_the_tests_are_fine() -> None:
    assert not found()


def test_a_missing_key_is_a_warning(settings: Settings) -> None:
    settings.WIRO_API_KEY = settings.WIRO_API_SECRET = ""
    assert list(found()) == ["edits.W001"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("WIRO_BASE_URL", "api.wiro.ai/v1", "edits.E001"),
        ("WIRO_BASE_URL", "ftp://api.wiro.ai", "edits.E001"),
        ("WIRO_BASE_URL", "https://", "edits.E001"),
        ("WIRO_BASE_URL", "https://[", "edits.E001"),
        ("ALLOWED_HOSTS", ["https://photos.example.org"], "edits.E013"),
        ("ALLOWED_HOSTS", ["photos.example.org:8443"], "edits.E013"),
        ("ALLOWED_HOSTS", ["photos.example.org www.example.org"], "edits.E013"),
        ("TRUSTED_PROXIES", [ip_network("0.0.0.0/0")], "edits.E014"),
        ("ADMINS", [("operator", "operator")], "edits.E015"),
        ("SERVER_EMAIL", "reword", "edits.E015"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1:6379/abc", "edits.E016"),
        ("DATA_DIR", "/dev/null", "edits.E003"),
        ("PUBLIC_BASE_URL", "photos.example.org", "edits.E002"),
        ("PUBLIC_BASE_URL", "https:///x", "edits.E002"),
        ("WIRO_OUTPUT_HOSTS", ["https://wiro.ai/path with spaces"], "edits.E005"),
        ("WIRO_OUTPUT_HOSTS", ["*.wiro.ai"], "edits.E005"),
        ("WIRO_API_KEY", " key with a line break\n", "edits.E005"),
        ("WIRO_API_SECRET", "schlüssel", "edits.E005"),
    ],
)
def test_a_broken_address_or_key_is_refused_by_name(settings: Settings, name: str, value: Any, code: str) -> None:
    setattr(settings, name, value)
    message = found()[code]
    name = {"SERVER_EMAIL": "FROM_EMAIL", "CELERY_BROKER_URL": "REDIS_URL"}.get(name, name)
    assert name in message.msg + (message.hint or "")
    if name.startswith("WIRO_API"):
        assert value.strip() not in str(message)


@pytest.mark.parametrize(
    ("server", "client", "code"),
    [
        ("login.example.org", "reword", "edits.E009"),
        ("https://login.example.org", "", "edits.E010"),
        ("", "reword", "edits.E010"),
    ],
)
def test_a_provider_that_is_configured_half_is_refused(settings: Settings, server: str, client: str, code: str) -> None:
    settings.OIDC_SERVER_URL, settings.OIDC_CLIENT_ID = server, client
    assert "OIDC_SERVER_URL" in found()[code].msg


def test_a_header_that_signs_in_needs_a_proxy_and_a_closed_sign_up(settings: Settings) -> None:
    settings.PROXY_AUTH_HEADER = "Remote-User"
    assert set(found()) == {"edits.E012", "edits.W005"}
    settings.TRUSTED_PROXIES, settings.SIGNUP_OPEN = [ip_network("192.0.2.8")], False
    assert not found()
    settings.PROXY_AUTH_HEADER = "Remote User:"
    assert set(found()) == {"edits.E011"}


def test_a_model_that_is_not_declared_or_cannot_be_read_is_refused_by_name(settings: Settings, tmp_path: Path) -> None:
    settings.MODELS = ["reve/Edit", "maker/unknown"]
    assert "maker/unknown" in found()["edits.E008"].msg
    settings.MODELS_DIR, settings.MODELS = tmp_path, ["*"]
    (tmp_path / "ours.toml").write_text('slug = "maker/ours"')
    assert "ours.toml: name: is missing" in found()["edits.E007"].msg


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [0, -1, float("nan"), Decimal("NaN"), float("inf"), Decimal("Infinity")])
def test_a_limit_of_nothing_is_refused_by_name(settings: Settings, name: Any, value: Any) -> None:
    setattr(settings, name, value)
    assert name in found()["edits.E004"].msg


def test_a_public_address_that_django_would_not_answer_is_a_warning(settings: Settings) -> None:
    settings.PUBLIC_BASE_URL, settings.ALLOWED_HOSTS = "https://photos.example.org", ["localhost"]
    assert list(found()) == ["edits.W002"]
    settings.ALLOWED_HOSTS = [".example.org"]
    assert not found()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("EDIT_PER_DAY", "EDITS_PER_DAY"),
        ("WIRO_API_KYE", "WIRO_API_KEY"),
        ("TIMEZONE", "TIME_ZONE"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("SECRETKEY_FILE", "SECRET_KEY_FILE"),
        ("wiro_api_key", "WIRO_API_KEY"),
    ],
)
def test_a_name_that_is_nearly_a_setting_is_a_warning_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert found()["edits.W004"].msg == f"{name} is not a setting. Did you mean {meant}?"


@pytest.mark.parametrize(
    "name", ["HOSTNAME", "HTTPS_PROXY", "REDIS_PORT", "LOGNAME", "TZ", "edit_per_day", "WORKER_LANES", "LANGUAGE"]
)
def test_a_variable_of_another_program_is_not_taken_for_a_misspelling(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    assert not found()


def test_the_old_setting_of_proxies_is_a_warning_that_names_the_new_one(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    assert list(found()) == ["edits.W003"]
    assert "TRUSTED_PROXIES" in found()["edits.W003"].msg


def test_a_data_folder_that_cannot_be_written_is_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "new" / "folder"
    assert not found()
    # Root may write everywhere, so the operating system's answer is faked, and nothing else.
    monkeypatch.setattr("edits.checks.os.access", lambda path, mode: path != tmp_path)
    assert "edits.E003" in found()


def test_the_settings_of_a_public_site_pass_the_deployment_check(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the tests need it, because a browser's event loop runs in their thread.
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
    settings.SECRET_KEY = "a-long-and-random-text-" * 4 + "0123456789!?"
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 3600
    call_command("check", "--deploy", "--fail-level", "WARNING")
    assert "no issues" in capsys.readouterr().out
