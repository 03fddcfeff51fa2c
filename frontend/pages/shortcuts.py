"""The keys of the product: the list to be read and printed, and whether those of one character act."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from frontend import shortcuts
from frontend.http import PageRequest
from frontend.models import KeyboardChoice

CHOICES = {"on": True, "off": False}


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "frontend/pages/shortcuts.html", {"sections": shortcuts.sections()})


@require_POST
def choose(request: PageRequest) -> HttpResponse:
    """`letters`: « on » or « off »; anything else changes nothing. Kept with the person, not with the machine."""
    chosen = CHOICES.get(request.POST.get("letters", ""))
    if chosen is not None:
        KeyboardChoice.objects.update_or_create(user=request.user, defaults={"letters": chosen})
    if request.htmx:
        return render(request, "frontend/partials/_letters.html", {"in_sheet": True, "changed": True})
    if chosen is not None:
        said = "agissent à nouveau" if chosen else "n’agissent plus"
        messages.success(request, f"Les touches d’un seul caractère {said}, sur tous vos postes.")
    return redirect("shortcuts")


urlpatterns = [
    path("raccourcis/", show, name="shortcuts"),
    path("raccourcis/choix/", choose, name="shortcuts-choose"),
]
