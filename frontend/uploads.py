"""Uploads are cut at the limit while they arrive: a 200 MB file never fills the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class CappedUploadHandler(FileUploadHandler):
    """First of the handlers: it counts the bytes of all the files of a request and stops the reading at
    `MAX_UPLOAD_BYTES`. Django closes, and so deletes, the temporary files; the rest of the body is read and dropped, so
    that the browser shows our answer instead of a broken connection. `frontend.middleware` then answers 413."""

    received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the count goes on from one file of the request to the next, one handler serving them all."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]  # read by errors.upload_was_cut
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
