"""The journal of a demande in French sentences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from frontend.answer_words import ANSWER, AnswerWords
from frontend.wording import plain_date
from tracker import kept
from tracker.clock import zone
from tracker.deadlines import day
from tracker.enums import DismissalReason
from tracker.filetypes import TYPES
from tracker.models import Attachment, Channel, Event, Office, Ticket, User
from tracker.text import size_words

FIELD_LABELS: Final = {
    "sender_name": "expéditeur",
    "sender_contact": "adresse de réponse",
    "subject": "objet",
    "body": "texte",
    "received_on": "date d’arrivée",
    "postmark_on": "cachet de la poste",
    "channel_id": "canal",
    "nature_id": "nature",
    "module": "module",
    "theme_id": "thème",
    "mailbox_id": "boîte",
    "kind_id": "type",
    "state": "état",
    "office_id": "bureau",
    "assignee_id": "agent",
    "signature_since": "mise à la signature",
}
"""How a person calls the columns that an event names."""

TEXT_LABELS: Final = {
    "note": "",
    "missing": "Il manque",
    "reason": "Motif",
    "evidence": "Ligne du registre d’origine",
    "was_sender_name": "Ancien expéditeur",
    "was_sender_contact": "Ancienne adresse de réponse",
    "was_subject": "Ancien objet",
    "was_body": "Ancien texte",
}
ERASED: Final = "texte éliminé"


@dataclass(frozen=True, slots=True)
class Quote:
    """A text that an event carries; `erased`: it was eliminated, and the journal still says that it was there."""

    label: str
    text: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `cancelled`: a later act undid it."""

    number: int
    at: datetime
    sentence: str
    quotes: tuple[Quote, ...]
    cancelled: bool
    actor: str


@dataclass(frozen=True, slots=True)
class Names:
    """What the events of a journal call by identifiers. A demande that the reader may not see has no reference here."""

    offices: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)
    references: Mapping[int, str] = field(default_factory=dict)
    # By key; empty once eliminated.
    files: Mapping[str, str] = field(default_factory=dict)
    answer: AnswerWords = ANSWER

    def office(self, office_id: int | None) -> str:
        return self.offices.get(office_id or 0, "bureau supprimé")

    def person(self, user_id: int | None) -> str:
        return self.people.get(user_id or 0, "un agent")

    def reference(self, ticket_id: int | None) -> str:
        return self.references.get(ticket_id or 0, "une autre demande")


def names_for(events: Iterable[Event], reader: User, answer: AnswerWords = ANSWER) -> Names:
    """At most three queries, whatever the length of the journal. `answer`: what answering such a demande is called."""
    offices, people, channels, tickets, files = set(), set(), set(), set(), set()
    for event in events:
        changes = event.data.get("changes", {})
        offices |= {event.data.get("office"), *changes.get("office_id", ())}
        people |= {event.data.get("assignee"), *changes.get("assignee_id", ())}
        channels.add(event.data.get("channel"))
        tickets |= {event.data.get("into"), event.data.get("from")}
        files.add(event.data.get("attachment"))
    visible = Ticket.objects.visible_to(reader) if any(tickets) else Ticket.objects.none()
    return Names(
        offices={row.pk: row.name for row in kept.rows(Office) if row.pk in offices},
        people={row.pk: row.short_name for row in User.objects.filter(pk__in=people - {None})},
        channels={row.pk: row.label for row in kept.rows(Channel) if row.pk in channels},
        references=dict(visible.filter(pk__in=tickets - {None}).values_list("pk", "reference")),
        files={str(row.key): row.name for row in Attachment.objects.filter(key__in=files - {None})},
        answer=answer,
    )


def timeline(events: Sequence[Event], names: Names, time_zone: str, today: date) -> list[Line]:
    """The journal, oldest first. `events` come with their actor and their texts."""
    cancelled = {number for event in events if event.kind == "undone" for number in event.data["events"]}
    return [line(event, names, time_zone, today, cancelled=event.number in cancelled) for event in events]


