from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from notifications import broadcast
        from tracker import pending

        pending.register_watcher(broadcast.hint)
