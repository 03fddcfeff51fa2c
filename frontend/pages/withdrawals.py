"""Taking an import back: what it would do, then how far it is and what it did. The référent of the whole préfecture
alone, as for the import itself."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from frontend.http import PageRequest
from frontend.pages import errors
from frontend.pages.imports import job_of, report_of
from tracker.errors import InvalidCommand
from tracker.importing import withdrawal

KEPT_SHOWN: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PageRequest, job_id: int) -> HttpResponse:
    prefecture, imported = job_of(request, job_id)
    job = withdrawal.withdrawal_of(imported)
    possible = withdrawal.can_be_withdrawn(imported)
    if not possible and job is None:
        raise Http404
    if request.method == "POST":
        try:
            withdrawal.withdraw(prefecture, request.user, imported)
        except InvalidCommand as refusal:
            return errors.page(request, 409, title="Cet import ne peut pas être retiré", text=refusal.message)
        return redirect("import-withdraw", imported.pk)
    running = job is not None and job.ended_at is None
    context = {
        "report": report_of(imported, prefecture),
        "job": job,
        "running": running,
        "preview": withdrawal.preview(imported) if possible else None,
        "kept": [] if running else list(withdrawal.kept_of(imported, KEPT_SHOWN, request.user.scope.sealed_ids)),
    }
    name = "partials/_import_withdrawal.html" if request.htmx else "pages/import_withdrawal.html"
    return render(request, f"frontend/{name}", context)


urlpatterns = [path("imports/<int:job_id>/retirer/", withdraw, name="import-withdraw")]
