"""Forms of the improvement plan."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from actions import commands
from actions.commands import Command
from actions.enums import Strand
from actions.filters import MODULE, part_of
from frontend.forms.fields import MODULES, DatedForm, DayField, PlainTextField, ServiceForm
from tracker.errors import InvalidCommand

PARTS: Final = [*((part_of(value, ""), label) for value, label in MODULES), *Strand.choices]


def part_columns(part: str) -> dict[str, Any]:
    """The columns of an action that a part fills."""
    if part.startswith(MODULE):
        return {"module": int(part.removeprefix(MODULE)), "strand": ""}
    return {"module": None, "strand": part}


class PlanForm(ServiceForm):
    """A form of the plan. The service speaks of a module where the form has one field for modules and strands."""

    def refuse(self, refusal: InvalidCommand) -> None:
        if refusal.field in ("module", "strand") and "part" in self.fields:
            refusal.field = "part"
        super().refuse(refusal)


class IdeaForm(PlanForm):
    title = PlainTextField(
        label="Votre idée, en une phrase",
        help_text="Par exemple «\xa0Afficher les horaires à l’entrée du parking\xa0».",
        error_messages={"required": "Dites en une phrase ce qu’il y aurait à faire."},
    )
    description = PlainTextField(
        label="Ce que vous avez constaté",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Sans nom d’usager\xa0: le comité de pilotage lit aussi les idées.",
    )

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("title", "description") if self.cleaned_data[name]}


class ReportForm(PlanForm):
    progress_note = PlainTextField(
        label="Où en est cette action",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def acts(self) -> list[Command]:
        return [commands.Edit({"progress_note": self.cleaned_data["progress_note"]})]


# --- Moves --------------------------------------------------------------------------------------------------------


class MoveForm(PlanForm, DatedForm):
    """What a move asks for; nothing, for most."""

    command: type[Command]

    def acts(self) -> Sequence[Command]:
        return [self.command(**self.cleaned_data)]


class StartForm(MoveForm):
    command = commands.Start


class PutBackForm(MoveForm):
    command = commands.PutBack


class ReconsiderForm(MoveForm):
    command = commands.Reconsider


class ReopenForm(MoveForm):
    command = commands.Reopen


class EnterForm(MoveForm):
    """Into the plan: an idea that does not say its part is asked for it."""

    part = forms.ChoiceField(
        label="Module ou volet",
        choices=[("", "Choisissez"), *PARTS],
        error_messages={"required": "Choisissez un module ou un volet."},
    )

    def acts(self) -> Sequence[Command]:
        part = self.cleaned_data.get("part", "")
        return [*([commands.Edit(part_columns(part))] if part else ()), commands.Plan()]


class FinishForm(MoveForm):
    command = commands.Finish
    done_on = DayField(label="Réalisée le", error_messages={"required": "Indiquez le jour où l’action a été réalisée."})


class VerifyForm(MoveForm):
    command = commands.Verify
    verified_on = DayField(label="Vérifiée le", error_messages={"required": "Indiquez le jour de la vérification."})


class ReasonForm(MoveForm):
    reason = PlainTextField(
        label="Motif",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi, en une phrase."},
    )


class DeclineForm(ReasonForm):
    command = commands.Decline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "La personne qui a proposé l’action le lira."


class AbandonForm(ReasonForm):
    command = commands.Abandon


def first_day(form: MoveForm, today: date) -> None:
    """Propose the present day where a day is asked for."""
    for name in ("done_on", "verified_on"):
        if name in form.fields:
            form.initial.setdefault(name, today)
