"""What each answer of a mail server means, without any server."""

import smtplib
import ssl

import pytest

from notifications import verdicts
from tracker.enums import SendingOutcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectionRefusedError(), SendingOutcome.UNREACHABLE),
        (TimeoutError(), SendingOutcome.UNREACHABLE),
        (ssl.SSLError("handshake"), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPConnectError(554, b"No service"), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPHeloError(421, b"Closing"), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPAuthenticationError(454, b"Later"), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPAuthenticationError(535, b"No"), SendingOutcome.CLOSED),
        (smtplib.SMTPNotSupportedError("STARTTLS"), SendingOutcome.CLOSED),
    ],
)
def test_opening(error: Exception, outcome: SendingOutcome) -> None:
    assert verdicts.of_opening(error).outcome == outcome
    assert verdicts.of_opening(error).concerns_everybody


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"Unknown")}), SendingOutcome.REFUSED),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"Grey")}), SendingOutcome.LATER),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (421, b"Closing")}), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (530, b"Sign in first")}), SendingOutcome.CLOSED),
        (smtplib.SMTPSenderRefused(553, b"No", "s@b.example"), SendingOutcome.CLOSED),
        (smtplib.SMTPSenderRefused(452, b"Later", "s@b.example"), SendingOutcome.LATER),
        (smtplib.SMTPSenderRefused(421, b"Closing", "s@b.example"), SendingOutcome.UNREACHABLE),
        (smtplib.SMTPDataError(554, b"Spam"), SendingOutcome.REFUSED),
        (smtplib.SMTPDataError(451, b"Later"), SendingOutcome.LATER),
        (smtplib.SMTPServerDisconnected(), SendingOutcome.LATER),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), SendingOutcome.REFUSED),
        (BrokenPipeError(), SendingOutcome.LATER),
    ],
)
def test_sending(error: Exception, outcome: SendingOutcome) -> None:
    assert verdicts.of_sending(error).outcome == outcome


@pytest.mark.parametrize(
    "said", [b"<agent@44.example>: unknown", b"user agent@44.example, unknown", b"to=agent+x@44.example;"]
)
def test_answer_is_quoted_without_addresses(said: bytes) -> None:
    sentence = verdicts.with_answer("Refusé.", 550, said + b"\r\nsecond line " + b"x" * 500)
    assert "@" not in sentence
    assert "[adresse]" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300
