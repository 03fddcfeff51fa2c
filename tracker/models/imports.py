"""What is remembered from one import of a register to the next."""

from typing import ClassVar

from django.db import models

from tracker.models.organisation import Prefecture
from tracker.models.reference import TicketKind


class ColumnMapping(models.Model):
    """What a person said of the columns of one layout: the next file with the same headers is read without asking."""

    prefecture = models.ForeignKey(Prefecture, models.PROTECT, related_name="+", verbose_name="préfecture")
    kind = models.ForeignKey(TicketKind, models.PROTECT, related_name="+", verbose_name="type")
    # The headers themselves are bounded by nothing; their digest is what is looked up.
    signature = models.TextField("en-têtes")
    digest = models.CharField("empreinte des en-têtes", max_length=64)
    mapping = models.JSONField("colonnes", default=dict, help_text="Donnée vers en-tête ; rien si elle n’y est pas.")

    class Meta:
        verbose_name = "colonnes d’un registre"
        verbose_name_plural = "colonnes de registres"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prefecture", "kind", "digest"], name="column_mapping_unique")
        ]

    def __str__(self) -> str:
        return self.signature[:80]
