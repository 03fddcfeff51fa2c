from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        # Models are not loaded before this point.
        from notifications import broadcast, fanout, inbox, mails, messages, night_report
        from notifications.composing import register_composer
        from notifications.topics import register_topic
        from tracker import pending
        from tracker.verification import nightly

        pending.register_follower(fanout.follow)
        pending.register_watcher(broadcast.hint)
        register_topic("inbox", inbox.InboxTopic())
        nightly.register_reporter(night_report.report)
        register_composer(night_report.KIND, night_report.compose)
        for kind in (messages.ALERT, messages.DIGEST):
            register_composer(kind, mails.compose)
