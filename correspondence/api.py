"""What the API shows and takes of a rendez-vous and of a site update beside what every demande has."""

from rest_framework import serializers

from tracker.api.details import DetailSerializer


class MeetingDetailsSerializer(DetailSerializer):
    """Written by the acts: a registration gives none of it."""

    proposed_on = serializers.DateField(allow_null=True, read_only=True)
    meeting_on = serializers.DateField(allow_null=True, read_only=True)
    met_on = serializers.DateField(allow_null=True, read_only=True)
    place = serializers.CharField(read_only=True)


class SiteUpdateDetailsSerializer(DetailSerializer):
    written = frozenset({"page"})

    page = serializers.CharField(required=False, allow_blank=True, max_length=300, help_text="La page à mettre à jour.")
