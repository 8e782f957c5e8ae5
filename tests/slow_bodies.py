"""A WSGI program that answers with how many bytes of the body it got, behind deadlines that a test can wait for."""

import time
from typing import Any

from editor_site.body_deadline import BodyDeadline, Limits


def _count(environ: Any, start_response: Any) -> Any:
    size = 0
    while piece := environ["wsgi.input"].read(1000):
        size += len(piece)
    # Longer than a body may stall: time spent after the body is not the visitor's fault.
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(size).encode()]


application = BodyDeadline(_count, Limits(stall=2, total=5, rate=100, grace=2, look=0.2))
