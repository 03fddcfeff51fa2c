"""The columns of a table of demandes to register: which there are for a kind, and how their cells are read."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from frontend.forms.fields import parse_day
from tracker.desks import Desk
from tracker.enums import Machine
from tracker.importing.lookups import offices_by_name
from tracker.models import Channel, Mailbox, Nature, Office, Theme, TicketKind
from tracker.spreadsheets.cells import NOTHING, Fault, Parser, Value, parse_date, parse_open_date, remembered, shown
from tracker.spreadsheets.layouts import pasted_layout
from tracker.spreadsheets.vocabulary import CHANNELS, NATURES
from tracker.spreadsheets.wording import fold, quoted
from tracker.workdays import FIRST_DAY, LAST_DAY

BASE: Final = ("received_on", "sender", "subject", "channel", "office")
REPLY: Final = ("answered_on",)
MEETING: Final = ("proposed_on", "meeting_on", "met_on")
FURTHER: Final = ("sender_contact", "nature", "theme", "mailbox", "notes")
LABELS: Final = {
    "received_on": "Reçu le",
    "sender": "Expéditeur",
    "subject": "Objet",
    "channel": "Canal",
    "office": "Bureau",
    "answered_on": "Répondu le",
    "proposed_on": "Proposé le",
    "meeting_on": "Rendez-vous le",
    "met_on": "Tenu le",
    "sender_contact": "Adresse de réponse",
    "nature": "Nature",
    "theme": "Thème",
    "mailbox": "Boîte fonctionnelle",
    "notes": "Texte",
}
"""As the form of « Enregistrer » says them, shorter where the head of a column is narrow."""
SAID_OTHERWISE: Final = {"published_on": "answered_on"}
"""What a register of another kind calls the same thing."""
MULTILINE: Final = frozenset({"notes"})
CLOSE_ENOUGH: Final = 0.6


@dataclass(frozen=True, slots=True)
class RowColumn:
    """`base`: shown even where nothing pasted says it. `choices`: what its cells may name, in order."""

    code: str
    label: str
    base: bool
    parse: Parser
    choices: tuple[str, ...] = ()

    @property
    def multiline(self) -> bool:
        return self.code in MULTILINE


def codes_for(kind: TicketKind) -> tuple[str, ...]:
    """The columns that a table of this kind may have: the usual ones in the product's own order, then the others."""
    return (*base_codes(kind), *FURTHER)


def base_codes(kind: TicketKind) -> tuple[str, ...]:
    return BASE + (MEETING if kind.machine == Machine.MEETING else REPLY)


class Book:
    """What the cells of a page may name, read once: five queries whatever the number of rows."""

    def __init__(self, desk: Desk, kind: TicketKind, today: date) -> None:
        self.kind, self.today = kind, today
        prefecture = desk.prefecture
        self.channels = list(Channel.objects.all())
        self.natures = list(Nature.objects.all())
        self.offices = list(Office.objects.filter(prefecture=prefecture, is_active=True))
        self.themes = list(Theme.objects.filter(prefecture=prefecture, is_active=True))
        self.mailboxes = list(Mailbox.objects.filter(prefecture=prefecture, is_active=True))
        self.columns = {code: self.column(code) for code in codes_for(kind)}

    def column(self, code: str) -> RowColumn:
        names, parse = self.reader(code)
        return RowColumn(code, LABELS[code], code in base_codes(self.kind), remembered(parse), tuple(names))

    def reader(self, code: str) -> tuple[Sequence[str], Parser]:
        """What the cells of a column may name, if it is a list, and how one of them is read."""
        match code:
            case "channel":
                return coded(self.channels, CHANNELS, "un canal connu")
            case "nature":
                return coded(self.natures, NATURES, "une nature connue")
            case "office":
                words = {name: office.pk for name, office in offices_by_name(self.offices, fold).items()}
                names = [office.name for office in self.offices]
                return names, partial(named, words=words, names=names, what="un bureau de la préfecture")
            case "theme":
                return labelled({theme.label: theme.pk for theme in self.themes}, "un thème de la préfecture")
            case "mailbox":
                return labelled({box.name: box.pk for box in self.mailboxes}, "une boîte de la préfecture")
            case "answered_on":
                return (), partial(read_day, today=self.today, may_be_undated=True)
            case _ if code.endswith("_on"):
                return (), partial(read_day, today=self.today)
            case _:
                column = pasted_layout(self.kind.code).by_code[code]
                return (), column.parser()


def coded(
    rows: Sequence[Channel] | Sequence[Nature], vocabulary: Mapping[str, str], what: str
) -> tuple[list[str], Parser]:
    """By the words that registers use, and by our own."""
    by_code = {row.code: row.pk for row in rows}
    words = {word: by_code[code] for word, code in vocabulary.items() if code in by_code}
    words |= {fold(row.label): row.pk for row in rows}
    names = [row.label for row in rows]
    return names, partial(named, words=words, names=names, what=what)


def labelled(rows: Mapping[str, int], what: str) -> tuple[list[str], Parser]:
    names = list(rows)
    words = {fold(name): pk for name, pk in rows.items()}
    return names, partial(named, words=words, names=names, what=what)


def named(cell: object, *, words: Mapping[str, int], names: Sequence[str], what: str) -> Value | Fault | None:
    """The row that a cell names; else the name that looks most like it is proposed."""
    text = shown(str(cell))
    if text.lower() in NOTHING:
        return None
    word = fold(text)
    if word in words:
        return words[word]
    by_key = {fold(name): name for name in names}
    near = difflib.get_close_matches(word, by_key, 1, CLOSE_ENOUGH) or [key for key in by_key if word and word in key]
    hint = f"Vouliez-vous dire «\xa0{by_key[near[0]]}\xa0»\xa0?" if near else "Choisissez dans la liste proposée."
    return Fault(f"{quoted(text)} n’est pas {what}.", hint)


def read_day(cell: object, *, today: date, may_be_undated: bool = False) -> Value | Fault | None:
    """A date as registers write it, and as a person types it in our forms: without its year, it is that day of the
    year nearest to `today`."""
    text = str(cell)
    found = parse_open_date(text) if may_be_undated else parse_date(text)
    if not isinstance(found, Fault):
        return found
    day = parse_day(text.strip(), today)
    if day is None:
        years = (parse_date(text, year=year) for year in (today.year - 1, today.year, today.year + 1))
        days = [each for each in years if isinstance(each, date)]
        day = min(days, key=lambda each: abs((each - today).days), default=None)
    return day if day is not None and FIRST_DAY <= day <= LAST_DAY else found
