from django.conf import settings
from django.db import migrations, models
from django.db.models import PROTECT, Q


class Migration(migrations.Migration):
    dependencies = [("tracker", "0022_outbox_endings")]

    operations = [
        migrations.CreateModel(
            name="WallScreen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="empreinte du secret")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                ("last_seen_at", models.DateTimeField(blank=True, null=True, verbose_name="vu le")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="créé par"
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=PROTECT, related_name="+", to="tracker.office", verbose_name="bureau"
                    ),
                ),
                (
                    "prefecture",
                    models.ForeignKey(
                        on_delete=PROTECT, related_name="+", to="tracker.prefecture", verbose_name="préfecture"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=PROTECT, related_name="+", to="tracker.site", verbose_name="site"
                    ),
                ),
            ],
            options={
                "verbose_name": "écran mural",
                "verbose_name_plural": "écrans muraux",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=Q(("revoked_at__isnull", True)), fields=["prefecture"], name="wall_screen_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("site__isnull", True), ("office__isnull", True), _connector="OR"),
                        name="wall_screen_site_or_office",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=Q(
                    (
                        "state__in",
                        (
                            "registered", "assigned", "in_progress", "awaiting_requester", "on_hold", "proposed",
                            "confirmed",
                        ),
                    )
                ),
                fields=["prefecture", "office", "kind", "channel", "due_on", "state", "assignee", "promised_on", "id"],
                name="ticket_open_figures",
            ),
        ),
    ]
