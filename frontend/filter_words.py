"""The filters of a list as a sentence: « courriels · bureau du séjour · reçues depuis le 1er octobre · en retard »."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.http import urlencode

from frontend.filters import TicketFilter
from frontend.wording import plain_date
from tracker.enums import State
from tracker.filters import AGENT_CHOICES, ENDED, OPEN
from tracker.registry import Situation

PLURAL_CHANNELS: Final = {
    "letter": "courriers",
    "email": "courriels",
    "form": "formulaires en ligne",
    "box": "urne",
    "counter": "accueil",
    "phone": "téléphone",
    "online_review": "avis en ligne",
    "social": "réseaux sociaux",
}
PLURAL_STATES: Final = {
    OPEN: "ouvertes",
    ENDED: "closes",
    State.REGISTERED: "à affecter",
    State.ASSIGNED: "affectées",
    State.IN_PROGRESS: "en cours",
    State.AWAITING_REQUESTER: "en attente du demandeur",
    State.ON_HOLD: "réponse d’attente envoyée",
    State.PROPOSED: "date proposée",
    State.CONFIRMED: "date confirmée",
    State.ANSWERED: "répondues",
    State.MET: "rendez-vous tenu",
    State.CLOSED: "closes après réponse",
    State.FORWARDED: "transmises",
    State.DISMISSED: "sans suite",
    State.MERGED: "fusionnées",
}
PLACE: Final = ("from",)
"""Parameters that say where one stands in the list: forgotten when the list changes."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One filter in words, and the address of the same list without it."""

    label: str
    url: str


def tags(filters: TicketFilter, query: QueryDict, path: str) -> list[Tag]:
    """The filters in use, each with the way to take it off. The form must be valid."""
    found = []
    for name in filters.active:
        value = filters.form.cleaned_data[name]
        for one in value if isinstance(value, list) else [value]:
            typed = one if isinstance(value, list) else None
            found.append(Tag(words(filters, name, one), without(query, path, name, typed)))
    return found


def words(filters: TicketFilter, name: str, value: Any) -> str:
    today = filters.situations.first.today if filters.situations.first else None
    match name:
        case "channel" if value in PLURAL_CHANNELS:
            return PLURAL_CHANNELS[value]
        case "kind" | "channel" | "nature" | "office" | "site":
            return small(getattr(filters.facets, name)[value][1])
        case "assignee":
            return f"confiées à {filters.facets.assignee[value][1]}"
        case "theme" | "mailbox":
            label = getattr(filters.facets, name)[value][1]
            return f"{'thème' if name == 'theme' else 'boîte'} «\xa0{label}\xa0»"
        case "state":
            return PLURAL_STATES[value]
        case "situation":
            return Situation(value).label
        case "module":
            return f"module {value}"
        case "received_from":
            return f"reçues depuis le {plain_date(value, today)}"
        case "received_to":
            return f"reçues jusqu’au {plain_date(value, today)}"
        case "imported":
            return f"venues de l’import n°\xa0{value}"
        case "agent":
            return small(dict(AGENT_CHOICES)[value])
        case _:
            return f"contenant «\xa0{value}\xa0»"


def small(label: str) -> str:
    """A label inside a sentence: « bureau du séjour », but « DETR » stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def without(query: QueryDict, path: str, name: str, value: str | None = None) -> str:
    """The address of the list without one filter, or without one of its values."""
    left = [
        (key, each)
        for key, values in query.lists()
        for each in values
        if each and key not in PLACE and (key != name or (value is not None and each != value))
    ]
    return f"{path}?{urlencode(left)}" if left else path


def with_values(query: QueryDict, path: str, **values: str) -> str:
    """The address of the same list with other values; an empty one takes the parameter off."""
    left = [
        (key, each) for key, found in query.lists() for each in found if each and key not in PLACE and key not in values
    ]
    left += [(key, value) for key, value in values.items() if value]
    return f"{path}?{urlencode(left)}" if left else path
