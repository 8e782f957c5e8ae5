"""docker-compose.yml and .env.example agree with the program."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from editor_site import programs
from editor_site.configuration.secret_files import SECRETS

ROOT = Path(__file__).resolve().parent.parent
# Made up by `make run` itself, or Python's own.
NOT_FOR_OPERATORS = {"CELERY_SKIP_CHECKS", "DEMO_USERNAME", "DEMO_PASSWORD", "OWN_SANDBOX", "PYTHONDONTWRITEBYTECODE"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_compose_runs_the_same_commands_as_make_run(services: dict[str, Any]) -> None:
    commands = {name: service["command"] for name, service in services.items() if service["image"].startswith("reword")}
    assert commands == {
        "prepare": "python manage.py prepare",
        "web": programs.WEB.format(host="0.0.0.0", port=8000, workers=2),
        "worker": programs.WORKER,
        "beat": programs.BEAT.format(data="/tmp"),
        "sandbox": programs.SANDBOX.format(host="0.0.0.0", port=8090, time_scale=1),
    }
    assert services["worker"]["stop_grace_period"] == f"{programs.WORKER_GRACE}s"


def test_compose_keeps_what_must_survive_in_named_volumes(services: dict[str, Any]) -> None:
    volumes = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"])
    used = {place.split(":")[0] for service in services.values() for place in service.get("volumes", [])}
    assert used - {"./docs/proxy"} == volumes
    assert "--appendonly yes" in services["redis"]["command"]
    assert "noeviction" in services["redis"]["command"]


@pytest.mark.parametrize("names", [{}, {"POSTGRES_DB": "photos", "POSTGRES_USER": "photos"}])
def test_the_site_uses_the_database_that_compose_makes_or_that_version_0_1_has_made(
    services: dict[str, Any], names: dict[str, str]
) -> None:
    database, address = services["db"]["environment"], services["web"]["environment"]["DATABASE_URL"]
    made = {name: _interpolated(database[name], names) for name in ("POSTGRES_DB", "POSTGRES_USER")}
    assert made == ({"POSTGRES_DB": "reword", "POSTGRES_USER": "reword"} | names)
    assert _interpolated(address, names) == f"postgres://{made['POSTGRES_USER']}@db:5432/{made['POSTGRES_DB']}"


def _interpolated(text: str, variables: dict[str, str]) -> str:
    """As docker-compose does it: the variable's value, or the default after `:-`."""
    return re.sub(r"\$\{(\w+)(?::-(\w+)|:\?[^}]*)?\}", lambda found: variables.get(found[1]) or found[2], text)


def test_every_lasting_service_is_watched_and_started_again(services: dict[str, Any]) -> None:
    lasting = {name: service for name, service in services.items() if name != "prepare"}
    assert all(service["restart"] == "unless-stopped" and service["healthcheck"]["test"] for service in lasting.values())


@pytest.mark.parametrize("name", ["prepare", "proxy", "web", "worker", "beat", "db", "redis", "sandbox"])
def test_a_service_may_do_no_more_than_it_needs(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert "no-new-privileges:true" in service["security_opt"]
    assert "/tmp" in service["tmpfs"]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert ("ports" in service) == (name == "proxy"), "only the proxy can be reached from outside"


def test_a_secret_is_seen_by_the_services_that_need_it_and_stands_nowhere_else(services: dict[str, Any]) -> None:
    seen = {name: set(service.get("secrets", [])) for name, service in services.items()}
    everything = {"secret_key", "postgres_password", "wiro_api_key", "wiro_api_secret"}
    assert seen == {
        **dict.fromkeys(("prepare", "web", "worker"), everything),
        "sandbox": everything - {"postgres_password"},
        "beat": {"secret_key"},
        "db": {"postgres_password"},
        "redis": set(),
        "proxy": set(),
    }
    for service in services.values():
        named = {name: value for name, value in service.get("environment", {}).items() if name.endswith("_FILE")}
        assert set(named.values()) == {f"/run/secrets/{name}" for name in service.get("secrets", [])}
        assert not set(SECRETS) & set(service.get("environment", {})) - {"DATABASE_URL", "REDIS_URL"}


def test_docker_compose_accepts_the_file_where_it_is_installed(tmp_path: Path) -> None:
    for name in ("docker-compose.yml", "Dockerfile"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text().replace("#SITE_ADDRESS=", "SITE_ADDRESS="))
    program = shutil.which("docker-compose")
    if program:
        subprocess.run([program, "config", "--quiet"], cwd=tmp_path, check=True)
    # Without the program the file is at least YAML whose names are known; the tests above read it.
    parts = {name for name in yaml.safe_load((tmp_path / "docker-compose.yml").read_text()) if not name.startswith("x-")}
    assert parts == {"services", "secrets", "volumes"}


def test_every_variable_that_is_read_is_in_the_example() -> None:
    modules = ("settings.py", "configuration/database_settings.py", "configuration/picture_settings.py")
    read = "".join((ROOT / "editor_site" / name).read_text() for name in modules)
    start = ROOT / "editor_site" / "run.py"
    names = set(re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', read))
    names |= set(re.findall(r'\benviron(?:\.get|\.pop)?[(\[]\s*"([A-Z_]+)"', start.read_text()))
    names |= set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    explained = dict(_explained())
    assert {"SECRET_KEY", "WIRO_API_KEY", "SANDBOX_TIME_SCALE", "DATA_DIR"} <= names
    assert names - NOT_FOR_OPERATORS - set(explained) == set()
    assert [name for name, comment in explained.items() if not comment.startswith("# ")] == []


def test_the_example_sets_nothing_as_it_stands() -> None:
    assert [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")] == []


def _explained() -> list[tuple[str, str]]:
    """Every variable of the example, with the line above it."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = [(re.match(r"#([A-Z0-9_]+)=", line), above) for above, line in pairwise(lines)]
    return [(match[1], above) for match, above in found if match]
