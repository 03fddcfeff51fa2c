from django.apps import AppConfig


class FrontendConfig(AppConfig):
    name = "frontend"
    verbose_name = "Pages"

    def ready(self) -> None:
        from frontend import wall
        from notifications import visitors

        visitors.register_visitor(wall.LIVE_COOKIE, wall.load_visitor)
