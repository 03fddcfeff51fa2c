"""Closed lists of the correspondences. Stored values are English codes, labels are what a person reads."""

from django.db.models import TextChoices


class ReplyPurpose(TextChoices):
    """What a letter is sent for. An acknowledgement is not an answer: no deadline knows it."""

    REPLY = "reply", "Réponse au fond"
    HOLDING = "holding", "Réponse d’attente"
    PIECES = "pieces", "Demande de pièces"
    FORWARDING = "forwarding", "Transmission à une autre administration"
    ACKNOWLEDGEMENT = "acknowledgement", "Accusé de réception"


class Verdict(TextChoices):
    """What the control of form says of one point; it never forbids anything."""

    MISSING = "missing", "manque"
    TO_CHECK = "to_check", "à vérifier"
    PRESENT = "present", "présent"
    CLEAR = "clear", "rien à signaler"
