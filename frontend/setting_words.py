"""The journal of the settings in words: who changed what, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model

from frontend import wording
from notifications.models import Escalation
from tracker.editing import AFTER, BEFORE, history
from tracker.enums import Role
from tracker.models import Event, Mailbox, Prefecture, Theme, TicketKind, User

SHOWN: Final = 30
"""Changes told on a page."""
MODELS: Final[Mapping[str, type[Model]]] = {
    str(model._meta.model_name): model for model in (TicketKind, Theme, Mailbox, User, Prefecture, Escalation)
}
LABELS: Final = {
    "label": "libellé",
    "name": "nom",
    "address": "adresse",
    "office": "bureau",
    "parent": "rattachement",
    "site": "site",
    "is_sensitive": "bureau sensible",
    "close_after_days": "clôture automatique",
    "agent_days": "la personne responsable",
    "supervisor_days": "les encadrants du bureau",
    "quality_days": "les référents qualité",
    "email": "adresse électronique",
    "first_name": "prénom",
    "last_name": "nom",
    "job_title": "qualité",
}
DONE: Final = {
    "withdrawn": "retrait des choix",
    "offered": "retour dans les choix",
    "reopened": "réouverture",
    "deactivated": "désactivation du compte",
    "reactivated": "réactivation du compte",
    "password_issued": "remise d’un mot de passe à usage unique",
    "unlocked": "déblocage du compte",
}
ERASED: Final = "texte éliminé"
EVERYWHERE: Final = "toute la préfecture"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`subject` is what the changed thing is called now."""

    event: Event
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Names:
    """What the identifiers in the events are called now."""

    offices: Mapping[int, str]
    sites: Mapping[int, str]


def settings_history(prefecture: Prefecture, *streams: str) -> list[HistoryLine]:
    """The latest changes of these kinds of settings: as many queries whatever their number."""
    return told(history(prefecture, streams, SHOWN), prefecture)


def history_of(row: Model, prefecture: Prefecture) -> list[HistoryLine]:
    """What the journal of one préfecture has of one thing, newest first."""
    events = Event.objects.filter(
        stream=str(row._meta.model_name), object_id=row.pk, prefecture=prefecture
    ).select_related("actor")
    return told(events.prefetch_related("texts").order_by("-number")[:SHOWN], prefecture)


def told(events: Iterable[Event], prefecture: Prefecture) -> list[HistoryLine]:
    events = list(events)
    if not events:
        return []
    names = Names(dict(prefecture.offices.values_list("pk", "name")), dict(prefecture.sites.values_list("pk", "name")))
    found: dict[str, Mapping[int, str]] = {"office": names.offices, "site": names.sites}
    for stream in {event.stream for event in events} - found.keys():
        rows = MODELS[stream]._default_manager.in_bulk({event.object_id for event in events if event.stream == stream})
        found[stream] = {int(pk): str(row) for pk, row in rows.items()}
    return [HistoryLine(event, found[event.stream].get(event.object_id, ""), words(event, names)) for event in events]


def words(event: Event, names: Names) -> str:
    """« libellé : « Titres » ; auparavant « Titres de séjour » »."""
    match event.kind:
        case "created":
            return "installation" if event.stream == "prefecture" else "ajout"
        case "closed":
            return f"fermeture, depuis le {wording.plain_date(event.occurred_on)}"
        case "role_given":
            return f"rôle donné\xa0: {role_words(event.data, names)}"
        case "role_ended":
            return f"rôle terminé\xa0: {role_words(event.data, names)}"
        case "changed":
            return "\xa0; ".join(change_words(event, name, names) for name in event.data["fields"])
        case kind:
            return DONE.get(kind, kind)


def change_words(event: Event, name: str, names: Names) -> str:
    texts = {text.name: "" if text.erased_at else text.text for text in event.texts.all()}
    sides = []
    for side in (AFTER, BEFORE):
        values: Mapping[str, Any] = event.data.get(side, {})
        if name in values:
            sides.append(value_words(name, values[name], names))
        else:
            key = f"{name}.{side}"
            sides.append(f"«\xa0{texts[key] or ERASED}\xa0»" if key in texts else "aucun")
    return f"{LABELS.get(name, name)}\xa0: {sides[0]}, auparavant {sides[1]}"


def value_words(name: str, value: Any, names: Names) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name.endswith("_days") and value is not None:
        return wording.working_days(value)
    if value is None:
        return "aucun"
    known = names.sites if name == "site" else names.offices if name in ("office", "parent") else {}
    return f"«\xa0{known.get(value, value)}\xa0»"


def role_words(data: Mapping[str, Any], names: Names) -> str:
    """« Agent, Bureau du séjour »."""
    return f"{Role(data['role']).label}, {place_words(names, data.get('site'), data.get('office'))}"


def place_words(names: Names, site: int | None, office: int | None) -> str:
    if office is not None:
        return names.offices.get(office, "")
    return names.sites.get(site, "") if site is not None else EVERYWHERE
