"""Importing the organisation: the workbook is rehearsed, shown, then carried out; a model to fill in."""

from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from frontend.context import settings_link
from frontend.downloads import workbook
from frontend.forms.organisation import OrganisationFileForm
from frontend.http import PageRequest
from frontend.import_report import OrganisationReport
from frontend.pages import errors
from frontend.pages.imports import PAST_SHOWN, UNPROCESSABLE, on_disk
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.pages.settings.editing import bound
from tracker.errors import InvalidCommand
from tracker.importing import asking
from tracker.models import Job, Prefecture
from tracker.organisation_import.job import KIND, rehearse
from tracker.organisation_import.template import template_sheets
from tracker.spreadsheets.errors import SpreadsheetError
from tracker.spreadsheets.problems import problem_sheet


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_imports(request: PageRequest) -> HttpResponse:
    """The workbook; below, the past imports."""
    prefecture = prefecture_administered_by(request.user)
    form = OrganisationFileForm(*bound(request))
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            with on_disk(upload) as file:
                job = rehearse(prefecture, request.user, file, upload.name or "organisation")
            return redirect("organisation-import", job.pk)
        except SpreadsheetError as refusal:
            form.add_error("file", refusal.message)
    context = {
        "trail": (settings_link(),),
        "form": form,
        "limit": errors.LIMIT_MB,
        "past": past_imports(prefecture),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "frontend/pages/organisation_imports.html", context, status=status)


def past_imports(prefecture: Prefecture) -> list[OrganisationReport]:
    """The latest, without the rows that they hold; a rehearsal that another job follows is that job's business."""
    jobs = Job.objects.filter(kind=KIND, prefecture=prefecture, params__followed_by__isnull=True)
    jobs = jobs.annotate(sentence=KeyTextTransform("sentence", "result")).defer("result", "checkpoint")
    return [OrganisationReport(job, {}) for job in jobs.select_related("created_by").order_by("-pk")[:PAST_SHOWN]]


@require_safe
def organisation_import(request: PageRequest, job_id: int) -> HttpResponse:
    """How far it is, then its report. As a fragment, the browser asks for it each second."""
    job = job_of(request, job_id)
    if following := job.params.get("followed_by"):
        return redirect("organisation-import", following)
    name = "partials/_import_status" if request.htmx else "pages/import"
    return render(request, f"frontend/{name}.html", {"report": OrganisationReport(job, {})})


@require_POST
def carry_out(request: PageRequest, job_id: int) -> HttpResponse:
    job = job_of(request, job_id)
    try:
        after = asking.carry_out(prefecture_administered_by(request.user), request.user, job)
    except InvalidCommand as refusal:
        return errors.page(request, 409, title="Cet import ne peut pas commencer", text=refusal.message)
    return redirect("organisation-import", after.pk)


@require_GET
def refused(request: PageRequest, job_id: int) -> HttpResponseBase:
    """The rows that were not taken, as they were, with why and how to mend each."""
    report = OrganisationReport(job_of(request, job_id), {})
    if not report.refused:
        raise Http404
    sheet = problem_sheet(report.refused_headers, report.refused)
    return workbook([sheet], f"lignes-refusees-{report.job.pk}.xlsx")


@require_GET
def template(request: PageRequest) -> HttpResponseBase:
    return workbook(template_sheets(prefecture_administered_by(request.user)), "organisation.xlsx")


def job_of(request: PageRequest, job_id: int) -> Job:
    prefecture = prefecture_administered_by(request.user)
    return get_object_or_404(Job.objects.select_related("created_by"), pk=job_id, kind=KIND, prefecture=prefecture)


urlpatterns = [
    path("reglages/organisation/import/", organisation_imports, name="organisation-imports"),
    path("reglages/organisation/import/modele.xlsx", template, name="organisation-template"),
    path("reglages/organisation/import/<int:job_id>/", organisation_import, name="organisation-import"),
    path("reglages/organisation/import/<int:job_id>/importer/", carry_out, name="organisation-import-carry-out"),
    path("reglages/organisation/import/<int:job_id>/refusees.xlsx", refused, name="organisation-import-refused"),
]
