"""The three registers of a real bilan come in as they are, once, and give the figures that the rows give."""

import json

import pytest
from django.db.models import Avg, Count, Q

from tests.tracker.importing.conftest import REGISTERS, Import
from tracker.enums import Outcome, Purpose, State
from tracker.models import Deadline, EventText, Prefecture, Ticket

EXPECTED = json.loads((REGISTERS / "expected.json").read_text())

FILES = (
    ("courriels_boite_prefecture.xlsx", "courriel", 786),
    ("reclamations_suggestions.xlsx", "reclamation", 49),
    ("rendez_vous_elus.xlsx", "rdv", 12),
)


def figures(**filters: object) -> dict[str, float]:
    found = Deadline.objects.filter(counted_on__year=2022, **filters).aggregate(
        n=Count("pk"), on_time=Count("pk", filter=Q(outcome=Outcome.IN_TIME)), mean_working_days=Avg("taken")
    )
    return {name: round(float(value), 3) for name, value in found.items()}


def expected(entry: dict[str, float]) -> dict[str, float]:
    return {name: entry[name] for name in ("n", "on_time", "mean_working_days")}


@pytest.mark.parametrize(("name", "kind", "count"), FILES)
def test_each_row_is_taken_once(bring: Import, name: str, kind: str, count: int) -> None:
    first = bring(REGISTERS / name, kind)
    assert (first.taken, first.already_known, first.refused) == (count, 0, [])
    again = bring(REGISTERS / name, kind)
    assert (again.taken, again.already_known, again.updated, again.refused) == (0, count, 0, [])
    assert Ticket.objects.count() == count
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert EventText.objects.filter(name="evidence").count() == count


def test_courriels_give_the_published_rows(bring: Import) -> None:
    bring(REGISTERS / "courriels_boite_prefecture.xlsx", "courriel", mailbox="préfecture")
    assert figures(purpose=Purpose.REPLY) == expected(EXPECTED["courriels_boite_prefecture"]["total"])
    assert Ticket.objects.filter(mailbox__name="préfecture").count() == 786


def test_reclamations_by_nature_and_channel(bring: Import) -> None:
    bring(REGISTERS / "reclamations_suggestions.xlsx", "reclamation")
    channels = {"courriel_formulaire": ("email", "form"), "urne_courrier": ("box", "letter")}
    natures = {"Réclamation": "complaint", "Suggestion": "suggestion", "Autre demande": "other"}
    for label, code in natures.items():
        for group, entry in EXPECTED["reclamations_suggestions"][label].items():
            found = figures(ticket__nature__code=code, ticket__channel__code__in=channels[group])
            assert found == expected(entry), (label, group)


def test_meetings_of_elus(bring: Import) -> None:
    bring(REGISTERS / "rendez_vous_elus.xlsx", "rdv")
    figures_of = EXPECTED["rendez_vous_elus"]
    assert figures(purpose=Purpose.PROPOSAL) == expected(figures_of["proposal_within_4"])
    assert figures(purpose=Purpose.MEETING) == expected(figures_of["held_within_10_from_receipt"])
    assert set(Ticket.objects.values_list("module", flat=True)) == {4}


def test_a_rehearsal_writes_nothing(bring: Import, prefecture: Prefecture) -> None:
    report = bring(REGISTERS / "courriels_boite_prefecture.xlsx", "courriel", mailbox="Nouvelle", dry_run=True)
    assert report.taken == 786
    assert report.created_mailboxes == ["Nouvelle"]
    assert not Ticket.objects.exists()
    assert not prefecture.mailboxes.exists()
