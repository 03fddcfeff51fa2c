"""The one-step acts on a demande: each a small form that gives the commands to run."""

from datetime import date
from typing import Any, ClassVar

from django import forms

from frontend.absence_words import away_words, name_words
from frontend.answer_words import ANSWER, answer_words
from frontend.forms.choices import ListField, nothing
from frontend.forms.fields import DatedForm, DayField, PlainTextField, TickField
from frontend.wording import long_date, small, working_days
from tracker import commands, lists
from tracker.deadlines import FIRST_PROMISES, effective
from tracker.decisions import Context
from tracker.enums import DismissalReason
from tracker.explaining import explain
from tracker.models import Absence, Ticket, User
from tracker.teams import people_of

NOTE_ROWS = 3


class ActForm(DatedForm):
    """One act. `name` is its ability, and its transition where the machine has one; `slug` its place in the address.
    `label` is the button's text for an act that no transition names. `while_open` names another act: this one is
    offered only while that one still is. `prepares`: the letter that goes with it, as an address says it. `leads_on`:
    once it is done, another demande is next.
    """

    name: ClassVar[str]
    slug: ClassVar[str]
    label: ClassVar[str] = ""
    while_open: ClassVar[str] = ""
    # What the act is called may depend on the demande.
    submit: str
    done: str
    moves_deadline: ClassVar[bool] = True
    prepares: ClassVar[str] = ""
    leads_on: ClassVar[bool] = True

    opened_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, ticket: Ticket, user: User, context: Context, **kwargs: Any) -> None:
        self.ticket, self.user, self.context = ticket, user, context
        initial = {"opened_version": ticket.version, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, today=context.today, initial=initial, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DayField) and field.required:
                field.initial = context.today

    def acts(self) -> list[commands.Command]:
        """The commands that the (valid) form asks for."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What has been done, said afterwards."""
        return self.done


def note_field() -> forms.Field:
    return PlainTextField(label="Note", required=False, widget=forms.Textarea({"rows": NOTE_ROWS}))


# --- The reply machine --------------------------------------------------------------------------------------------


class AnswerForm(ActForm):
    name, slug = "answer", "repondre"
    prepares = "reponse"
    submit, done = ANSWER.act, f"{ANSWER.done}."

    answered_on = DayField()
    undated = TickField(label="Date inconnue (comptée hors délai)")
    channel = ListField(lists.channels, label="Par quel moyen", required=False, empty_label="Non précisé")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = answer_words(self.ticket.kind.purpose)
        self.submit, self.done = words.act, f"{words.done}."
        self["answered_on"].label = f"{words.left} le"
        self.fields["answered_on"].error_messages["required"] = words.missing
        self.fields["channel"].initial = self.ticket.channel_id
        if self.is_bound and self.data.get("undated"):
            self.fields["answered_on"].required = False

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        channel = data["channel"]
        answered_on = None if data["undated"] else data["answered_on"]
        return [commands.Answer(answered_on, channel.pk if channel else None)]


class HoldForm(ActForm):
    name, slug = "hold", "attente"
    prepares = "attente"
    submit, done = "Enregistrer la réponse d’attente", "Réponse d’attente enregistrée."

    sent_on = DayField(label="Réponse d’attente partie le")
    promised_on = DayField(
        label="Réponse promise pour le",
        error_messages={"required": "Indiquez la date promise, ou cochez «\xa0Aucune date promise\xa0»."},
    )
    undated = TickField(label="Aucune date promise")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promised = self.fields["promised_on"]
        promised.initial = None
        days = self.days_of_the_rule()
        if days:
            promised.initial = self.context.calendar.add(self.today, days)
            self[
                "promised_on"
            ].help_text = f"Proposé\xa0: le même délai, {working_days(days)}, compté de nouveau à partir d’aujourd’hui."
        self["undated"].help_text = self.still_bound()
        if self.is_bound and self.data.get("undated"):
            promised.required = False

    def days_of_the_rule(self) -> int:
        """How long the préfecture gives itself for such a demande: what a requester may be promised again."""
        found = explain(self.context.facts, self.context.rules, self.context.calendar_at)
        return next((each.rule.days for each in found if each.rule and each.state.purpose in FIRST_PROMISES), 0)

    def still_bound(self) -> str:
        running = [state.due_on for state in self.context.deadlines if state.running and state.due_on]
        if not running:
            return ""
        return f"Sans date promise, vous restez tenu par l’échéance actuelle, {long_date(min(running), self.today)}."

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        return [commands.Hold(data["sent_on"], None if data["undated"] else data["promised_on"])]


