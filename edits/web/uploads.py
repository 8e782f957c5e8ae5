"""Reading an upload: no more bytes than a picture may have, whatever the header claims."""

import tempfile
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from ..images import FITTED
from ..images.rules import MIB
from .upload_places import take_place

MAX_REGION_BYTES = 4 * MIB
# The files of the form, and the most bytes of each that are kept.
FIELDS = {"photo": FITTED.max_bytes, "region": MAX_REGION_BYTES}
# Larger files go into an unnamed temporary file, which vanishes with the process.
IN_MEMORY = MIB
# A body that is too large for any acceptable picture is not read.
MAX_BODY = 60 * MIB


class BodyTooLarge(RequestDataTooBig):
    """`size` is the body's Content-Length in bytes, over MAX_BODY."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a body of {size} bytes")
        self.size = size


class BodyWithoutLength(RequestDataTooBig):
    """The body comes in chunks. WSGI does not say where it ends, so Django would treat it as empty."""


class LimitedUploadHandler(FileUploadHandler):
    """Keeps one file for each field of the form, and at most one byte more than allowed, which shows that a file is too large."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request and self.request.headers.get("Transfer-Encoding") and not self.request.META.get("CONTENT_LENGTH"):
            raise BodyWithoutLength
        self.begun: set[str] = set()

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        if content_length > MAX_BODY:
            raise BodyTooLarge(content_length)
        if self.request:
            take_place(self.request, content_length)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        # A hundred files in one request would fill the disk however small the limit of each.
        field = str(self.field_name)
        if field not in FIELDS or field in self.begun:
            raise SkipFile
        self.begun.add(field)
        self.limit = FIELDS[field]
        self.kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the request closes it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = self.limit + 1 - start
        if room > 0:
            self.kept.write(raw_data[:room])

    def file_complete(self, file_size: int) -> UploadedFile:
        self.kept.seek(0)
        return UploadedFile(self.kept, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)
