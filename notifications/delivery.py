"""Sending what the outbox holds: each message once, whatever stops or answers badly, whoever else is sending.

A row is claimed by a conditional update that moves its next try ahead (the lease): whoever dies with it loses it to the
next one. No transaction is open while the mail server talks. A message may leave twice only if the process dies between
the server's « 250 » and the mark, and then under the same Message-ID. See docs/decisions/0026-what-leaves.md.
"""

import contextlib
import logging
import secrets
import threading
import time
from datetime import datetime, timedelta
from functools import cache
from smtplib import SMTP, SMTPException, SMTPServerDisconnected
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from notifications import verdicts
from notifications.composing import NotNow, UnknownMessage, compose
from notifications.verdicts import Verdict
from tracker import clock
from tracker.enums import SendingOutcome
from tracker.jobs import where
from tracker.models import Outbox, Prefecture
from tracker.models.journal import OutboxQuerySet
from tracker.rulebooks import current_calendar
from tracker.waking import wake_on_commit
from tracker.workdays import WorkCalendar

logger = logging.getLogger(__name__)

TASK = "notifications.tasks.deliver"
EMAIL = "email"

LEASE = timedelta(minutes=5)
"""Longer than a message takes with the slowest of servers (settings.EMAIL_TIMEOUT bounds each of its answers)."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""After the first failed try of a message, the second…; the last one is repeated."""
WAITS_OF_ALL = {SendingOutcome.UNREACHABLE: timedelta(minutes=1), SendingOutcome.CLOSED: timedelta(minutes=15)}
"""Before one message asks a server that takes none: asking costs one connection, and its return must not be missed. One
that refuses our account is asked less often, since servers close accounts that insist."""
JITTER = 0.2
GIVEN_UP_AFTER = 3
"""Whole working days of tries, so that nothing is given up over a week-end when nobody could have mended it."""
CUTS_BEFORE_ALL_WAIT = 2
"""Messages in a row whose sending was cut: the first may be the message's fault, the second is the server's."""
PER_CONNECTION = 100
PAUSES = (0.5, 2.0, 5.0, 10.0)
"""Seconds between two tries to write down what has become of a message."""
UNKNOWN_MESSAGE = "Cette version de Sillage ne connaît pas ce message."
UNWRITTEN = "Ce message n’a pas pu être rédigé\xa0: le service informatique en trouvera la trace dans les journaux."

# One sender in a process: a silent server must not hold each of a worker's threads.
_busy = threading.Lock()


def nudge() -> None:
    """Have what the current transaction has put in the outbox sent as soon as it is committed."""
    wake_on_commit(TASK)


def deliver_due() -> int:
    """Send what is due, one message after the other; returns how many left. At once 0 where this process is already at
    it, or where the server is not to be asked yet."""
    if not _busy.acquire(blocking=False):
        return 0
    line = Line()
    try:
        sent = 0
        while (row := claim(clock.now())) is not None:
            try:
                verdict = line.send(row)
            except NotNow as closed:
                put_off(row, closed.until)
                continue
            insist(row, verdict)
            sent += verdict.outcome == SendingOutcome.SENT
        return sent
    finally:
        line.hang_up()
        _busy.release()


# --- Taking a row -------------------------------------------------------------------------------------------------


def claim(now: datetime) -> Outbox | None:
    """The message to send now, ours until the lease ends; None where nothing is due, or all wait for the server."""
    while not all_wait(now):
        first = list(due(now).order_by("next_try_at", "pk").values_list("pk", "next_try_at")[:20])
        if not first:
            return None
        for pk, next_try_at in first:
            if (
                Outbox.objects.waiting()
                .filter(pk=pk, next_try_at=next_try_at)
                .update(
                    next_try_at=now + LEASE,
                    attempts=F("attempts") + 1,
                    first_tried_at=Coalesce("first_tried_at", now),
                    outcome="",
                )
            ):
                return Outbox.objects.select_related("user", "prefecture").get(pk=pk)
    return None


def due(now: datetime) -> OutboxQuerySet:
    return Outbox.objects.due(now).filter(channel=EMAIL)


