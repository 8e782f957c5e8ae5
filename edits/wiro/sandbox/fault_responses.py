"""The HTTP responses that faults cause."""

import gzip
import io
import json
import time
import zlib
from collections.abc import Iterator
from functools import lru_cache
from threading import Event
from typing import Any

from PIL import Image
from werkzeug.wrappers import Response

from .api.connection import HangUp
from .api.refusals import Refusal
from .faults import Fault

PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1><p>The page a proxy shows when it has no better answer.</p>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
BOMB_SIDE = 20_000
DRIPS = 20
CHUNK = 64 * 1024
SHORT_CIRCUITS = frozenset({"error", "http", "html", "silence", "reset", "idless"})
ENDED_FIELDS = ("pexit", "totalcost", "cps")
ENDED_TIMES = ("canceltime", "endtime", "postprocessstarttime", "postprocessendtime")


def json_response(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=utf-8")


def refusal_response(refusal: Refusal) -> Response:
    return json_response({"result": False, "errors": [{"code": refusal.code, "message": refusal.message}]}, refusal.status)


def short_circuit(fault: Fault, stopped: Event) -> Response:
    """The response that replaces the true one; raises `HangUp` where there is none."""
    match fault.kind:
        case "error":
            usual = 401 if fault.code in (98, 99) else 200
            return _with_headers(fault, refusal_response(Refusal(fault.code, fault.message, fault.status or usual)))
        case "http":
            return _with_headers(fault, page_response(fault.status or 500))
        case "html":
            return page_response(200)
        case "idless":
            return json_response({"errors": [], "result": True})
        case "silence":
            stopped.wait(fault.seconds)
            raise HangUp
        case _:
            raise HangUp(reset=True)


def corrupted(fault: Fault, response: Response, stopped: Event) -> Response:
    """The true response, changed as the fault says."""
    if fault.kind == "slow":
        stopped.wait(fault.seconds)
    elif fault.kind == "drip":
        return _replaced(response, _drip(response.get_data(), fault.seconds, stopped), len(response.get_data()))
    elif response.is_json:
        return json_response(_corrupted_body(fault, json.loads(response.get_data())), response.status_code)
    return response


def corrupted_download(fault: Fault, picture: bytes, content_type: str) -> Response:
    """A result or an upload, changed as the fault says."""
    match fault.kind:
        case "oversize" | "endless":
            length = fault.size if fault.kind == "oversize" else None
            return _replaced(Response(content_type=content_type), _filled(picture, fault.size), length)
        case "gzip":
            return Response(gzip.compress(picture), content_type=content_type, headers={"Content-Encoding": "gzip"})
        case "short":
            return _replaced(Response(content_type=content_type), iter([picture[: len(picture) // 2]]), len(picture))
        case "svg":
            return Response(SVG, content_type="image/svg+xml")
        case "truncated":
            return Response(picture[: len(picture) // 2], content_type=content_type)
        case "tiny":
            return Response(_tiny_png(), content_type="image/png")
        case _:
            return Response(_bomb_png(), content_type="image/png")


def page_response(status: int) -> Response:
    """An HTML page with this HTTP status."""
    response = Response(status=status, content_type="text/html; charset=utf-8")
    response.set_data(PAGE.format(response.status))
    return response


def _with_headers(fault: Fault, response: Response) -> Response:
    if fault.location:
        response.headers["Location"] = fault.location
    if fault.retry_after:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _corrupted_body(fault: Fault, body: dict[str, Any]) -> dict[str, Any]:
    tasks: list[dict[str, Any]] = body.get("tasklist", [])
    if fault.kind == "data_envelope":
        inside = {name: value for name, value in body.items() if name not in ("result", "errors")}
        return {"result": body["result"], "errors": body["errors"], "data": inside}
    if fault.kind == "integer_ids":
        for holder, name in [(body, "taskid"), *((task, "id") for task in tasks)]:
            if name in holder:
                holder[name] = int(holder[name])
    if fault.kind in ("lag", "hide"):
        body["tasklist"] = shown = [task for task in tasks if not _is_left_out(fault, task)]
        body["total"] = str(int(body["total"]) - len(tasks) + len(shown))
    if fault.kind == "short_pages":
        del tasks[fault.times :]
    for task in tasks:
        _corrupt_task(fault, task)
    if fault.kind == "null_entry":
        body["tasklist"] = [None, *tasks[1:]] if tasks else []
    if fault.kind == "no_token":
        body.pop("socketaccesstoken", None)
    tools: list[dict[str, Any]] = body.get("tool", [])
    if fault.kind == "gone":
        tools.clear()
    for tool in tools:
        _corrupt_tool(fault, tool)
    return body


def _is_left_out(fault: Fault, task: dict[str, Any]) -> bool:
    if fault.kind == "lag":
        return int(task["createtime"]) > time.time() - fault.seconds
    return fault.value in str(task["parameters"].get("prompt", ""))


def _corrupt_task(fault: Fault, task: dict[str, Any]) -> None:
    if fault.kind == "text_parameters":
        task["parameters"] = json.dumps(task["parameters"])
    elif fault.kind == "no_parameters":
        task["parameters"] = {}
    elif fault.kind == "no_callback_url":
        task["callbackurl"] = ""
    elif fault.kind == "no_token":
        task.pop("socketaccesstoken", None)
    elif fault.kind == "no_pexit":
        task.pop("pexit", None)
    elif fault.kind == "status":
        for name in ENDED_FIELDS:
            task.pop(name, None)
        task.update(dict.fromkeys(ENDED_TIMES, "0"))
        task.update(status=fault.value, outputs=[], debugerror="", size="0")


def _corrupt_tool(fault: Fault, tool: dict[str, Any]) -> None:
    if fault.kind == "null_parameters":
        tool["parameters"] = None
    elif fault.kind == "unknown_type" and tool["parameters"]:
        tool["parameters"][0]["items"].append({"id": "brush", "type": "brushstrokes", "label": "Brush", "default": None})


def _replaced(response: Response, body: Iterator[bytes], length: int | None) -> Response:
    """`response` with another body; without `length`, no Content-Length is announced."""
    replaced = Response(body, response.status_code, content_type=response.content_type, direct_passthrough=True)
    if length is not None:
        replaced.headers["Content-Length"] = str(length)
    return replaced


def _drip(body: bytes, seconds: float, stopped: Event) -> Iterator[bytes]:
    size = max(1, -(-len(body) // DRIPS))
    for start in range(0, len(body), size):
        stopped.wait(seconds / DRIPS)
        yield body[start : start + size]


def _filled(picture: bytes, size: int) -> Iterator[bytes]:
    yield picture[:size]
    left = size - len(picture)
    while left > 0:
        yield bytes(min(left, CHUNK))
        left -= CHUNK


def _tiny_png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (1, 1), "white").save(target, "PNG")
    return target.getvalue()


@lru_cache
def _bomb_png() -> bytes:
    """A valid picture of 400 million white pixels, written by hand so that making it costs no memory."""
    row = b"\x00" + b"\xff" * (BOMB_SIDE // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(BOMB_SIDE)) + packer.flush()
    header = BOMB_SIDE.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return PNG_SIGNATURE + _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", packed) + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
