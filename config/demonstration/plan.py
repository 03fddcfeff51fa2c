"""The improvement plan of the demonstration: actions of three modules at every stage, ideas told what became of them,
one carried by an agent, one linked to a réclamation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from actions import writers
from actions.commands import Abandon, AddEvidence, Command, Decline, Edit, Finish, Link, Plan, Record, Start, Verify
from actions.enums import CauseKind, Priority, Strand
from actions.models import ActionSource
from config.demonstration.organisation import Organisation
from tracker import clock
from tracker.models import Engagement, Ticket, User
from tracker.writers import Author


@dataclass(frozen=True, slots=True)
class Story:
    """One action: `opened` and `due` are days before (or, below zero, after) today."""

    title: str
    source: str
    opened: int
    due: int | None
    office: str
    stage: str
    engagement: int | None = None
    module: int | None = None
    strand: str = ""
    pilot: str = ""
    note: str = ""
    high: bool = False


STORIES: Final = (
    Story("Afficher les horaires et les jours de fermeture à l’entrée",
          "external_audit", 380, 320, "ACC", "verified", 1),
    Story("Former les agents d’accueil aux situations difficiles", "internal_audit", 360, 200, "ACC", "verified", 4),
    Story("Diffuser une signature type pour tous les courriels", "external_audit", 340, 250, "COM", "done", 16),
    Story("Rappeler l’objet et la référence dans chaque réponse", "control_grid", 300, 180, "TIT", "done", 16),
    Story("Mettre en place l’accusé de réception automatique des boîtes",
          "internal_audit", 290, 210, "ACC", "verified", 17),
    Story("Refaire la signalétique du hall", "users_committee", 280, 90, "ACC", "done", 5),
    Story("Proposer une borne d’appel aux personnes à mobilité réduite",
          "users_committee", 270, 30, "ACC", "in_progress", 6,
          pilot="encadrant", note="Devis reçu, commande passée."),
    Story("Publier les délais tenus sur le site internet", "steering_committee", 240, 120, "COM", "done", 12),
    Story("Relire les pages «\xa0Démarches\xa0» avec des usagers",
          "satisfaction_survey", 230, -40, "COM", "in_progress", 12,
          note="Onze pages relues sur vingt."),
    Story("Répondre aux appels dans la minute le lundi matin",
          "mystery_survey", 220, 25, "ACC", "in_progress", 10, high=True),
    Story("Compléter le registre des réclamations", "internal_audit", 210, 150, "ACC", "verified", 3),
    Story("Envoyer une enquête courte après chaque rendez-vous", "satisfaction_survey", 190, -60, "TIT", "planned", 3),
    Story("Tenir un registre des courriels du pôle réglementation", "self_assessment", 180, 45, "SPR", "planned", 18),
    Story("Écrire un modèle de lettre d’observation plus court", "external_audit", 170, -15, "LEG", "in_progress", 17,
          pilot="agent.legalite"),
    Story("Expliquer les pièces à fournir en une page", "complaint", 150, -30, "TIT", "in_progress", 21, pilot="agent"),
    Story("Prévenir par courriel quand un titre est prêt", "agent", 140, 60, "TIT", "abandoned", 22),
    Story("Numéroter les guichets dans l’ordre de l’entrée", "agent", 130, 70, "ACC", "done", 5),
    Story("Répondre par courriel aux communes dans les cinq jours",
          "indicator", 120, -20, "LEG", "in_progress", module=4,
          pilot="encadrant"),
    Story("Proposer deux dates dès la demande de rendez-vous d’un maire",
          "complaint", 110, 50, "DOT", "done", module=4),
    Story("Mettre à jour la liste des référents qualité",
          "self_assessment", 360, 300, "ACC", "verified", strand="steering"),
    Story("Tenir le comité de pilotage chaque semestre", "external_audit", 350, 170, "ACC", "done", strand="steering"),
    Story("Présenter l’évolution des indicateurs d’une année sur l’autre",
          "external_audit", 200, -10, "ACC", "in_progress",
          strand="steering", high=True),
    Story("Réunir le comité local des usagers", "self_assessment", 160, -75, "ACC", "planned", strand="steering"),
    Story("Préparer l’audit de suivi", "steering_committee", 90, -120, "ACC", "planned", strand="labelling"),
    Story("Faire relire le bilan annuel par un bureau", "internal_audit", 80, 12, "COM", "planned", strand="labelling"),
)  # fmt: skip

IDEAS: Final = (
    # author, idea, days ago, why it was not kept (empty: not looked at yet)
    ("agent", "Afficher le temps d’attente dans la salle", 6, ""),
    (
        "courrier",
        "Ouvrir le courrier à deux le lundi",
        20,
        "Déjà essayé au printemps\xa0: le gain n’était que de dix minutes.",
    ),
    ("agent.legalite", "Un modèle pour les demandes hors délai", 3, ""),
)


def write(house: Organisation, now: datetime) -> None:
    """The whole plan, in the caller's transaction; nobody is told."""
    plan = PlanWriter(house, now)
    for story in STORIES:
        plan.tell(story)
    for login, title, days, reason in IDEAS:
        plan.propose(login, title, days, reason)


