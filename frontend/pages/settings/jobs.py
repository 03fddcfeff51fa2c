"""« Travaux »: long work, what runs by the clock, and whether who should do them is alive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from frontend.context import settings_link
from frontend.http import PageRequest
from frontend.pages.reference.rights import prefecture_administered_by
from frontend.upkeep_words import JOBS, TASKS, UNKNOWN_JOB, at, rhythm, silence_words
from tracker import clock, job_control, upkeep
from tracker.enums import JobState
from tracker.errors import TransitionRefused
from tracker.importing.report import grouped
from tracker.jobs import STALE_AFTER
from tracker.models import Job, Prefecture, Verification
from tracker.verification import nightly

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Work:
    """A job, without what it holds."""

    job: Job
    what: str
    who: str
    said: str
    may_take_up: bool = False
    may_withdraw: bool = False

    @property
    def progress(self) -> str:
        """« 1 500 sur 4 200 »; "" where nobody knows yet how much there is, or it is over."""
        if self.job.state != JobState.RUNNING or not self.job.total:
            return ""
        return f"{grouped(self.job.done)} sur {grouped(self.job.total)}"


@dataclass(frozen=True, slots=True)
class Periodic:
    """A line of the beat table."""

    what: str
    rhythm: str
    last: str
    ran: bool
    failed: bool


@require_safe
def jobs_page(request: PageRequest) -> HttpResponse:
    """The page, and every five seconds its lists alone."""
    prefecture, now = prefecture_administered_by(request.user), clock.now()
    name = "partials/_jobs" if request.htmx else "pages/jobs"
    shown = {
        "trail": (settings_link(),),
        "silence": silence_words(upkeep.silence(now)),
        "periodic": [
            Periodic(
                TASKS.get(each.name, each.name), rhythm(each), at(each.last_at), each.last_at is not None, each.failed
            )
            for each in upkeep.rounds(now)
        ],
        "night": night_of(prefecture),
        **work_of(prefecture, now),
    }
    return render(request, f"frontend/{name}.html", shown)


@dataclass(frozen=True, slots=True)
class Night:
    """The last verification that reached its end."""

    said: str
    different: list[tuple[str, str]]


def night_of(prefecture: Prefecture) -> Night | None:
    last = Verification.objects.filter(ended_at__isnull=False).order_by("-started_at").first()
    if last is None:
        return None
    looked = f"{grouped(last.events_checked)} évènements et {grouped(last.tickets_checked)} demandes relus"
    found = nightly.differing_in(last, prefecture)
    ending = "" if found else "\xa0: rien ne diffère"
    return Night(
        f"{at(last.started_at)}, {looked}{ending}.",
        [(str(each["reference"]), str(each["detail"])) for each in found],
    )


def work_of(prefecture: Prefecture, now: datetime) -> dict[str, list[Work]]:
    """Running, queued, failed and ended lately."""
    jobs = job_control.followed(prefecture)
    recent = jobs.filter(job_control.lately(now))
    failed = list(recent.filter(state=JobState.FAILED).order_by("-pk")[:SHOWN])
    others = list(job_control.since(failed))
    return {
        "running": [work(job, running(job, now)) for job in jobs.filter(state=JobState.RUNNING).order_by("pk")[:SHOWN]],
        "queued": [
            work(job, f"demandé {at(job.created_at)}", may_withdraw=True)
            for job in jobs.filter(state=JobState.QUEUED).order_by("pk")[:SHOWN]
        ],
        "failed": [
            work(job, f"arrêté {at(job.ended_at)}. {job.error}", may_take_up=job_control.can_be_taken_up(job, others))
            for job in failed
        ],
        "ended": [
            work(job, f"terminé {at(job.ended_at)}")
            for job in recent.filter(state=JobState.DONE).order_by("-pk")[:SHOWN]
        ],
    }


def work(job: Job, said: str, *, may_take_up: bool = False, may_withdraw: bool = False) -> Work:
    who = job.created_by.full_name if job.created_by is not None else "en ligne de commande"
    return Work(job, JOBS.get(job.kind, UNKNOWN_JOB), who, said, may_take_up, may_withdraw)


def running(job: Job, now: datetime) -> str:
    """« en cours depuis 10:42, dernier signe de vie à 10:45 », or what is awaited of one whose process died."""
    began = f"demandé {at(job.created_at)}"
    if job.heartbeat_at is None or job.heartbeat_at < now - STALE_AFTER:
        return f"{began}, plus aucun signe de vie\xa0: il sera repris où il s’est arrêté"
    return f"{began}, dernier signe de vie {at(job.heartbeat_at)}"


@require_POST
def take_up(request: PageRequest, job_id: int) -> HttpResponse:
    job = job_of(request, job_id)
    try:
        job_control.take_up(job, request.user)
        messages.success(request, f"{JOBS.get(job.kind, UNKNOWN_JOB)}\xa0: ce travail reprend où il s’est arrêté.")
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("jobs")


@require_POST
def withdraw(request: PageRequest, job_id: int) -> HttpResponse:
    job = job_of(request, job_id)
    try:
        job_control.withdraw(job, request.user, clock.now())
        messages.success(request, f"{JOBS.get(job.kind, UNKNOWN_JOB)}\xa0: ce travail est retiré de la file.")
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("jobs")


def job_of(request: PageRequest, job_id: int) -> Job:
    return get_object_or_404(job_control.followed(prefecture_administered_by(request.user)), pk=job_id)


urlpatterns = [
    path("reglages/travaux/", jobs_page, name="jobs"),
    path("reglages/travaux/<int:job_id>/reprendre/", take_up, name="job-take-up"),
    path("reglages/travaux/<int:job_id>/retirer/", withdraw, name="job-withdraw"),
]
