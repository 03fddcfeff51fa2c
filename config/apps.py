from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Installation"

    def ready(self) -> None:
        from config import celery, checks  # noqa: F401  (every process must know the queue; checks register themselves)
