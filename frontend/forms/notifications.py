"""How one wants to be told, and the ladder of a préfecture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms.boundfield import BoundField

from frontend.forms.fields import ServiceForm
from notifications.enums import Way
from notifications.hours import DIGEST_HOURS
from notifications.kinds import Kind
from notifications.ladder import LONGEST

DAYS_ERROR: Final = f"Indiquez un nombre de jours ouvrés, de 0 à {LONGEST}, ou rien."


@dataclass(frozen=True, slots=True)
class Cell:
    """One way of one kind: chosen, proposed to who has chosen nothing, or not offered."""

    way: Way
    offered: bool
    checked: bool
    proposed: bool


@dataclass(frozen=True, slots=True)
class Row:
    kind: Kind
    field: BoundField
    cells: tuple[Cell, ...]


class ChoicesForm(ServiceForm):
    hour = forms.TypedChoiceField(
        label="Heure du récapitulatif",
        coerce=int,
        choices=[(hour, f"{hour} h") for hour in DIGEST_HOURS],
        help_text="Les jours ouvrés de votre site. Aucun courriel ne part le soir, la nuit ni un jour fermé.",
    )

    def __init__(self, *args: Any, kinds: Sequence[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind in kinds:
            self.fields[kind.code] = forms.ChoiceField(
                label=kind.label,
                choices=[(way.value, way.label) for way in kind.ways],
                error_messages={"required": f"Choisissez comment être prévenu\xa0: {kind.label.lower()}."},
            )

    def rows(self) -> Iterator[Row]:
        """The table: a line a kind, a column a way."""
        for kind in self.kinds:
            field = self[kind.code]
            cells = [Cell(way, way in kind.ways, field.value() == way.value, way == kind.way) for way in Way]
            yield Row(kind, field, tuple(cells))

    def ways(self) -> dict[str, Way]:
        """Of a valid form."""
        return {kind.code: Way(self.cleaned_data[kind.code]) for kind in self.kinds}

    @property
    def columns(self) -> list[Way]:
        return list(Way)


def days_field(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=LONGEST,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("min_value", "max_value", "invalid"), DAYS_ERROR),
    )


class EscalationForm(ServiceForm):
    agent_days = days_field(
        "Retard avant de prévenir la personne responsable, en jours ouvrés", "0\xa0: dès que l’échéance est passée."
    )
    supervisor_days = days_field(
        "Retard avant de prévenir les encadrants du bureau", "Vide\xa0: ils ne sont pas prévenus."
    )
    quality_days = days_field("Retard avant de prévenir les référents qualité", "Vide\xa0: ils ne sont pas prévenus.")
