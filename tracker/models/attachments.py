"""Files attached to a demande."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from tracker.models.organisation import Prefecture, User
from tracker.models.tickets import Ticket


class Attachment(models.Model):
    """A file of a demande: what the journal says of it, and the name that it came under.

    `name` is personal text (« certificat de M. … ») and stands nowhere else; on disk the file is named by `key`. An
    elimination blanks the name and deletes the file; type, size and hash stay, as the journal has them.
    """

    FOLDER = "attachments"

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="attachments", verbose_name="demande")
    key = models.UUIDField("clé", default=uuid.uuid4, unique=True)
    name = models.CharField("nom", max_length=150, blank=True)
    type = models.CharField("type", max_length=10)
    size = models.PositiveBigIntegerField("octets")
    sha256 = models.CharField("empreinte", max_length=64)
    added_at = models.DateTimeField("jointe le")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="jointe par")
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="retirée par")
    erased_at = models.DateTimeField("éliminée le", null=True, blank=True)

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(name=""), name="attachment_erased_has_no_name"
            )
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def path(self) -> str:
        """Where the file is in the storage. In 256 folders: no folder ever holds them all."""
        return self.path_of(self.key)

    @classmethod
    def path_of(cls, key: uuid.UUID) -> str:
        return f"{cls.FOLDER}/{key.hex[:2]}/{key.hex}"