class PlanWriter:
    def __init__(self, house: Organisation, now: datetime) -> None:
        self.house, self.now = house, now
        self.today = clock.local_date(now, house.prefecture.time_zone)
        self.sources = {row.code: row.pk for row in ActionSource.objects.filter(prefecture=house.prefecture)}
        self.engagements = {row.number: row for row in Engagement.objects.all()}

    def author(self, login: str, days: int) -> Author:
        """Somebody acting so many days ago, at ten in the morning or thereabouts; never later than now."""
        moment = (self.now - timedelta(days=days)).replace(hour=9, minute=5) if days else self.now
        return Author(user=self.house.users[login], quiet=True, now=min(moment, self.now))

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def tell(self, story: Story) -> None:
        """Recorded and planned on its first day; then each step on its own."""
        first = Record(self.sources[story.source], self.ago(story.opened), self.columns(story))
        action = writers.record(self.house.prefecture, [first, Plan()], self.author("referent", story.opened))
        ended = max(story.due or 0, 0) + 4
        begun = (story.opened + ended) // 2 if story.stage in ("done", "verified") else story.opened * 3 // 4
        steps: list[tuple[int, list[Command]]] = []
        if story.stage in ("in_progress", "done", "verified"):
            steps.append((begun, [Start()]))
        if story.note:
            steps.append((begun // 3, [Edit({"progress_note": story.note})]))
        if story.stage in ("done", "verified"):
            address = f"https://intranet.prefecture.example/qualite/{action.reference}"
            steps.append((ended, [Finish(self.ago(ended)), AddEvidence("Compte rendu", address)]))
        if story.stage == "verified":
            steps.append((ended // 2, [Verify(self.ago(ended // 2))]))
        if story.stage == "abandoned":
            steps.append((ended, [Abandon("Les titres sont désormais envoyés au domicile.")]))
        if story.source == "complaint" and (ticket := self.a_complaint()) is not None:
            steps.append((0, [Link(CauseKind.TICKET, ticket.pk)]))
        for days, acts in steps:
            writers.write_one(action.pk, acts, self.author("referent", days))

    def columns(self, story: Story) -> dict[str, Any]:
        office = self.house.offices[story.office]
        engagement = self.engagements.get(story.engagement or 0)
        found: dict[str, Any] = {"title": story.title, "office_id": office.pk, "site_id": office.site_id}
        if engagement is not None:
            found |= {"module": engagement.module, "engagement_id": engagement.pk}
        elif story.module is not None:
            found["module"] = story.module
        else:
            found["strand"] = Strand(story.strand)
        if story.due is not None:
            found["due_on"] = self.ago(story.due)
        if story.high:
            found["priority"] = Priority.HIGH
        return found | {"pilot_id": self.pilot(story).pk}

    def pilot(self, story: Story) -> User:
        return self.house.users[story.pilot or "referent"]

    def a_complaint(self) -> Ticket | None:
        """A réclamation that the référent may read."""
        tickets = Ticket.objects.readable_by(self.house.users["referent"])
        return tickets.filter(kind__code="complaint").order_by("pk").first()

    def propose(self, login: str, title: str, days: int, reason: str) -> None:
        first = Record(self.sources["agent"], self.ago(days), {"title": title})
        action = writers.record(self.house.prefecture, [first], self.author(login, days))
        if reason:
            writers.write_one(action.pk, [Decline(reason)], self.author("referent", days // 2))
