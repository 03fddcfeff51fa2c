from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        # Models are not loaded before this point.
        from notifications import broadcast, composing, fanout, night_report
        from tracker import pending
        from tracker.verification import nightly

        pending.register_follower(fanout.follow)
        pending.register_watcher(broadcast.hint)
        nightly.register_reporter(night_report.report)
        composing.register_composer(night_report.KIND, night_report.compose)
