"""Deadlines, effects of an act and the legal band, as sentences."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from frontend.answer_words import answer_words
from frontend.rehearsal import Rehearsal
from frontend.wording import StripCell, Urgency, long_date, strip, urgency, working_days
from tracker.deadlines import ANSWERED_BY_REPLY, FIRST_PROMISES, DeadlineState, day
from tracker.decisions import Context
from tracker.enums import Exclusion, Outcome, Purpose
from tracker.explaining import Explanation
from tracker.legal import Acknowledgement, LegalBand

MET_BY: Final = {
    Purpose.REPLY: "réponse partie",
    Purpose.PROMISED_REPLY: "réponse partie",
    Purpose.UPDATE: "mise en ligne faite",
    Purpose.COMPLEMENT: "pièce demandée",
    Purpose.PROPOSAL: "date proposée",
    Purpose.MEETING: "rendez-vous tenu",
}
WITHOUT: Final[dict[str, str]] = {
    Purpose.UPDATE: "mise en ligne",
    Purpose.COMPLEMENT: "demande de pièce",
    Purpose.PROPOSAL: "proposition",
    Purpose.MEETING: "rendez-vous",
}
MET_BY_EVENT: Final = {"held": "réponse d’attente partie", "forwarded": "transmise"}
STARTS: Final = {
    "registered": "reçu (jour 0)",
    "completed": "pièce reçue (jour 0)",
    "held": "réponse d’attente (jour 0)",
    "reopened": "nouveau message (jour 0)",
    "proposed": "proposition (jour 0)",
}
TO_DISPATCH: Final = "Aucun bureau en service ne la tient\xa0: elle attend dans «\xa0Arrivées\xa0» qu’on l’affecte."
"""Of a demande that has just been reopened."""
VOID_BECAUSE: Final = {
    "asked": "une pièce a été demandée, le délai repart à son arrivée",
    "held": "une autre date a été promise avant celle-ci",
    "dismissed": "la demande est sans suite",
}


@dataclass(frozen=True, slots=True)
class DeadlineBlock:
    """One deadline as the demande's page shows it."""

    purpose: str
    sentence: str
    explanation: Explanation
    cells: list[StripCell]
    rule: str
    source: str
    # How near, for what runs: a date far away says enough by itself.
    near: Urgency | None

    @property
    def running(self) -> bool:
        return self.explanation.state.running

    @property
    def void(self) -> bool:
        return self.explanation.state.outcome == Outcome.VOID

    @property
    def level(self) -> str:
        """Level of urgency or result that colour and icon repeat: error, success, void or nothing."""
        levels = {Outcome.IN_TIME: "success", Outcome.LATE: "error", Outcome.VOID: "void", Outcome.EXCLUDED: "void"}
        return levels.get(Outcome(self.explanation.state.outcome), "")


def deadline_block(found: Explanation, today: date) -> DeadlineBlock:
    cells = strip(found.steps)
    if cells:
        cells[0] = replace(cells[0], note=STARTS.get(found.opened_by.kind, "jour 0"))
    return DeadlineBlock(
        purpose=Purpose(found.state.purpose).label,
        sentence=deadline_sentence(found, today),
        explanation=found,
        cells=cells,
        rule=rule_words(found),
        source=found.rule.source if found.rule else "",
        near=nearness(found, today),
    )


def nearness(found: Explanation, today: date) -> Urgency | None:
    if not found.state.running or found.state.due_on is None:
        return None
    how_near = urgency(found.state.due_on, today, found.calendar)
    return None if how_near.level == "later" else how_near


def rule_words(found: Explanation) -> str:
    if found.state.purpose == Purpose.PROMISED_REPLY:
        return "date promise par la réponse d’attente"
    if found.rule is None:
        return "aucune règle ne fixe de délai pour cette demande"
    return f"{Purpose(found.rule.purpose).label.lower()} en {working_days(found.rule.days)}"


def deadline_sentence(found: Explanation, today: date) -> str:
    """« Au plus tard mercredi 18 novembre », « Dans le délai : réponse partie lundi 16, en 4 jours ouvrés »…"""
    state = found.state
    due = long_date(state.due_on, today) if state.due_on else ""
    match Outcome(state.outcome):
        case Outcome.RUNNING:
            return f"Au plus tard {due}" if due else "Sans délai défini"
        case Outcome.EXCLUDED:
            return f"Hors calcul\xa0: {Exclusion(state.exclusion).label.lower()}."
        case Outcome.VOID:
            why = VOID_BECAUSE.get(found.ended_by.kind if found.ended_by else "", "elle ne court plus")
            return f"Sans objet\xa0: {why}."
        case Outcome.IN_TIME:
            taken = f", en {working_days(state.taken)}" if state.taken else ", le jour même"
            return f"Dans le délai\xa0: {met_words(found, today)}{taken} (échéance\xa0: {due})."
        case _:
            return f"Hors délai\xa0: {late_words(found, today, due)}."