def line(event: Event, names: Names, time_zone: str, today: date, *, cancelled: bool = False) -> Line:
    actor = event.actor.short_name if event.actor else ""
    words = SENTENCES.get(event.kind, other)(event, names, today)
    return Line(
        number=event.number,
        at=event.recorded_at.astimezone(zone(time_zone)),
        sentence=words,
        quotes=tuple(
            Quote(TEXT_LABELS.get(text.name, ""), ERASED if text.erased_at else text.text, text.erased_at is not None)
            for text in event.texts.all()
        ),
        cancelled=cancelled,
        actor=actor,
    )


# --- One sentence per kind of event -------------------------------------------------------------------------------

Words = Callable[[Event, Names, date], str]


def on(event: Event, today: date, key: str = "on") -> str:
    """« le 12 novembre »; empty without such a date."""
    found = day(event.data, key)
    return f"le {plain_date(found, today)}" if found else ""


def registered(event: Event, _names: Names, today: date) -> str:
    return f"Enregistrée, reçue {on(event, today, 'received_on')}"


def assigned(event: Event, names: Names, _today: date) -> str:
    person = event.data.get("assignee")
    to = f", confiée à {names.person(person)}" if person else ""
    return f"Affectée\xa0: {names.office(event.data['office'])}{to}"


def reassigned(event: Event, names: Names, today: date) -> str:
    before = event.data.get("changes", {}).get("office_id", [None])[0]
    came_from = f" (auparavant\xa0: {names.office(before)})" if before else ""
    return assigned(event, names, today).replace("Affectée", "Réaffectée", 1) + came_from


def handed_over(event: Event, names: Names, _today: date) -> str:
    person = event.data["assignee"]
    return f"Confiée à {names.person(person)}" if person else "Rendue au bureau, sans agent désigné"


def taken(_event: Event, _names: Names, _today: date) -> str:
    return "Prise en charge"


def sent_back(event: Event, names: Names, _today: date) -> str:
    if event.data["office"] is None:  # reopened, and nobody held it
        return "Remise dans les arrivées, à affecter"
    return f"Rendue au service du courrier («\xa0pas pour nous\xa0») par {names.office(event.data['office'])}"


def noted(_event: Event, _names: Names, _today: date) -> str:
    return "Note"


def reminded(event: Event, names: Names, _today: date) -> str:
    return f"Relance\xa0: {names.office(event.data['office'])}"


def signature_marked(event: Event, _names: Names, today: date) -> str:
    since = on(event, today, "since")
    return f"À la signature depuis {since}" if since else "Revenue de la signature"


def attachment_added(event: Event, names: Names, _today: date) -> str:
    known = TYPES.get(event.data["type"])
    what = f"{known.label if known else 'fichier'}, {size_words(event.data['size'])}"
    name = names.files.get(event.data["attachment"])
    said = f"\xa0: «\xa0{name}\xa0»" if name else ", éliminée depuis"
    return f"Pièce jointe ajoutée{said} ({what})"


def attachment_removed(event: Event, names: Names, _today: date) -> str:
    name = names.files.get(event.data["attachment"])
    return f"Pièce jointe retirée\xa0: «\xa0{name}\xa0»" if name else "Pièce jointe retirée, puis éliminée"


def asked(event: Event, _names: Names, today: date) -> str:
    until = day(event.data, "until")
    awaited = f", attendue jusqu’au {plain_date(until, today)}" if until else ""
    return f"Pièce demandée {on(event, today)}{awaited}"


def completed(event: Event, _names: Names, today: date) -> str:
    return f"Pièce reçue {on(event, today)}\xa0: le délai repart"


def held(event: Event, _names: Names, today: date) -> str:
    sentence = f"Réponse d’attente partie {on(event, today)}"
    if promised := on(event, today, "promised_on"):
        sentence += f", réponse promise pour {promised}"
    if event.data["shifted"]:
        sentence += " (premier jour ouvré après la date choisie)"
    return sentence


