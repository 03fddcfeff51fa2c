"""The three registers of a real bilan, imported from the page, twice; their figures, as computed and as recounted from
the exported rows."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenAs
from tests.frontend.walk.stage import Stage
from tests.tracker.importing.conftest import REGISTERS
from tracker import jobs
from tracker.enums import Outcome
from tracker.models import Job, Ticket

EXPECTED = json.loads((REGISTERS / "expected.json").read_text())
FILES = (
    ("courriels_boite_prefecture.xlsx", "Courriels", 786),
    ("reclamations_suggestions.xlsx", "Réclamations et suggestions", 49),
    ("rendez_vous_elus.xlsx", "Rendez-vous d’élus", 12),
)
YEAR = ("--from", "2022-01-01", "--to", "2022-12-31")
CHANNELS = {"courriel_formulaire": {"email", "form"}, "urne_courrier": {"box", "letter"}}
NATURES = {"Réclamation": "complaint", "Suggestion": "suggestion", "Autre demande": "other"}

Figures = tuple[int, int, float]
"""N, on time, mean in working days to three decimals."""


def bring(page: Page, name: str, label: str) -> None:
    """From the empty form to the report of the rehearsal; the page follows the job by itself."""
    page.goto("/imports/")
    page.get_by_label("Ce que contient le fichier").select_option(label)
    page.get_by_label("Fichier du registre").set_input_files(REGISTERS / name)
    page.get_by_role("button", name="Vérifier le fichier").click()
    expect(page.get_by_role("heading", name="Vérification en cours")).to_be_visible()
    jobs.run_pending_jobs()
    expect(page.get_by_role("heading", name="rien n’est encore importé")).to_be_visible()


def figure(page: Page, label: str) -> str:
    return page.locator(".sillage-figures > div", has_text=label).locator("dd").inner_text()


def pooled(figures: list[dict[str, Any]]) -> Figures:
    n = sum(each["n"] for each in figures)
    days = sum(each["mean_working_days"] * each["n"] for each in figures)
    return n, sum(each["on_time"] for each in figures), round(days / n, 3)


def wanted(entry: dict[str, Any]) -> Figures:
    return entry["n"], entry["on_time"], entry["mean_working_days"]


def exported(page: Page) -> list[dict[str, str]]:
    """The rows of 2022 as the Registre gives them."""
    answer = page.request.get("/registre/export.csv?received_from=01/01/2022&received_to=31/12/2022")
    assert answer.ok
    return list(csv.DictReader(io.StringIO(answer.text().removeprefix("\ufeff")), delimiter=";"))


def recounted(rows: list[dict[str, str]], prefix: str = "") -> Figures:
    """By hand, from the cells."""
    names = ("résultat", "jours ouvrés pris") if prefix else ("Résultat", "Jours ouvrés pris")
    result, taken = (f"{prefix}{name}" for name in names)
    days = [int(row[taken]) for row in rows]
    return len(rows), sum(row[result] == Outcome.IN_TIME.label for row in rows), round(sum(days) / len(days), 3)


@pytest.mark.django_db(transaction=True)
def test_three_registers_twice_from_the_page(stage: Stage, open_as: OpenAs, capsys: pytest.CaptureFixture[str]) -> None:
    page = open_as(stage.user("quality"))
    before = Ticket.objects.count()
    for name, label, count in FILES:
        bring(page, name, label)
        assert figure(page, "À prendre") == str(count)
        assert Ticket.objects.count() == before
        page.get_by_role("button", name="Importer pour de bon").click()
        expect(page.get_by_role("heading", name="Import en cours")).to_be_visible()
        jobs.run_pending_jobs()
        expect(page.get_by_role("heading", name="Import terminé")).to_be_visible()
        assert figure(page, "Prises") == str(count)
        before += count
    page.get_by_role("link", name="Voir ces demandes dans le Registre").click()
    expect(page.get_by_text("12 demandes", exact=True)).to_be_visible()

    for name, label, count in FILES:
        bring(page, name, label)
        assert (figure(page, "À prendre"), figure(page, "Déjà connues")) == ("0", str(count))
        expect(page.get_by_role("button", name="Importer pour de bon")).to_have_count(0)
    assert Ticket.objects.count() == before
    assert not Job.objects.exclude(state="done").exists()

    capsys.readouterr()
    call_command("indicators", *YEAR, "--prefecture", "44", "--json")
    groups = json.loads(capsys.readouterr().out)["groups"]
    check_indicators(groups)
    check_export(exported(page))


def check_indicators(groups: list[dict[str, Any]]) -> None:
    def found(purpose: str, **scope: Any) -> Figures:
        return pooled(
            [
                group
                for group in groups
                if group["scope"]["purpose"] == purpose
                and all(group["scope"][name] in values for name, values in scope.items())
            ]
        )

    courriels = EXPECTED["courriels_boite_prefecture"]["total"]
    assert found("reply", kind={"correspondence"}, channel={"email"}) == wanted(courriels)
    for label, entries in EXPECTED["reclamations_suggestions"].items():
        if label in NATURES:
            for channels, entry in entries.items():
                scope = {"kind": {"complaint"}, "nature": {NATURES[label]}, "channel": CHANNELS[channels]}
                assert found("reply", **scope) == wanted(entry), (label, channels)
    meetings = EXPECTED["rendez_vous_elus"]
    assert found("proposal") == wanted(meetings["proposal_within_4"])
    assert found("meeting") == wanted(meetings["held_within_10_from_receipt"])


def check_export(rows: list[dict[str, str]]) -> None:
    def of(kind: str) -> list[dict[str, str]]:
        return [row for row in rows if row["Type"].startswith(kind)]

    assert len(rows) == sum(count for *_, count in FILES)
    assert recounted(of("Courriers")) == wanted(EXPECTED["courriels_boite_prefecture"]["total"])
    complaints = recounted(of("Réclamations"))
    total = EXPECTED["reclamations_suggestions"]["total"]
    assert complaints[:2] == (total["n"], total["on_time"])
    meetings = EXPECTED["rendez_vous_elus"]
    assert recounted(of("Rendez-vous")) == wanted(meetings["proposal_within_4"])
    held = "Rendez-vous\xa0: "
    assert recounted(of("Rendez-vous"), held) == wanted(meetings["held_within_10_from_receipt"])
