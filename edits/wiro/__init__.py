"""A client for Wiro's API (https://wiro.ai), on top of `requests`; it knows nothing of the application around it.

::

    client = WiroClient(api_key, api_secret)
    run = client.run("ByteDance/image-to-image-seededit-v3", {"inputImageUrl": url, "prompt": "Make it snow"})
    task = client.task_detail(task_id=run.task_id)      # again, until task.is_ended
    if task.is_successful:
        client.download(task.outputs[0].url, file, max_bytes=50_000_000)
"""

from .client import BASE_URL, WiroClient
from .exceptions import WiroAPIError, WiroConnectionError, WiroDownloadError, WiroError, WiroResponseError
from .task import CANCELED, ENDED_STATUSES, LOG_STATUSES, POSTPROCESS_END, QUEUED, STAGES, WiroOutput, WiroRun, WiroTask

__all__ = [
    "BASE_URL",
    "CANCELED",
    "ENDED_STATUSES",
    "LOG_STATUSES",
    "POSTPROCESS_END",
    "QUEUED",
    "STAGES",
    "WiroAPIError",
    "WiroClient",
    "WiroConnectionError",
    "WiroDownloadError",
    "WiroError",
    "WiroOutput",
    "WiroResponseError",
    "WiroRun",
    "WiroTask",
]
