"""What only some kinds of demande have. Each domain registers the serializer of its detail model, as it registers the
model itself in `tracker.details`."""

from typing import Any

from django.db import models
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from tracker import details
from tracker.models import Ticket, TicketKind

_serializers: dict[type[models.Model], type["DetailSerializer"]] = {}


class DetailSerializer(serializers.Serializer[Any]):
    """`written`: the fields that a registration may give; the journal keeps the others."""

    written: frozenset[str] = frozenset()

    def columns(self) -> dict[str, Any]:
        """The (valid) content, by column of the detail model."""
        return dict(self.validated_data)


def register(model: type[models.Model], serializer: type[DetailSerializer]) -> None:
    _serializers[model] = serializer


def shown(ticket: Ticket) -> dict[str, Any] | None:
    """The detail of a demande; null where its kind has none."""
    model = details.model_for(ticket)
    row = model._default_manager.filter(ticket=ticket).first() if model else None
    return dict(_serializers[type(row)](row).data) if row is not None else None


def columns_from(kind: TicketKind, given: dict[str, Any], prefecture_id: int) -> dict[str, Any]:
    """What a registration of this kind says of its detail, as columns. Raises ValidationError."""
    model = details.model_for(Ticket(kind=kind, machine=kind.machine))
    allowed = _serializers[model] if model else DetailSerializer
    unknown = set(given) - allowed.written
    if unknown:
        raise serializers.ValidationError(
            {name: ["Ce type de demande n’a pas ce champ."] for name in sorted(unknown, key=str)}
        )
    serializer = allowed(data=given, context={"prefecture_id": prefecture_id})
    serializer.is_valid(raise_exception=True)
    return serializer.columns()


class DetailsField(serializers.Field[Any, Any, Any, Any]):
    """The detail of the demande, of the shape that its kind has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, ticket: Ticket) -> dict[str, Any] | None:
        return shown(ticket)


class DetailsScheme(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = DetailsField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        found = [auto_schema.resolve_serializer(each, direction).ref for each in _serializers.values()]
        return {"nullable": True, "anyOf": found}
