"""Uploads are cut at the limit while they arrive: neither a 200 MB file nor ten thousand small ones fill the disk or
the memory."""

from typing import Any, Final, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

PIECE: Final = 64 * 1024
DRAINED: Final = 8
"""Times the limit that are read and dropped after a cut, so that the browser shows our answer instead of a broken
connection; somebody who sends more than that can do without it."""


class CappedUploadHandler(FileUploadHandler):
    """First of the handlers: it counts the files of a request and their bytes, and stops the reading beyond
    `MAX_UPLOAD_FILES` or `MAX_UPLOAD_BYTES`. Django closes, and so deletes, the temporary files; `frontend.middleware`
    then answers 413."""

    received = 0
    files = 0
    body: Any = None

    def handle_raw_input(self, input_data: Any, *args: Any, **kwargs: Any) -> None:
        self.body = input_data

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > settings.MAX_UPLOAD_FILES:
            self.cut("files")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.received += len(raw_data)
        if self.received > settings.MAX_UPLOAD_BYTES:
            self.cut("bytes")
        return raw_data

    def cut(self, why: str) -> NoReturn:
        if self.request is not None:
            self.request.upload_cut = why  # type: ignore[attr-defined]  # read by errors.upload_refusal
        self.drain()
        raise StopUpload(connection_reset=True)

    def drain(self) -> None:
        # Django's own way reads the rest line by line: one line of 150 MB would stand whole in memory.
        left = DRAINED * settings.MAX_UPLOAD_BYTES
        while left > 0 and (piece := self.body.read(PIECE)):
            left -= len(piece)

    def file_complete(self, file_size: int) -> None:
        return None
