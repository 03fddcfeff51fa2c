from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from notifications import composing, night_report  # models are not loaded before this point
        from tracker.verification import nightly

        nightly.register_reporter(night_report.report)
        composing.register_composer(night_report.KIND, night_report.compose)
