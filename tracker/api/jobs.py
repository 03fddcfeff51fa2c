"""Long work that the person asked for: how far it is, and what came of it."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tracker.api.base import ApiView
from tracker.api.schema import reading
from tracker.enums import JobState, Role
from tracker.models import Job, User

TAG: Final = "Travaux"
MOST: Final = 50


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField(help_text="0 : pas encore connu.")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    result = serializers.DictField(help_text="Une fois terminé ; pour un import, son compte rendu.")


class JobsSerializer(serializers.Serializer[Any]):
    results = JobSerializer(many=True)


def own(user: User) -> QuerySet[Job]:
    """The work that a person asked for, where they could still ask for it: reports quote rows of every bureau, and long
    work is for the référent of the whole préfecture."""
    whole = [grant.prefecture_id for grant in user.scope.grants if grant.role == Role.QUALITY and grant.is_whole]
    return Job.objects.filter(created_by=user, prefecture_id__in=whole)


class JobsView(ApiView):
    @reading("list_jobs", JobsSerializer, "Lister vos derniers travaux", tag=TAG)
    def get(self, request: Request) -> Response:
        return Response({"results": JobSerializer(own(self.person).order_by("-pk")[:MOST], many=True).data})


class JobView(ApiView):
    @reading("retrieve_job", JobSerializer, "Suivre un travail", tag=TAG, missing=True)
    def get(self, request: Request, job_id: int) -> Response:
        job = own(self.person).filter(pk=job_id).first()
        if job is None:
            raise Http404
        return Response(JobSerializer(job).data)
