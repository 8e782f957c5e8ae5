"""Reading an upload: no more of it than a picture may have, whatever the header promises."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from . import images

FIELD = "photo"


class LimitedUploadHandler(FileUploadHandler):
    """Keeps one file a request, and of that one byte more than allowed, which tells the form that it is too large."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buffer = io.BytesIO()
        self.has_begun = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        # A hundred files in one request would fill the memory however small the limit of each.
        if self.field_name != FIELD or self.has_begun:
            raise SkipFile
        self.has_begun = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = images.UPLOAD.max_bytes + 1 - start
        if room > 0:
            self.buffer.write(raw_data[:room])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            self.buffer, self.field_name, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )
