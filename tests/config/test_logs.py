"""Logs name the error and its place, never what a person wrote."""

import io
import logging

import pytest

from config.celery import app
from config.logs import PlainFormatter, WithoutErrorText

SECRET = "Mme Personne, 3 rue de l’Exemple"


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(written: io.StringIO) -> logging.Logger:
    handler = logging.StreamHandler(written)
    handler.setFormatter(PlainFormatter())
    handler.addFilter(WithoutErrorText())
    found = logging.Logger("essai")
    found.addHandler(handler)
    return found


def test_error_is_named_and_placed_without_its_text(logger: logging.Logger, written: io.StringIO) -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        logger.exception("page failed: %s", "/registre/")
    text = written.getvalue()
    assert "Personne" not in text
    assert "ERROR essai page failed: /registre/" in text
    assert "ValueError" in text
    assert "KeyError" in text
    assert "test_logs.py" in text


def test_failed_task_is_logged_without_its_text(logger: logging.Logger, written: io.StringIO) -> None:
    """Through Celery's own reporting, whose message holds the error's text by default."""
    from celery.app.trace import build_tracer
    from celery.app.trace import logger as celery_logger

    @app.task(name="tests.failing")
    def failing() -> None:
        raise ValueError(SECRET)

    celery_logger.addHandler(logger.handlers[0])
    try:
        build_tracer("tests.failing", failing, app=app)("id", (), {}, {"id": "id", "task": "tests.failing"})
    finally:
        celery_logger.removeHandler(logger.handlers[0])
        app.tasks.unregister("tests.failing")
    text = written.getvalue()
    assert "Personne" not in text
    assert "tests.failing" in text
    assert "ValueError" in text
