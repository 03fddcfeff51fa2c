"""One screen that changes one setting: a form, a service, then the list with what was done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from frontend import feedback
from frontend.context import Link
from frontend.forms.fields import ServiceForm
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages import errors
from tracker.errors import InvalidCommand, StaleVersion
from tracker.writers import Author

CONFLICT: Final = 409
UNPROCESSABLE: Final = 422
UNCHANGED: Final = "Rien n’a changé."


@dataclass(frozen=True, slots=True)
class Screen:
    """`trail` leads back, its last link being the page that the change is seen on; `facts` is said above the form."""

    title: str
    button: str
    trail: tuple[Link, ...]
    intro: str = ""
    facts: tuple[str, ...] = ()
    # An act that is not taken back lightly: its button says so.
    is_grave: bool = False
    template: str = "setting_form"
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def back(self) -> str:
        return self.trail[-1].url


def show(
    request: PageRequest,
    form: ServiceForm,
    screen: Screen,
    save: Callable[[], str],
    landing: str = "",
    opened: Opened | None = None,
) -> HttpResponse:
    """The form; once valid, `save` calls the service and says what was done in a sentence. `opened`, where the form is
    over a row that others change too."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                said = opened.write(save) if opened else save()
        except InvalidCommand as refusal:
            form.refuse(refusal)
        except StaleVersion as refusal:
            return stale(request, refusal)
        else:
            if said is not None:
                feedback.done(request, said)
                return redirect(landing or screen.back)
    context = {"form": form, "screen": screen, "opened": opened, "trail": screen.trail, **screen.context}
    status = UNPROCESSABLE if form.is_bound else 200
    if opened and opened.differences:
        status = CONFLICT
    return render(request, f"frontend/pages/{screen.template}.html", context, status=status)


def act(request: PageRequest, save: Callable[[], str], landing: str) -> HttpResponse:
    """A button without a form: done, or the reason why not, on the page that it stands on."""
    try:
        feedback.done(request, save())
    except InvalidCommand as refusal:
        feedback.refused(request, refusal.message)
    except StaleVersion as refusal:
        return stale(request, refusal)
    return redirect(landing)


def stale(request: PageRequest, refusal: StaleVersion) -> HttpResponse:
    text = f"{refusal.message} Rien n’a été enregistré\xa0: revenez à la liste."
    return errors.page(request, 409, title="Cette page n’est plus à jour", text=text)


def author_of(request: PageRequest) -> Author:
    return Author(user=request.user)


def bound(request: PageRequest) -> tuple[Any, ...]:
    """What a form is made with: what was sent, even where that is nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else ()
