"""Pages shown when something is refused or goes wrong: what happened, what to do, a way out."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Refusal:
    title: str
    text: str


LIMIT_MB: Final = settings.MAX_UPLOAD_BYTES // (1024 * 1024)

MOST_TEXTS: Final = 20

REFUSALS: Final = {
    400: Refusal("La demande du navigateur est incomplète", "Revenez à la page précédente et recommencez."),
    403: Refusal(
        "Votre session a changé",
        "Le formulaire a été ouvert dans une autre session, ou depuis trop longtemps. Rien n’a été enregistré\xa0: "
        "revenez à la page précédente, copiez ce que vous avez tapé, rechargez la page et recommencez.",
    ),
    404: Refusal(
        "Cette page n’existe pas",
        "L’adresse est fausse, ou elle ne vous est pas ouverte\xa0: une demande confiée ailleurs quitte vos pages.",
    ),
    409: Refusal(
        "La demande a changé entre-temps",
        "Quelqu’un l’a modifiée depuis l’ouverture de votre page. Rien n’a été enregistré\xa0: rouvrez la demande et "
        "vérifiez ce qui a changé avant de recommencer.",
    ),
    413: Refusal(
        f"Le fichier dépasse {LIMIT_MB} Mo",
        "Rien n’a été enregistré. Réduisez le fichier ou partagez-le en plusieurs, puis recommencez.",
    ),
    429: Refusal("Compte fermé pour un moment", "Trop de mots de passe erronés ont été essayés."),
}


def page(request: HttpRequest, status: int, *, title: str = "", text: str = "") -> HttpResponse:
    """The page of an HTTP status; `title` and `text` say more than the usual sentences where the caller knows more."""
    usual = REFUSALS[status]
    if is_api(request):
        return JsonResponse({"detail": title or usual.title}, status=status)
    context = {
        "status": status,
        "title": title or usual.title,
        "text": text or usual.text,
        "typed": typed_text(request),
    }
    return render(request, "frontend/pages/error.html", context, status=status)


def typed_text(request: HttpRequest) -> list[str]:
    """The sentences that a refused form held (its demande went to another bureau, the session ended): to be copied, not
    lost. One word is a code, a date or a password, never a text."""
    if request.method != "POST" or upload_was_cut(request):
        return []
    try:
        typed = request.POST
    except BadRequest:  # what could not be read once cannot be read again
        return []
    texts = [str(value).strip() for name, value in typed.items() if "password" not in name]
    return [text for text in texts if len(text.split()) > 1][:MOST_TEXTS]


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, which reads no page."""
    return request.path_info.startswith("/api/")


def upload_was_cut(request: HttpRequest) -> bool:
    """Whether `frontend.uploads` stopped reading the files of this request."""
    return hasattr(request, "upload_cut")


def upload_cut(request: HttpRequest) -> HttpResponse:
    """Of a request that was cut: too many bytes, or too many files."""
    return too_many_files(request) if getattr(request, "upload_cut", "") == "files" else page(request, 413)


def too_many_files(request: HttpRequest) -> HttpResponse:
    return page(
        request,
        413,
        title="Trop de fichiers à la fois",
        text=f"Rien n’a été enregistré. Un envoi prend {settings.MAX_UPLOAD_FILES} fichiers au plus\xa0: "
        "recommencez en plusieurs fois.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened in another session: nothing was written. Or its token stood after a file that was cut."""
    return upload_cut(request) if upload_was_cut(request) else page(request, 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, TooManyFilesSent):
        return too_many_files(request)
    if isinstance(exception, RequestDataTooBig):
        return page(
            request,
            413,
            title="Le texte envoyé est trop long",
            text="Rien n’a été enregistré. Revenez à la page précédente et envoyez le texte en pièce jointe.",
        )
    return page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without request nor context processors: the database may be what failed."""
    if is_api(request):
        return JsonResponse({"detail": "Une erreur inattendue s’est produite."}, status=500)
    context = {"service_name": settings.SILLAGE_SERVICE_NAME}
    return HttpResponse(render_to_string("frontend/pages/error_500.html", context), status=500)
