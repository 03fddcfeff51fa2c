from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    name = "complaints"
    verbose_name = "Réclamations"

    def ready(self) -> None:
        from complaints.api import ComplaintDetailsSerializer  # models are not loaded before this point
        from complaints.models import Complaint
        from tracker import details
        from tracker.api import details as shown

        details.register(Complaint, kind="complaint")
        shown.register(Complaint, ComplaintDetailsSerializer)
