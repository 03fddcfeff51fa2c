"""A file of a demande given back: to be kept and never shown, whatever it holds."""

import logging
from typing import Final

from django.core.files.storage import default_storage
from django.http import FileResponse

from tracker.filetypes import TYPES
from tracker.models import Attachment

logger = logging.getLogger(__name__)

NEVER_HERE: Final = "default-src 'none'; sandbox"
"""Were a browser to show the file all the same, nothing in it would run, nor be of our origin."""


def download(attachment: Attachment) -> FileResponse:
    """Raises FileNotFoundError, which is logged, where the storage has lost it."""
    try:
        content = default_storage.open(attachment.path)
    except FileNotFoundError:
        logger.exception("the file of attachment %s is missing", attachment.key)
        raise
    content_type = TYPES[attachment.type].content_type
    response = FileResponse(content, as_attachment=True, filename=attachment.name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = NEVER_HERE
    response["Cache-Control"] = "private, no-store"
    return response
