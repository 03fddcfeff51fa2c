"""What a change did to the deadlines that ran: progress, then before and after."""

from datetime import timedelta

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from frontend.http import PageRequest
from frontend.pages.reference.rights import prefecture_edited_by
from tracker import clock, recomputing
from tracker.models import Job, Prefecture
from tracker.recomputing import Effect

SHOWN_FOR = timedelta(days=1)
"""How long after its end a recomputation stands above the rules and the calendar."""


@require_GET
def recompute(request: PageRequest, job_id: int) -> HttpResponse:
    prefecture = prefecture_edited_by(request.user)
    job = get_object_or_404(Job, pk=job_id, kind=recomputing.KIND, prefecture=prefecture)
    name = "partials/_recompute_status.html" if request.htmx else "pages/recompute.html"
    context = {"job": job, "effect": effect_of(job), "today": clock.today(prefecture.time_zone)}
    return render(request, f"frontend/{name}", context)


def effect_of(job: Job) -> Effect | None:
    """Of a job that has ended well."""
    return Effect.from_json(job.result) if job.result else None


def latest_job(prefecture: Prefecture) -> tuple[Job, Effect | None] | None:
    """The latest recomputation, as long as it is news."""
    recent = Q(ended_at__isnull=True) | Q(ended_at__gte=clock.now() - SHOWN_FOR)
    job = Job.objects.filter(recent, kind=recomputing.KIND, prefecture=prefecture).order_by("-pk").first()
    return (job, effect_of(job)) if job else None


urlpatterns = [path("reglages/recalculs/<int:job_id>/", recompute, name="recompute")]
