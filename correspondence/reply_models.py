"""The models of reply of a préfecture: reading them, and changing them. Each change is in the journal, with the text
that it replaced."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.utils.text import slugify

from correspondence.enums import ReplyPurpose
from correspondence.models import ReplyModel
from correspondence.reply_fields import FIELDS, likely_field, unknown_fields
from correspondence.shipped import SHIPPED
from tracker import clock, journal
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Channel, Event, Prefecture, Ticket, TicketKind
from tracker.text import clean_text
from tracker.writers import Author

STREAM = "replymodel"
TITLE_LENGTH, BODY_LENGTH = 120, 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person writes of a model. No kind, no channel: all of them."""

    purpose: str
    title: str
    body: str
    kinds: Sequence[TicketKind] = ()
    channels: Sequence[Channel] = ()


# --- Reading ------------------------------------------------------------------------------------------------------


def models_of(prefecture: Prefecture) -> list[ReplyModel]:
    """Every model, by purpose, those withdrawn last."""
    purposes = [When(purpose=purpose, then=Value(rank)) for rank, purpose in enumerate(ReplyPurpose.values)]
    rows = ReplyModel.objects.filter(prefecture=prefecture).prefetch_related("kinds", "channels")
    rank = Case(*purposes, output_field=IntegerField())
    return list(rows.order_by("-is_active", rank, "title", "pk"))


def fitting(ticket: Ticket) -> list[ReplyModel]:
    """The models proposed for a demande: those of its kind and channel, the most precise first within each purpose."""
    found = [
        model
        for model in models_of(ticket.prefecture)
        if model.is_active
        and names(ticket.kind_id, model.kinds.all())
        and names(ticket.channel_id, model.channels.all())
    ]
    rank = {purpose: number for number, purpose in enumerate(ReplyPurpose.values)}
    return sorted(found, key=lambda model: (rank[model.purpose], -precision(model)))


def names(pk: int, named: Iterable[TicketKind | Channel]) -> bool:
    pks = [row.pk for row in named]
    return not pks or pk in pks


def precision(model: ReplyModel) -> int:
    return bool(model.kinds.all()) + bool(model.channels.all())


def history(model: ReplyModel) -> list[Event]:
    """Its changes, newest first, each with the texts that it replaced."""
    events = Event.objects.filter(stream=STREAM, object_id=model.pk).select_related("actor").prefetch_related("texts")
    return list(events.order_by("-number"))


# --- Writing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_model(prefecture: Prefecture, terms: Terms, author: Author) -> ReplyModel:
    """Raises InvalidCommand with the field at fault."""
    terms = checked(prefecture, terms)
    # Two people who add at once wait for each other: the code is free when it is taken.
    Prefecture.objects.select_for_update(no_key=True).get(pk=prefecture.pk)
    model = ReplyModel.objects.create(
        prefecture=prefecture,
        code=free_code(prefecture, terms.title),
        purpose=terms.purpose,
        title=terms.title,
        body=terms.body,
    )
    model.kinds.set(terms.kinds)
    model.channels.set(terms.channels)
    write_event(model, journal.Entry("added", today(model, author)), author)
    return model


@transaction.atomic
def change_model(pk: int, terms: Terms, author: Author, *, opened_version: int) -> ReplyModel:
    """Raises InvalidCommand, or StaleVersion where somebody has changed the model since it was opened."""
    model = locked(pk, opened_version)
    terms = checked(model.prefecture, terms)
    former = {"title": model.title, "body": model.body}
    changed = [name for name in ("purpose", "title", "body") if getattr(model, name) != getattr(terms, name)]
    for name in ("kinds", "channels"):
        if {row.pk for row in getattr(model, name).all()} != {row.pk for row in getattr(terms, name)}:
            changed.append(name)
            getattr(model, name).set(getattr(terms, name))
    if not changed:
        raise InvalidCommand("Rien n’a changé.", field="body")
    model.purpose, model.title, model.body = terms.purpose, terms.title, terms.body
    texts = {f"was_{name}": former[name] for name in former if name in changed}
    write_event(model, journal.Entry("changed", today(model, author), {"fields": sorted(changed)}, texts), author)
    return model


