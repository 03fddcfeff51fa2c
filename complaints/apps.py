from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = "Réclamations"

    def ready(self) -> None:
        from complaints.models import Complaint  # models are not loaded before this point
        from tracker import details

        details.register(Complaint, kind="complaint")
