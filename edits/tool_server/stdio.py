"""A program beside an assistant that uses the protocol over standard input and output, and passes each message on to a site.

`python -m edits.tool_server.stdio`, with the site's address in REWORD_SITE and a personal token in REWORD_TOKEN. It needs neither
Django nor the protocol's SDK: a line is a message, and what the site answers is a line.
"""

import json
import os
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TextIO

import requests

# A tool may wait for half a minute, and meanwhile the assistant may want something else.
AT_ONCE = 4
# Seconds for a connection, and for an answer.
TIMEOUT = (10, 90)
# Any of the codes that JSON-RPC leaves to servers.
NOT_REACHED = -32000
_META = "io.modelcontextprotocol/protocolVersion"


@dataclass
class Proxy:
    """`version` is the one that the client and the site have agreed upon; the newest clients name theirs in each message."""

    site: str
    token: str
    out: TextIO
    version: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, lines: Iterable[str]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for line in filter(str.strip, lines):
                message = _decoded(line)
                # All later messages depend on the version that this one negotiates.
                if message.get("method") == "initialize":
                    self.hand_over(line, message)
                else:
                    pool.submit(self.hand_over, line, message)

    def hand_over(self, line: str, message: dict[str, Any]) -> None:
        try:
            answer = requests.post(
                f"{self.site}/mcp", line.encode(), headers=self._headers(message), timeout=TIMEOUT, allow_redirects=False
            )
            said = answer.text if _is_message(answer) else self._failed(message, _reason(answer))
        except requests.RequestException as error:
            said = self._failed(message, f"{self.site} can’t be reached ({type(error).__name__}).")
        if message.get("method") == "initialize":
            self.version = _part(_decoded(said), "result").get("protocolVersion", "")
        if said:
            self._say(said)

    def _headers(self, message: dict[str, Any]) -> dict[str, str]:
        params = _part(message, "params")
        named = {
            "MCP-Protocol-Version": _part(params, "_meta").get(_META) or self.version,
            "Mcp-Method": message.get("method"),
            "Mcp-Name": params.get("name"),
        }
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {name: value for name, value in named.items() if isinstance(value, str) and value and value.isascii()}
        return headers | {"Accept": "application/json, text/event-stream"}

    def _failed(self, message: dict[str, Any], reason: str) -> str:
        """Empty for a message that expects no answer."""
        error = {"code": NOT_REACHED, "message": reason}
        return json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}) if "id" in message else ""

    def _say(self, text: str) -> None:
        with self._lock:
            print(" ".join(text.splitlines()), file=self.out, flush=True)


def _decoded(text: str) -> dict[str, Any]:
    """Empty for an invalid message: the site says what is wrong with it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}


def _is_message(answer: requests.Response) -> bool:
    """False for a refusal before the protocol begins, such as an invalid token's, or a proxy's error page."""
    return answer.status_code == 202 or "jsonrpc" in _decoded(answer.text)


def _reason(answer: requests.Response) -> str:
    detail = _decoded(answer.text).get("detail") or "This is not the URL of a Reword site."
    return f"{detail} (HTTP {answer.status_code})"


HELP = """\
reword mcp: the tools of a Reword site for an assistant that starts programs, over standard input and output.

It takes no options. Set REWORD_SITE to the URL of the site, and REWORD_TOKEN to a personal token.
"""


def main(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> None:
    if arguments:
        print(HELP, end="", file=sys.stderr)
        sys.exit(0 if set(arguments) <= {"-h", "--help"} else 2)
    site, token = environ.get("REWORD_SITE", "").rstrip("/"), environ.get("REWORD_TOKEN", "")
    if not (site and token):
        sys.exit("Set REWORD_SITE to the URL of the site, and REWORD_TOKEN to a personal token.")
    if not site.startswith(("https://", "http://")):
        sys.exit("REWORD_SITE must look like https://photos.example.org.")
    Proxy(site, token, sys.stdout).run(sys.stdin)


if __name__ == "__main__":
    main(os.environ)