@transaction.atomic
def propose_model(pk: int, author: Author, *, proposed: bool, opened_version: int) -> ReplyModel:
    """Withdraw a model, or propose it again. Nothing where it is so already."""
    model = locked(pk, opened_version)
    if model.is_active != proposed:
        model.is_active = proposed
        write_event(model, journal.Entry("restored" if proposed else "withdrawn", today(model, author)), author)
    return model


def give_shipped(prefecture: Prefecture) -> None:
    """The models that a new préfecture starts from."""
    kinds = {kind.code: kind for kind in prefecture.kinds.all()}
    channels = {channel.code: channel for channel in Channel.objects.all()}
    for shipped in SHIPPED:
        model = ReplyModel.objects.create(
            prefecture=prefecture,
            code=shipped.code,
            purpose=shipped.purpose,
            title=shipped.title,
            body=shipped.body,
        )
        model.kinds.set(kinds[code] for code in shipped.kinds)
        model.channels.set(channels[code] for code in shipped.channels)


def checked(prefecture: Prefecture, terms: Terms) -> Terms:
    title, body = clean_text(terms.title), clean_text(terms.body.replace("\r\n", "\n"))
    if terms.purpose not in ReplyPurpose.values:
        raise InvalidCommand("Choisissez à quoi sert ce modèle.", field="purpose")
    if not title:
        raise InvalidCommand("Donnez un titre\xa0: les agents choisissent par lui.", field="title")
    if len(title) > TITLE_LENGTH:
        raise InvalidCommand(f"Le titre dépasse {TITLE_LENGTH} caractères ({len(title)}).", field="title")
    if not body:
        raise InvalidCommand("Écrivez le texte du modèle.", field="body")
    if len(body) > BODY_LENGTH:
        raise InvalidCommand(f"Le texte dépasse {BODY_LENGTH} caractères ({len(body)}).", field="body")
    refuse_unknown_fields(body)
    if any(kind.prefecture_id != prefecture.pk for kind in terms.kinds):
        raise InvalidCommand("Ce type de demande n’existe pas dans votre préfecture.", field="kinds")
    return Terms(terms.purpose, title, body, terms.kinds, terms.channels)


def refuse_unknown_fields(body: str) -> None:
    unknown = unknown_fields(body)
    if not unknown:
        return
    meant = [near.token for name in unknown if (near := likely_field(name))]
    hint = f" Vouliez-vous dire {' ou '.join(meant)}\xa0?" if meant else ""
    known = ", ".join(field.token for field in FIELDS)
    wrong = ", ".join(f"[{name}]" for name in unknown)
    verb = "n’est pas un champ" if len(unknown) == 1 else "ne sont pas des champs"
    raise InvalidCommand(
        f"{wrong} {verb}.{hint} Les champs connus sont\xa0: {known}. Pour un passage que l’agent écrira\xa0: "
        "[à compléter\xa0: …].",
        field="body",
    )


def free_code(prefecture: Prefecture, title: str) -> str:
    """A code that no model of the préfecture has, after its title."""
    stem = slugify(title)[:50].strip("-") or "modele"
    taken = set(ReplyModel.objects.filter(prefecture=prefecture, code__startswith=stem).values_list("code", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(code for code in numbered if code not in taken)


def locked(pk: int, opened_version: int) -> ReplyModel:
    model = ReplyModel.objects.select_for_update(of=("self",)).select_related("prefecture").get(pk=pk)
    if model.version != opened_version:
        raise StaleVersion("Ce modèle a été modifié depuis l’ouverture de la page.")
    return model


def today(model: ReplyModel, author: Author) -> date:
    return clock.local_date(author.moment, model.prefecture.time_zone)


def write_event(model: ReplyModel, entry: journal.Entry, author: Author) -> None:
    event = journal.record(model, entry, author.act(author.moment), prefecture_id=model.prefecture_id)
    model.version = event.number
    model.save(update_fields=["purpose", "title", "body", "is_active", "version"])
