"""What an administrator sees and does of the long work of the préfecture: never what it is about."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from tracker.enums import JobState
from tracker.errors import TransitionRefused
from tracker.jobs import TASK
from tracker.models import Job, Prefecture, User
from tracker.waking import wake_on_commit

logger = logging.getLogger(__name__)

LATELY: Final = timedelta(days=7)
WITHDRAWN: Final = "Retiré de la file par l’administrateur, avant d’avoir commencé."
BEGUN: Final = "Ce travail a commencé, ou n’est plus dans la file\xa0: il ne peut plus en être retiré."
NOT_AGAIN: Final = "Ce travail ne peut pas être repris\xa0: il ne s’est pas arrêté, ou un autre l’a remplacé depuis."


def followed(prefecture: Prefecture) -> QuerySet[Job]:
    """The work of the préfecture, without what it holds. A register that waits for its columns to be named is no
    work."""
    jobs = Job.objects.filter(Q(prefecture=prefecture) | Q(prefecture=None)).exclude(params__has_key="asks_columns")
    return jobs.select_related("created_by").defer("result", "checkpoint")


def lately(now: datetime) -> Q:
    return Q(ended_at__gte=now - LATELY)


def since(jobs: Sequence[Job]) -> QuerySet[Job]:
    """What was asked for after the first of these: one of them may have been replaced."""
    if not jobs:
        return Job.objects.none()
    return Job.objects.filter(pk__gt=min(job.pk for job in jobs)).only("kind", "params")


def can_be_taken_up(job: Job, others: Iterable[Job]) -> bool:
    """Whether a failed job may go on from its checkpoint: none of `others` has replaced it."""
    if job.state != JobState.FAILED or job.params.get("followed_by"):
        return False
    return not any(other.pk > job.pk and (other.kind, other.params) == (job.kind, job.params) for other in others)


def take_up(job: Job, user: User) -> None:
    """Put a failed job back in the queue, where it stopped. Raises TransitionRefused."""
    failed = Job.objects.filter(pk=job.pk, state=JobState.FAILED)
    if not can_be_taken_up(job, since([job])) or not failed.update(
        state=JobState.QUEUED, error="", attempts=0, claimed_by="", ended_at=None
    ):
        raise TransitionRefused(NOT_AGAIN)
    logger.info("job %s taken up again by account %s", job.pk, user.pk)
    wake_on_commit(TASK)


def withdraw(job: Job, user: User, now: datetime) -> None:
    """Take a job that nobody has begun out of the queue. Raises TransitionRefused."""
    queued = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
    if not queued.update(state=JobState.FAILED, error=WITHDRAWN, ended_at=now):
        raise TransitionRefused(BEGUN)
    logger.info("job %s withdrawn by account %s", job.pk, user.pk)
