"""Where files from outside are kept: on disk, under a folder that no web server shows."""

import os
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import FileSystemStorage

OWNER_ALONE, OWNER_ALONE_FOLDER = 0o600, 0o700


class DurableStorage(FileSystemStorage):
    """A file that was said to be saved is on the disk, and not only in the machine's memory: the row that names it is
    committed right after. Readable by the owner of the process alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "file_permissions_mode": OWNER_ALONE,
                "directory_permissions_mode": OWNER_ALONE_FOLDER,
                **options,
            }
        )

    def _save(self, name: str, content: IO[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]  # django-stubs leaves it out
        path, root = Path(self.path(saved)), Path(self.location)
        flush(path)
        # A new file is an entry of its folder, and a new folder an entry of the one above.
        for folder in path.parents:
            flush(folder)
            if folder == root:
                break
        return saved


def flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
