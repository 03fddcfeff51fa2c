"""How the API names rows: by code, by reference, people by number. A row of another préfecture does not exist."""

from typing import Any

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tracker import kept
from tracker.models import Channel, Mailbox, Nature, Office, Site, Theme, TicketKind, User
from tracker.teams import people_of

NO_SUCH = "Ce choix n’existe pas dans votre préfecture."
LARGEST_KEY = 2**63 - 1


class CodeField(serializers.SlugRelatedField[Any]):
    """A row of a reference table by its code; those of a préfecture are looked for in the context's one."""

    default_error_messages = {"does_not_exist": NO_SUCH, "invalid": NO_SUCH}  # noqa: RUF012  (DRF's own attribute)

    def __init__(self, model: type[Model], slug: str = "code", *, active: bool = False, **kwargs: Any) -> None:
        """`active`: only among the rows in service. The queryset is what the description of the API reads."""
        self.model, self.active = model, active
        super().__init__(slug_field=slug, queryset=model._default_manager.all(), **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        # PostgreSQL is asked for no text that it cannot hold.
        if not isinstance(data, str) or "\0" in data:
            self.fail("invalid")
        for row in kept.rows(self.model):
            if getattr(row, self.slug_field) == data and self.is_offered(row):
                return row
        self.fail("does_not_exist", slug_name=self.slug_field, value=data)

    def is_offered(self, row: Any) -> bool:
        """Whether the row is of the context's préfecture, if it is of any, and in service where it must be."""
        here = getattr(row, "prefecture_id", None)
        return here in (None, self.context.get("prefecture_id")) and (not self.active or row.is_active)


def channel(**kwargs: Any) -> CodeField:
    return CodeField(Channel, **({"help_text": "Le canal, par code."} | kwargs))


def nature(**kwargs: Any) -> CodeField:
    return CodeField(Nature, **({"help_text": "La nature, par code."} | kwargs))


def kind(**kwargs: Any) -> CodeField:
    return CodeField(TicketKind, active=True, **({"help_text": "Le type, par code."} | kwargs))


def theme(**kwargs: Any) -> CodeField:
    return CodeField(Theme, **({"help_text": "Le thème, par code."} | kwargs))


def mailbox(**kwargs: Any) -> CodeField:
    return CodeField(Mailbox, slug="name", **({"help_text": "La boîte fonctionnelle, par nom."} | kwargs))


def site(**kwargs: Any) -> CodeField:
    return CodeField(Site, **({"help_text": "Le site, par code."} | kwargs))


def office(**kwargs: Any) -> CodeField:
    return CodeField(Office, active=True, **({"help_text": "Le bureau, par code."} | kwargs))


@extend_schema_field(serializers.IntegerField(min_value=1, max_value=LARGEST_KEY))
class ColleagueField(serializers.IntegerField):
    """A person by number. Whether that person may hold demandes of the bureau is asked of `colleague_of`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_KEY, **kwargs)


def colleague_of(bureau: Office, number: int | None) -> User | None:
    """The person so numbered, among those to whom a page would offer to hand a demande of this bureau over."""
    if number is None:
        return None
    found = people_of(bureau).filter(pk=number).first()
    if found is None:
        raise serializers.ValidationError({"assignee": ["Cette personne ne travaille pas dans ce bureau."]})
    return found


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="full_name")
