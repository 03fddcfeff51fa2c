"""Délais: every rule as a sentence, and its changes from a date on."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from frontend import wording
from frontend.forms.reference import RuleAddForm, RuleChangeForm, RuleEndForm
from frontend.http import PageRequest
from frontend.pages.reference.changing import Screen, show
from frontend.pages.reference.recomputations import latest_job
from frontend.pages.reference.rights import may_edit, prefecture_edited_by, prefecture_read_by
from tracker import clock, ruling
from tracker.enums import Purpose
from tracker.models import DeadlineRule, Ticket, User
from tracker.recomputing import Plan
from tracker.ruling import RulePlan

HISTORY = 30
"""Changes told on the page."""


@require_GET
def rules(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_read_by(request.user)
    editable = may_edit(request.user, prefecture)
    today = clock.today(prefecture.time_zone)
    lines = ruling.rule_lines(prefecture, today)
    context = {
        "groups": [(Purpose(purpose).label, lines[purpose]) for purpose in lines],
        "editable": editable,
        "today": today,
        "without_deadline": Ticket.objects.visible_to(request.user).without_deadline().count(),
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
    form = RuleEndForm(request.POST or None, today=today)

    def plan() -> Plan:
        return ruling.plan_end(rule, form.cleaned_data["from_date"])

    return show(request, form, screen("Mettre fin à une règle", "Mettre fin à la règle", plan, today, rule))


def editable_rule(user: User, rule_id: int) -> DeadlineRule:
    """A rule that the person may change. One that has been replaced is found too: the service says that it has."""
    return get_object_or_404(
        DeadlineRule.objects.select_related("kind", "channel", "nature", "site", "prefecture"),
        pk=rule_id,
        prefecture=prefecture_edited_by(user),
    )


def screen(title: str, button: str, plan: object, today: date, rule: DeadlineRule | None = None) -> Screen:
    return Screen(
        title=title,
        template="rule_form",
        button=button,
        back=reverse("rules"),
        plan=plan,
        said=lambda made: said(made, today),
        context={"rule": rule, "sentence": ruling.sentence(rule) if rule else "", "today": today},
    )


def said(plan: Plan, today: date) -> str:
    """The change in one sentence."""
    if not isinstance(plan, RulePlan):
        raise TypeError("a page of rules plans rules")
    day = wording.plain_date(plan.effective_from, today)
    after = [row for row in plan.added if row.valid_until is None or row.valid_until >= plan.effective_from]
    if after:
        return f"À partir du {day}, {ruling.sentence(after[-1])}."
    return f"À partir du {day}, plus de règle «\xa0{ruling.sentence(plan.superseded[0])}\xa0»."


urlpatterns = [
    path("reglages/delais/", rules, name="rules"),
    path("reglages/delais/ajouter/", rule_add, name="rule-add"),
    path("reglages/delais/<int:rule_id>/modifier/", rule_change, name="rule-change"),
    path("reglages/delais/<int:rule_id>/terminer/", rule_end, name="rule-end"),
]
