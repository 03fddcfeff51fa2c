"""Registering a demande from a form, once per token: by itself, merged into another at once, or as what reopens one."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from frontend.models import Submission
from tracker import attachments, clock, senders, writers
from tracker.attachments import Checked
from tracker.commands import Assign, Attach, Command, Register, Reopen
from tracker.errors import TransitionRefused
from tracker.models import Prefecture, Ticket, User
from tracker.permissions import abilities
from tracker.reading import refusal


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending of a form. `typed` is its content: the same sent again under the same token does nothing more."""

    token: uuid.UUID
    typed: Mapping[str, str]
    prefecture: Prefecture
    user: User
    files: Sequence[Checked] = ()

    @property
    def key(self) -> uuid.UUID:
        """Each person's own: somebody else's token is no secret that opens or closes anything."""
        content = sorted([*self.typed.items(), *(("files", file.sha256) for file in self.files)])
        return uuid.uuid5(self.token, json.dumps([self.user.pk, content], ensure_ascii=False))

    @property
    def attaching(self) -> list[Attach]:
        return [file.act for file in self.files]


def register_once(
    token: uuid.UUID,
    typed: Mapping[str, str],
    prefecture: Prefecture,
    acts: Sequence[Command],
    user: User,
    files: Sequence[Checked] = (),
) -> tuple[Ticket, bool]:
    """Register with `files` attached, unless the form carrying `token` was already sent with the same content: then the
    demande that it gave, and False. A form sent, taken back with the browser and changed registers another demande.

    Raises what `writers.register` raises, and keeps no trace of the token then.
    """
    sending = Sending(token, typed, prefecture, user, files)
    return once(sending, lambda author: writers.register(prefecture, [*acts, *sending.attaching], author))


def register_into(sending: Sending, registration: Register, target: Ticket) -> tuple[Ticket, bool]:
    """Register, then merge into `target`: both, or neither. The new demande goes where the target is, so that whoever
    may merge there may merge it. Gives the new one, merged.

    Raises TransitionRefused where the target has ended or gone meanwhile: of two people, one merging the target away
    and one registering into it, the second is refused.
    """

    def write(author: writers.Author) -> Ticket:
        # Locked before the counter of references, which is the last lock of those who register.
        there = writers.lock(target.pk)
        if refusal(there, "merge", abilities(sending.user, there)) is not None:
            raise TransitionRefused(
                "La demande de destination a changé entre-temps\xa0: vérifiez-la avant de fusionner."
            )
        acts: list[Command] = [registration]
        if there.office_id is not None:
            acts.append(Assign(there.office_id))
        ticket = writers.register(sending.prefecture, [*acts, *sending.attaching], author)
        return writers.merge(ticket.pk, there.pk, author)[0]

    return once(sending, write)


def reopen_once(sending: Sending, target: Ticket, message_on: date, note: str) -> tuple[Ticket, bool]:
    """What is typed is a new message about `target`, which has ended: it is reopened by it, with the files attached and
    the message as the note of the act. Gives the target.

    Raises what `writers.write_one` raises.
    """
    acts = [Reopen(message_on, note), *sending.attaching]
    return once(sending, lambda author: writers.write_one(target.pk, acts, author))


def once(sending: Sending, write: Callable[[writers.Author], Ticket]) -> tuple[Ticket, bool]:
    """The token's row is written first: two sendings at the same instant wait for each other on its key."""
    key, user, files = sending.key, sending.user, sending.files
    author = writers.Author(user=user, now=clock.now())
    with attachments.stored(files) as claimed:
        try:
            with transaction.atomic():
                sent = Submission.objects.create(
                    token=key, user=user, prefecture=sending.prefecture, sent_at=author.moment
                )
                ticket = write(author)
                attachments.insert_rows(ticket, files, author, author.moment)
                sent.ticket = ticket
                sent.save(update_fields=["ticket"])
        except IntegrityError:
            earlier = Submission.objects.select_related("ticket").filter(token=key, user=user).first()
            if earlier is None or earlier.ticket is None:
                raise
            return earlier.ticket, False
        claimed |= {file.key for file in files}
    # Outside: nobody waits for a convenience behind the counter of references.
    senders.remember([ticket])
    return ticket, True
