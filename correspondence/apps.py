from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "correspondence"
    verbose_name = "Correspondances"

    def ready(self) -> None:
        from correspondence.models import MeetingRequest, SiteUpdate  # models are not loaded before this point
        from correspondence.reply_models import give_shipped
        from tracker import details
        from tracker.reference import starters

        details.register(MeetingRequest, machine="meeting")
        details.register(SiteUpdate, kind="site_update")
        starters.register(give_shipped)
