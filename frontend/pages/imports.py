"""Importing a register: file, columns, rehearsal, progress, report.

The référent of the whole préfecture alone: an import writes in every bureau. For anybody else these pages do not exist.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from frontend.downloads import workbook
from frontend.forms.imports import ColumnsForm, ConfirmForm, ImportForm, kind_choices, options_as_initial
from frontend.http import PageRequest
from frontend.import_columns import sheet_shown
from frontend.import_report import ImportReport
from frontend.pages import errors
from frontend.pages.reference.rights import prefecture_edited_by
from tracker import clock
from tracker.errors import InvalidCommand
from tracker.importing import asking
from tracker.importing.files import JOB_KIND
from tracker.models import Job, Prefecture
from tracker.spreadsheets.errors import SpreadsheetError
from tracker.spreadsheets.layouts import register_layout
from tracker.spreadsheets.problems import problem_sheet
from tracker.spreadsheets.tables import preview_sheets

UNPROCESSABLE: Final = 422
PAST_SHOWN: Final = 50


# --- Asking -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: PageRequest) -> HttpResponse:
    """The file and what it holds; below, the past imports."""
    prefecture = prefecture_edited_by(request.user)
    form = form_for(request, prefecture)
    if request.method == "POST" and form.is_valid():
        job = begun(request, prefecture, form)
        if job is not None:
            return redirect(next_page(job), job.pk)
    return show_form(request, prefecture, form, past=past_imports(prefecture))


@require_http_methods(["GET", "HEAD", "POST"])
def change_settings(request: PageRequest, job_id: int) -> HttpResponse:
    """The same file with other settings."""
    prefecture, job = job_of(request, job_id)
    if not asking.can_be_changed(job):
        return redirect("import", job.pk)
    form = form_for(request, prefecture, job)
    if request.method == "POST" and form.is_valid():
        options = asking.options_of(job)
        wanted = form.options(options.mapping if options.kind == form.cleaned_data["kind"] else None)
        try:
            again = asking.rehearse_again(prefecture, request.user, job, wanted)
            return redirect(next_page(again), again.pk)
        except SpreadsheetError as refusal:
            form.add_error(None, refusal.message)
        except InvalidCommand as refusal:
            form.refuse(refusal)
    return show_form(request, prefecture, form, job=job)


def form_for(request: PageRequest, prefecture: Prefecture, job: Job | None = None) -> ImportForm:
    site = prefecture.sites.get(is_main=True)
    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    initial = options_as_initial(asking.options_of(job)) if job else None
    today = clock.today(site.time_zone)
    return ImportForm(*bound, prefecture=prefecture, today=today, has_file=job is not None, initial=initial)


def begun(request: PageRequest, prefecture: Prefecture, form: ImportForm) -> Job | None:
    """The rehearsal of the file that was sent; None where it is refused, beside the field at fault."""
    upload: File[bytes] = form.cleaned_data["file"]
    try:
        with on_disk(upload) as file:
            return asking.rehearse(prefecture, request.user, form.options(), file, upload.name or "registre")
    except SpreadsheetError as refusal:
        form.add_error("file", refusal.message)
    except InvalidCommand as refusal:
        form.refuse(refusal)
    return None


@contextmanager
def on_disk(upload: "File[bytes]") -> Iterator[Path]:
    """A small upload is still in memory; the reader, a process of its own, wants a file."""
    with tempfile.NamedTemporaryFile(prefix="sillage-") as copy:
        for piece in upload.chunks():
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)


def next_page(job: Job) -> str:
    return "import-columns" if job.params.get("asks_columns") else "import"


def show_form(request: PageRequest, prefecture: Prefecture, form: ImportForm, **context: Any) -> HttpResponse:
    status = UNPROCESSABLE if form.is_bound else 200
    return render(
        request, "frontend/pages/imports.html", {"form": form, "limit": errors.LIMIT_MB, **context}, status=status
    )


def past_imports(prefecture: Prefecture) -> list[ImportReport]:
    """The latest, without the rows that they hold; a rehearsal that another job follows is that job's business."""
    jobs = Job.objects.filter(kind=JOB_KIND, prefecture=prefecture, params__followed_by__isnull=True)
    jobs = jobs.annotate(sentence=KeyTextTransform("sentence", "result")).defer("result", "checkpoint")
    kinds = dict(kind_choices(prefecture))
    return [ImportReport(job, kinds) for job in jobs.select_related("created_by").order_by("-pk")[:PAST_SHOWN]]