class AskRequesterForm(ActForm):
    name, slug = "ask_requester", "demander-une-piece"
    prepares = "pieces"
    submit, done = "Enregistrer la demande de pièce", "Demande de pièce enregistrée. Le délai attend le demandeur."

    asked_on = DayField(label="Demandée le")
    missing = PlainTextField(label="Ce qui manque", widget=forms.Textarea({"rows": NOTE_ROWS}))
    until = DayField(label="À fournir avant le", required=False)
    reason = PlainTextField(label="Pourquoi une nouvelle pièce", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(fact.kind == "asked" for fact in effective(self.context.facts)):
            del self.fields["reason"]

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        return [commands.AskRequester(data["asked_on"], data["missing"], data["until"], data.get("reason", ""))]


class CompleteForm(ActForm):
    name, slug = "complete", "piece-recue"
    leads_on = False
    submit, done = "Enregistrer l’arrivée de la pièce", "Pièce reçue\xa0: le délai repart en entier."

    completed_on = DayField(label="Pièce reçue le")

    def acts(self) -> list[commands.Command]:
        return [commands.Complete(self.cleaned_data["completed_on"])]


# --- The meeting machine ------------------------------------------------------------------------------------------


class ProposeForm(ActForm):
    name, slug = "propose", "proposer-une-date"
    submit, done = "Enregistrer la proposition", "Proposition enregistrée."

    proposed_on = DayField(label="Proposition faite le")
    meeting_on = DayField(label="Rendez-vous proposé pour le")
    place = PlainTextField(label="Lieu", required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting_on"].initial = None

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        return [commands.Propose(data["proposed_on"], data["meeting_on"], data["place"])]


class ConfirmForm(ActForm):
    name, slug = "confirm", "confirmer"
    submit, done = "Confirmer la date", "Date confirmée."

    confirmed_on = DayField(label="Confirmée le")

    def acts(self) -> list[commands.Command]:
        return [commands.Confirm(self.cleaned_data["confirmed_on"])]


class HoldMeetingForm(ActForm):
    name, slug = "hold_meeting", "rendez-vous-tenu"
    submit, done = "Enregistrer le rendez-vous", "Rendez-vous tenu, c’est noté."

    met_on = DayField(label="Rendez-vous tenu le")
    requester_unavailable = TickField(label="La date a été reculée parce que le demandeur n’était pas disponible")

    def acts(self) -> list[commands.Command]:
        return [commands.HoldMeeting(self.cleaned_data["met_on"], self.cleaned_data["requester_unavailable"])]


class DeclineForm(ActForm):
    name, slug = "decline", "date-refusee"
    while_open = "confirm"  # once confirmed, a date is cancelled
    submit, done = "Enregistrer le refus", "Refus enregistré."

    on = DayField(label="Refusée par le demandeur le")
    ends = TickField(label="Aucune autre date ne sera cherchée")
    note = note_field()

    def by_requester(self) -> bool:
        return True

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        return [commands.CallOff(data["on"], self.by_requester(), data["ends"], data["note"])]


class CancelForm(DeclineForm):
    name, slug = "cancel", "rendez-vous-annule"
    while_open = ""
    submit, done = "Enregistrer l’annulation", "Annulation enregistrée."

    on = DayField(label="Annulé le")
    by = forms.ChoiceField(
        label="Par qui",
        choices=(("requester", "Le demandeur"), ("prefecture", "La préfecture")),
        widget=forms.RadioSelect,
        initial="prefecture",
    )
    field_order = ("on", "by", "ends", "note")

    def by_requester(self) -> bool:
        return bool(self.cleaned_data["by"] == "requester")


# --- Sharing out --------------------------------------------------------------------------------------------------


class AssignForm(ActForm):
    name, slug = "assign", "affecter"
    submit, done = "Affecter", "Demande affectée."

    office = ListField(nothing, label="Bureau", empty_label="Choisir un bureau")
    note = note_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].rows = lambda: [
            office for office in lists.offices(self.ticket.prefecture_id) if office.pk != self.ticket.office_id
        ]

    def acts(self) -> list[commands.Command]:
        return [commands.Assign(self.cleaned_data["office"].pk, None, self.cleaned_data["note"])]

    def sentence(self) -> str:
        return f"Demande affectée\xa0: {self.cleaned_data['office']}."


class HandOverForm(ActForm):
    """Inside the bureau: the state is kept."""

    name, slug, label = "hand_over", "confier", "Confier à un collègue"
    submit, done = "Confier", "Demande confiée."

    assignee = forms.ModelChoiceField(
        User.objects.none(), label="À qui", required=False, empty_label="Personne\xa0: à partager dans le bureau"
    )
    note = note_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assignee"]
        field.queryset = people_of(self.ticket.office)
        rows = Absence.objects.away_on(self.today).filter(prefecture=self.ticket.prefecture_id)
        away = {each.user_id: each for each in rows.select_related("substitute")}
        field.label_from_instance = lambda user: name_words(user, away.get(user.pk), self.today)
        present = away.get(self.ticket.assignee_id or 0)
        if present is not None and self.ticket.assignee is not None:
            # Proposed, and said why: the person decides.
            field.initial = present.substitute_id
            field.help_text = f"{self.ticket.assignee.full_name}\xa0: {small(away_words(present, self.today))}."

    def acts(self) -> list[commands.Command]:
        assignee = self.cleaned_data["assignee"]
        if self.ticket.office_id is None:
            raise TypeError("only a demande that a bureau holds is handed over")
        return [
            commands.Assign(self.ticket.office_id, assignee.pk if assignee else None, self.cleaned_data["note"]),
        ]

    def sentence(self) -> str:
        assignee = self.cleaned_data["assignee"]
        return f"Demande confiée à {assignee.full_name}." if assignee else "Demande rendue au bureau, à partager."


class TakeForm(ActForm):
    name, slug = "take", "prendre"
    leads_on = False
    submit, done = "Prendre en charge", "Vous avez pris cette demande en charge."

    def acts(self) -> list[commands.Command]:
        return [commands.Take()]


class SendBackForm(ActForm):
    name, slug = "send_back", "pas-pour-nous"
    submit, done = "Rendre au service du courrier", "Demande rendue au service du courrier."

    note = PlainTextField(
        label="À qui revient-elle, selon vous\xa0?", required=False, widget=forms.Textarea({"rows": NOTE_ROWS})
    )

    def acts(self) -> list[commands.Command]:
        return [commands.SendBack(self.cleaned_data["note"])]


# --- Ending -------------------------------------------------------------------------------------------------------


class CloseForm(ActForm):
    name, slug = "close", "clore"
    submit, done = "Clore", "Demande close."

    def acts(self) -> list[commands.Command]:
        return [commands.Close()]


class ForwardForm(ActForm):
    name, slug = "forward", "transmettre"
    prepares = "transmission"
    submit, done = "Enregistrer la transmission", "Transmission enregistrée."

    to = PlainTextField(label="Administration compétente", max_length=200)
    forwarded_on = DayField(label="Transmise le")
    told_on = DayField(
        label="Expéditeur prévenu le",
        help_text="La loi demande de le prévenir (CRPA, L114-2). C’est ce jour qui compte.",
    )

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        return [commands.Forward(data["to"], data["forwarded_on"], data["told_on"])]


class DismissForm(ActForm):
    name, slug = "dismiss", "sans-suite"
    submit, done = "Classer sans suite", "Demande classée sans suite."

    reason = forms.ChoiceField(label="Motif", choices=[("", "Choisir un motif"), *DismissalReason.choices])
    on = DayField(label="Le")
    confirmed = TickField(
        label="Écarter du calcul des délais",
        help_text="L’échéance est passée\xa0: sans cette confirmation, la demande reste comptée hors délai.",
    )
    note = note_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        late = any(state.running and state.due_on and state.due_on < self.today for state in self.context.deadlines)
        if "override_late" not in self.context.abilities or not late:
            del self.fields["confirmed"]

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        reason = DismissalReason(data["reason"])
        return [commands.Dismiss(reason, data["on"], data.get("confirmed", False), data["note"])]


class MergeForm(ActForm):
    """Into another open demande of the same kind that the person may read: no other is known to exist."""

    name, slug = "merge", "fusionner"
    submit, done = "Fusionner", "Demandes fusionnées."

    target = PlainTextField(label="Référence de la demande à garder", help_text="Par exemple 44-2026-000123.")

    def clean_target(self) -> Ticket:
        readable = Ticket.objects.readable_by(self.user).open().exclude(pk=self.ticket.pk)
        found = readable.filter(reference__iexact=self.cleaned_data["target"], kind_id=self.ticket.kind_id).first()
        if found is None:
            raise forms.ValidationError(
                "Aucune autre demande ouverte de même type ne porte cette référence. Vérifiez-la dans le registre."
            )
        return found

    def acts(self) -> list[commands.Command]:
        return [commands.Merge(self.cleaned_data["target"].pk, self.today)]

    def sentence(self) -> str:
        return f"Demande fusionnée avec {self.cleaned_data['target'].reference}."


class ReopenForm(ActForm):
    name, slug = "reopen", "rouvrir"
    leads_on = False
    submit, done = "Rouvrir", "Demande rouverte."

    cause = forms.ChoiceField(
        label="Pourquoi",
        choices=(("mistake", "Elle avait été terminée par erreur"), ("new_message", "Le demandeur a écrit de nouveau")),
        widget=forms.RadioSelect,
        initial="mistake",
    )
    message_on = DayField(label="Nouveau message reçu le", required=False)
    note = note_field()

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("cause") == "new_message" and "message_on" in data and data["message_on"] is None:
            self.add_error("message_on", "Indiquez le jour où le nouveau message est arrivé.")

    def acts(self) -> list[commands.Command]:
        data = self.cleaned_data
        message_on: date | None = data["message_on"] if data["cause"] == "new_message" else None
        return [commands.Reopen(message_on, data["note"])]
