"""What deadlines are computed from, and eliminations."""

from datetime import date
from typing import Any

from tests.frontend.walk.stage import QUALITY, Page, Stage
from tracker import closures, elimination, recomputing, ruling
from tracker.commands import Answer, Close
from tracker.models import Elimination, Site
from tracker.rulebooks import current_calendar
from tracker.writers import Author


def a_rule(stage: Stage) -> dict[str, Any]:
    return {"rule_id": ruling.in_force(stage.world.prefecture).filter(channel__code="email", module=None)[0].pk}


def a_changed_rule(stage: Stage, number: int) -> None:
    rule = ruling.in_force(stage.world.prefecture).filter(channel__code="email", module=None)[0]
    terms = ruling.Terms(days=11 + number, source="Note de service")
    ruling.record_rules(ruling.plan_replacement(rule, rule.valid_from, terms), Author())


def the_site(stage: Stage) -> dict[str, Any]:
    return {"site_code": stage.world.site.code}


def a_closed_day(stage: Stage, number: int) -> None:
    day = current_calendar(stage.world.site).add(date(2026, 6, 1), number + 1)
    closures.record_closures(closures.plan_closing(stage.world.site, day, "Pont"), Author())


def a_local_day(stage: Stage) -> dict[str, Any]:
    if not closures.local_days(stage.world.site).exists():
        a_closed_day(stage, 0)
    return the_site(stage) | {"day_id": closures.local_days(stage.world.site).earliest("pk").pk}


def a_customary_day(stage: Stage) -> dict[str, Any]:
    """Overseas, where the law's list and the custom differ: the second site is moved there."""
    Site.objects.filter(pk=stage.world.branch.pk).update(zone="martinique")
    return {"site_code": stage.world.branch.code, "day": "2027-07-21"}


def a_switch(stage: Stage) -> dict[str, Any]:
    return the_site(stage) | {"switch": "lundi-de-pentecote", "worked": "travaille"}


def a_recomputation(stage: Stage) -> dict[str, Any]:
    if "recomputation" not in stage.made:
        plan = closures.plan_closing(stage.world.site, date(2027, 5, 7), "Pont")
        stage.made["recomputation"] = recomputing.carry_out(plan, Author(user=stage.user(QUALITY)))
    return {"job_id": stage.made["recomputation"].pk}


def add_elimination(stage: Stage, number: int) -> Elimination:
    """A list of one demande, ended long ago."""
    ticket = stage.world.register(Answer(date(2026, 1, 9)), received_on=date(2026, 1, 5))
    stage.world.act(ticket, Close())
    return elimination.propose(stage.world.prefecture, date(2026, 1, 31), None, Author(user=stage.user(QUALITY)))


def an_elimination(stage: Stage) -> dict[str, Any]:
    if "elimination" not in stage.made:
        stage.made["elimination"] = add_elimination(stage, 0)
    return {"elimination_id": stage.made["elimination"].pk}


PAGES: dict[str, Page] = {
    "calculator": Page(control="main input[name=received_on]", is_form=True),
    "rules": Page(roles=(QUALITY,), control="main a[href$='/ajouter/']", rows=a_changed_rule),
    "rule-add": Page(roles=(QUALITY,), control="main select[name=promise]", is_form=True),
    "rule-change": Page(roles=(QUALITY,), arguments=a_rule, control="main input[name=from_date]", is_form=True),
    "rule-end": Page(roles=(QUALITY,), arguments=a_rule, control="main input[name=from_date]", is_form=True),
    "rule-withdraw": Page(roles=(QUALITY,), arguments=a_rule, control="main button[value=confirm]"),
    "calendar": Page(roles=(QUALITY,), control="main a[href$='/fermer/']", rows=a_closed_day),
    "closed-day-add": Page(roles=(QUALITY,), arguments=the_site, control="main input[name=date]", is_form=True),
    "closed-day-remove": Page(roles=(QUALITY,), arguments=a_local_day, control="main button[value=confirm]"),
    "closed-day-suggested": Page(roles=(QUALITY,), arguments=a_customary_day, control="main button[value=confirm]"),
    "closed-day-switch": Page(roles=(QUALITY,), arguments=a_switch, control="main button[value=confirm]"),
    "recompute": Page(roles=(QUALITY,), arguments=a_recomputation, control="main a[href]"),
    "eliminations": Page(roles=(QUALITY,), control="main input[name=ended_by]", is_form=True, rows=add_elimination),
    "elimination": Page((QUALITY,), an_elimination, control="main input[name=visa]", is_form=True),
    "elimination-abandon": Page((QUALITY,), an_elimination, method="post", status=302, to_look_at=False),
    "elimination-export": Page((QUALITY,), an_elimination, to_look_at=False),
}
