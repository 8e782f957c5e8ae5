"""A Wiro that answers every Task/Detail with "still running", as fast as a web server can, for bench/polls.py, bench/lag.py and
bench/celery_steps.py. In the file named by STUB_WIRO_HEARD it notes which task was asked about, and when."""

import json
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

RUNNING = "task_output"
HEARD = os.environ.get("STUB_WIRO_HEARD")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or b"{}")
    if HEARD:
        with open(HEARD, "a") as heard:
            heard.write(f"{body.get('taskid')} {time.time()}\n")
    task = {"id": body.get("taskid", ""), "status": RUNNING, "parameters": {}, "outputs": []}
    answer = json.dumps({"total": "1", "errors": [], "tasklist": [task], "result": True}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
