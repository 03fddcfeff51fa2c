"""What the API shows and takes of a réclamation beside what every demande has."""

from typing import Any

from tracker.api import fields
from tracker.api.details import DetailSerializer


class ComplaintDetailsSerializer(DetailSerializer):
    written = frozenset({"about"})

    about = fields.office(allow_null=True, required=False, help_text="Le service dont on se plaint.")

    def columns(self) -> dict[str, Any]:
        about = self.validated_data.get("about")
        return {"about_id": about.pk} if about else {}
