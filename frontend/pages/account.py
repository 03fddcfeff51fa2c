"""Home, signing in and out, password."""

from functools import cache
from typing import Any, Final, cast
from urllib.parse import urlencode

from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from frontend.forms.account import NewPasswordForm, SignInForm
from frontend.http import PageRequest
from frontend.pages import errors
from tracker import clock
from tracker.enums import Role
from tracker.models import User

HOMES: Final = (
    ((Role.SUPERVISOR,), "bureau"),
    ((Role.AGENT,), "queue"),
    ((Role.MAILROOM,), "arrivals"),
    ((Role.QUALITY,), "live"),
    ((Role.ADMINISTRATOR,), "settings"),
    ((Role.COPIL,), "plan"),
)
"""What each role opens first; a person with several roles opens the first that applies."""


@require_safe
def home(request: PageRequest) -> HttpResponse:
    for roles, name in HOMES:
        if request.user.scope.has(*roles):
            return redirect(name)
    return redirect("help")


@cache
def blank_form() -> SafeString:
    """The form before anybody has typed in it: the same for everybody, and as long to draw as the rest of the page."""
    return SignInForm().render()


@method_decorator(login_not_required, name="dispatch")
class SignIn(views.LoginView):
    """Django's own view checks where `next` leads and renews the session; ours says it in French."""

    template_name = "frontend/pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        htmx = cast(PageRequest, request).htmx
        if htmx:
            # A fragment asked for after the session's end: the whole page signs in, not the fragment's place.
            here = htmx.current_url_abs_path or "/"
            return HttpResponseClientRedirect(f"{request.path}?{urlencode({'next': here})}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **shown: Any) -> dict[str, Any]:
        if self.request.method in ("GET", "HEAD"):
            shown.setdefault("form", blank_form())
        return super().get_context_data(**shown)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Too many wrong passwords: the account is closed to this address for a while; each new try begins it again."""
    until = localtime(clock.now() + get_cool_off(request))
    text = (
        "Trop de mots de passe erronés ont été essayés pour ce compte depuis ce poste. Vous pourrez réessayer à partir "
        f"de {until:%H\xa0h\xa0%M}\xa0; un essai avant cette heure la repousse."
    )
    return errors.page(request, 429, text=text)


@require_http_methods(["GET", "POST"])
def change_password(request: PageRequest) -> HttpResponse:
    """Also where a person whose password was given by somebody else is sent until another is chosen."""
    user = User.objects.get(pk=request.user.pk)
    form = NewPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        messages.success(request, "Votre nouveau mot de passe est enregistré.")
        return redirect("home")
    return render(
        request,
        "frontend/pages/password.html",
        {"form": form, "forced": user.must_change_password},
        status=422 if form.is_bound else 200,
    )


urlpatterns = [
    path("", home, name="home"),
    path("connexion/", SignIn.as_view(), name="sign-in"),
    path("deconnexion/", views.LogoutView.as_view(), name="sign-out"),
    path("compte/mot-de-passe/", change_password, name="password-change"),
]