def met_words(found: Explanation, today: date) -> str:
    verb = MET_BY_EVENT.get(found.ended_by.kind if found.ended_by else "", MET_BY[Purpose(found.state.purpose)])
    return f"{verb} {long_date(found.state.met_on, today)}" if found.state.met_on else verb


def late_words(found: Explanation, today: date, due: str) -> str:
    if found.state.met_on is not None:
        late = found.days_late
        by = f"{working_days(late)} après" if late else "juste après"
        return f"{met_words(found, today)}, {by} l’échéance du {due}"
    if found.ended_by is not None and found.ended_by.kind == "answered":
        return f"{answer_words(found.state.purpose).thing} à une date inconnue (échéance\xa0: {due})"
    return f"l’échéance du {due} est passée sans {WITHOUT.get(found.state.purpose, 'réponse')}"


# --- What an act would do -----------------------------------------------------------------------------------------


def effect_sentence(rehearsal: Rehearsal, today: date) -> str:
    """What an act would do to the deadlines, in one sentence said before confirming."""
    before = {state.key: state for state in rehearsal.before}
    parts = [
        part
        for state in rehearsal.change.deadlines
        if (part := effect_on(before.get(state.key), state, rehearsal, today))
    ]
    held = any(event.kind == "held" for event in rehearsal.change.events)
    running = [state for state in rehearsal.change.deadlines if state.running and state.due_on]
    if not parts:
        if not running:
            return "Aucune échéance ne court, rien ne change."
        nearest = min(running, key=lambda state: (state.due_on, state.purpose))
        return f"L’échéance ne change pas\xa0: au plus tard {due_words(nearest, today)}."
    for state in running if held else ():
        if state.purpose in FIRST_PROMISES:
            parts.append(f"la première échéance court toujours (au plus tard {due_words(state, today)})")
    sentence = "\xa0; ".join(dict.fromkeys(parts))
    return f"{sentence[0].upper()}{sentence[1:]}."


def due_words(state: DeadlineState, today: date) -> str:
    return long_date(state.due_on, today) if state.due_on else "sans délai défini"


def effect_on(before: DeadlineState | None, after: DeadlineState, rehearsal: Rehearsal, today: date) -> str:
    """The part of the sentence about one deadline; empty where the act leaves it as it was."""
    if before is None:
        return opened_words(after, today)
    if before == after:
        return ""
    if after.running:
        if not before.running:
            return f"l’échéance court de nouveau (au plus tard {due_words(after, today)})"
        if before.due_on == after.due_on:
            return ""
        return f"l’échéance passe du {due_words(before, today)} au {due_words(after, today)}"
    match Outcome(after.outcome):
        case Outcome.IN_TIME:
            return in_time_words(after)
        case Outcome.LATE:
            return lateness_words(after, rehearsal)
        case Outcome.VOID:
            replaced = after.purpose == Purpose.PROMISED_REPLY and not after.suspended
            return (
                "la promesse précédente est remplacée"
                if replaced
                else "le délai s’arrête, il repartira en entier à l’arrivée de la pièce"
            )
        case _:
            if after.exclusion == Exclusion.NO_RULE:
                return "aucun délai ne s’applique à cette demande"
            return f"la demande ne comptera plus dans les délais ({Exclusion(after.exclusion).label.lower()})"


def opened_words(state: DeadlineState, today: date) -> str:
    if not state.running:
        return ""
    if state.due_on is None:
        return "aucun délai ne s’applique à cette demande"
    match Purpose(state.purpose):
        case Purpose.PROMISED_REPLY:
            return f"une nouvelle échéance est promise au {due_words(state, today)}"
        case Purpose.MEETING:
            return f"le rendez-vous devra se tenir au plus tard {due_words(state, today)}"
        case _:
            return f"un nouveau délai court jusqu’au {due_words(state, today)}"


def in_time_words(state: DeadlineState) -> str:
    match Purpose(state.purpose):
        case Purpose.PROMISED_REPLY:
            return "la réponse promise sera à l’heure"
        case Purpose.MEETING:
            return "le rendez-vous sera dans les délais"
        case Purpose.PROPOSAL:
            return "la proposition sera dans les délais"
        case _:
            return "la demande sera dans les délais"