def all_wait(now: datetime) -> bool:
    """Some message has met a server that takes none, and the hour to ask it again has not come: what is written
    meanwhile waits for that one."""
    return Outbox.objects.waiting().filter(outcome__in=WAITS_OF_ALL, next_try_at__gt=now).exists()


# --- Sending it ---------------------------------------------------------------------------------------------------


class Line:
    """The connection to the mail server, opened by the first message and kept for the next ones."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._carried = 0
        self._cut = 0

    def send(self, row: Outbox) -> Verdict:
        """Write the message of this row and send it; says what came of it and raises nothing but NotNow and the
        database's errors."""
        try:
            message = compose(row)
        except UnknownMessage:
            return Verdict(SendingOutcome.UNWRITTEN, UNKNOWN_MESSAGE)
        except (DatabaseError, NotNow):
            raise
        except Exception as error:  # noqa: BLE001  (the outermost frame of a message: it must not block the others)
            logger.error("message %s (%s) could not be written: %s", row.pk, row.kind, where(error))
            return Verdict(SendingOutcome.UNWRITTEN, UNWRITTEN)
        if message is None or not message.recipients():
            return Verdict(SendingOutcome.MOOT, "")
        try:
            self._open()
        except (OSError, SMTPException) as error:
            self._drop()
            return verdicts.of_opening(error)
        return self._carry(sealed(message, row))

    def hang_up(self) -> None:
        """Leave politely; a server that does not say goodbye changes nothing to what it has taken."""
        if self._backend is not None:
            with contextlib.suppress(OSError, SMTPException):
                self._backend.close()
            self._backend = None

    def _open(self) -> None:
        if self._carried >= PER_CONNECTION:
            self.hang_up()
        if self._backend is None:
            self._carried = 0
            self._backend = get_connection()
            self._backend.open()
            talking = getattr(self._backend, "connection", None)
            if isinstance(talking, SMTP):
                # Now, so that a server that is silent from there on is not taken for a message that it does not like.
                talking.ehlo_or_helo_if_needed()

    def _carry(self, message: EmailMessage) -> Verdict:
        try:
            if not self._backend.send_messages([message]):
                raise SMTPServerDisconnected
        except (OSError, SMTPException) as error:
            self._drop()
            verdict = verdicts.of_sending(error)
            self._cut = self._cut + 1 if verdict.sentence == verdicts.CUT else 0
            if self._cut >= CUTS_BEFORE_ALL_WAIT:
                return Verdict(SendingOutcome.UNREACHABLE, verdicts.SILENT)
            return verdict
        except (ValueError, UnicodeError) as error:  # an address or a header that no message may hold
            logger.error("a message could not be put in form: %s", where(error))
            return Verdict(SendingOutcome.UNWRITTEN, UNWRITTEN)
        self._carried += 1
        self._cut = 0
        return Verdict(SendingOutcome.SENT, "")

    def _drop(self) -> None:
        """After a failure the conversation is in an unknown state: the next message opens another one. Nothing polite,
        since a silent server would make us wait again."""
        for name in ("connection", "_partial_connection"):
            talking = getattr(self._backend, name, None)
            if isinstance(talking, SMTP):
                talking.close()
        self._backend = None


def sealed(message: EmailMessage, row: Outbox) -> EmailMessage:
    """The message with what each try must repeat, and what keeps machines from answering it."""
    headers = message.extra_headers
    headers["Message-ID"] = message_id(row.key)
    headers.setdefault("Auto-Submitted", "auto-generated")
    headers.setdefault("X-Auto-Response-Suppress", "All")
    return message


def message_id(key: str) -> str:
    """The same at each try of the same row, and nobody else's."""
    digest = salted_hmac("sillage.message-id", key, algorithm="sha256").hexdigest()[:40]
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip(" >") or "localhost"
    return f"<{digest}@{domain}>"


# --- Writing down what came of it ---------------------------------------------------------------------------------


def insist(row: Outbox, verdict: Verdict) -> None:
    """Write it down, also where the database restarts at this very moment: what is not written down leaves again."""
    for seconds in PAUSES:
        try:
            return settle(row, verdict)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the end of message %s could not be written: %s", row.pk, type(error).__name__)
            connection.close()
            time.sleep(seconds)
    return settle(row, verdict)


