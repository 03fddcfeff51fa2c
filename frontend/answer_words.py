"""What « répondre » is called, by what the kind of a demande promises: a page of the site is put online."""

from dataclasses import dataclass
from typing import Final

from tracker.enums import Purpose


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """`act`: on a button; `short`: on a row; `done`: afterwards, without its full stop; `left`: what the journal says,
    before a date; `thing`: what is late or missing, with its article; `day`, `undated`: the columns of a register."""

    act: str
    short: str
    done: str
    left: str
    thing: str
    day: str
    undated: str
    missing: str


ANSWER: Final = AnswerWords(
    act="Enregistrer la réponse",
    short="Répondre",
    done="Réponse enregistrée",
    left="Réponse partie",
    thing="la réponse est partie",
    day="Répondu le",
    undated="Réponse sans date",
    missing="Indiquez le jour du départ, ou cochez «\xa0Date inconnue\xa0».",
)
PUT_ONLINE: Final = AnswerWords(
    act="Enregistrer la mise en ligne",
    short="Mettre en ligne",
    done="Mise en ligne enregistrée",
    left="Mise en ligne faite",
    thing="la mise en ligne a été faite",
    day="Mis en ligne le",
    undated="Mise en ligne sans date",
    missing="Indiquez le jour de la mise en ligne, ou cochez «\xa0Date inconnue\xa0».",
)


def answer_words(purpose: str) -> AnswerWords:
    """Of a demande whose kind promises `purpose`."""
    return PUT_ONLINE if purpose == Purpose.UPDATE else ANSWER