def result_words(before: Iterable[DeadlineState], context: Context) -> str:
    """What an act that is done has ended: « C’est dans le délai. », « C’est 2 jours ouvrés après l’échéance. »; empty
    where it ended nothing that counts."""
    running = {state.key for state in before if state.running}
    ended = [state for state in context.deadlines if state.key in running and not state.running and state.due_on]
    late = [state for state in ended if state.outcome == Outcome.LATE]
    if any(state.met_on is None and state.purpose in ANSWERED_BY_REPLY for state in late):
        return "Sans date de départ, elle est comptée hors délai."
    days = max((context.calendar.count(s.due_on, s.met_on) for s in late if s.due_on and s.met_on), default=0)
    if days:
        return f"C’est {working_days(days)} après l’échéance."
    if late:
        return "C’est hors délai."
    return "C’est dans le délai." if any(state.outcome == Outcome.IN_TIME for state in ended) else ""


def lateness_words(state: DeadlineState, rehearsal: Rehearsal) -> str:
    subject = {
        Purpose.PROMISED_REPLY: "la réponse promise sera",
        Purpose.MEETING: "le rendez-vous sera",
        Purpose.PROPOSAL: "la proposition sera",
    }.get(Purpose(state.purpose), "la demande sera")
    if state.met_on is None:
        undated = state.purpose in ANSWERED_BY_REPLY and any(e.kind == "answered" for e in rehearsal.change.events)
        return f"{subject} comptée hors délai, faute de date" if undated else f"{subject} comptée hors délai"
    late = rehearsal.context.calendar.count(state.due_on, state.met_on) if state.due_on else 0
    by = f", avec {working_days(late)} de retard" if late else ""
    return f"{subject} hors délai{by}"


def warnings_of(rehearsal: Rehearsal, band: LegalBand | None, today: date) -> list[str]:
    """What to know before confirming: a promise moved to a worked day, or made beyond the implicit decision."""
    found = []
    for event in rehearsal.change.events:
        promised_on = day(event.data, "promised_on")
        if event.kind != "held" or promised_on is None:
            continue
        if event.data["shifted"]:
            found.append(
                "La date choisie n’est pas un jour ouvré\xa0: "
                f"la promesse est portée au {long_date(promised_on, today)}."
            )
        if band is not None and band.implicit_on and promised_on > band.implicit_on:
            found.append(
                "Cette date dépasse celle de la décision implicite "
                f"({long_date(band.implicit_on, today)})\xa0: le silence vaudra décision avant votre réponse."
            )
    return found


# --- The legal band -----------------------------------------------------------------------------------------------

ACKNOWLEDGEMENT_WORDS: Final = {
    Acknowledgement.PAPER: "dû, sauf réponse favorable dans les quinze jours ou simple envoi d’un document (CRPA, "
    "L112-3 et R112-4).",
    Acknowledgement.BETWEEN_ADMINISTRATIONS: "non requis entre la préfecture et une collectivité.",
    Acknowledgement.INTERNAL: "non requis pour une demande des services (CRPA, L112-2).",
    Acknowledgement.SPOKEN: "sans objet pour un échange oral.",
    Acknowledgement.UNIDENTIFIED: "sans objet\xa0: personne à qui l’adresser (CRPA, L112-8).",
}


def acknowledgement_words(band: LegalBand, today: date) -> str:
    if band.acknowledge_by is None or band.receipt_by is None:
        return ACKNOWLEDGEMENT_WORDS[band.acknowledgement]
    return (
        f"dû par voie électronique au plus tard {long_date(band.acknowledge_by, today)}\xa0; accusé d’enregistrement "
        f"au plus tard {long_date(band.receipt_by, today)} (CRPA, L112-11 et R112-11-2)."
    )


def implicit_words(band: LegalBand, today: date) -> str:
    if band.implicit_on is None:
        return "aucune."
    if band.answered_before:
        return "aucune, la réponse est partie avant."
    on = long_date(band.implicit_on, today)
    paused = ", suspension pour pièce manquante comprise (L114-5)" if band.suspended_days else ""
    born = f"née du silence {on}" if band.implicit_on < today else f"le silence vaudra décision {on}"
    return f"{born}{paused}. En principe un rejet pour une réclamation ou un renseignement (CRPA, L231-1 et L231-4)."
