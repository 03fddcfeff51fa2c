from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrackerConfig(AppConfig):
    name = "tracker"
    verbose_name = "Suivi"

    def ready(self) -> None:
        from tracker import (
            checks,  # noqa: F401  (registers the system checks; needs the app registry)
            elimination,
            mass,
            recomputing,
        )
        from tracker.importing import job, withdrawal
        from tracker.organisation_import import job as organisation_job
        from tracker.reference.install import after_migrate  # models are not loaded before this point

        post_migrate.connect(after_migrate, sender=self)
        job.install()
        organisation_job.install()
        recomputing.install()
        elimination.install()
        withdrawal.install()
        mass.install()
