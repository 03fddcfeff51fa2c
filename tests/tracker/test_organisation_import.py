"""Bureaux and people from a workbook: what is taken, what is refused and where, and that twice is once."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.factories import World, make_world
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import accounts, clock, jobs, organising
from tracker.enums import JobState, Role
from tracker.importing import asking
from tracker.importing.files import forget_old_files
from tracker.models import Event, Job, Membership, Office, User
from tracker.organisation_import import job as organisation_job
from tracker.organisation_import.reading import NOTHING_KNOWN, read_organisation
from tracker.organisation_import.template import template_sheets
from tracker.spreadsheets.errors import EmptyWorkbook, HeaderNotFound
from tracker.spreadsheets.writing import write_xlsx
from tracker.verification import verify_journal
from tracker.writers import Author

OFFICES = ("Code", "Libellé", "Rattachement", "Site", "Sensible")
PEOPLE = ("Adresse électronique", "Prénom", "Nom", "Rôle", "Périmètre")

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(
        offices: list[tuple[Any, ...]] | None = None,
        people: list[tuple[Any, ...]] | None = None,
        *,
        headers: tuple[tuple[str, ...], tuple[str, ...]] = (OFFICES, PEOPLE),
        name: str = "organisation.xlsx",
    ) -> Path:
        sheets = {}
        if offices is not None:
            sheets["Bureaux"] = [headers[0], *offices]
        if people is not None:
            sheets["Personnes"] = [headers[1], *people]
        return write_workbook(tmp_path / name, sheets)

    return write


def rehearse(world: World, path: Path, by: str = "administrator") -> Job:
    job = organisation_job.rehearse(world.prefecture, world.user(by), path, path.name)
    jobs.run_pending_jobs()
    job.refresh_from_db()
    return job


def carry_out(world: World, path: Path) -> dict[str, Any]:
    """Rehearsed, then imported: the report of the import, which says what the rehearsal did."""
    first = rehearse(world, path)
    after = asking.carry_out(world.prefecture, world.user("administrator"), first)
    jobs.run_pending_jobs()
    after.refresh_from_db()
    assert after.state == JobState.DONE, after.error
    told = {key: value for key, value in after.result.items() if key not in ("dry_run", "sentence")}
    assert told == {key: first.result[key] for key in told}
    assert after.result["rows"] == sum(
        (
            after.result["taken"], after.result["already_known"], len(after.result["refused"]),
            after.result["blank"], after.result["totals"],
        )
    )  # fmt: skip
    return dict(after.result)


def reasons(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(row["row"], row["column"], row["reason"]) for row in result["refused"]]


# --- Taken --------------------------------------------------------------------------------------------------------


def test_bureaux_then_people_whatever_their_order(world: World, make: Make) -> None:
    path = make(
        [("ELE", "Bureau des élections", "NEW", "", ""), ("NEW", "Nouvelle direction", "", "SP1", "oui")],
        [
            ("Alix@Example.test", "Alix", "Modèle", "Agent", "ELE"),
            ("alix@example.test", "Alix", "Modèle", "chef de bureau", "Nouvelle direction"),
            (world.users["agent"].email, "", "", "service du courrier", "Sous-préfecture d’essai"),
            ("copil@example.test", "Membre", "Modèle", "COPIL", ""),
        ],
    )
    result = carry_out(world, path)
    assert (result["taken"], result["offices"], result["accounts"], result["roles"]) == (6, 2, 2, 4)
    assert [(told["row"], told["whom"], told["what"]) for told in result["made"]] == [
        (3, "Nouvelle direction (NEW)", "nouveau bureau, Sous-préfecture d’essai, sensible"),
        (2, "Bureau des élections (ELE)", "nouveau bureau, Nouvelle direction"),
        (2, "Alix Modèle, alix@example.test", "nouveau compte\xa0: Agent, Bureau des élections"),
        (3, "Alix Modèle", "Encadrant, Nouvelle direction"),
        (4, world.users["agent"].full_name, "Service du courrier, Sous-préfecture d’essai"),
        (5, "Membre Modèle, copil@example.test", "nouveau compte\xa0: Membre du COPIL, toute la préfecture"),
    ]
    below = Office.objects.get(code="ELE")
    assert (below.parent, below.site) == (Office.objects.get(code="NEW"), world.branch)
    assert below.parent is not None
    assert below.parent.is_sensitive
    alix = User.objects.get(email="alix@example.test")
    assert {(held.role, held.office.code) for held in alix.memberships.select_related("office") if held.office} == {
        (Role.AGENT, "ELE"),
        (Role.SUPERVISOR, "NEW"),
    }
    assert world.users["agent"].memberships.get(role=Role.MAILROOM).site == world.branch
    assert User.objects.get(email="copil@example.test").memberships.get().office is None


def test_twice_is_once(world: World, make: Make) -> None:
    path = make(
        [("SEJ", "Bureau du séjour", "", "", "non"), ("ELE", "Élections", "DCL", "", "")],
        [("alix@example.test", "Alix", "Modèle", "agent", "ELE")],
    )
    carry_out(world, path)
    events, members = Event.objects.count(), Membership.objects.count()
    again = carry_out(world, path)
    assert (again["taken"], again["already_known"], again["updated"], again["refused"]) == (0, 3, 0, [])
    assert (Event.objects.count(), Membership.objects.count()) == (events, members)
    assert verify_journal().different == []


def test_a_known_bureau_is_brought_up_to_date_by_what_is_filled_in(world: World, make: Make) -> None:
    result = carry_out(world, make([("dot", "Bureau des finances locales", "", "", "")]))
    assert (result["already_known"], result["updated"]) == (1, 1)
    office = Office.objects.get(code="DOT")
    assert (office.name, office.parent) == ("Bureau des finances locales", world.offices["DCL"])


def test_a_rehearsal_writes_nothing(world: World, make: Make) -> None:
    before = (Event.objects.count(), Office.objects.count(), User.objects.count(), Membership.objects.count())
    job = rehearse(world, make([("NEW", "Neuf", "", "", "")], [("a@example.test", "A", "B", "agent", "NEW")]))
    assert (job.result["taken"], job.result["dry_run"]) == (2, True)
    assert job.result["sentence"].startswith("2 lignes lues\xa0: 2 seraient prises")
    assert before == (Event.objects.count(), Office.objects.count(), User.objects.count(), Membership.objects.count())


@pytest.mark.parametrize(
    "headers",
    [
        (("Sigle", "Nom du bureau", "Direction", "Sous-préfecture", "Bureau sensible"), PEOPLE),
        (("Code du service", "Intitulé", "Dépend de", "Implantation", "Réservé"), PEOPLE),
        (OFFICES, ("E-mail", "Prénom", "Nom de famille", "Habilitation", "Code du bureau")),
        (OFFICES, ("Courriel", "prénoms", "NOM", "Profil", "Affectation")),
    ],
)
def test_headers_as_people_write_them(world: World, make: Make, headers: Any) -> None:
    path = make(
        [("NEW", "Neuf", "DCL", "Sous-préfecture d’essai", "x")],
        [("a@example.test", "A", "B", "Instructrice", "new")],
        headers=headers,
    )
    result = carry_out(world, path)
    assert (result["taken"], result["refused"]) == (2, [])
    office = Office.objects.get(code="NEW")
    assert (office.parent, office.site, office.is_sensitive) == (world.offices["DCL"], world.branch, True)


def test_one_sheet_is_enough(world: World, make: Make) -> None:
    assert carry_out(world, make(None, [("a@example.test", "A", "B", "agent", "SEJ")]))["taken"] == 1
    assert carry_out(world, make([("NEW", "Neuf", "", "", "")], name="b.xlsx"))["taken"] == 1


# --- Refused ------------------------------------------------------------------------------------------------------


def test_each_refusal_says_where_and_why(world: World, make: Make) -> None:
    elsewhere = make_world("35", "35")
    closed = organising.add_office(
        world.prefecture, "OLD", organising.OfficeTerms("Ancien", world.site), Author(user=world.user("administrator"))
    )
    organising.close_office(closed, clock.today("Europe/Paris"), Author(user=world.user("administrator")))
    result = carry_out(
        world,
        make(
            [
                ("N1", "Un", "INCONNU", "", ""),
                ("N2", "Deux", "", "Ailleurs", ""),
                ("N3", "Trois", "", "", "peut-être"),
                ("N 4", "Quatre", "", "", ""),
                ("OLD", "Autre nom", "", "", ""),
                ("DUP", "Un nom", "", "", ""),
                ("DUP", "Un autre nom", "", "", ""),
                ("A", "Alpha", "B", "", ""),
                ("B", "Bêta", "A", "", ""),
            ],
            [
                ("x@example.test", "X", "Y", "préfet", "SEJ"),
                ("x@example.test", "X", "Y", "agent", ""),
                ("x@example.test", "X", "Y", "agent", "Nulle part"),
                ("x@example.test", "X", "Y", "COPIL", "SEJ"),
                ("pas une adresse", "X", "Y", "agent", "SEJ"),
                ("x@example.test", "", "Y", "agent", "SEJ"),
                (elsewhere.users["agent"].email, "X", "Y", "agent", "SEJ"),
            ],
        ),
    )
    assert reasons(result) == [
        (2, "Rattachement", "Aucun bureau ne porte le code ou le nom «\xa0INCONNU\xa0»."),
        (3, "Site", "Aucun site ne porte le code ou le nom «\xa0Ailleurs\xa0»."),
        (4, "Sensible", "«\xa0peut-être\xa0» n’est pas oui ni non."),
        (5, "Code", "Le code tient en 20 chiffres ou lettres sans accent au plus, par exemple «\xa0DCL-2\xa0»."),
        (6, "", "Ce bureau est fermé\xa0: rouvrez-le avant de le modifier."),
        (8, "Code", "La ligne 7 de la feuille «\xa0Bureaux\xa0» donne déjà ce code à un autre bureau."),
        (9, "Rattachement", "Aucun bureau ne porte le code ou le nom «\xa0B\xa0»."),
        (10, "Rattachement", "Aucun bureau ne porte le code ou le nom «\xa0A\xa0»."),
        (2, "Rôle", "«\xa0préfet\xa0» n’est pas un rôle connu."),
        (3, "Périmètre", "Indiquez le bureau ou le site, ou «\xa0préfecture\xa0» pour toute la préfecture."),
        (4, "Périmètre", "Aucun bureau ni aucun site ne porte le code ou le nom «\xa0Nulle part\xa0»."),
        (5, "Périmètre", "Un membre du COPIL l’est pour toute la préfecture."),
        (6, "Adresse électronique", "«\xa0pas une adresse\xa0» n’est pas une adresse électronique."),
        (7, "Prénom", "Indiquez le prénom."),
        (8, "Adresse électronique", accounts.NOT_FROM_HERE),
    ]
    assert result["refused"][0]["mend"] == "Corrigez la cellule C2, puis importez à nouveau ce fichier."
    assert result["taken"] == 1
    assert not User.objects.filter(email="x@example.test").exists()


def test_a_circle_in_a_file_is_refused_row_by_row(world: World, make: Make) -> None:
    carry_out(world, make([("A", "Alpha", "", "", ""), ("B", "Bêta", "A", "", "")]))
    result = carry_out(world, make([("A", "Alpha", "B", "", "")], name="b.xlsx"))
    assert [reason for *_, reason in reasons(result)] == [
        "«\xa0Bêta\xa0» dépend de ce bureau\xa0: il ne peut pas en être aussi la direction."
    ]
    assert Office.objects.get(code="A").parent is None


@pytest.mark.parametrize(
    ("sheets", "error"),
    [
        ({"Notes": [("Bonjour", "à tous"), ("ceci", "cela")]}, HeaderNotFound),
        ({"Vide": [()]}, EmptyWorkbook),
    ],
)
def test_a_file_without_either_sheet_is_refused_whole(world: World, tmp_path: Path, sheets: Any, error: Any) -> None:
    path = write_workbook(tmp_path / "notes.xlsx", sheets)
    with pytest.raises(error) as refusal:
        organisation_job.rehearse(world.prefecture, world.user("administrator"), path, path.name)
    assert error is EmptyWorkbook or refusal.value.message == NOTHING_KNOWN
    assert not Job.objects.exists()


# --- The model, the files, the command ----------------------------------------------------------------------------


def test_the_model_is_read_as_it_is_written(world: World, tmp_path: Path) -> None:
    path = tmp_path / "modele.xlsx"
    write_xlsx(path, template_sheets(world.prefecture))
    found = read_organisation(path, path.name)
    assert (found.rows, found.offices, found.people) == (0, [], [])
    assert found.ignored_sheets == []  # its notes are no rows that one would look for
    assert {"Code", "Périmètre"} <= set(found.columns)


def test_the_file_is_forgotten_once_imported_and_the_cells_after_a_month(world: World, make: Make, frozen: Any) -> None:
    people = [("a@example.test", "A", "B", "agent", "Nulle part"), ("c@example.test", "C", "D", "agent", "SEJ")]
    first = rehearse(world, make(None, people))
    assert Path(first.file.path).exists()
    after = asking.carry_out(world.prefecture, world.user("administrator"), first)
    jobs.run_pending_jobs()
    after.refresh_from_db()
    assert not after.file
    assert after.result["refused"][0]["raw"]
    assert after.result["made"][0]["whom"] == "C D, c@example.test"
    frozen.shift(timedelta(days=31))
    forget_old_files()
    after.refresh_from_db()
    assert (after.result["refused"][0]["raw"], after.checkpoint, after.result["made"]) == ({}, {}, [])


def test_the_command_may_bring_in_an_account_of_another_prefecture(
    world: World, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = make_world("35", "35")
    path = make(None, [(elsewhere.users["quality"].email, "", "", "référent", "")])
    call_command("import_organisation", str(path), "--prefecture", "44", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["taken"], told["accounts"], told["roles"], told["refused"]) == (1, 0, 1, [])
    assert elsewhere.users["quality"].memberships.count() == 2
    call_command("import_organisation", str(path), "--prefecture", "44", "--dry-run")
    assert capsys.readouterr().out == "1 ligne lue\xa0: 0 prise, 1 déjà connue, 0 refusée.\n".replace(
        "0 prise", "0 serait prise"
    )
    assert not Job.objects.exclude(file="").exists()


def test_the_command_tells_how_passwords_are_handed_over(
    world: World, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make([("BAD", "Nom", "", "Ailleurs", "")], [("a@example.test", "A", "B", "agent", "SEJ")])
    call_command("import_organisation", str(path))
    told = capsys.readouterr().out
    assert "Feuille « Bureaux », ligne 2, colonne « Site » : Aucun site" in told
    assert "n’ont pas encore de mot de passe" in told
