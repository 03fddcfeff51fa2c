"""What a mail server's answer means: for this message, or for all of them. Pure: no database, no connection."""

import re
import smtplib
from dataclasses import dataclass

from tracker.enums import SendingOutcome

ADDRESS = re.compile(r"<?[^\s<>,;:]+@[^\s<>,;:]+>?")
SAID_LENGTH = 160

CLOSING = 421
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
"""Asked to sign in where the connection had been let in: nobody's message passes."""

SILENT = "La messagerie n’a pas répondu à temps."
UNREACHABLE = "La messagerie est injoignable."
NOT_SIGNED_IN = "La messagerie refuse le compte de Sillage\xa0: vérifiez EMAIL_URL."
NOT_OFFERED = "La messagerie ne propose pas la connexion chiffrée ou le compte que demande EMAIL_URL."
CUT = "La liaison avec la messagerie s’est rompue pendant l’envoi."
SENDER_REFUSED = "La messagerie refuse l’adresse d’expédition de Sillage\xa0: vérifiez DEFAULT_FROM_EMAIL."
RECIPIENT_REFUSED = "La messagerie refuse l’adresse de cette personne."
MESSAGE_REFUSED = "La messagerie refuse ce message."
ASKED_TO_WAIT = "La messagerie demande de réessayer plus tard."
FOREIGN_ADDRESS = "La messagerie n’accepte pas les lettres accentuées de cette adresse."


@dataclass(frozen=True)
class Verdict:
    """What a failed try comes to, and the French sentence that says it, without any address."""

    outcome: SendingOutcome
    sentence: str

    @property
    def concerns_everybody(self) -> bool:
        """No other message would fare better: the server is not asked again for each one."""
        return self.outcome in (SendingOutcome.UNREACHABLE, SendingOutcome.CLOSED)


def of_opening(error: Exception) -> Verdict:
    """The connection could not be opened: all messages wait."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Verdict(SendingOutcome.CLOSED, NOT_OFFERED)
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return Verdict(SendingOutcome.CLOSED, with_answer(NOT_SIGNED_IN, error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return Verdict(SendingOutcome.UNREACHABLE, with_answer(UNREACHABLE, error.smtp_code, error.smtp_error))
    return Verdict(SendingOutcome.UNREACHABLE, SILENT if isinstance(error, TimeoutError) else UNREACHABLE)


def of_sending(error: Exception) -> Verdict:
    """The connection was open, and this message did not leave."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # One message has one recipient.
        code, said = next(iter(error.recipients.values()), (450, b""))
        return of_answer(code, said, RECIPIENT_REFUSED)
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code >= 500:
        # The sender is the same for all.
        return Verdict(SendingOutcome.CLOSED, with_answer(SENDER_REFUSED, error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return of_answer(error.smtp_code, error.smtp_error, MESSAGE_REFUSED)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Verdict(SendingOutcome.REFUSED, FOREIGN_ADDRESS)
    return Verdict(SendingOutcome.LATER, CUT)


def of_answer(code: int, said: bytes | str, refusal: str) -> Verdict:
    if code == CLOSING:
        return Verdict(SendingOutcome.UNREACHABLE, with_answer(ASKED_TO_WAIT, code, said))
    if code in SIGN_IN_CODES:
        return Verdict(SendingOutcome.CLOSED, with_answer(NOT_SIGNED_IN, code, said))
    if code >= 500:
        return Verdict(SendingOutcome.REFUSED, with_answer(refusal, code, said))
    return Verdict(SendingOutcome.LATER, with_answer(ASKED_TO_WAIT, code, said))


def with_answer(sentence: str, code: int, said: bytes | str) -> str:
    """The sentence, then what the server said, without the addresses that it may quote: it goes to a page and a log."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    text = " ".join(ADDRESS.sub("[adresse]", text).split())[:SAID_LENGTH]
    return f"{sentence} Réponse du serveur\xa0: «\xa0{code} {text}".rstrip() + "\xa0»"
