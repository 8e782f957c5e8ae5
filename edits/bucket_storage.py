"""Pictures in a bucket of S3, or of a server that speaks its protocol, where several machines reach them.

Whatever goes wrong is an OSError, as with a disk: the engine then waits instead of failing an edit.
"""

import base64
import errno
import hashlib
import io
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.utils.http import content_disposition_header
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# Seconds. One attempt and one retry, so that a form fails within half a minute if the bucket does not respond.
CONNECT_TIMEOUT, READ_TIMEOUT, ATTEMPTS = 3, 10, 2
# Each worker thread may hold one; a web process needs fewer.
CONNECTIONS = 50
CONTENT_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
# Error codes for a full bucket; servers do not agree on one.
FULL = {"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage", "507"}
FORBIDDEN = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "401", "403"}
MISSING = {"NoSuchKey", "NotFound", "404"}


class BucketStorage(S3Storage):
    """`signed_for` names who gets signed URLs of the bucket itself: "wiro", "browsers"."""

    # Seconds for which a successful test write counts: each is a request that is paid for.
    healthy_for = 15.0

    def __init__(self, *, signed_for: Collection[str] = (), path_style: bool = False, **options: Any) -> None:
        self.signed_for = signed_for
        self._connecting = threading.Lock()
        self._shared: Any = None
        config = Config(
            s3={"addressing_style": "path" if path_style else "auto"},
            signature_version="s3v4",
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
            # Not every server knows the checksums that newer clients add. Content-MD5, which all know, is sent below.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, **options)

    @property
    def connection(self) -> Any:
        """One for all threads, whose client may be shared; django-storages makes one for each thread, of some MB."""
        with self._connecting:
            if self._shared is None:
                where = {"region_name": self.region_name, "endpoint_url": self.endpoint_url}
                self._shared = self._create_session().resource("s3", config=self.client_config, **where)
            return self._shared

    @property
    def place(self) -> str:
        """For operators."""
        return f"bucket {self.bucket_name}"

    def free_bytes(self) -> None:
        """A bucket does not report it."""

    def stored_at(self, folder: str) -> Iterator[tuple[str, float]]:
        """Every file of the folder, and when it was stored (seconds since 1970)."""
        with _as_os_errors(folder):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=folder)
            for page in pages:
                yield from ((found["Key"], found["LastModified"].timestamp()) for found in page.get("Contents", ()))

    def signed_url(self, name: str, reader: str, *, seconds: int, content_type: str, file_name: str = "") -> str:
        """A URL at which this kind of reader gets the file directly, for `seconds`; empty for readers who get no such URLs."""
        if reader not in self.signed_for:
            return ""
        answer = {"ResponseContentType": content_type, "ResponseCacheControl": f"private, max-age={seconds}"}
        if disposition := content_disposition_header(False, file_name):
            answer["ResponseContentDisposition"] = disposition
        with _as_os_errors(name):
            return str(self.url(name, parameters=answer, expire=seconds))

    def exists(self, name: str) -> bool:
        with _as_os_errors(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_os_errors(path):
            folders, files = super().listdir(path)
            return folders, files

    def delete(self, name: str) -> None:
        with _as_os_errors(name):
            self._client.delete_object(Bucket=self.bucket_name, Key=self._key(name))

    def _save(self, name: str, content: Any) -> str:
        """In one request: a bucket shows an object only once it has all of it, and has confirmed it when that is answered."""
        content.seek(0)
        data, key = content.read(), self._key(name)
        checksum = hashlib.md5(data, usedforsecurity=False)
        sent = {"ContentMD5": base64.b64encode(checksum.digest()).decode(), "ContentType": _content_type(name)}
        with _as_os_errors(name):
            answer = self._client.put_object(Bucket=self.bucket_name, Key=key, Body=data, **sent)
            if answer.get("ETag", "").strip('"') != checksum.hexdigest():
                self._confirm(key, len(data))
        return name

    def _confirm(self, key: str, length: int) -> None:
        """With encryption the ETag is not a checksum, so check the stored length instead."""
        stored = self._client.head_object(Bucket=self.bucket_name, Key=key)["ContentLength"]
        if stored != length:
            raise OSError(errno.EIO, f"{stored} of {length} bytes are in the bucket", key)

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        """The whole picture, read at once: if reading breaks off in the middle, opening fails."""
        if mode not in ("r", "rb"):
            raise ValueError(f"pictures cannot be opened as {mode}")
        with _as_os_errors(name):
            answer = self._client.get_object(Bucket=self.bucket_name, Key=self._key(name))
            return File(io.BytesIO(answer["Body"].read()), name)

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))


def _content_type(name: str) -> str:
    return CONTENT_TYPES.get(PurePath(name).suffix, "application/octet-stream")


@contextmanager
def _as_os_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _os_error(error, name) from error
    except BotoCoreError as error:
        raise OSError(errno.EHOSTUNREACH, f"the bucket does not answer ({type(error).__name__})", name) from error


def _os_error(error: ClientError, name: str) -> OSError:
    """By errno, from which edits.jobs.flow_control.storage_health tells what is wrong."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    match code, status:
        case "NoSuchBucket", _:
            return OSError(errno.ENODEV, "there is no such bucket", name)
        case _ if code in MISSING:
            return FileNotFoundError(errno.ENOENT, "not in the bucket", name)
        case _ if {code, status} & FULL:
            return OSError(errno.ENOSPC, f"the bucket is full ({code})", name)
        case _ if {code, status} & FORBIDDEN:
            return OSError(errno.EKEYREJECTED, f"the bucket refuses ({code})", name)
        case _ if status.startswith("5"):
            return OSError(errno.EHOSTUNREACH, f"the bucket is not ready ({code or status})", name)
    return OSError(errno.EIO, f"the bucket answers {code or status}", name)
