from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "correspondence"
    verbose_name = "Correspondances"

    def ready(self) -> None:
        from correspondence.api import (  # models are not loaded before this point
            MeetingDetailsSerializer,
            SiteUpdateDetailsSerializer,
        )
        from correspondence.models import MeetingRequest, SiteUpdate
        from correspondence.reply_models import give_shipped
        from tracker import details
        from tracker.api import details as shown
        from tracker.reference import starters

        details.register(MeetingRequest, machine="meeting")
        details.register(SiteUpdate, kind="site_update")
        shown.register(MeetingRequest, MeetingDetailsSerializer)
        shown.register(SiteUpdate, SiteUpdateDetailsSerializer)
        starters.register(give_shipped)
