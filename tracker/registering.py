"""Several demandes registered by a person in one act: all of them, or none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db import transaction

from tracker.commands import Assign, Command, Register
from tracker.errors import SillageError
from tracker.models import Prefecture, Site, Ticket, User
from tracker.permissions import check_belongs
from tracker.rulebooks import rule_book
from tracker.writers import Author, Draft, abilities_of_registration, write_many

MOST: Final = 200
"""Demandes of one set: written in a second or two, all under the lock of the references' counter."""


class SetRefused(SillageError):
    """Some demandes of a set are refused, hence all. `refusals`: why, by the rank of the demande in the set."""

    default = "Certaines lignes sont refusées\xa0: rien n’est enregistré."

    def __init__(self, refusals: Mapping[int, SillageError]) -> None:
        super().__init__()
        self.refusals = dict(refusals)


def drafted(
    prefecture: Prefecture, user: User, sites: Mapping[int, Site], acts: Sequence[Command], author: Author
) -> Draft:
    """One demande to come, with what `user` may do to it. Raises NotAllowed for whom registers nothing there."""
    first = acts[0]
    if not isinstance(first, Register):
        raise TypeError("a demande begins with Register")
    site = sites[first.site_id]
    allowed = abilities_of_registration(user, prefecture, site, acts)
    return Draft(Ticket(prefecture=prefecture, site=site), [(author, list(acts))], allowed=allowed)


def register_many(
    prefecture: Prefecture, rows: Sequence[Sequence[Command]], user: User, author: Author
) -> list[Ticket]:
    """Create a demande for each row, which begins with Register, as `writers.register` does: same decisions, same
    journal, references in the order of the rows. In one transaction, and as one act.

    Raises SetRefused, InvalidCommand where a row names something of another préfecture, NotAllowed; nothing is written
    then.
    """
    if len(rows) > MOST:
        raise ValueError(f"a set holds {MOST} demandes at most")
    author = author.for_one_act()
    with transaction.atomic():
        check_belongs(prefecture.pk, named_once(act for acts in rows for act in acts))
        sites = {site.pk: site for site in Site.objects.filter(prefecture=prefecture)}
        drafts = [drafted(prefecture, user, sites, acts, author) for acts in rows]
        write_many(drafts, rule_book(prefecture.pk), refuse=True)
        refusals = {rank: draft.refusal for rank, draft in enumerate(drafts) if draft.refusal is not None}
        if refusals:
            raise SetRefused(refusals)
    return [draft.ticket for draft in drafts]


def named_once(acts: Iterable[Command]) -> list[Command]:
    """One act for each set of rows that acts name, so that what hundreds of them name is looked up once."""
    found: dict[tuple[object, ...], Command] = {}
    for act in acts:
        if isinstance(act, Register):
            found.setdefault((Register, act.kind.pk, act.site_id, act.theme_id, act.mailbox_id), act)
        elif isinstance(act, Assign):
            found.setdefault((Assign, act.office_id, act.assignee_id), act)
    return list(found.values())
