"""The text of a letter about a demande: what its fields are worth, what the control of form expects, and the draft
that a person keeps of it. Sillage keeps nothing else: once it has left, it stands in the préfecture's own files."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from correspondence import form_check, reply_fields, reply_models
from correspondence.enums import ReplyPurpose
from correspondence.models import ReplyModel
from correspondence.sender import Sender, sender_of
from frontend import drafts
from frontend.wording import long_date, plain_date
from tracker.deadlines import day, effective
from tracker.decisions import Context
from tracker.models import Ticket, User
from tracker.workdays import DateOutsideCalendar

VOICES: Final = {
    "letter": "par courrier",
    "email": "par courriel",
    "form": "par le formulaire de contact",
    "box": "par une fiche déposée dans l’urne",
    "counter": "au guichet",
    "phone": "par téléphone",
    "online_review": "par un avis en ligne",
    "social": "par les réseaux sociaux",
}
FREE: Final = "-"
"""What stands for no model, which no model's code can be: a letter written freely, with what every letter has."""
FREE_TEXT: Final = (
    "Objet\xa0: [objet]\nRéférence à rappeler\xa0: [référence]\n\nMadame, Monsieur,\n\n"
    "[à compléter\xa0: votre texte]\n\n"
    "[signature]"
)
NAMESPACE: Final = uuid.UUID("5c4f2b0e-8f0e-4a54-9d5e-0b6f6f1f2c11")


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a letter about one demande draws on."""

    ticket: Ticket
    user: User
    context: Context
    sender: Sender
    facts: form_check.Facts
    implicit_on: date | None

    @property
    def today(self) -> date:
        return self.context.today

    def values(self) -> dict[str, str]:
        """What each field is worth; empty where it is not known."""
        ticket, facts, sender = self.ticket, self.facts, self.sender
        return {
            "référence": ticket.reference,
            "objet": ticket.subject,
            "expéditeur": ticket.sender_name,
            "date de réception": plain_date(ticket.received_on),
            "voie d’arrivée": VOICES.get(ticket.channel.code, ""),
            "date du jour": plain_date(self.today),
            "date promise": long_date(facts.promised_on) if facts.promised_on else "",
            "pièces demandées": listed(facts.missing),
            "date limite des pièces": long_date(facts.until) if facts.until else "",
            "administration destinataire": facts.to,
            "date de transmission": plain_date(facts.forwarded_on) if facts.forwarded_on else "",
            "date de décision implicite": plain_date(self.implicit_on) if self.implicit_on else "",
            "signature": sender.block(),
            "agent": sender.designation,
            "qualité": sender.job_title,
            "service": sender.service,
            "préfecture": sender.prefecture,
            "adresse": sender.address,
            "téléphone": sender.phone,
            "courriel": sender.email,
            "horaires": sender.opening_hours,
        }

    def remarks(self, text: str, purpose: str) -> list[form_check.Remark]:
        ticket = self.ticket
        expected = form_check.Expected(
            purpose=purpose,
            today=self.today,
            reference=ticket.reference,
            subject=ticket.subject,
            sender=self.sender,
            received_on=ticket.received_on,
            facts=self.facts,
            implicit_on=self.implicit_on,
        )
        return form_check.check(text, expected)


def desk_for(ticket: Ticket, user: User, context: Context, typed: Mapping[str, Any], implicit_on: date | None) -> Desk:
    """`typed`: what the form of the act holds, as far as it could be read."""
    return Desk(
        ticket=ticket,
        user=user,
        context=context,
        sender=sender_of(user, ticket.site, ticket.office),
        facts=facts_of(ticket, context, typed),
        implicit_on=implicit_on,
    )


def facts_of(ticket: Ticket, context: Context, typed: Mapping[str, Any]) -> form_check.Facts:
    recorded = {fact.kind: fact.data for fact in effective(context.facts)}
    promised_on = typed.get("promised_on") or day(recorded.get("held", {}), "promised_on")
    return form_check.Facts(
        promised_on=kept_promise(promised_on, context),
        missing=typed.get("missing") or "",
        until=typed.get("until") or ticket.awaited_until,
        to=typed.get("to") or ticket.forwarded_to,
        forwarded_on=typed.get("forwarded_on") or day(recorded.get("forwarded", {}), "on"),
    )


def kept_promise(promised_on: date | None, context: Context) -> date | None:
    """The day that will be promised: recording the act moves a closed day to the next working one."""
    try:
        return context.calendar.next_working(promised_on) if promised_on else None
    except DateOutsideCalendar:
        return promised_on


def listed(missing: str) -> str:
    """What is missing, one piece a line, each with its dash."""
    lines = (line.strip(" -–•*\t") for line in missing.splitlines())
    return "\n".join(f"- {line}" for line in lines if line)


# --- Models and drafts --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One model that may be taken; `FREE` is the code of none."""

    code: str
    title: str
    purpose: str
    body: str


def choices_for(ticket: Ticket, purpose: str) -> list[Choice]:
    """The models that fit the demande, those of `purpose` first; then writing freely."""
    models = reply_models.fitting(ticket)
    models.sort(key=lambda model: model.purpose != purpose)
    free = Choice(FREE, "Sans modèle", purpose or ReplyPurpose.REPLY, FREE_TEXT)
    return [*(choice_of(model) for model in models), free]


def choice_of(model: ReplyModel) -> Choice:
    return Choice(model.code, model.title, model.purpose, model.body)


def first_choice(desk: Desk, choices: list[Choice], purpose: str) -> Choice:
    """What this person was writing on this demande, for the same purpose; else the model that fits it best."""
    suited = [choice for choice in choices if not purpose or choice.purpose == purpose]
    for draft in drafts.find(desk.user, draft_form(desk.ticket), desk.context.now):
        for choice in suited:
            if str(draft.token) == str(draft_token(desk.ticket, choice)):
                return choice
    return suited[0]


def draft_form(ticket: Ticket) -> str:
    return f"text.{ticket.pk}"


def draft_token(ticket: Ticket, choice: Choice) -> uuid.UUID:
    """One draft per demande and model: taking another model loses nothing of the first."""
    return uuid.uuid5(NAMESPACE, f"{ticket.pk}.{choice.purpose}.{choice.code}")


def text_of(desk: Desk, choice: Choice) -> str:
    """The person's draft, else the model; in both, what is still a field and is now known is filled."""
    draft = drafts.get(desk.user, draft_form(desk.ticket), draft_token(desk.ticket, choice), desk.context.now)
    return reply_fields.fill(draft.data["text"] if draft else choice.body, desk.values())


def pristine(desk: Desk, choice: Choice) -> str:
    """The model filled, before anything is typed in it."""
    return reply_fields.fill(choice.body, desk.values())


def keep(desk: Desk, choice: Choice, text: str) -> bool:
    """Keep what was typed; a text that is still the model's own is no draft. Returns whether one is kept."""
    form, token = draft_form(desk.ticket), draft_token(desk.ticket, choice)
    if not text or text == pristine(desk, choice):
        drafts.forget(desk.user, form, token)
        return False
    drafts.save(desk.user, form, token, {"text": text}, desk.context.now)
    return True


def forget(desk: Desk, choice: Choice) -> None:
    drafts.forget(desk.user, draft_form(desk.ticket), draft_token(desk.ticket, choice))
