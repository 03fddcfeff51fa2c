"""The files of a demande: listed, attached, downloaded, withdrawn."""

import uuid
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tracker import attachments, downloads
from tracker.api.base import ApiView, StrictSerializer, checked
from tracker.api.content import FilesParser, TooLarge
from tracker.api.fields import PersonSerializer
from tracker.api.schema import ALWAYS, MISSING, reading, writing
from tracker.api.tickets import KEY_PARAMETER, key_of, readable
from tracker.filetypes import TYPES
from tracker.models import Attachment, Ticket

TAG = "Pièces jointes"
CONTENT_TYPES = sorted({each.content_type for each in TYPES.values()})


class AttachmentSerializer(serializers.Serializer[Any]):
    key = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=sorted(TYPES))
    size = serializers.IntegerField(help_text="En octets.")
    sha256 = serializers.CharField()
    added_at = serializers.DateTimeField()
    added_by = PersonSerializer(allow_null=True)


class AttachmentsSerializer(serializers.Serializer[Any]):
    results = AttachmentSerializer(many=True)


class RefusedFileSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    message = serializers.CharField(help_text="Ce qui ne convient pas, et que faire.")


class AttachedSerializer(serializers.Serializer[Any]):
    added = AttachmentSerializer(many=True)
    refused = RefusedFileSerializer(many=True)


class FilesSerializer(StrictSerializer):
    # What a file must be is said by the service, empty ones included.
    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        allow_empty=False,
        help_text="Un fichier, ou plusieurs : le champ est alors répété.",
    )


class WithdrawSerializer(StrictSerializer):
    reason = serializers.CharField(help_text="Reste au journal.")


class AttachmentsView(ApiView):
    parser_classes = (FilesParser,)

    @reading("list_attachments", AttachmentsSerializer, "Lister les pièces d’une demande", tag=TAG, missing=True)
    def get(self, request: Request, reference: str) -> Response:
        return Response(listed(readable(self, reference)))

    @writing(
        "attach_files",
        FilesSerializer,
        {
            201: OpenApiResponse(AttachedSerializer, description="Les fichiers joints, et ceux qui sont refusés."),
            200: OpenApiResponse(AttachedSerializer, description="Déjà joints sous cette clé : les mêmes fichiers."),
        },
        "Joindre des fichiers",
        tag=TAG,
        description="Un fichier refusé ne retient pas les autres ; si tous le sont, la réponse est 400.",
        parameters=[KEY_PARAMETER],
        content_type="multipart/form-data",
    )
    def post(self, request: Request, reference: str) -> Response:
        ticket = readable(self, reference)
        serializer = FilesSerializer(data=request.data)
        if hasattr(request._request, "upload_cut"):
            raise TooLarge
        files = checked(serializer)["files"]
        done = attachments.attach(ticket.pk, files, self.author, key=key_of(request))
        if not done.added and not done.replayed:
            raise ValidationError({"files": [str(file) for file in done.refused]})
        code = status.HTTP_200_OK if done.replayed else status.HTTP_201_CREATED
        return Response(AttachedSerializer(done).data, status=code)


class AttachmentView(ApiView):
    @extend_schema(
        operation_id="download_attachment",
        summary="Télécharger une pièce",
        tags=[TAG],
        responses={
            **{(200, each): OpenApiTypes.BINARY for each in CONTENT_TYPES},
            **ALWAYS,
            404: MISSING,
        },
    )
    def get(self, request: Request, reference: str, key: uuid.UUID) -> HttpResponseBase:
        try:
            return downloads.download(find(self, reference, key))
        except FileNotFoundError as lost:
            raise Http404 from lost


class WithdrawView(ApiView):
    @writing(
        "withdraw_attachment", WithdrawSerializer, {200: AttachmentsSerializer}, "Retirer une pièce", tag=TAG,
        description="Personne ne peut plus l’ouvrir. Rend les pièces qui restent.",
    )  # fmt: skip
    def post(self, request: Request, reference: str, key: uuid.UUID) -> Response:
        attachment = find(self, reference, key)
        attachments.withdraw(attachment, checked(WithdrawSerializer(data=request.data))["reason"], self.author)
        return Response(listed(attachment.ticket))


def find(view: ApiView, reference: str, key: uuid.UUID) -> Attachment:
    """A file that can be opened, of a demande that this person reads; else 404, or 403 where its content is sealed."""
    return get_object_or_404(attachments.openable(readable(view, reference)), key=key)


def listed(ticket: Ticket) -> dict[str, Any]:
    rows = attachments.openable(ticket).select_related("added_by")
    return dict(AttachmentsSerializer({"results": rows}).data)
