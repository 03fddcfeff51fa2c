"""Calculer une échéance: a date, a delay, a place; the deadline and why, as one types."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from frontend import wording
from frontend.forms.calculator import CalculatorForm
from frontend.http import PageRequest
from tracker import clock
from tracker.calculating import calculate
from tracker.workdays import DateOutsideCalendar


@require_safe
def calculator(request: PageRequest) -> HttpResponse:
    form = CalculatorForm(request.user, request.GET or None)
    context: dict[str, Any] = {"form": form} | found(form)
    name = "partials/_calculation.html" if request.htmx else "pages/calculator.html"
    return render(request, f"frontend/{name}", context, status=422 if form.errors else 200)


def found(form: CalculatorForm) -> dict[str, Any]:
    """The result, nothing where a field is refused; a date that the calendar does not hold is an error of its field."""
    if not form.is_valid():
        return {}
    calendar, place, time_zone = form.calendar()
    try:
        result = calculate(calendar, form.cleaned_data["received_on"], form.delay, place=place)
    except DateOutsideCalendar as error:
        form.add_error("received_on", str(error))
        return {}
    today = clock.today(time_zone)
    distance = wording.due_words(result.due_on, today, calendar) if calendar.first <= today <= calendar.last else ""
    return {"result": result, "today": today, "distance": distance}


urlpatterns = [path("calculer-une-echeance/", calculator, name="calculator")]
