"""Logs say what happened and where, never about whom: an error's message may quote what a citizen wrote."""

import logging
import sys
import traceback
from types import TracebackType

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlainFormatter(logging.Formatter):
    """One line for the event, then for an error its type and the lines of code it went through, innermost first."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802  (the name that logging calls)
        kind, error, _ = ei
        if kind is None or error is None:
            return ""
        lines: list[str] = []
        cause: BaseException | None = error
        while cause is not None and len(lines) < 60:
            lines.append(f"  {type(cause).__name__}")
            frames = traceback.extract_tb(cause.__traceback__)
            lines += [f"    {frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-12:])]
            cause = cause.__cause__ or cause.__context__
        return "\n".join(lines)


class WithoutErrorText(logging.Filter):
    """Celery puts the text of a task's error in its message: take it out, and let the formatter name the type."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:
            record.args = record.args | {"exc": "", "traceback": ""}
            record.exc_info = record.exc_info or sys.exc_info()
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "config.logs.PlainFormatter"}},
    "filters": {"without_error_text": {"()": "config.logs.WithoutErrorText"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["without_error_text"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own set-up sends its errors by e-mail, with the request in them.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # A page that is not there, a form refused: daily life, and the path may hold what was typed.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        # It says every second, with its frames, that Redis is away: whoever sends a hint says it once a while.
        "channels_redis": {"level": "CRITICAL"},
        "tracker": {"level": "INFO"},
        "notifications": {"level": "INFO"},
    },
}
