"""nginx and Caddy as docs/proxy/ configures them, in front of a server on this machine, with names and paths of this test."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "proxy"
HOST = "photos.example.org"
# Debian's packages; the smallest of nginx.
PACKAGES = {"nginx": "nginx-light", "caddy": "caddy"}


def program(name: str) -> str:
    """The path of this proxy; Debian's package is installed if possible, otherwise the test is skipped."""
    if not _found(name) and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGES[name]]):
            subprocess.run(["apt-get", "--quiet=2", *command], env=quiet, capture_output=True, check=False)
    found = _found(name)
    if not found:
        pytest.skip(f"{name} is not installed and can't be; on Debian: apt-get install {PACKAGES[name]}")
    return found


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


@dataclass
class Proxy:
    """One that runs. `folder` is where it writes."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def logged(self) -> str:
        return "".join(path.read_text() for path in [self.folder / "output", *self.folder.glob("log/*.log")])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def start(name: str, folder: Path, port: int, plain_port: int, upstream: str) -> Proxy:
    """The documented configuration with this machine's ports, certificate and folders, and nothing else changed."""
    executable = program(name)
    certificate = trustme.CA().issue_cert(HOST)
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(folder / "cert.pem", append=number > 0)
    (folder / "log").mkdir()
    command = (_nginx if name == "nginx" else _caddy)(executable, folder, port, plain_port, upstream)
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
    proxy = Proxy(port, folder, process)
    _wait_until_up(proxy)
    return proxy


def _nginx(executable: str, folder: Path, port: int, plain_port: int, upstream: str) -> list[str]:
    changes = {
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/ssl/reword/fullchain.pem": f"{folder}/cert.pem",
        "/etc/ssl/reword/privkey.pem": f"{folder}/key.pem",
        "/var/log/nginx/": f"{folder}/log/",
        "server 127.0.0.1:8000;": f"server {upstream};",
    }
    (folder / "reword.conf").write_text(_changed(DOCS / "nginx.conf", changes))
    kept = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # What Debian's nginx.conf has around the files of conf.d; as root the workers, too, must read this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    main = f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/log/main.log; events {{}}"
    (folder / "main.conf").write_text(f"{main} http {{ {kept} include reword.conf; }}")
    return [executable, "-p", str(folder), "-c", str(folder / "main.conf")]


def _caddy(executable: str, folder: Path, port: int, plain_port: int, upstream: str) -> list[str]:
    changes = {
        "{\n\tservers {": f"{{\n\tadmin off\n\tauto_https off\n\thttp_port {plain_port}\n\thttps_port {port}\n\tservers {{",
        f"\n{{$SITE_ADDRESS:{HOST}}} {{": f"\n{HOST} {{\n\tbind 127.0.0.1\n\ttls {folder}/cert.pem {folder}/key.pem\n",
        "/var/log/caddy/": f"{folder}/log/",
        "{$UPSTREAM_HOST:127.0.0.1} {$UPSTREAM_PORT:8000}": upstream.replace(":", " "),
        # As long as a test waits for an answer.
        "lb_try_duration 20s": "lb_try_duration 1s",
    }
    (folder / "Caddyfile").write_text(_changed(DOCS / "Caddyfile", changes))
    return [executable, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _changed(path: Path, changes: Mapping[str, str]) -> str:
    text = path.read_text()
    for old, new in changes.items():
        assert old in text, f"{path.name} has no {old!r}"
        text = text.replace(old, new)
    return text


def _wait_until_up(proxy: Proxy) -> None:
    ends_at = time.monotonic() + 20
    while time.monotonic() < ends_at and proxy.process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", proxy.port), 1):
            return
        time.sleep(0.05)
    proxy.process.kill()
    raise AssertionError(proxy.logged())
