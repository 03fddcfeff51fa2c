"""What stands beside the form that registers: the deadlines as typed, what looks like it, what is proposed."""

from dataclasses import dataclass
from typing import Any

from frontend.duplicates import Duplicate, duplicates_of
from frontend.forms.registering import RegisterForm
from frontend.proposing import Clues, Proposals, proposals
from frontend.rehearsal import rehearse_registration
from frontend.ticket_words import DeadlineBlock, deadline_block
from tracker.errors import InvalidCommand, TransitionRefused
from tracker.models import User
from tracker.writers import Author


@dataclass(frozen=True, slots=True)
class Side:
    """`refused`: what prevents the deadlines from being told, or the registration."""

    deadlines: list[DeadlineBlock]
    refused: str
    duplicates: list[Duplicate]
    proposals: Proposals

    @property
    def may_merge(self) -> bool:
        return any(found.may_merge for found in self.duplicates)

    @property
    def may_reopen(self) -> bool:
        return any(found.may_reopen for found in self.duplicates)


def side_of(form: RegisterForm, user: User) -> Side:
    """Of a form as it is typed, valid or not."""
    form.is_valid()
    blocks, refused = deadlines_of(form, user)
    return Side(blocks, refused, duplicates_typed(form, user), proposals_for(form, user))


def duplicates_typed(form: RegisterForm, user: User) -> list[Duplicate]:
    data = form.cleaned_data
    typed = (data.get("sender_name", ""), data.get("subject", ""), data.get("received_on"))
    return duplicates_of(form.desk.prefecture, user, form.kind, *typed)


def proposals_for(form: RegisterForm, user: User) -> Proposals:
    data = form.cleaned_data
    clues = Clues(data.get("sender_name", ""), data.get("mailbox"), data.get("theme"), data.get("kept_office"))
    return proposals(form.desk.prefecture, user, clues, form.today)


def deadlines_of(form: RegisterForm, user: User) -> tuple[list[DeadlineBlock], str]:
    """The deadlines as typed, and what is to be mended."""
    if not form.tells_a_deadline:
        return [], arrival_to_mend(form.errors.get("received_on", [""])[0])
    site, author, refused = form.cleaned_data["site"], Author(user=user), ""
    try:
        rehearsal = rehearse_registration(site, form.acts(), author)
    except (InvalidCommand, TransitionRefused) as problem:
        at_fault = problem.field if isinstance(problem, InvalidCommand) else None
        refused = arrival_to_mend(problem.message) if at_fault == "received_on" else problem.message
        try:
            rehearsal = rehearse_registration(site, form.bare_acts(), author)
        except InvalidCommand:
            return [], refused
    return [deadline_block(found, form.today) for found in rehearsal.explanations], refused


def arrival_to_mend(error: str) -> str:
    """« Date d’arrivée à corriger : cette date est dans le futur. », beside the place of the deadline."""
    return f"Date d’arrivée à corriger\xa0: {error[:1].lower()}{error[1:]}" if error else ""


def opened(form: RegisterForm) -> RegisterForm:
    """The form as it opens, as if it were sent at once: its deadline is told before anything is typed."""
    data: dict[str, Any] = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return RegisterForm(data, kind=form.kind, desk=form.desk, user_id=form.user_id, today=form.today)