# --- Columns ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: PageRequest, job_id: int) -> HttpResponse:
    """Which column is which, where in doubt: the first rows, and a choice for each thing that a register may say."""
    prefecture, job = job_of(request, job_id)
    if not asking.can_be_changed(job):
        return redirect("import", job.pk)
    options = asking.options_of(job)
    layout = register_layout(options.kind)
    try:
        previews = preview_sheets(asking.file_of(job), layout, name=job.params["name"])
        shown = sheet_shown(previews, request.GET.get("feuille", ""), request.GET.get("ligne", ""))
        said = (request.POST,) if request.method == "POST" else ()
        form = ColumnsForm(*said, layout=layout, shown=shown, said=options.mapping or {})
        if form.is_bound and form.is_valid():
            again = asking.name_columns(prefecture, request.user, job, shown.header, form.mapping())
            return redirect(next_page(again), again.pk)
    except (SpreadsheetError, InvalidCommand) as refusal:
        return errors.page(request, 409, title="Ce fichier ne peut pas être lu", text=refusal.message)
    context = {"form": form, "report": report_of(job, prefecture), "previews": previews, "shown": shown}
    return render(request, "frontend/pages/import_columns.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- Following ----------------------------------------------------------------------------------------------------


@require_safe
def show(request: PageRequest, job_id: int) -> HttpResponse:
    """How far an import or its rehearsal is, then its report. As a fragment, the browser asks for it each second."""
    prefecture, job = job_of(request, job_id)
    if following := job.params.get("followed_by"):
        return redirect("import", following)
    if job.params.get("asks_columns") and asking.can_be_changed(job):
        return redirect("import-columns", job.pk)
    name = "partials/_import_status" if request.htmx else "pages/import"
    context = {"report": report_of(job, prefecture), "confirm": ConfirmForm()}
    return render(request, f"frontend/{name}.html", context)


@require_POST
def carry_out(request: PageRequest, job_id: int) -> HttpResponse:
    prefecture, job = job_of(request, job_id)
    form = ConfirmForm(request.POST)
    confirmed = form.is_valid() and form.cleaned_data["confirmed"]
    try:
        after = asking.carry_out(prefecture, request.user, job, confirmed=confirmed)
    except InvalidCommand as refusal:
        if refusal.field == "confirmed":
            form.add_error("confirmed", refusal.message)
            context = {"report": report_of(job, prefecture), "confirm": form}
            return render(request, "frontend/pages/import.html", context, status=UNPROCESSABLE)
        return errors.page(request, 409, title="Cet import ne peut pas commencer", text=refusal.message)
    return redirect("import", after.pk)


@require_GET
def refused(request: PageRequest, job_id: int) -> HttpResponseBase:
    """The rows that were not taken, as they were, with why and how to mend each."""
    prefecture, job = job_of(request, job_id)
    report = report_of(job, prefecture)
    if not report.refused:
        raise Http404
    sheet = problem_sheet(report.refused_headers, report.refused)
    return workbook([sheet], f"lignes-refusees-{job.pk}.xlsx")


def report_of(job: Job, prefecture: Prefecture) -> ImportReport:
    return ImportReport(job, dict(kind_choices(prefecture)))


def job_of(request: PageRequest, job_id: int) -> tuple[Prefecture, Job]:
    prefecture = prefecture_edited_by(request.user)
    jobs = Job.objects.select_related("created_by")
    return prefecture, get_object_or_404(jobs, pk=job_id, kind=JOB_KIND, prefecture=prefecture)


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/<int:job_id>/", show, name="import"),
    path("imports/<int:job_id>/colonnes/", columns, name="import-columns"),
    path("imports/<int:job_id>/reglages/", change_settings, name="import-settings"),
    path("imports/<int:job_id>/importer/", carry_out, name="import-carry-out"),
    path("imports/<int:job_id>/refusees.xlsx", refused, name="import-refused"),
]
