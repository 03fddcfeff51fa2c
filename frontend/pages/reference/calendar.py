"""Calendrier: the closed days of a site, year by year; ponts and customary days added or taken away."""

from collections.abc import Callable, Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from frontend import wording
from frontend.context import Link, settings_link
from frontend.forms.reference import ClosedDayForm, ConfirmForm, ReopeningForm, year_typed
from frontend.http import PageRequest
from frontend.pages.reference.changing import Screen, show
from frontend.pages.reference.months import closed_rows, months
from frontend.pages.reference.recomputations import latest_job
from frontend.pages.reference.rights import may_edit, prefecture_edited_by, prefecture_read_by
from tracker import clock, closures
from tracker.closures import CalendarPlan
from tracker.enums import Role
from tracker.models import ClosedDay, Site, User
from tracker.recomputing import Plan
from tracker.rulebooks import current_calendar
from tracker.workdays import FIRST_DAY, LAST_DAY, WEEKEND_NAMES
from tracker.zones import zone

YEARS = range(FIRST_DAY.year, LAST_DAY.year + 1)
HISTORY = 30
"""Changes told on the page."""


@require_GET
def calendar(request: PageRequest) -> HttpResponse:
    prefecture = prefecture_read_by(request.user)
    sites = list(prefecture.sites.all())
    asked = request.GET.get("site")
    site = next((each for each in sites if each.code == asked), None) if asked else own_site(request.user, sites)
    if site is None:
        raise Http404
    today = clock.today(site.time_zone)
    year = year_typed(request.GET.get("annee"), today, YEARS)
    editable = may_edit(request.user, prefecture)
    work = current_calendar(site)
    context = {
        "trail": (settings_link(),),
        "sites": sites,
        "site": site,
        "zone": zone(site.zone).label,
        "year": year,
        "years": YEARS,
        "neighbours": [each for each in (year - 1, year + 1) if each in YEARS],
        "today": today,
        "editable": editable,
        "rows": closed_rows(site, year),
        "working_days": work.count(date(year, 1, 1), date(year, 12, 31)) + work.is_working(date(year, 1, 1)),
        "months": months(work, year, today),
        "switches": closures.switches(site),
        "suggestions": closures.suggestions(site, year) if editable else [],
        "history": [(line.event, words(line.removed, line.added)) for line in closures.history(site, HISTORY)],
        "weekdays": [(name[:2].capitalize(), name) for name in wording.WEEKDAYS],
        "job": latest_job(prefecture) if editable else None,
    }
    return render(request, "frontend/pages/calendar.html", context)


def own_site(user: User, sites: list[Site]) -> Site | None:
    """The site of a référent of one site, else the main one."""
    held = {grant.site_id for grant in user.scope.grants if grant.role == Role.QUALITY}
    return min(sites, key=lambda site: (site.pk not in held, not site.is_main), default=None)


@require_http_methods(["GET", "POST"])
def closed_day_add(request: PageRequest, site_code: str) -> HttpResponse:
    site = editable_site(request.user, site_code)
    form = ClosedDayForm(request.POST or None, today=clock.today(site.time_zone))

    def plan() -> Plan:
        typed = form.cleaned_data
        if typed["until"] not in (None, typed["date"]):
            return closures.plan_period(site, typed["date"], typed["until"], typed["name"], typed["source"])
        return closures.plan_closing(
            site, typed["date"], typed["name"], typed["source"], every_year=typed["every_year"]
        )

    button = "Fermer ces jours" if request.POST.get("until") else "Fermer ce jour"
    return show(request, form, screen("Fermer un jour ou plusieurs", button, plan, site))


@require_http_methods(["GET", "POST"])
def closed_day_remove(request: PageRequest, site_code: str, day_id: int) -> HttpResponse:
    site = editable_site(request.user, site_code)
    row = get_object_or_404(ClosedDay, pk=day_id, site=site, is_open=False)
    has_following = closures.following(row).exists()
    form = ReopeningForm(request.POST or None, has_following=has_following, today=clock.today(site.time_zone))

    def plan() -> Plan:
        return closures.plan_reopening(row, with_following=has_following and form.with_following)

    return show(request, form, screen("Retirer un jour fermé", "Retirer du calendrier", plan, site, row))


@require_http_methods(["GET", "POST"])
def closed_day_suggested(request: PageRequest, site_code: str, day: str) -> HttpResponse:
    """A day of local custom, from its year on; `day` is its ISO date."""
    site = editable_site(request.user, site_code)
    year = year_typed(day[:4], clock.today(site.time_zone), YEARS)
    found = next((each for each in closures.suggestions(site, year) if each.day.isoformat() == day), None)
    if found is None:
        raise Http404
    form = ConfirmForm(request.POST or None, today=clock.today(site.time_zone))
    return show(
        request,
        form,
        screen(f"Fermer\xa0: {found.name}", "Fermer ce jour", lambda: closures.plan_suggestion(site, found), site),
    )