def settle(row: Outbox, verdict: Verdict) -> None:
    now = clock.now()
    held = Outbox.objects.waiting().filter(pk=row.pk)
    if verdict.outcome in (SendingOutcome.SENT, SendingOutcome.MOOT):
        Outbox.objects.filter(pk=row.pk).update(done_at=now, outcome=verdict.outcome, last_error="")
        if verdict.outcome == SendingOutcome.SENT:
            let_the_others_go(now)
    elif verdict.concerns_everybody:
        held.update(attempts=F("attempts") - 1)  # the server's try, not this message's
        make_all_wait(due(now) | held, now, verdict)
    elif verdict.outcome == SendingOutcome.REFUSED or worn_out(row.first_tried_at, row.prefecture, now):
        give_up(row.pk, now, verdict)
    else:
        logger.warning("message %s (%s) waits: %s", row.pk, row.kind, verdict.sentence)
        held.update(
            next_try_at=now + spread(WAITS[min(row.attempts, len(WAITS)) - 1]),
            outcome=verdict.outcome,
            last_error=verdict.sentence[:300],
        )


def put_off(row: Outbox, until: datetime) -> None:
    """Not sent, and nothing wrong with it: whoever was to read it has left. Others do not wait for it."""
    Outbox.objects.waiting().filter(pk=row.pk).update(next_try_at=until, attempts=F("attempts") - 1, outcome="")


def let_the_others_go(now: datetime) -> None:
    """The server takes messages again: those that waited for it are due."""
    Outbox.objects.waiting().filter(outcome__in=WAITS_OF_ALL).update(next_try_at=now, outcome="")


def make_all_wait(those: OutboxQuerySet, now: datetime, verdict: Verdict) -> None:
    """The server takes no message: these wait together. They are given up in the end where nothing answers, never where
    only our account is wrong: whoever mends it finds them all."""
    logger.warning("the mail server takes no message, all wait: %s", verdict.sentence)
    since: Any = None
    if verdict.outcome == SendingOutcome.UNREACHABLE:
        since = Coalesce("first_tried_at", now)
        prefectures = Prefecture.objects.in_bulk()
        for pk, tried_at, prefecture_id in list(those.values_list("pk", "first_tried_at", "prefecture")):
            if worn_out(tried_at, prefectures.get(prefecture_id), now):
                give_up(pk, now, verdict)
    those.update(
        next_try_at=now + spread(WAITS_OF_ALL[verdict.outcome]),
        first_tried_at=since,
        outcome=verdict.outcome,
        last_error=verdict.sentence[:300],
    )


def give_up(pk: int, now: datetime, verdict: Verdict) -> None:
    """No further try but one that a person asks for."""
    waiting = Outbox.objects.waiting().filter(pk=pk)
    if waiting.update(failed_at=now, outcome=verdict.outcome, last_error=verdict.sentence[:300]):
        logger.error("message %s given up: %s", pk, verdict.sentence)


def worn_out(first_tried_at: datetime | None, prefecture: Prefecture | None, now: datetime) -> bool:
    """Whether GIVEN_UP_AFTER whole working days of tries have passed."""
    if first_tried_at is None:
        return False
    zone = prefecture.time_zone if prefecture is not None else settings.TIME_ZONE
    first, today = clock.local_date(first_tried_at, zone), clock.local_date(now, zone)
    return calendar_of(prefecture).count(first, today) > GIVEN_UP_AFTER


def calendar_of(prefecture: Prefecture | None) -> WorkCalendar:
    site = prefecture.sites.filter(is_main=True).first() if prefecture is not None else None
    return current_calendar(site) if site is not None else week_days()


@cache
def week_days() -> WorkCalendar:
    """For a message of no préfecture: Monday to Friday."""
    return WorkCalendar({})


def spread(wait: timedelta) -> timedelta:
    """A fifth more or less, so that what failed together is not tried again together."""
    return wait * (1 - JITTER + 2 * JITTER * secrets.randbelow(1001) / 1000)
