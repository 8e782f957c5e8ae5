"""A task as Wiro reports it: numbers as text, times as unix seconds in text, "0" for not yet (source: seed reference)."""

import json
import time
from decimal import Decimal
from typing import Any

from ..tasks.storage import StoredFile
from ..tasks.task_book import CANCELED, ENDED, ERROR, WiroTask

MOMENTS = {
    "createtime": "task_queue",
    "canceltime": CANCELED,
    "accepttime": "task_accept",
    "assigntime": "task_assign",
    "preprocessstarttime": "task_preprocess_start",
    "preprocessendtime": "task_preprocess_end",
    "starttime": "task_start",
    "endtime": "task_end",
    "postprocessstarttime": "task_postprocess_start",
    "postprocessendtime": ENDED,
}


# The same for every task of this project.
FIXED: dict[str, Any] = {
    "name": "",
    "debugoutput": "",
    "guestid": None,
    "projectid": "699",
    "modelid": "598",
    "description": "",
    "basemodelid": "0",
    "runtype": "model",
    "modelfolderid": "",
    "modelfileid": "",
    "marketplaceid": None,
}


def categories_of(slug: str) -> list[str]:
    return ["tool", "partner", slug.partition("/")[0], "use-agent", "image-to-image", "compare-landscape"]


def task_answer(task: WiroTask) -> dict[str, Any]:
    """One entry of `tasklist`. A killed task has `pexit` "0" as in the seed reference: that alone is no success."""
    with task.lock:
        show = task.status == ENDED and time.time() >= task.results_from
        results = task.results if show else []
        elapsed, slug = _elapsed(task), task.inputs.model.slug
        answer: dict[str, Any] = {
            **FIXED,
            "modelslugowner": slug.partition("/")[0],
            "modelslugproject": slug.partition("/")[2],
            "categories": json.dumps(categories_of(slug), separators=(",", ":")),
            "id": task.id,
            "uuid": task.uuid,
            "socketaccesstoken": task.token,
            "parameters": task.parameters,
            "debugerror": task.debugerror if task.ended else "",
            "elapsedseconds": f"{elapsed:.4f}",
            "status": task.status,
            "callbackurl": task.callback_url,
            "outputs": [_output_answer(task, result) for result in results],
            "size": str(sum(result.size for result in results)),
        }
        answer.update({name: str(int(task.moment_of(status))) for name, status in MOMENTS.items()})
        if task.status == ERROR and task.ended and task.pexit:
            answer["endtime"] = str(int(task.moment_of(ERROR)))
        if task.ended and task.pexit:
            answer.update(pexit=task.pexit, totalcost=_money(task.cost), cps=_money(task.cost / max(1, round(elapsed))))
        return answer


def _elapsed(task: WiroTask) -> float:
    start, end = task.moment_of("task_start"), task.moment_of("task_end")
    return end - start if start and end else 0.0


def _money(amount: Decimal) -> str:
    return f"{amount:.12f}" if amount else "0"


def _output_answer(task: WiroTask, result: StoredFile) -> dict[str, Any]:
    added = str(int(result.added_at))
    return {
        "id": result.id,
        "name": result.name,
        "contenttype": result.content_type,
        "parentid": task.uuid.replace("-", ""),
        "uuid": task.uuid,
        "size": str(result.size),
        "addedtime": added,
        "modifiedtime": added,
        "accesskey": result.access_key,
        "foldercount": "0",
        "filecount": "0",
        "ispublic": 0,
        "expiretime": None,
        "url": f"{task.origin}/outputs/{result.key}/{result.name}",
    }
