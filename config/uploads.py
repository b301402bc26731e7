"""How large one request with files may be.

Django limits everything in a form but its files, and reads them before any view can say no.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class WholeRequestLimit(FileUploadHandler):
    """Refuses a request by its announced length, before its first byte is stored.

    A request that announces no length is read as empty, so none gets past this.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.REQUEST_MOST_BYTES:
            raise RequestDataTooBig("The files of one form are larger than is accepted.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
