"""The journal of an action in French sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tracker.clock import zone
from tracker.models import Event

SENTENCES: Final = {
    "recorded": "enregistrée",
    "planned": "inscrite au plan",
    "declined": "non retenue",
    "reconsidered": "à réexaminer",
    "started": "commencée",
    "put_back": "remise à faire",
    "done": "faite",
    "verified": "vérifiée",
    "abandoned": "abandonnée",
    "reopened": "reprise",
    "changed": "modifiée",
    "linked": "liée à une demande",
    "evidence_added": "preuve ajoutée",
    "evidence_withdrawn": "preuve retirée",
}
FIELDS: Final = {
    "title": "intitulé",
    "description": "constat",
    "expected_result": "résultat attendu",
    "pilot_name": "pilote",
    "pilot_id": "pilote",
    "contributors": "contributeurs",
    "progress_note": "avancement",
    "module": "module",
    "strand": "volet",
    "strand_item": "rubrique",
    "engagement_id": "engagement",
    "source_id": "source",
    "office_id": "bureau",
    "site_id": "site",
    "priority": "priorité",
    "opened_on": "ouverture",
    "due_on": "échéance",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event: when, what, by whom, and the words that it carries."""

    at: datetime
    sentence: str
    who: str
    quote: str


def told(events: Iterable[Event], time_zone: str) -> list[Told]:
    return [
        Told(
            event.recorded_at.astimezone(zone(time_zone)),
            sentence(event),
            event.actor.short_name if event.actor else "Sillage",
            next((row.text for row in event.texts.all() if row.name in ("reason", "label")), ""),
        )
        for event in events
    ]


def sentence(event: Event) -> str:
    """« modifiée : échéance, pilote »."""
    said = SENTENCES[event.kind]
    if event.kind != "changed":
        return said
    names = (*event.data.get("fields", ()), *event.data.get("changes", ()))
    labels = dict.fromkeys(FIELDS[name] for name in names if name in FIELDS)
    return f"{said}\xa0: {', '.join(labels)}" if labels else said
