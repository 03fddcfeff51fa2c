"""Rules and closed days: what the référent types, as the terms that the services take."""

from datetime import date
from typing import Any, Final

from django import forms

from frontend.forms.fields import DatedForm, DayField, PlainTextField, TickField
from tracker.deadlines import FIRST_PROMISES
from tracker.enums import Machine, Module, Purpose, RuleStart
from tracker.errors import InvalidCommand
from tracker.models import Channel, DeadlineRule, Nature, Prefecture, Site, TicketKind
from tracker.ruling import MOST_DAYS, Criteria, Terms

DAYS_ERROR: Final = f"Indiquez un nombre de 1 à {MOST_DAYS}."
MODULES: Final = [("", "Tous"), *((module.value, f"{module.value}. {module.label}") for module in Module)]


class TermsForm(DatedForm):
    """What a rule promises."""

    days = forms.IntegerField(
        label="Délai en jours ouvrés",
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "min_value", "max_value", "invalid"), DAYS_ERROR),
    )
    holding_counts = TickField(
        label="Une réponse d’attente datée suffit",
        help_text="Elle tient le délai si elle annonce le jour de la réponse, qui devient une seconde échéance.",
    )
    start = forms.ChoiceField(
        label="Le délai commence à", choices=RuleStart.choices, initial=RuleStart.ARRIVAL, widget=forms.RadioSelect
    )
    source = PlainTextField(
        label="Source",
        help_text="Le texte qui fixe ce délai\xa0: référentiel, politique qualité, note de service.",
        error_messages={"required": "Indiquez le texte qui fixe ce délai."},
    )

    def terms(self) -> Terms:
        """Of a valid form."""
        typed = self.cleaned_data
        return Terms(
            days=typed["days"],
            source=typed["source"],
            start=typed.get("start") or RuleStart.ARRIVAL,
            holding_counts=typed.get("holding_counts", False),
        )


class RuleChangeForm(TermsForm):
    """New terms for one rule. A field that says nothing of its purpose is left out."""

    from_date = DayField(
        label="Modifier à partir du",
        help_text="Les délais qui ont commencé avant ce jour gardent la règle actuelle.",
        error_messages={"required": "Indiquez à partir de quel jour."},
    )
    field_order = ("from_date",)

    def __init__(self, *args: Any, rule: DeadlineRule, **kwargs: Any) -> None:
        initial = {name: getattr(rule, name) for name in ("days", "holding_counts", "start", "source")}
        super().__init__(*args, initial=initial, **kwargs)
        if rule.purpose != Purpose.MEETING:
            del self.fields["start"]
        if rule.purpose not in FIRST_PROMISES:
            del self.fields["holding_counts"]
        self.fields["from_date"].initial = max(self.today, rule.valid_from)


class RuleEndForm(DatedForm):
    from_date = DayField(
        label="Mettre fin à partir du",
        help_text="Les délais qui ont commencé avant ce jour gardent la règle.",
        error_messages={"required": "Indiquez à partir de quel jour."},
    )

    def __init__(self, *args: Any, rule: DeadlineRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_date"].initial = max(self.today, rule.valid_from)


class RuleAddForm(TermsForm):
    """Which demandes, and what is promised to them."""

    promise = forms.ChoiceField(label="Demandes et promesse")
    channel = forms.ModelChoiceField(Channel.objects, label="Canal", required=False, empty_label="Tous")
    module = forms.TypedChoiceField(label="Module", required=False, choices=MODULES, coerce=int, empty_value=None)
    nature = forms.ModelChoiceField(Nature.objects, label="Nature", required=False, empty_label="Toutes")
    site = forms.ModelChoiceField(Site.objects, label="Site", required=False, empty_label="Tous")
    valid_from = DayField(
        label="Applicable à partir du",
        help_text="Aux délais qui commencent ce jour-là ou après.",
        error_messages={"required": "Indiquez à partir de quel jour."},
    )
    valid_until = DayField(label="Jusqu’au", required=False, help_text="Compris. Vide\xa0: sans fin.")
    start = forms.ChoiceField(
        label="Pour la tenue d’un rendez-vous, le délai commence à",
        choices=RuleStart.choices,
        initial=RuleStart.ARRIVAL,
        required=False,
        widget=forms.RadioSelect,
    )
    field_order = ("promise", "channel", "module", "nature", "site", "valid_from", "valid_until", "days")

    def __init__(self, *args: Any, prefecture: Prefecture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {kind.pk: kind for kind in prefecture.kinds.all()}
        self.fields["promise"].choices = [
            (f"{kind.pk}:{purpose}", f"{kind.label}\xa0: {Purpose(purpose).label.lower()}")
            for kind in self.kinds.values()
            for purpose in promises(kind)
        ]
        self.fields["site"].queryset = prefecture.sites.all()
        self.fields["valid_from"].initial = self.today

    def criteria(self) -> Criteria:
        """Of a valid form."""
        typed = self.cleaned_data
        kind_id, purpose = typed["promise"].split(":")
        return Criteria(
            purpose=purpose,
            kind=self.kinds[int(kind_id)],
            channel=typed["channel"],
            module=typed["module"],
            nature=typed["nature"],
            site=typed["site"],
        )

    def refuse(self, refusal: InvalidCommand) -> None:
        if refusal.field == "purpose":
            refusal.field = "promise"
        super().refuse(refusal)


def promises(kind: TicketKind) -> list[str]:
    return [kind.purpose, Purpose.MEETING] if kind.machine == Machine.MEETING else [kind.purpose]


class ClosedDayForm(DatedForm):
    """A day that one site closes, or the days of a period."""

    date = DayField(label="Jour fermé, ou premier jour", error_messages={"required": "Indiquez le jour."})
    until = DayField(
        label="Dernier jour",
        required=False,
        help_text="Pour fermer plusieurs jours de suite. Les week-ends et les fériés compris restent comme ils sont.",
    )
    name = PlainTextField(
        label="Motif",
        help_text="Par exemple «\xa0Pont de l’Ascension\xa0». Les agents le voient sous chaque échéance.",
        error_messages={"required": "Indiquez le motif."},
    )
    source = PlainTextField(label="Source", required=False, help_text="La décision qui ferme le site ce jour-là.")
    every_year = TickField(
        label="Chaque année à cette date",
        help_text="Jusqu’en 2050, sauf les samedis, dimanches et fériés.",
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("every_year") and typed.get("until") not in (None, typed.get("date")):
            self.add_error(
                "every_year", "Une seule date se ferme chaque année\xa0: décochez, ou effacez le dernier jour."
            )
        return typed


class ReopeningForm(DatedForm):
    """Which days to work again. Asked only where the same reason closes later days too."""

    ALONE, FOLLOWING = "alone", "following"
    extent = forms.ChoiceField(
        label="Jours à retirer",
        choices=((ALONE, "Ce jour seulement"), (FOLLOWING, "Ce jour et les suivants de même motif")),
        initial=ALONE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, has_following: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_following:
            del self.fields["extent"]

    @property
    def with_following(self) -> bool:
        return bool(self.cleaned_data.get("extent") == self.FOLLOWING)


class ConfirmForm(DatedForm):
    """Nothing to type: what is to be done stands in the address."""


def year_typed(value: str | None, today: date, years: range) -> int:
    """The year asked for in an address, today's where it is none of the calendar's."""
    return {str(year): year for year in years}.get(value or "", today.year)
