"""Plans as préfectures keep them: headers, modules, sources, dates and people said in many ways."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from actions.commands import Edit
from actions.importing.layouts import parse_due, parse_engagement, parse_part
from actions.models import Action
from tests.actions.importing.conftest import HEADER, Bring, Write
from tests.factories import World
from tests.plans import Desk
from tests.tracker.spreadsheets.workbooks import Merged
from tracker.spreadsheets.cells import Fault

DAY = date(2026, 3, 2)
ROW = (1, "Module 1", "Afficher les horaires", "Audit interne", "En cours", DAY, date(2026, 6, 30), None)


# --- Cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Module 1", "module-1"), ("MODULE 4", "module-4"), ("M2", "module-2"), ("m. 3", "module-3"), (6, "module-6"),
        (2.0, "module-2"), ("Mod. 5 – Polices administratives", "module-5"), ("module n° 7", "module-7"),
        ("Relation générale avec les usagers", "module-1"), ("Pilotage", "steering"),
        ("1 - Relation générale avec les usagers", "module-1"), ("PILOTAGE DE LA POLITIQUE QUALITÉ", "steering"),
        ("Démarche de labellisation", "labelling"), ("Labellisation", "labelling"), ("-", None),
    ],
)  # fmt: skip
def test_part(text: Any, part: str | None) -> None:
    assert parse_part(text) == part


@pytest.mark.parametrize("text", ["Module 9", "Module", "12", "1 rue de la Paix", "Accueil", "Pilotage du projet", 9])
def test_unknown_part_is_refused(text: Any) -> None:
    assert isinstance(parse_part(text), Fault)


@pytest.mark.parametrize(
    ("text", "number"),
    [(16, 16), ("E16", 16), ("Engagement n° 16 : nos courriers", 16), ("16 – Nos courriers", 16), ("n° 3", 3),
     ("Tous", None), ("transversal", None), ("/", None)],
)  # fmt: skip
def test_engagement(text: Any, number: int | None) -> None:
    assert parse_engagement(text) == number


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("30/06/2026", date(2026, 6, 30)), (date(2026, 6, 30), date(2026, 6, 30)), ("juin 2026", date(2026, 6, 30)),
        ("fin février 2028", date(2028, 2, 29)), ("T2 2026", date(2026, 6, 30)),
        ("4e trimestre 2026", date(2026, 12, 31)),
        ("1er semestre 2026", date(2026, 6, 30)), ("S2 2026", date(2026, 12, 31)), ("fin 2026", date(2026, 12, 31)),
        (2026, date(2026, 12, 31)), (2026.0, date(2026, 12, 31)), ("au fil de l’eau", None), ("Permanent", None),
    ],
)  # fmt: skip
def test_due(text: Any, due: date | None) -> None:
    assert parse_due(text) == due


@pytest.mark.parametrize("text", ["bientôt", "T5 2026", "31/02/2026"])
def test_unknown_due_is_refused(text: str) -> None:
    assert isinstance(parse_due(text), Fault)


# --- Tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER, ROW),
        (
            ("Origine", "Actions à mener", "Statut", "Date de création", "Délai", "Date de clôture", "Volet", "Réf."),
            ("audits internes", "Afficher les horaires", "démarré", DAY, "30/06/2026", "", "m1", "A-12"),
        ),
        (
            ("Provenance", "Intitulé de l’action", "État d’avancement", "Date du constat", "Date butoir", "Module"),
            ("AUDIT INTERNE", "Afficher les horaires", "Partiellement réalisé", "02/03/26", "T2 2026", "1"),
        ),
    ],
)
def test_other_words_say_the_same(
    bring: Bring, write: Write, suffix: str, header: Sequence[str], row: Sequence[Any]
) -> None:
    report = bring(write(("Plan d’amélioration 2026",), (), header, row, header=("",), name=f"plan{suffix}"))
    assert (report.taken, report.refused) == (1, [])
    action = Action.objects.select_related("source").get()
    assert (action.title, action.source.code, action.state, action.module, action.opened_on, action.due_on) == (
        "Afficher les horaires", "internal_audit", "in_progress", 1, DAY, date(2026, 6, 30),
    )  # fmt: skip


@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".ods"])
def test_a_module_merged_over_its_rows_is_that_of_each(bring: Bring, write: Write, suffix: str) -> None:
    header = ("Module", "Action", "Source", "État", "Ouverte le")
    rows = [
        (Merged("Module 2", rows=2), "Une", "CLU", "Fait", DAY),
        (None, "Deux", "CLU", "Fait", DAY),
        (Merged("Pilotage", rows=2), "Trois", "CLU", "Fait", DAY),
        (None, "Quatre", "CLU", "Fait", DAY),
        ("", "Sans module", "CLU", "Fait", DAY),
    ]
    report = bring(write(*rows, header=header, name=f"plan{suffix}"))
    parts = {a.title: (a.module, a.strand) for a in Action.objects.all()}
    assert parts == {"Une": (2, ""), "Deux": (2, ""), "Trois": (None, "steering"), "Quatre": (None, "steering")}
    [refused] = report.refused
    assert (refused.row, refused.column) == (6, "Module")
    assert refused.reason.startswith("Indiquez le module")


def test_a_title_between_rows_speaks_for_those_below(bring: Bring, write: Write) -> None:
    header = ("N°", "Action", "Source", "État", "Ouverte le")
    path = write(
        ("Module 1 : Relation générale avec les usagers",),
        (1, "Une", "CLU", "Fait", DAY),
        (2, "Deux", "CLU", "Fait", DAY),
        (None, "Pilotage"),
        (3, "Trois", "CLU", "Fait", DAY),
        ("Total", 3),
        header=header,
    )
    report = bring(path)
    assert (report.rows, report.taken, report.totals, report.refused) == (6, 3, 3, [])
    assert [(a.module, a.strand) for a in Action.objects.order_by("number")] == [(1, ""), (1, ""), (None, "steering")]


def test_a_sheet_named_as_a_module_speaks_for_its_rows(bring: Bring, write: Write) -> None:
    header = ("N°", "Action", "Source", "État", "Ouverte le")
    sheets = {name: [header, (1, f"Action de {name}", "CLU", "Fait", DAY)] for name in ("Module 4", "Pilotage")}
    report = bring(write(**sheets, Synthèse=[("Fait", 2), ("Total", 2)]))
    assert (report.taken, report.ignored_sheets) == (2, ["Synthèse"])
    assert {a.title: (a.module, a.strand) for a in Action.objects.all()} == {
        "Action de Module 4": (4, ""), "Action de Pilotage": (None, "steering"),
    }  # fmt: skip


def test_totals_blanks_and_notes_are_no_action(bring: Bring, write: Write) -> None:
    path = write(
        ROW, (), (2, *ROW[1:]), ("", "", "Total", "", 2), ("Total général", 2), ("Fait à Nantes, le 3 janvier 2027",),
    )  # fmt: skip
    report = bring(path)
    assert (report.rows, report.taken, report.blank, report.totals, report.refused) == (6, 2, 1, 3, [])
    assert [note["text"] for note in report.notes] == ["Fait à Nantes, le 3 janvier 2027"]


def test_every_column_finds_its_place(bring: Bring, write: Write, world: World) -> None:
    header = (
        "N°", "Module", "Engagement", "Constat", "Action", "Résultat attendu", "Source", "Pilote", "Contributeurs",
        "Service", "Site", "Priorité", "Statut", "Ouverte le", "Échéance", "Réalisée le", "Vérifiée le", "Commentaires",
    )  # fmt: skip
    row = (
        7, "Module 1", "E16", "Signatures incomplètes", "Diffuser une signature type", "100 % de signatures", "PV",
        "Supervisor Essai", "Tous les bureaux", "SEJ", "Sous-préfecture d’essai", "haute", "Vérifié", DAY,
        date(2026, 6, 30), date(2026, 5, 4), date(2026, 7, 1), "Modèle envoyé.\nRelance faite.",
    )  # fmt: skip
    row = (*row[:6], "Grille de contrôle", *row[7:])
    assert bring(write(row, header=header)).refused == []
    action = Action.objects.select_related("engagement", "office", "site", "pilot", "source").get()
    assert action.engagement is not None and action.engagement.number == 16
    assert (action.description, action.expected_result) == ("Signatures incomplètes", "100 % de signatures")
    assert (action.pilot, action.pilot_name, action.contributors) == (
        world.users["supervisor"], "", "Tous les bureaux",
    )  # fmt: skip
    assert (action.office, action.site) == (world.offices["SEJ"], world.branch)
    assert (action.priority, action.state, action.done_on, action.verified_on) == (
        1, "verified", date(2026, 5, 4), date(2026, 7, 1),
    )  # fmt: skip
    assert action.progress_note == "Modèle envoyé.\nRelance faite."


def test_a_pilot_that_is_a_bureau_gives_the_bureau(bring: Bring, write: Write, world: World) -> None:
    header = (*HEADER, "Pilote")
    report = bring(write((*ROW, "Bureau des dotations"), header=header))
    action = Action.objects.get()
    assert (action.office, action.pilot, action.pilot_name) == (world.offices["DOT"], None, "Bureau des dotations")
    assert report.unknown_pilots == []


def test_a_number_of_a_strand_is_no_engagement(bring: Bring, write: Write) -> None:
    bring(write((1, "Pilotage", 3, "Former", "COPIL", "Fait"), header=(*HEADER[:2], "Engagement", *HEADER[2:5])))
    action = Action.objects.get()
    assert (action.strand, action.strand_item, action.engagement) == ("steering", 3, None)


@pytest.mark.parametrize(
    ("said", "state", "done_on"),
    [
        (("Fait", None), "done", None), ((None, date(2026, 4, 1)), "done", date(2026, 4, 1)),
        ((None, None), "planned", None),
        ((None, "oui"), "done", None), (("Proposé", None), "proposed", None), (("Abandonnée", None), "abandoned", None),
        (("Non retenue", None), "declined", None), (("100 %", None), "done", None), (("Soldée", None), "done", None),
    ],
)  # fmt: skip
def test_state_is_said_in_many_ways(
    bring: Bring, write: Write, said: tuple[Any, Any], state: str, done_on: date | None
) -> None:
    filler = (9, *ROW[1:4], "En cours", DAY, None, None), (8, *ROW[1:4], "Fait", DAY, None, date(2026, 4, 2))
    report = bring(write((*ROW[:4], said[0], DAY, None, said[1]), *filler))
    assert report.refused == []
    action = Action.objects.get(identities__key="1")
    assert (action.state, action.done_on) == (state, done_on)
    assert bool(action.reason) == (state in ("abandoned", "declined"))


def test_without_a_day_of_opening_the_first_known_day_is_taken(bring: Bring, write: Write) -> None:
    header = ("Module", "Action", "Source", "État", "Réalisée le")
    report = bring(write((1, "Une", "CLU", "Fait", DAY), (1, "Deux", "CLU", "Non fait", None), header=header))
    assert (report.taken, report.undated_openings) == (2, 2)
    assert dict(Action.objects.values_list("title", "opened_on")) == {"Une": DAY, "Deux": date(2026, 11, 20)}


def test_a_source_of_the_prefecture_is_known_by_its_own_words(bring: Bring, write: Write, desk: Desk) -> None:
    source = desk.source("control_grid")
    source.label = "Revue de direction"
    source.save()
    bring(write((*ROW[:3], "revue de DIRECTION", *ROW[4:])))
    assert Action.objects.get().source == source


def test_a_source_given_once_is_that_of_rows_without_one(bring: Bring, write: Write) -> None:
    header = ("N°", "Module", "Action", "État", "Ouverte le")
    bring(write((1, 1, "Une", "Fait", DAY), header=header), source="external_audit")
    assert Action.objects.get().source.code == "external_audit"


def test_edits_of_the_tool_stay(bring: Bring, write: Write, desk: Desk) -> None:
    """What a person has written is theirs: the same file changes nothing of it."""
    path = write((*ROW, "Mme Untel"), header=(*HEADER, "Pilote"))
    bring(path)
    action = Action.objects.get()
    values = {
        "pilot_id": desk.world.users["agent"].pk,
        "title": "Afficher tous les horaires",
        "due_on": date(2026, 7, 1),
    }
    desk.act(action, Edit(values))
    again = bring(path)
    assert (again.already_known, again.updated, again.refused) == (1, 0, [])
    action.refresh_from_db()
    assert (action.pilot, action.title, action.due_on) == (
        desk.world.users["agent"], "Afficher tous les horaires", date(2026, 7, 1),
    )  # fmt: skip
