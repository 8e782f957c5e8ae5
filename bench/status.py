"""How many status requests one thread answers: `python -m bench.status [sqlite|postgresql]`.

The floor is a view that reads session, user and one row, with the same middleware. Requests go through the WSGI application in
this process, in turns, signed in, for one running edit and for a hundred. Medians and quartiles of rounds are printed.
"""

import os
import statistics
import sys
import tempfile
import time
from typing import Any
from wsgiref.types import WSGIApplication

from bench.shared.site import environment, fill, set_up

ROUNDS, SECONDS, MANY = 9, 1.0, 100
GOAL, GOAL_OF_MANY = 0.7, 300


def main(database: str = "sqlite") -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= environment(folder, 9, database) | {"ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off", "LOG_LEVEL": "ERROR"}
        set_up()
        from django.conf import settings  # noqa: PLC0415 - only after the environment is set

        settings.ROOT_URLCONF = "bench.shared.status_urls"
        fill(20_000)
        _measure(database)


def _measure(database: str) -> None:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    from edits.models import Edit  # noqa: PLC0415

    application = get_wsgi_application()
    owner = Edit.objects.all()[0].owner
    ids = [str(pk) for pk in Edit.objects.filter(owner=owner).values_list("pk", flat=True)[:MANY]]
    # Asked a moment ago, and again soon: nothing is to be brought forward.
    Edit.objects.filter(owner=owner).update(due_at=None)
    paths = {"floor": (f"/floor/{ids[0]}/", ""), "one": (f"/edits/{ids[0]}/status/", "")}
    paths["hundred"] = ("/edits/statuses/", "&".join(f"id={edit_id}" for edit_id in ids))
    cookie = _cookie(owner)
    found: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(ROUNDS + 1):
        for name, (path, query) in paths.items():
            rate = _rate(application, path, query, cookie)
            if number:
                found[name].append(rate)
    for name, rates in found.items():
        low, middle, high = statistics.quantiles(rates, n=4)
        print(f"{database}: {name} {middle:.0f} a second ({low:.0f}–{high:.0f})")
    ratio = statistics.median(found["one"]) / statistics.median(found["floor"])
    print(f"{database}: one is {ratio:.2f} of the floor (≥ {GOAL}); a hundred ids ≥ {GOAL_OF_MANY} a second")


def _cookie(owner: Any) -> str:
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _rate(application: WSGIApplication, path: str, query: str, cookie: str) -> float:
    from django.test import RequestFactory  # noqa: PLC0415

    asked, began = 0, time.perf_counter()
    while time.perf_counter() < began + SECONDS:
        environ = RequestFactory(headers={"host": "127.0.0.1", "cookie": cookie}).get(path, query_params=None).environ
        environ["QUERY_STRING"] = query
        answer: Any = application(environ, lambda status, headers, exc_info=None: _check(status))
        b"".join(answer)
        answer.close()
        asked += 1
    return asked / (time.perf_counter() - began)


def _check(status: str) -> Any:
    assert status.startswith("200"), status  # noqa: S101 - a refusal would be quick


if __name__ == "__main__":
    main(*sys.argv[1:])
