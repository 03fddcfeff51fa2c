"""Who is told what, when and how, as the documentation shows it: read from the registry, never written by hand."""

from typing import Final

from django.template.loader import render_to_string

from notifications import hours, inbox
from notifications.enums import Horizon, Way
from notifications.kinds import KINDS, STEPS, TOLD_AT, Kind, Told
from notifications.models import Escalation
from tracker.enums import Role

WAYS: Final = {
    Way.NONE: "rien",
    Way.APP: "dans l’application",
    Way.DIGEST: "dans l’application et le récapitulatif du jour",
    Way.MAIL: "dans l’application et par courriel aussitôt",
}
AND: Final = " ; "


def page() -> str:
    """The whole page, in Markdown."""
    context = {
        "rows": [row(kind) for kind in KINDS],
        "steps": steps(),
        "hours": hours,
        "digest": (hours.DIGEST_HOURS[0], hours.DIGEST_HOURS[-1], hours.DIGEST_HOUR),
        "kept": (inbox.KEPT_READ.days, inbox.KEPT_UNREAD.days),
    }
    return render_to_string("notifications/matrix.md", context)


def row(kind: Kind) -> dict[str, str]:
    return {
        "label": kind.label,
        "when": kind.when,
        "who": who(kind.told),
        "way": WAYS[kind.way],
        "refused": "non" if kind.compulsory else "oui",
        "events": ", ".join(f"`{event}`" for event in sorted(kind.events)) or "–",
        "horizons": AND.join(horizon.label for horizon in Horizon if horizon in kind.horizons) or "–",
        "roles": ", ".join(role.label for role in Role if role in kind.roles),
    }


def steps() -> list[tuple[int, str, str]]:
    """The ladder as proposed."""
    found, proposed = [], Escalation()
    for number, (horizon, column) in enumerate(STEPS.items(), start=1):
        days = getattr(proposed, column)
        when = f"{days} jours ouvrés de retard" if days else "dès que l’échéance est passée"
        found.append((number, who(TOLD_AT.get(horizon, (Told.HOLDER,))), when))
    return found


def who(told: tuple[Told, ...]) -> str:
    return AND.join(each.value for each in told)
