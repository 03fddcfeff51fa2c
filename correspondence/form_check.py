"""« Contrôle de forme » of what is about to leave: the grid of a compliant reply (référentiel, engagement 16; CRPA).

A pure function of the text and of what is expected in it. It points and explains; it never forbids, and what only a
person can judge is said to be « à vérifier ».
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from correspondence.enums import ReplyPurpose, Verdict
from correspondence.form_reading import (
    EMAIL,
    MARKS,
    PHONE,
    POSTCODE,
    dates_in,
    delay_in,
    holds,
    longest_sentence,
    plain,
)
from correspondence.reply_fields import left_to_complete
from correspondence.sender import UNNAMED, Sender
from tracker.dates import plain_date

LONG_SENTENCE = 40
"""Words beyond which a sentence is hard to follow."""
STIFF_WORDS: Final = (
    "susvisé", "susvisée", "susmentionné", "susmentionnée", "nonobstant", "il appert", "sus-indiqué", "par-devers",
    "en tant que de besoin", "aux fins de", "diligenter", "idoine", "afférent", "afférente", "sous le timbre",
    "l’intéressé", "subséquent", "obérer", "nous avons l’honneur de vous faire connaître", "ledit", "ladite",
)  # fmt: skip
REFUSALS: Final = re.compile(
    r"(?:suite|reponse) defavorable"
    r"|\bn(?:e |')[^.]{0,40}\b(?:donner|reserver)\b[^.]{0,40}suite favorable"
    r"|\brejet\w*.{0,40}\bdemande|\bdemande\b.{0,40}\brejet\w*|\bje (?:suis au regret|refuse)"
    r"|\brefus(?:e|er|ons|ee?)?\b.{0,40}\bdemande|\bdemande\b.{0,60}\brefus(?:ee?|es)?\b"
    r"|ne peut (?:pas )?etre accueillie"
    r"|decision de (?:refus|rejet)|avis defavorable|suite favorable ne peut"
)
GRID: Final = "Référentiel Qual-e-Pref, engagement 16"
IDENTITY: Final = "CRPA, article L. 111-2"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the act for which a letter is written: as typed in its form, else as recorded."""

    promised_on: date | None = None
    missing: str = ""
    until: date | None = None
    to: str = ""
    forwarded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the demande and the act say that the letter should give; what is not known stays empty."""

    purpose: str
    today: date
    reference: str
    subject: str
    sender: Sender
    facts: Facts = Facts()
    received_on: date | None = None
    implicit_on: date | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the grid: what is looked for, the verdict, what was found or is to be done, the rule behind it."""

    label: str
    verdict: Verdict
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The text, read once."""

    text: str
    words: str
    dates: frozenset[date]
    expected: Expected

    @property
    def later_dates(self) -> list[date]:
        """The dates still to come that it gives."""
        return sorted(day for day in self.dates if day > self.expected.today)


def check(text: str, expected: Expected) -> list[Remark]:
    """The grid, in the order in which a letter is read; the points that a purpose does not call for are left out."""
    letter = Letter(text, plain(text), frozenset(dates_in(text, expected.today)), expected)
    return [*_heading(letter), *_content(letter), *_purpose(letter), *_sender(letter)]


# --- Heading ------------------------------------------------------------------------------------------------------


def _heading(letter: Letter) -> Iterator[Remark]:
    reference, subject = letter.expected.reference, letter.expected.subject
    if holds(letter.words, reference):
        yield Remark("Référence", Verdict.PRESENT, "Elle permet de retrouver la demande.", GRID)
    elif re.search(r"\b(?:ref|reference|numero)\b|\bn°", letter.words):
        yield Remark("Référence", Verdict.TO_CHECK, f"Une référence est donnée, mais pas {reference}.", GRID)
    else:
        yield Remark("Référence", Verdict.MISSING, f"Rappelez la référence {reference}.", GRID)
    if re.search(r"\bobjet ?:", letter.words) or holds(letter.words, subject):
        yield Remark("Objet", Verdict.PRESENT, "Le lecteur sait d’emblée de quoi il s’agit.", GRID)
    else:
        yield Remark("Objet", Verdict.MISSING, "Commencez par «\xa0Objet\xa0: …\xa0», ou rappelez la demande.", GRID)


# --- Content ------------------------------------------------------------------------------------------------------


def _content(letter: Letter) -> Iterator[Remark]:
    left = left_to_complete(letter.text)
    if left:
        yield Remark("Passages à compléter", Verdict.MISSING, f"Il reste\xa0: {', '.join(left)}.", GRID)
    else:
        yield Remark("Passages à compléter", Verdict.CLEAR, "Tous les champs sont remplis.", GRID)
    if letter.expected.purpose == ReplyPurpose.REPLY:
        yield Remark(
            "Réponse à la question",
            Verdict.TO_CHECK,
            "Relisez la demande\xa0: chaque question a-t-elle sa réponse\xa0?",
            GRID,
        )
    hard = list(_hard_to_read(letter))
    if hard:
        yield Remark("Langage compréhensible", Verdict.TO_CHECK, " ".join(hard), GRID)
    else:
        words = f"Aucune phrase de plus de {LONG_SENTENCE} mots, aucune formule administrative de la liste."
        yield Remark("Langage compréhensible", Verdict.CLEAR, words, GRID)


def _hard_to_read(letter: Letter) -> Iterator[str]:
    longest = longest_sentence(letter.text)
    count = len(longest.split())
    if count > LONG_SENTENCE:
        beginning = " ".join(longest.split()[:6])
        yield f"Une phrase compte {count} mots («\xa0{beginning}…\xa0»)\xa0: coupez-la."
    stiff = [words for words in STIFF_WORDS if holds(letter.words, words)]
    if stiff:
        yield f"À dire plus simplement\xa0: {', '.join(stiff)}."
    if MARKS.search(letter.text):
        yield "Des signes de mise en forme (**, #, `) partiraient tels quels."


# --- What the purpose calls for -----------------------------------------------------------------------------------


def _purpose(letter: Letter) -> Iterator[Remark]:
    match letter.expected.purpose:
        case ReplyPurpose.REPLY:
            yield _appeal(letter)
            words = "Une décision porte la signature de son auteur\xa0; un renseignement n’en demande pas."
            yield Remark("Signature", Verdict.TO_CHECK, words, "CRPA, article L. 212-1")
        case ReplyPurpose.HOLDING:
            yield _promise(letter)
        case ReplyPurpose.PIECES:
            yield from _pieces(letter)
        case ReplyPurpose.FORWARDING:
            yield from _forwarding(letter)
        case ReplyPurpose.ACKNOWLEDGEMENT:
            yield from _acknowledgement(letter)


def _appeal(letter: Letter) -> Remark:
    label, source = "Voies et délais de recours", "Code de justice administrative, article R. 421-5"
    court, delay = holds(letter.words, "tribunal administratif"), delay_in(letter.text) or "deux mois" in letter.words
    if court and delay:
        return Remark(label, Verdict.PRESENT, "Le tribunal et le délai sont indiqués.", source)
    if court:
        return Remark(label, Verdict.TO_CHECK, "Le tribunal est indiqué, mais pas le délai pour le saisir.", source)
    if REFUSALS.search(letter.words):
        words = "La réponse semble défavorable\xa0: sans ces mentions, le délai de recours ne court pas."
        return Remark(label, Verdict.MISSING, words, source)
    return Remark(label, Verdict.CLEAR, "À indiquer seulement si la réponse est défavorable.", source)


def _promise(letter: Letter) -> Remark:
    label, source = "Délai annoncé", "Référentiel Qual-e-Pref, engagements 16 et 17"
    promised = letter.expected.facts.promised_on
    if promised and promised in letter.dates:
        return Remark(label, Verdict.PRESENT, f"La réponse est annoncée pour le {plain_date(promised)}.", source)
    if promised:
        words = f"La date saisie dans Sillage, {plain_date(promised)}, n’est pas dans le texte."
        return Remark(label, Verdict.TO_CHECK if letter.later_dates else Verdict.MISSING, words, source)
    if letter.later_dates:
        words = f"Une date est annoncée, {plain_date(letter.later_dates[0])}\xa0: saisissez la même dans Sillage."
        return Remark(label, Verdict.PRESENT, words, source)
    delay = delay_in(letter.text)
    if delay:
        return Remark(label, Verdict.TO_CHECK, f"«\xa0{delay}\xa0»\xa0: une date est plus claire qu’une durée.", source)
    return Remark(label, Verdict.MISSING, "Sans délai annoncé, ce n’est pas une réponse d’attente.", source)


def _pieces(letter: Letter) -> Iterator[Remark]:
    label, source = "Pièces demandées", "CRPA, article L. 114-5"
    wanted = [line.strip(" -–•*\t;.") for line in letter.expected.facts.missing.splitlines()]
    absent = [line for line in wanted if line and not holds(letter.words, line)]
    if absent:
        yield Remark(label, Verdict.MISSING, f"Saisi dans Sillage et absent du texte\xa0: {', '.join(absent)}.", source)
    elif any(wanted):
        yield Remark(label, Verdict.PRESENT, "Tout ce qui a été saisi dans Sillage est demandé.", source)
    else:
        yield Remark(label, Verdict.TO_CHECK, "Chaque pièce manquante doit être nommée.", source)
    yield _until(letter, source)
    if re.search(r"suspend|interromp|recommenc|court a compter|reput", letter.words):
        yield Remark("Effet sur le délai", Verdict.PRESENT, "Le demandeur sait ce que devient son délai.", source)
    else:
        words = "Dites que le délai au terme duquel le silence vaut rejet est suspendu."
        yield Remark("Effet sur le délai", Verdict.TO_CHECK, words, source)


def _until(letter: Letter, source: str) -> Remark:
    label, until = "Date limite des pièces", letter.expected.facts.until
    if until and until in letter.dates:
        return Remark(label, Verdict.PRESENT, f"Les pièces sont attendues pour le {plain_date(until)}.", source)
    if until:
        words = f"La date saisie dans Sillage, {plain_date(until)}, n’est pas dans le texte."
        return Remark(label, Verdict.TO_CHECK if letter.later_dates else Verdict.MISSING, words, source)
    if letter.later_dates or delay_in(letter.text):
        return Remark(label, Verdict.PRESENT, "Un délai est donné\xa0: saisissez la même date dans Sillage.", source)
    return Remark(label, Verdict.MISSING, "Fixez un délai\xa0: sans lui, rien n’est suspendu.", source)


def _forwarding(letter: Letter) -> Iterator[Remark]:
    label, source = "Administration compétente", "CRPA, article L. 114-2"
    to = letter.expected.facts.to
    if not to:
        yield Remark(label, Verdict.TO_CHECK, "L’administration qui reçoit la demande doit être nommée.", source)
    elif holds(letter.words, to):
        yield Remark(label, Verdict.PRESENT, "Le demandeur sait qui lui répondra.", source)
    else:
        yield Remark(label, Verdict.MISSING, f"Nommez-la\xa0: {to}.", source)


def _acknowledgement(letter: Letter) -> Iterator[Remark]:
    source = "CRPA, articles R. 112-5 et R. 112-11-1"
    received, implicit = letter.expected.received_on, letter.expected.implicit_on
    if received and received in letter.dates:
        yield Remark("Date de réception", Verdict.PRESENT, f"{plain_date(received)}.", source)
    elif received:
        yield Remark("Date de réception", Verdict.MISSING, f"Indiquez-la\xa0: {plain_date(received)}.", source)
    label = "Date de la décision implicite"
    if implicit and implicit in letter.dates:
        yield Remark(label, Verdict.PRESENT, f"{plain_date(implicit)}.", source)
    elif implicit:
        words = f"Indiquez le jour où le silence vaudra décision\xa0: {plain_date(implicit)}, sauf texte particulier."
        yield Remark(label, Verdict.MISSING, words, source)
    else:
        yield Remark(
            label, Verdict.TO_CHECK, "Aucune n’est connue pour cette demande\xa0: l’accusé est-il dû\xa0?", source
        )
    yield _appeal_of_silence(letter)


def _appeal_of_silence(letter: Letter) -> Remark:
    label, source = "Voies et délais de recours", "CRPA, articles L. 112-6 et R. 112-5"
    if holds(letter.words, "tribunal administratif"):
        return Remark(label, Verdict.PRESENT, "Le demandeur sait comment contester un rejet implicite.", source)
    words = "Sans elles, le délai de recours contre un rejet implicite n’est pas opposable au demandeur."
    return Remark(label, Verdict.MISSING, words, source)


# --- Who writes ---------------------------------------------------------------------------------------------------


def _sender(letter: Letter) -> Iterator[Remark]:
    sender = letter.expected.sender
    yield _anonymous(letter, sender) if sender.is_anonymous else _name(letter, sender)
    if not sender.job_title:
        words = "La vôtre n’est pas renseignée\xa0: complétez «\xa0Ma signature\xa0» dans le menu de votre compte."
        yield Remark("Qualité", Verdict.TO_CHECK, words, IDENTITY)
    else:
        yield _given("Qualité", letter, sender.job_title, "Votre fonction", IDENTITY)
    yield _given("Service", letter, sender.service or sender.prefecture, "Le bureau", f"{IDENTITY}\xa0; {GRID}")
    if POSTCODE.search(letter.text) or holds(letter.words, sender.address):
        yield Remark("Adresse administrative", Verdict.PRESENT, "Elle est dans le texte.", IDENTITY)
    else:
        address = f"\xa0: {sender.address}" if sender.address else ""
        yield Remark("Adresse administrative", Verdict.MISSING, f"Indiquez-la{address}.", IDENTITY)
    phone, email = PHONE.search(letter.text), EMAIL.search(letter.text)
    if phone or email:
        found = " et ".join(
            filter(None, ("un téléphone" if phone else "", "une adresse électronique" if email else ""))
        )
        yield Remark("Téléphone ou courriel", Verdict.PRESENT, f"Le texte donne {found}.", GRID)
    else:
        yield Remark("Téléphone ou courriel", Verdict.MISSING, "Dites comment vous joindre.", GRID)


def _name(letter: Letter, sender: Sender) -> Remark:
    label = "Prénom et nom"
    first, last = sender.first_name, sender.last_name
    if any(holds(letter.words, name) for name in (f"{first} {last}", f"{last} {first}")):
        return Remark(label, Verdict.PRESENT, sender.designation + ".", IDENTITY)
    if last and holds(letter.words, last):
        return Remark(label, Verdict.TO_CHECK, f"Le prénom est dû en entier\xa0: {sender.designation}.", IDENTITY)
    return Remark(label, Verdict.MISSING, f"Indiquez-les\xa0: {sender.designation}.", IDENTITY)


def _anonymous(letter: Letter, sender: Sender) -> Remark:
    label = "Agent, sans son nom"
    if sender.last_name and holds(letter.words, sender.last_name):
        words = "Votre nom est dans le texte, alors que vous signez sans lui."
        return Remark(label, Verdict.TO_CHECK, words, IDENTITY)
    designated = holds(letter.words, sender.designation) or holds(letter.words, UNNAMED)
    if designated or re.search(r"\bagent (?:n°|numero|matricule) ?\w", letter.words):
        return Remark(label, Verdict.PRESENT, "L’agent est désigné sans son nom.", IDENTITY)
    return Remark(label, Verdict.MISSING, f"Désignez l’agent\xa0: «\xa0{sender.designation}\xa0».", IDENTITY)


def _given(label: str, letter: Letter, wanted: str, subject: str, source: str) -> Remark:
    if holds(letter.words, wanted):
        return Remark(label, Verdict.PRESENT, f"{wanted}.", source)
    return Remark(label, Verdict.MISSING, f"{subject} n’est pas dans le texte\xa0: {wanted}.", source)
