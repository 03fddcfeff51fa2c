"""Délais: every rule as a sentence, and its changes from a date on."""

from collections.abc import Callable
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from frontend import wording
from frontend.context import Link, settings_link
from frontend.forms.reference import ConfirmForm, RuleAddForm, RuleChangeForm, RuleEndForm
from frontend.http import PageRequest
from frontend.pages.reference.changing import Screen, show
from frontend.pages.reference.recomputations import latest_job
from frontend.pages.reference.rights import may_edit, prefecture_edited_by, prefecture_read_by
from tracker import clock, rule_wording, ruling
from tracker.enums import Purpose
from tracker.models import DeadlineRule, Ticket, User
from tracker.recomputing import Plan
from tracker.registry import Situation, Situations
from tracker.ruling import RulePlan

# The Registre's own filter, so that the number is that of the list behind it; it asks for no day.
NO_DEADLINE = Situations(()).filter(Situation.NO_DEADLINE)
HISTORY = 30
"""Changes told on the page."""


@require_GET
def rules(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_read_by(request.user)
    editable = may_edit(request.user, prefecture)
    today = clock.today(prefecture.time_zone)
    lines = ruling.rule_lines(prefecture, today)
    context = {
        "trail": (settings_link(),),
        "groups": [(Purpose(purpose).label, lines[purpose]) for purpose in lines],
        "editable": editable,
        "today": today,
        "without_deadline": Ticket.objects.visible_to(request.user).filter(NO_DEADLINE).count(),
        "registry_query": urlencode({"situation": Situation.NO_DEADLINE.value}),
        "history": ruling.history(prefecture, HISTORY),
        "job": latest_job(prefecture) if editable else None,
    }
    return render(request, "frontend/pages/rules.html", context)


@require_http_methods(["GET", "POST"])
def rule_add(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_edited_by(request.user)
    today = clock.today(prefecture.time_zone)
    form = RuleAddForm(request.POST or None, prefecture=prefecture, today=today)

    def plan() -> Plan:
        typed = form.cleaned_data
        return ruling.plan_addition(
            prefecture,
            form.criteria(),
            form.terms(),
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
        )

    return show(request, form, screen("Ajouter une règle", "Ajouter la règle", plan, today))


@require_http_methods(["GET", "POST"])
def rule_change(request: PageRequest, rule_id: int) -> HttpResponse:
    rule = editable_rule(request.user, rule_id)
    today = clock.today(rule.prefecture.time_zone)
    form = RuleChangeForm(request.POST or None, rule=rule, today=today)

    def plan() -> Plan:
        return ruling.plan_replacement(rule, form.cleaned_data["from_date"], form.terms())

    return show(request, form, screen("Modifier une règle", "Modifier la règle", plan, today, rule))


@require_http_methods(["GET", "POST"])
def rule_end(request: PageRequest, rule_id: int) -> HttpResponse:
    rule = editable_rule(request.user, rule_id)
    today = clock.today(rule.prefecture.time_zone)
    form = RuleEndForm(request.POST or None, rule=rule, today=today)

    def plan() -> Plan:
        return ruling.plan_end(rule, form.cleaned_data["from_date"])

    return show(request, form, screen("Mettre fin à une règle", "Mettre fin à la règle", plan, today, rule))


@require_http_methods(["GET", "POST"])
def rule_withdraw(request: PageRequest, rule_id: int) -> HttpResponse:
    """Take back a change that has not begun."""
    rule = editable_rule(request.user, rule_id)
    today = clock.today(rule.prefecture.time_zone)
    form = ConfirmForm(request.POST or None, today=today)
    title = "Renoncer à une modification"
    return show(
        request, form, screen(title, "Renoncer à la modification", lambda: ruling.plan_withdrawal(rule), today, rule)
    )


def editable_rule(user: User, rule_id: int) -> DeadlineRule:
    """A rule that the person may change. One that has been replaced is found too: the service says that it has."""
    return get_object_or_404(
        DeadlineRule.objects.select_related("kind", "channel", "nature", "site", "prefecture"),
        pk=rule_id,
        prefecture=prefecture_edited_by(user),
    )


def screen(title: str, button: str, plan: Callable[[], Plan], today: date, rule: DeadlineRule | None = None) -> Screen:
    return Screen(
        title=title,
        template="rule_form",
        button=button,
        back=Link("Délais", reverse("rules")),
        plan=plan,
        said=said,
        landing=lambda _made: reverse("rules"),
        context={"rule": rule, "today": today},
    )


def said(plan: Plan) -> str:
    """The change in one sentence."""
    if not isinstance(plan, RulePlan):
        raise TypeError("a page of rules plans rules")
    day = wording.plain_date(plan.effective_from)
    after = [row for row in plan.added if ruling.holds_after(row, plan.effective_from)]
    if after:
        return f"À partir du {day}, {rule_wording.sentence(after[-1])}."
    return f"À partir du {day}, plus de règle «\xa0{rule_wording.sentence(plan.superseded[0])}\xa0»."


urlpatterns = [
    path("reglages/delais/", rules, name="rules"),
    path("reglages/delais/ajouter/", rule_add, name="rule-add"),
    path("reglages/delais/<int:rule_id>/modifier/", rule_change, name="rule-change"),
    path("reglages/delais/<int:rule_id>/terminer/", rule_end, name="rule-end"),
    path("reglages/delais/<int:rule_id>/renoncer/", rule_withdraw, name="rule-withdraw"),
]
