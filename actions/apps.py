from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "actions"
    verbose_name = "Plan d’actions"

    def ready(self) -> None:
        from actions.importing import job  # models are not loaded before this point
        from actions.models import Action, ActionCounter
        from actions.sources import give_sources
        from actions.writers import REFERENCE, STREAM
        from tracker import streams
        from tracker.reference import starters

        starters.register(give_sources)
        streams.register(streams.NumberedStream(STREAM, Action, ActionCounter, REFERENCE, "l’action"))
        job.install()
