"""The task queue, and the one table of what runs by the clock. Tasks are named as strings: this module imports none."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_ready, worker_shutting_down
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

app = Celery("sillage", task_cls="tracker.upkeep:RecordedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_scheduler = "config.beat:MarkedScheduler"
# Two queues, so that an import of an hour holds up neither messages nor screens: two workers, or one of both.
JOBS = {"queue": "jobs"}
app.conf.task_queues = [Queue("sillage"), Queue("jobs")]
app.conf.task_routes = {
    "tracker.tasks.run_jobs": JOBS,
    "tracker.tasks.verify": JOBS,
    "tracker.tasks.close_answered": JOBS,
    "tracker.tasks.sweep_attachments": JOBS,
}
# A worker waits for the broker as long as it takes, sweeping by itself meanwhile.
app.conf.broker_connection_max_retries = None

# A sweep that the worker had no time for is worth nothing once the next one is there: hence `expires`, in seconds.
app.conf.beat_schedule = {
    "pending events": {
        "task": "tracker.tasks.drain_pending",
        "schedule": 2.0,
        "options": {"expires": 2},
    },
    "jobs left in the table": {
        "task": "tracker.tasks.run_jobs",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "messages to send": {
        "task": "notifications.tasks.deliver",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "answered long enough ago": {
        "task": "tracker.tasks.close_answered",
        "schedule": crontab(hour=2, minute=15),
    },
    "files of imports forgotten": {
        "task": "tracker.tasks.forget_import_files",
        "schedule": crontab(hour=2, minute=30),
    },
    "files that no attachment names": {
        "task": "tracker.tasks.sweep_attachments",
        "schedule": crontab(hour=2, minute=35),
    },
    "half-filled forms forgotten": {
        "task": "frontend.tasks.purge_drafts",
        "schedule": crontab(hour=2, minute=45),
    },
    "idempotency keys forgotten": {
        "task": "tracker.tasks.forget_idempotency_keys",
        "schedule": crontab(minute=10),
    },
    "mass acts forgotten": {
        "task": "tracker.tasks.forget_mass_acts",
        "schedule": crontab(hour=3, minute=0),
    },
    "changes of the lists put together": {
        "task": "tracker.tasks.gather_changes",
        "schedule": crontab(hour=3, minute=10),
    },
    # At each hour's turn, since it is midnight somewhere: a pass that finds no new day reads a few rows.
    "deadlines near or past": {
        "task": "notifications.tasks.sweep_horizons",
        "schedule": crontab(minute=1),
        "options": {"expires": 3600},
    },
    "digests": {
        "task": "notifications.tasks.send_digests",
        "schedule": crontab(minute=3),
        "options": {"expires": 3600},
    },
    "notifications forgotten": {
        "task": "notifications.tasks.forget_notifications",
        "schedule": crontab(hour=3, minute=20),
    },
    "journal sealed": {
        "task": "tracker.tasks.seal_journal",
        "schedule": crontab(minute=15),
    },
    "journal and deadlines verified": {
        "task": "tracker.tasks.verify",
        "schedule": crontab(hour=3, minute=45),
    },
}


@worker_ready.connect
def sweep_when_nobody_asks(sender: Any, **_kwargs: object) -> None:
    from tracker.sweeping import Sweeper, sweeps_of  # noqa: PLC0415  (the app registry is not ready yet)

    sweeps = sweeps_of(app, set(app.amqp.queues.consume_from))
    Sweeper(sweeps, lambda task: app.tasks[task].apply()).start()


@worker_shutting_down.connect
def give_jobs_back(**_kwargs: object) -> None:
    """A worker that is asked to stop ends its chunk, not its whole import: the next one goes on."""
    from tracker import jobs  # noqa: PLC0415  (the app registry is not ready when this module is read)

    jobs.stop()
