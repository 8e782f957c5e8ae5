"""A client for Wiro's API (https://wiro.ai), on top of `requests`; it knows nothing about the application around it.

::

    with WiroClient.from_environment() as client:
        inputs = {"inputImageUrl": client.upload("photo.jpg"), "prompt": "Make it snow"}
        task = client.run_and_wait("ByteDance/image-to-image-seededit-v3", inputs)
        if task.is_successful:
            client.download(task.picture.url, "snow.jpg")

Modules: `client` (the API calls), `task`, `tool` and `status` (the objects they return), `callback` (what a callback says),
`exceptions` (what can go wrong), `values` (validation of single values), `answer` (did Wiro say yes or no), `refusal` (why a
model made no result), `results` (what an answer means for its call), `auth` (signing), `download` (outputs), `waiting` (until a
task has ended), `live` (what Wiro's socket reports meanwhile), `files` and `arguments` (what calls take), `addresses` (of
Wiro), `wire` (connections and deadlines); `catalog` declares the models that we know, `sandbox` is a local stand-in for Wiro.
"""

from .addresses import BASE_URL, SOCKET_URL
from .arguments import MAX_LIST
from .callback import MAX_CALLBACK_BODY, CallbackHint, parse_callback
from .client import MAX_DOWNLOAD_BYTES, WiroClient
from .exceptions import (
    WiroAPIError,
    WiroAuthenticationError,
    WiroConcurrencyLimitError,
    WiroConnectionError,
    WiroDownloadError,
    WiroError,
    WiroInsufficientBalanceError,
    WiroNotFoundError,
    WiroRateLimitError,
    WiroResponseError,
    WiroServerError,
    WiroTimeoutError,
    WiroUnsupportedCallError,
    WiroValidationError,
    api_error,
)
from .refusal import Refusal, refusal_in
from .status import (
    CANCELED,
    ENDED_STATUSES,
    LOG_STATUSES,
    POSTPROCESS_END,
    QUEUED,
    STATUS_ORDER,
    WiroLiveProgress,
    WiroProgress,
    WiroStage,
    progress_of,
    stage_of,
)
from .task import WiroOutput, WiroRun, WiroTask, WiroTaskList
from .tool import WiroTool, WiroToolGroup, WiroToolInput, WiroToolOption, WiroToolPrice
from .values import MAX_MESSAGE, MAX_NAME, MAX_RETRY_AFTER, MAX_STATUS, MAX_TASK_ID, MAX_TOKEN, MAX_URL

__version__ = "0.1.0"

__all__ = [
    "BASE_URL",
    "CANCELED",
    "ENDED_STATUSES",
    "LOG_STATUSES",
    "MAX_CALLBACK_BODY",
    "MAX_DOWNLOAD_BYTES",
    "MAX_LIST",
    "MAX_MESSAGE",
    "MAX_NAME",
    "MAX_RETRY_AFTER",
    "MAX_STATUS",
    "MAX_TASK_ID",
    "MAX_TOKEN",
    "MAX_URL",
    "POSTPROCESS_END",
    "QUEUED",
    "SOCKET_URL",
    "STATUS_ORDER",
    "CallbackHint",
    "Refusal",
    "WiroAPIError",
    "WiroAuthenticationError",
    "WiroClient",
    "WiroConcurrencyLimitError",
    "WiroConnectionError",
    "WiroDownloadError",
    "WiroError",
    "WiroInsufficientBalanceError",
    "WiroLiveProgress",
    "WiroNotFoundError",
    "WiroOutput",
    "WiroProgress",
    "WiroRateLimitError",
    "WiroResponseError",
    "WiroRun",
    "WiroServerError",
    "WiroStage",
    "WiroTask",
    "WiroTaskList",
    "WiroTimeoutError",
    "WiroTool",
    "WiroToolGroup",
    "WiroToolInput",
    "WiroToolOption",
    "WiroToolPrice",
    "WiroUnsupportedCallError",
    "WiroValidationError",
    "api_error",
    "parse_callback",
    "progress_of",
    "refusal_in",
    "stage_of",
]