@require_http_methods(["GET", "POST"])
def closed_day_switch(request: PageRequest, site_code: str, switch: str, worked: str) -> HttpResponse:
    site = editable_site(request.user, site_code)
    if switch not in closures.SWITCHES:
        raise Http404
    form = ConfirmForm(request.POST or None, today=clock.today(site.time_zone))
    name, is_worked = closures.SWITCHES[switch], worked == "travaille"
    title = f"{name}\xa0: {'jour travaillé' if is_worked else 'jour férié'}"
    button = "Travailler ce jour" if is_worked else "Chômer ce jour"
    return show(
        request, form, screen(title, button, lambda: closures.plan_switch(site, switch, worked=is_worked), site)
    )


def editable_site(user: User, code: str) -> Site:
    return get_object_or_404(
        Site.objects.select_related("prefecture"), code=code, prefecture=prefecture_edited_by(user)
    )


def screen(title: str, button: str, plan: Callable[[], Plan], site: Site, row: ClosedDay | None = None) -> Screen:
    today = clock.today(site.time_zone)
    return Screen(
        title=title,
        template="closed_day_form",
        button=button,
        back=Link("Calendrier", address(site, row.date.year if row else today.year)),
        plan=plan,
        said=lambda made: said(made, today),
        landing=lambda made: address(site, landing_year(made, today)),
        context={"site": site, "row": row, "today": today},
    )


def address(site: Site, year: int) -> str:
    """Of the page of one site and year."""
    return f"{reverse('calendar')}?{urlencode([('site', site.code), ('annee', str(year))])}"


def landing_year(plan: Plan, today: date) -> int:
    """The year in which a change is seen: the present one where it reaches it."""
    years = {day.year for day in plan.days} if isinstance(plan, CalendarPlan) else set()
    return today.year if not years or today.year in years else min(years)


def said(plan: Plan, today: date) -> str:
    """The change in one sentence."""
    if not isinstance(plan, CalendarPlan):
        raise TypeError("a page of the calendar plans closed days")
    return f"{plan.site.name}\xa0: {words(plan.removed, plan.added, today)}{untouched(plan.already_closed, today)}"


def untouched(days: Sequence[tuple[date, str]], today: date) -> str:
    """« Déjà fermés dans cette période : 2 jours de week-end, vendredi 25 décembre (Noël). »; empty where none is."""
    weekend = sum(day.weekday() in WEEKEND_NAMES for day, _ in days)
    told = [f"{weekend} jour{'s' if weekend > 1 else ''} de week-end"] if weekend else []
    told += [f"{wording.long_date(day, today)} ({why})" for day, why in days if day.weekday() not in WEEKEND_NAMES]
    return f" Déjà fermé{'s' if len(days) > 1 else ''} dans cette période\xa0: {', '.join(told)}." if told else ""


def words(removed: Sequence[ClosedDay], added: Sequence[ClosedDay], today: date | None = None) -> str:
    """« vendredi 15 mai fermé (Pont de l’Ascension). », « 4 jours fermés, du 28 au 31 décembre (Fin d’année). »,
    « 24 jours fermés, de 2027 à 2050 (Veille de Noël). »"""
    rows = sorted((*removed, *added), key=lambda row: row.date)
    first, last = rows[0], rows[-1]
    becomes = "travaillé" if first.is_open == bool(added) else "fermé"
    if len(rows) == 1:
        return f"{wording.long_date(first.date, today)} {becomes} ({first.name})."
    if (last.date - first.date).days < closures.LONGEST_PERIOD:
        return f"{len(rows)} jours {becomes}s, {wording.period(first.date, last.date, today)} ({first.name})."
    return f"{len(rows)} jours {becomes}s, de {first.date.year} à {last.date.year} ({first.name})."


urlpatterns = [
    path("reglages/calendrier/", calendar, name="calendar"),
    path("reglages/calendrier/<str:site_code>/fermer/", closed_day_add, name="closed-day-add"),
    path(
        "reglages/calendrier/<str:site_code>/jours/<int:day_id>/retirer/", closed_day_remove, name="closed-day-remove"
    ),
    path("reglages/calendrier/<str:site_code>/usages/<str:day>/", closed_day_suggested, name="closed-day-suggested"),
    path(
        "reglages/calendrier/<str:site_code>/reglages/<str:switch>/<str:worked>/",
        closed_day_switch,
        name="closed-day-switch",
    ),
]
