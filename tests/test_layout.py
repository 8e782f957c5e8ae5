"""The shape of the program, read from its source: which part may import which, and what no part may do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for folder in ("edits", "editor_site") for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
)

# The components, lowest first: each may import those above it in this list, and the helpers below.
ORDER = ["images", "models", "jobs", "ordering", "gallery", "accounts", "operations"]
HELPERS = {
    "background",
    "bucket_storage",
    "failpoints",
    "locale",
    "log",
    "log_context",
    "storage",
    "samples",
    "static_collection",
    "translations",
    "version",
}
# What every component may use.
EVERYWHERE = {"failpoints", "log_context", "storage", "version"}
MAY_IMPORT = {
    **{part: {*ORDER[:place], *EVERYWHERE} for place, part in enumerate(ORDER)},
    **{helper: set() for helper in HELPERS},
    "images": set(),
    "wiro": set(),
    "command_line": {"wiro"},
    "jobs": {"images", "models", "wiro", *EVERYWHERE},
    "log": {"log_context"},
    "checks": {"wiro"},
    "apps": {"checks"},
    "celery_monitoring": {"jobs", "background"},
    "tasks": {*ORDER, "celery_monitoring", "background"},
    "web": {*ORDER, *EVERYWHERE, "tasks", "samples", "wiro", "log"},
    "admin": {*ORDER, *EVERYWHERE, "tasks", "web"},
    "api": {*ORDER, *EVERYWHERE, "tasks", "web"},
    "tool_server": {*ORDER, *EVERYWHERE, "tasks", "web", "api"},
    "templatetags": {"models", "ordering", "web"},
    "management": {*ORDER, *HELPERS, "wiro", "tasks"},
}
# The sandbox stands in for Wiro; the client must not depend on it.
OUTSIDE_LIBRARIES = {
    "images": {"PIL", "numpy"},
    "wiro": {"requests", "urllib3", "werkzeug", "PIL"},
    "command_line": {"requests", "urllib3", "PIL"},
}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def module_of(path: Path) -> tuple[str, ...]:
    """edits.web.views.new_edit for edits/web/views/new_edit.py, and edits.web.views for its __init__.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports_of(path: Path) -> Iterator[tuple[str, ...]]:
    """Every module that a file imports, as a tuple of its parts; relative ones resolved."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path)[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (tuple(name.name.split(".")) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple((node.module or "").split(".")) if node.module else ()
            yield from ((*base, name.name) for name in node.names)


def part_of(path: Path) -> str:
    parts = module_of(path)
    return parts[1] if parts[0] == "edits" and len(parts) > 1 else ""


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_look_at() -> None:
    assert {*ORDER, "web", "admin", "api", "tool_server", "wiro", "tasks"} <= {part_of(path) for path in SOURCES}


def test_imports_run_one_way() -> None:
    for path in SOURCES:
        part = part_of(path)
        if part:
            wanted = {module[1] for module in imports_of(path) if module[0] == "edits" and len(module) > 1} - {part}
            assert wanted <= MAY_IMPORT[part], shown(path)
            assert "editor_site" not in {module[0] for module in imports_of(path)}, shown(path)


def test_the_tool_servers_sdk_is_loaded_only_when_it_is_used() -> None:
    for path in SOURCES:
        wanted = {module[0] for module in imports_of(path)} & {"mcp", "mcp_types"}
        assert not wanted or shown(path) == "edits/tool_server/protocol.py", shown(path)
        assert not [module for module in imports_of(path) if module[:3] == ("edits", "tool_server", "protocol")], shown(path)


def test_websockets_is_loaded_only_where_it_is_used_since_it_is_an_extra() -> None:
    users = {"edits/wiro/live/connection.py", "edits/wiro/sandbox/api/live_socket.py"}
    assert {shown(path) for path in SOURCES if "websockets" in {module[0] for module in imports_of(path)}} == users
    for path in SOURCES:
        assert not [module for module in imports_of(path) if module[1:4] == ("wiro", "live", "connection")], shown(path)


@pytest.mark.parametrize("part", OUTSIDE_LIBRARIES)
def test_the_libraries_of_ours_stay_free_of_django(part: str) -> None:
    found = {module[0] for path in SOURCES if part_of(path) == part for module in imports_of(path)}
    libraries = {"django", "celery", "PIL", "numpy", "requests", "urllib3", "werkzeug", "redis", "environ", "axes", "csp"}
    assert found & libraries <= OUTSIDE_LIBRARIES[part]


def test_the_client_does_not_lean_on_its_sandbox() -> None:
    for path in SOURCES:
        # These belong to the sandbox; they are outside so that they can be loaded even if the sandbox cannot be imported.
        is_outside = path.name in ("pytest_plugin.py", "sandbox_command.py")
        if part_of(path) == "wiro" and "sandbox" not in path.parts and not is_outside:
            assert not [module for module in imports_of(path) if "sandbox" in module], shown(path)


def test_decisions_neither_enqueue_nor_know_of_http() -> None:
    for path in SOURCES:
        if part_of(path) in ORDER:
            found = list(imports_of(path))
            assert not {module[0] for module in found} & {"celery", "kombu"}, shown(path)
            assert not [module for module in found if module[:2] in (("django", "http"), ("django", "shortcuts"))], shown(path)


def test_files_and_functions_are_short() -> None:
    scripts = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    for path in [*SOURCES, *scripts, *(ROOT / "static" / "js").rglob("*.js")]:
        assert path.read_text().count("\n") <= 300, shown(path)
    for path in SOURCES:
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (function.end_lineno or 0) - function.lineno < 35, f"{shown(path)}: {function.name}"


def test_nothing_is_imported_inside_a_function() -> None:
    for path in SOURCES:
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                inside = [node.lineno for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                assert not inside, f"{shown(path)} imports in line {inside}"


def calls_in(path: Path) -> Iterator[tuple[str, set[str | None], str]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, {keyword.arg for keyword in node.keywords}, ast.unparse(node)


def test_celery_only_carries_hints() -> None:
    for path in SOURCES:
        for name, keywords, text in calls_in(path):
            assert not keywords & {"eta", "countdown", "bind", "autoretry_for"}, f"{shown(path)}: {text}"
            assert name not in ("retry", "AsyncResult", "GroupResult", "chord"), f"{shown(path)}: {text}"


def test_no_step_sleeps() -> None:
    for path in SOURCES:
        if part_of(path) in ("tasks", "web", "api", "tool_server", *ORDER):
            assert not [text for name, _, text in calls_in(path) if name == "sleep"], shown(path)


def test_there_is_no_result_backend(settings: Settings) -> None:
    assert settings.CELERY_RESULT_BACKEND is None
    assert settings.CELERY_TASK_IGNORE_RESULT is True
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]


def test_only_jobs_move_an_edit() -> None:
    for path in SOURCES:
        if part_of(path) not in ("", "models", "jobs", "wiro", "management"):
            for name, keywords, text in calls_in(path):
                assert name not in ("move", "postpone", "mark_failed", "settle"), f"{shown(path)}: {text}"
                assert "objects.claim(" not in text, f"{shown(path)}: {text}"
                assert not (name == "update" and "state" in keywords), f"{shown(path)}: {text}"


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("makemigrations", check=True, dry_run=True)
    assert "No changes detected" in capsys.readouterr().out


# What Wiro calls things in its answers: fields, statuses, callback bodies.
WIRO_WORDS = re.compile(
    r"\b(?:pexit|debugerror|tasklist|totalcost|elapsedseconds|socketaccesstoken|tasktoken"
    r"|task_(?:queue|accept|assign|start|output|end|cancel|error|preprocess|postprocess)\w*)\b"
)


def test_the_words_of_wiros_answers_are_the_clients_alone() -> None:
    for path in SOURCES:
        if part_of(path) != "wiro":
            assert not WIRO_WORDS.findall(path.read_text()), shown(path)


def test_nothing_asks_whether_it_talks_to_the_sandbox() -> None:
    for path in SOURCES:
        if part_of(path) and part_of(path) not in ("wiro", "management"):
            tests = [node.test for node in ast.walk(tree_of(path)) if isinstance(node, ast.If | ast.IfExp)]
            assert not [ast.unparse(test) for test in tests if "sandbox" in ast.unparse(test).lower()], shown(path)


# Test files about more than one module: what many do at once, what crosses components, what is said to operators.
CROSS_CUTTING = {
    "wiro.test_package",
    "test_access",
    "test_api_access",
    "test_body_deadline",
    "test_compose",
    "test_csrf",
    "test_docs",
    "test_file_names",
    "test_fixtures",
    "test_languages",
    "test_layout",
    "test_proxies",
    "test_security_headers",
    "test_share_link_migration",
    "test_signup_migration",
    "test_styles",
    "accounts.test_deletion_at_wiro",
    "accounts.test_deletion_of_ways_in",
    "containers.test_document",
    "gallery.test_moderation_in_parallel",
    "images.test_hostile_files",
    "jobs.test_before_run",
    "jobs.test_in_parallel",
    "jobs.test_late_answers",
    "jobs.test_paid_results",
    "jobs.test_state_machine",
    "web.test_redirects",
    "wiro.sandbox.test_command",
}
# Suites about the whole program: the site, its processes, a browser, an earlier version, simulated time, deliberate mistakes.
SUITES = {"browser", "faults", "mutations", "run", "simulation", "upgrade"}


def unit_tests() -> Iterator[str]:
    """Each test file outside of the suites as a dotted name, such as jobs.test_fetch."""
    tests = Path(__file__).resolve().parent
    for path in tests.rglob("test_*.py"):
        place = path.relative_to(tests).with_suffix("").parts
        if place[0] not in SUITES:
            yield ".".join(place)


def test_each_test_file_is_named_after_the_module_that_it_tests() -> None:
    modules = {".".join(module_of(path)[1:]) for path in SOURCES}
    assert {name for name in unit_tests() if name.replace("test_", "") not in modules} <= CROSS_CUTTING


def test_each_exception_from_that_is_a_file() -> None:
    assert set(unit_tests()) >= CROSS_CUTTING
