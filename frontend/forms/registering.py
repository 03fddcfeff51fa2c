"""Registering a demande: one form for every kind, with what only some of them need."""

import uuid
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

from django import forms

from frontend.answer_words import answer_words
from frontend.forms.choices import ListField, nothing
from frontend.forms.fields import MODULES, DatedForm, DayField, FilesField, PlainTextField, TickField
from tracker import lists
from tracker.commands import Answer, Assign, Command, HoldMeeting, Propose, Register, Take
from tracker.desks import Desk
from tracker.enums import Machine, Module
from tracker.models import TicketKind

MEETING_FIELDS: Final = ("proposed_on", "meeting_on", "place", "met_on")
REPLY_FIELDS: Final = ("answered_on", "undated", "reply_channel")
DETAILS: Final = {"complaint": "about", "site_update": "page"}
DEFAULT_CHANNELS: Final = {"correspondence": "letter"}
DEFAULT_NATURES: Final = {"complaint": "complaint"}
LARGEST_KEY: Final = 2**63 - 1


class RegisterForm(DatedForm):
    """In the order in which the paper is read. `token` names one opening of the form; `kept_office` is the bureau of
    the demande registered just before, proposed where there is no better evidence."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    received_on = DayField(label="Reçu le")
    channel = ListField(lists.channels, label="Canal", empty_label=None)
    sender_name = PlainTextField(label="Expéditeur", error_messages={"required": "Indiquez l’expéditeur."})
    sender_contact = PlainTextField(label="Adresse de réponse", required=False)
    subject = PlainTextField(label="Objet", error_messages={"required": "Indiquez l’objet en quelques mots."})
    office = ListField(
        nothing, label="Bureau", empty_label="Choisir un bureau",
        error_messages={"required": "Choisissez le bureau qui répondra."},
    )  # fmt: skip
    theme = ListField(nothing, label="Thème", required=False, empty_label="Non précisé")
    nature = ListField(lists.natures, label="Nature", empty_label=None)
    module = forms.TypedChoiceField(label="Module", choices=MODULES, coerce=int)
    about = ListField(nothing, label="Service concerné", required=False, empty_label="Non précisé")
    page = PlainTextField(label="Page à mettre à jour", required=False, max_length=300)
    body = PlainTextField(label="Texte", required=False, widget=forms.Textarea({"rows": 3}))
    files = FilesField(label="Pièces jointes", required=False)
    answered_on = DayField(required=False)
    reply_channel = ListField(lists.channels, label="Par", required=False, empty_label="Le même canal")
    undated = TickField()
    proposed_on = DayField(label="Proposition faite le", required=False)
    meeting_on = DayField(label="Rendez-vous proposé pour le", required=False)
    place = PlainTextField(label="Lieu", required=False, max_length=120)
    met_on = DayField(label="Rendez-vous tenu le", required=False)
    postmark_on = DayField(label="Cachet de la poste", required=False)
    mailbox = ListField(nothing, label="Boîte fonctionnelle", required=False, empty_label="Aucune")
    site = ListField(nothing, label="Site d’arrivée", empty_label=None)
    take = TickField(label="Je m’en occupe")
    kept_office = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_KEY, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: TicketKind, desk: Desk, user_id: int, today: date, **kwargs: Any) -> None:
        self.kind, self.desk, self.user_id = kind, desk, user_id
        if not args:
            # What is sent says everything itself.
            kwargs["initial"] = {**self.defaults(kind, desk, today), **(kwargs.get("initial") or {})}
        super().__init__(*args, today=today, **kwargs)
        prefecture = desk.prefecture.pk
        self.fields["office"].rows = self.fields["about"].rows = partial(lists.offices, prefecture)
        self.fields["office"].required = not desk.by_mailroom
        if desk.by_mailroom:
            self.fields["office"].empty_label = "À affecter plus tard"
        self.fields["theme"].rows = partial(lists.themes, prefecture)
        self.fields["mailbox"].rows = partial(lists.mailboxes, prefecture)
        self.fields["site"].rows = lambda: sorted(desk.sites, key=lambda site: (site.position, site.pk))
        self.keep_what_the_kind_needs()
        if self.initial.get("kept_office"):
            # Not chosen for this demande: what its sender suggests may replace it.
            self.fields["office"].widget.attrs["data-sillage-auto"] = self.initial["kept_office"]

    def keep_what_the_kind_needs(self) -> None:
        """Leave out the fields of other kinds, and the choices that are none."""
        unneeded = {name for code, name in DETAILS.items() if code != self.kind.code}
        unneeded |= set(REPLY_FIELDS if self.kind.machine == Machine.MEETING else MEETING_FIELDS)
        if self.desk.office is None:
            unneeded.add("take")
        words = answer_words(self.kind.purpose)
        self["answered_on"].label, self["undated"].label = words.day, words.undated
        for name in unneeded:
            del self.fields[name]

    @staticmethod
    def defaults(kind: TicketKind, desk: Desk, today: date) -> dict[str, Any]:
        channel_code = DEFAULT_CHANNELS.get(kind.code, "email")
        nature_code = DEFAULT_NATURES.get(kind.code, "general_information")
        return {
            "token": uuid.uuid4(),
            "received_on": today,
            "channel": next(row.pk for row in lists.channels() if row.code == channel_code),
            "nature": next(row.pk for row in lists.natures() if row.code == nature_code),
            "module": Module.LOCAL_AUTHORITIES if kind.machine == Machine.MEETING else Module.GENERAL,
            "office": desk.office.pk if desk.office else None,
            "site": desk.site.pk,
            "take": desk.office is not None,
        }

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("undated") and data.get("answered_on"):
            self.add_error("answered_on", f"Gardez la date ou «\xa0{self['undated'].label}\xa0», pas les deux.")
        if data.get("proposed_on") and not data.get("meeting_on") and "meeting_on" not in self.errors:
            self.add_error("meeting_on", "Indiquez la date du rendez-vous proposé.")
        if (data.get("meeting_on") or data.get("met_on")) and not data.get("proposed_on"):
            self.add_error("proposed_on", "Indiquez le jour où ce rendez-vous a été proposé.")
        if data.get("proposed_on") and not data.get("office") and "office" not in self.errors:
            self.add_error("office", "Choisissez le bureau qui a proposé le rendez-vous.")

    # --- Commands ---------------------------------------------------------------------------------------------

    def acts(self) -> list[Command]:
        """The registration and what is already known after it. Of a form not yet valid, what its valid fields give:
        received_on, channel, nature, module and site must be among them."""
        return [self.registration(), *self.dispatch(), *self.after_the_fact()]

    @property
    def tells_a_deadline(self) -> bool:
        """Whether enough is valid for the deadline to be told. Call after is_valid()."""
        return all(self.cleaned_data.get(name) for name in ("received_on", "channel", "nature", "module", "site"))

    def registration(self) -> Register:
        data = self.cleaned_data
        detail = DETAILS.get(self.kind.code)
        details: dict[str, Any] = {}
        if detail == "about" and data.get("about"):
            details = {"about_id": data["about"].pk}
        elif detail == "page" and data.get("page"):
            details = {"page": data["page"]}
        return Register(
            kind=self.kind,
            channel_id=data["channel"].pk,
            nature_id=data["nature"].pk,
            received_on=data["received_on"],
            site_id=data["site"].pk,
            module=data["module"],
            theme_id=key_of(data.get("theme")),
            mailbox_id=key_of(data.get("mailbox")),
            sender_name=data.get("sender_name", ""),
            sender_contact=data.get("sender_contact", ""),
            subject=data.get("subject", ""),
            body=data.get("body", ""),
            postmark_on=data.get("postmark_on"),
            by_mailroom=self.desk.by_mailroom,
            details=details,
        )

    def dispatch(self) -> list[Command]:
        """To the bureau; and to the person who registers, where it is their own and they say so."""
        office = self.cleaned_data.get("office")
        if office is None:
            return []
        acts: list[Command] = [Assign(office.pk)]
        if self.cleaned_data.get("take") and office.pk in self.desk.own_office_ids:
            acts.append(Take())
        return acts

    def after_the_fact(self) -> list[Command]:
        data = self.cleaned_data
        acts: list[Command] = []
        if data.get("answered_on") or data.get("undated"):
            channel = data.get("reply_channel") or data["channel"]
            acts.append(Answer(None if data.get("undated") else data["answered_on"], channel.pk))
        if data.get("proposed_on") and data.get("meeting_on"):
            acts.append(Propose(data["proposed_on"], data["meeting_on"], data.get("place", "")))
            if data.get("met_on"):
                acts.append(HoldMeeting(data["met_on"]))
        return acts

    @property
    def is_answered(self) -> bool:
        """Whether the form says that it has already been replied to. Of a form not yet valid, of its valid fields."""
        return any(self.cleaned_data.get(name) for name in ("answered_on", "undated", "proposed_on"))

    @property
    def message(self) -> str:
        """The subject and the text, as the note of the act that they become."""
        return "\n\n".join(filter(None, (self.cleaned_data.get("subject"), self.cleaned_data.get("body"))))

    def bare_acts(self) -> list[Command]:
        """The registration alone, without its texts: enough for its deadline."""
        return [replace(self.registration(), sender_name="", sender_contact="", subject="", body="", details={})]


def key_of(row: Any) -> int | None:
    return None if row is None else int(row.pk)
