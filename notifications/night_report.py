"""Telling the administrators what a night's verification found, or that one did not take place."""

from typing import Final

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from notifications import delivery
from notifications.links import absolute
from tracker import clock
from tracker.membership import administrators
from tracker.models import Outbox, Prefecture, Verification
from tracker.verification.nightly import differing_in, was_missed

KIND: Final = "night_report"
NAMED: Final = 20


def report(night: Verification, before: Verification | None) -> None:
    """One message to each administrator of a préfecture where something differs; to all where a night was missed. Two
    verifications of one night, as with two clocks, are one message."""
    missed = was_missed(before, night.started_at)
    for prefecture in Prefecture.objects.order_by("pk"):
        if not missed and not differing_in(night, prefecture):
            continue
        day = clock.local_date(night.started_at, prefecture.time_zone)
        Outbox.objects.bulk_create(
            [
                Outbox(
                    prefecture=prefecture,
                    key=f"{KIND}:{day:%Y-%m-%d}:{prefecture.pk}:{user.pk}",
                    channel=delivery.EMAIL,
                    kind=KIND,
                    user=user,
                    payload={"verification": night.pk, "missed": missed},
                )
                for user in administrators(prefecture)
            ],
            ignore_conflicts=True,
        )
    delivery.nudge()


def compose(row: Outbox) -> EmailMessage | None:
    """Which demandes differ, by their reference. None once the account is closed or the night forgotten."""
    night = Verification.objects.filter(pk=row.payload["verification"]).first()
    if night is None or row.user is None or not row.user.is_active or row.prefecture is None:
        return None
    found = differing_in(night, row.prefecture)
    named = list(dict.fromkeys(str(each["reference"] or each["detail"]) for each in found))
    context = {
        "night": night,
        "missed": row.payload["missed"],
        "named": named[:NAMED],
        "more": max(0, len(named) - NAMED),
        "page": absolute("jobs"),
    }
    subject = "Sillage\xa0: la vérification de la nuit a trouvé des différences"
    if not named:
        subject = "Sillage\xa0: une vérification de nuit n’a pas eu lieu"
    body = render_to_string("notifications/email/night_report.txt", context)
    return EmailMessage(subject, body, to=[row.user.email])
