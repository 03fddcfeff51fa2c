"""Jetons d'accès: what lets a program act under one's name, made here, shown once, revoked here."""

from datetime import date

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from frontend.feedback import done
from frontend.forms.tokens import TokenForm
from frontend.http import PageRequest
from tracker import clock
from tracker.enums import TokenScope
from tracker.errors import InvalidCommand
from tracker.models import ApiToken
from tracker.tokens import create_token, open_tokens, revoke_token
from tracker.writers import Author

UNPROCESSABLE = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: PageRequest) -> HttpResponse:
    """The person's open tokens, and a form for one more. The secret stands in the form's answer, and nowhere else."""
    today = clock.today(settings.TIME_ZONE)
    if request.method != "POST":
        return show(request, TokenForm(today=today), today)
    form = TokenForm(request.POST, today=today)
    if form.is_valid():
        data = form.cleaned_data
        try:
            new = create_token(
                request.user,
                label=data["label"],
                scope=TokenScope(data["scope"]),
                expires_on=data["expires_on"],
                author=Author(user=request.user),
            )
        except InvalidCommand as refused:
            form.refuse(refused)
        else:
            return show(request, TokenForm(today=today), today, secret=new.secret)
    return show(request, form, today, status=UNPROCESSABLE)


def show(request: PageRequest, form: TokenForm, today: date, *, secret: str = "", status: int = 200) -> HttpResponse:
    rows = ApiToken.objects.filter(open_tokens(request.user, today))
    shown = {"form": form, "tokens": rows, "secret": secret, "today": today}
    return render(request, "frontend/pages/tokens.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """What is revoked stays so: the person is asked first."""
    today = clock.today(settings.TIME_ZONE)
    token = ApiToken.objects.filter(open_tokens(request.user, today), pk=token_id).first()
    if token is None:
        raise Http404
    if request.method == "POST":
        revoke_token(token.pk, Author(user=request.user))
        done(request, "Jeton révoqué\xa0: le programme qui s’en servait n’entre plus.")
        return redirect("tokens")
    return render(request, "frontend/pages/token_revoke.html", {"token": token, "today": today})


urlpatterns = [
    path("compte/jetons/", tokens, name="tokens"),
    path("compte/jetons/<int:token_id>/revoquer/", revoke, name="token-revoke"),
]
