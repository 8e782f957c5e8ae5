"""A Wiro that is done at once: every Run has succeeded by its first poll, with the same picture. For bench/workers.py,
and for bench/arrival.py, which names the file in INSTANT_WIRO_PICTURE."""

import io
import json
import os
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image

ORIGIN = os.environ.get("INSTANT_WIRO_ORIGIN", "")
NAMED = os.environ.get("INSTANT_WIRO_PICTURE")
_file = io.BytesIO()
# About the size of what SeedEdit returns.
Image.effect_noise((1024, 768), 40).convert("RGB").save(_file, "JPEG", quality=80)
PICTURE = _file.getvalue()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path, length = environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length)
    if path.startswith("/outputs/"):
        return _sent(start_response, Path(NAMED).read_bytes() if NAMED else PICTURE, "image/jpeg")
    return _sent(start_response, json.dumps({"errors": [], "result": True} | _answer(path, body)).encode(), "application/json")


def _answer(path: str, body: bytes) -> dict[str, Any]:
    if path.endswith("File/Upload"):
        return {"list": [{"url": f"{ORIGIN}/files/{uuid.uuid4().hex}.jpg"}]}
    if "/Run/" in path:
        return {"taskid": str(uuid.uuid4().int % 10**12), "socketaccesstoken": uuid.uuid4().hex}
    if path.endswith("Task/Detail"):
        return {"total": "1", "tasklist": [_task(str(json.loads(body or b"{}").get("taskid", "")))]}
    return {"tasklist": []}


def _task(task_id: str) -> dict[str, Any]:
    url = f"{ORIGIN}/outputs/{task_id}.jpg"
    output = {"name": f"{task_id}.jpg", "contenttype": "image/jpeg", "size": str(len(PICTURE)), "url": url}
    ended = {"status": "task_postprocess_end", "pexit": "0", "totalcost": "0.03", "outputs": [output]}
    return {"id": task_id, "parameters": {}, **ended}


def _sent(start_response: Callable[..., Any], content: bytes, content_type: str) -> list[bytes]:
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(content)))])
    return [content]