def answered(event: Event, names: Names, today: date) -> str:
    channel = names.channels.get(event.data.get("channel") or 0)
    by = f" ({channel.lower()})" if channel else ""
    if departure := on(event, today):
        return f"{names.answer.left} {departure}{by}"
    return f"{names.answer.left} à une date inconnue{by}"


def proposed(event: Event, _names: Names, today: date) -> str:
    return f"Rendez-vous proposé {on(event, today)} pour {on(event, today, 'meeting_on')}"


def confirmed(event: Event, _names: Names, today: date) -> str:
    return f"Date confirmée {on(event, today)}"


def met(event: Event, _names: Names, today: date) -> str:
    why = ", à une date choisie par le demandeur" if event.data.get("requester_unavailable") else ""
    return f"Rendez-vous tenu {on(event, today)}{why}"


def called_off(event: Event, _names: Names, today: date) -> str:
    by = "par le demandeur" if event.data["by"] == "requester" else "par la préfecture"
    what = "Date refusée" if event.data["act"] == "declined" else "Rendez-vous annulé"
    end = "\xa0; aucune autre date ne sera cherchée" if event.data["ends"] else ""
    return f"{what} {by} {on(event, today)}{end}"


def closed(event: Event, _names: Names, _today: date) -> str:
    return "Close" if event.actor_id else "Close d’elle-même, quelques jours après la réponse"


def forwarded(event: Event, _names: Names, today: date) -> str:
    return (
        f"Transmise {on(event, today)} à l’administration compétente, expéditeur prévenu {on(event, today, 'told_on')}"
    )


def dismissed(event: Event, _names: Names, today: date) -> str:
    reason = DismissalReason(event.data["reason"]).label.lower()
    outside = "\xa0; sortie du calcul des délais confirmée" if event.data.get("confirmed") else ""
    return f"Classée sans suite {on(event, today)}\xa0: {reason}{outside}"


def merged(event: Event, names: Names, _today: date) -> str:
    return f"Fusionnée avec {names.reference(event.data['into'])}"


def absorbed(event: Event, names: Names, _today: date) -> str:
    moved = "\xa0; l’arrivée la plus ancienne est gardée" if "openings" in event.data else ""
    return f"A reçu {names.reference(event.data['from'])}, fusionnée avec elle{moved}"


def reopened(event: Event, _names: Names, today: date) -> str:
    if event.data["cause"] == "mistake":
        return "Rouverte\xa0: elle avait été terminée par erreur"
    return f"Rouverte\xa0: nouveau message reçu {on(event, today)}"


def corrected(event: Event, _names: Names, today: date) -> str:
    changes = event.data.get("changes", {})
    words = []
    for name in event.data["fields"]:
        label = FIELD_LABELS.get(name, name)
        old, new = changes.get(name, (None, None))
        if name.endswith("_on") and old and new:
            dates = [plain_date(date.fromisoformat(value), today) for value in (old, new)]
            label += f" ({dates[1]} au lieu du {dates[0]})"
        words.append(label)
    return f"Corrigée\xa0: {', '.join(words)}"


def recomputed(_event: Event, _names: Names, _today: date) -> str:
    return "Échéance recalculée, une règle ou le calendrier ayant changé"


def eliminated(_event: Event, _names: Names, _today: date) -> str:
    return "Textes éliminés, avec le visa des archives départementales"


def undone(_event: Event, _names: Names, _today: date) -> str:
    return "Dernière action annulée"


def other(event: Event, _names: Names, today: date) -> str:
    """An event of a part built on the register that has no sentence of its own."""
    return f"Évènement «\xa0{event.kind}\xa0» du {plain_date(event.occurred_on, today)}"


SENTENCES: Final[dict[str, Words]] = {
    words.__name__: words
    for words in (
        registered, assigned, reassigned, handed_over, taken, sent_back, noted, reminded, signature_marked,
        attachment_added, attachment_removed, asked, completed, held, answered, proposed, confirmed, met, called_off,
        closed, forwarded, dismissed, merged, absorbed, reopened, corrected, recomputed, undone, eliminated,
    )
}  # fmt: skip
