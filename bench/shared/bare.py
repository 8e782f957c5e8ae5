"""The floor of polling: bare threads that ask Wiro on kept-alive connections, and keep nothing."""

import os
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from bench.shared.stub_wiro import RUNNING


def session(threads: int) -> requests.Session:
    """With a connection for each of these threads."""
    made = requests.Session()
    made.mount("http://", HTTPAdapter(pool_maxsize=threads))
    made.headers["x-api-key"] = os.environ["WIRO_API_KEY"]
    return made


def ask(asking: requests.Session, task_id: str) -> str:
    """The status of a task, as Wiro tells it."""
    answer = asking.post(f"{os.environ['WIRO_BASE_URL']}/Task/Detail", json={"taskid": task_id}, timeout=20)
    return str(answer.json()["tasklist"][0]["status"])


def asked_within(seconds: float, threads: int) -> int:
    """How many answers so many threads get, one question after the other."""
    asking, ends_at = session(threads), time.monotonic() + seconds

    def work(_: int) -> int:
        count = 0
        while time.monotonic() < ends_at:
            ask(asking, str(count))
            count += 1
        return count

    with asking, ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(work, range(threads)))


def ask_when_due(due: Mapping[str, float], threads: int, until: float, *, stays: bool) -> None:
    """Ask about each task (its id → the moment at which it is due) as soon as a thread is free.

    With `stays`, a thread that has begun with a task stays with it until that has ended, as in a program that waits in its call.
    """
    waiting = deque(sorted(due.items(), key=lambda item: item[1]))
    asking = session(threads)

    def work(_: int) -> None:
        while waiting and time.time() < until:
            try:
                task_id, moment = waiting.popleft()
            except IndexError:
                return
            time.sleep(max(min(moment, until) - time.time(), 0))
            while ask(asking, task_id) == RUNNING and stays and time.time() < until:
                time.sleep(1)

    with asking, ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
