"""Finding the task of a Run whose answer was lost, in Wiro's task list."""

from datetime import UTC, datetime, timedelta

from ..wiro import WiroClient, WiroError, WiroTask
from ..wiro.catalog import ModelDeclaration
from .journal import Entry
from .patience import Patience

# Seconds before each look: a task may be listed late. The first comes at once.
LOOKS = (0.0, 1.0, 2.0, 4.0)
# The most pages of the list that are read, and how far back before the Run, since the clocks need not agree.
PAGES = 20
BEFORE = timedelta(hours=1)


def now() -> str:
    return datetime.now(UTC).isoformat()


def find(client: WiroClient, model: ModelDeclaration, prompt: str, entry: Entry, patience: Patience) -> WiroTask | None:
    """None proves nothing. Raises Stopped, OutOfTime."""
    since = datetime.fromisoformat(str(entry.facts["at"])) - BEFORE
    for pause in LOOKS:
        patience.pause(pause)
        try:
            found = next((task for task in _tasks(client, model, since) if _is_its(task, model, prompt, entry)), None)
        except WiroError:
            continue
        if found:
            return found
    return None


def _tasks(client: WiroClient, model: ModelDeclaration, since: datetime) -> list[WiroTask]:
    tasks: list[WiroTask] = []
    received = 0
    for _ in range(PAGES):
        page = client.task_list(model.slug, start=received)
        tasks += page
        received += page.received
        if not page.received or any(task.created_at and task.created_at < since for task in page):
            break
    return tasks


def _is_its(task: WiroTask, model: ModelDeclaration, prompt: str, entry: Entry) -> bool:
    """Compared by the photo's URL, which no other Run has; if Wiro does not show that, by the seed that was drawn for this
    Run."""
    source = task.parameters.get(model.picture.name)
    if source:
        return bool(task.id) and source == entry.facts["source"]
    seed = task.parameters.get(model.seed.name) if model.seed else None
    words = task.parameters.get(model.words)
    drawn = entry.facts["seed"]
    return bool(task.id) and drawn is not None and str(seed) == str(drawn) and words == prompt
