"""Columns found by their headers, and what happens when they are not."""

import datetime as dt
import random

import pytest

from tests.tracker.spreadsheets.layouts import HEADERS, RegisterMaker
from tests.tracker.spreadsheets.workbooks import Merged, write_workbook
from tracker.spreadsheets.columns import Column, Layout
from tracker.spreadsheets.errors import AmbiguousColumns, HeaderNotFound, MappingMismatch, MissingColumns
from tracker.spreadsheets.headers import recognise
from tracker.spreadsheets.layouts import REGISTERS, register_layout
from tracker.spreadsheets.registers import read_register
from tracker.spreadsheets.tables import TableReading, preview_sheets
from tracker.spreadsheets.vocabulary import CHANNELS, NATURES

TODAY = dt.date(2024, 6, 30)


def match(*headers, kind="courrier", mapping=None, below=()):
    rows = [(1, list(headers)), *((number, list(row)) for number, row in enumerate(below, 2))]
    return recognise(rows, register_layout(kind), mapping=mapping)


def read(path, **options):
    reading = read_register(path, kind=options.pop("kind", "courrier"), today=TODAY, **options)
    return reading, list(reading)


@pytest.mark.parametrize(
    ("code", "header"),
    [(code, header) for code, headers in HEADERS.items() for header in headers if code not in {"received_on", "delay"}],
)
def test_each_header_names_its_column(code, header):
    kind = "rdv" if code in {"proposed_on", "met_on"} else "courrier"
    assert match("Date d'arrivée", header, kind=kind).columns[code] == (1,)


@pytest.mark.parametrize("header", HEADERS["received_on"])
def test_each_arrival_header_is_the_arrival(header):
    assert match(header, "Expéditeur").columns["received_on"] == (0,)


@pytest.mark.parametrize("header", [*HEADERS["delay"], "Échéance", "Date limite de réponse", "Dans les délais ?"])
def test_computed_columns_are_known_and_not_read(header):
    found = match("Date d'arrivée", header)
    assert found.columns["computed"] == (1,)
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Date de la réponse d'attente", "holding_on"),
        ("Accusé de réception", "acknowledged_on"),
        ("Délai de réponse à l'usager", "computed"),
        ("Suite donnée", "outcome"),
        ("Boîte mail", "mailbox"),
        ("Sous-préfecture", "site"),
    ],
)
def test_headers_that_resemble_another(header, code):
    assert match("Reçu le", header, "Répondu le").columns[code] == (1,)


def test_meeting_register_tells_who_received_from_when():
    found = match("Demande reçue le", "Commune", "Qualité", "Reçu par", "Indisponibilité", kind="rdv")
    assert list(found.columns) == ["received_on", "sender", "sender_role", "met_by", "unavailability"]


def test_publication_ends_a_site_update():
    assert match("Reçu le", "Page concernée", "Mise en ligne", kind="site").columns["published_on"] == (2,)


def test_kind_added_as_data_has_every_column():
    found = match("Reçu le", "Répondu le", "Rendez-vous tenu le", "Mise en ligne", kind="svi")
    assert {"received_on", "answered_on", "met_on", "published_on"} <= set(found.columns)


def test_unknown_columns_are_listed():
    assert match("Reçu le", "Expéditeur", "Code postal", "Parapheur").unknown == ("Code postal", "Parapheur")


def test_vague_header_over_free_text_is_not_a_date():
    below = [["03/01/2022", "courrier explicatif envoyé"], ["04/01/2022", "appel téléphonique"]]
    found = match("Reçu le", "Réponse", below=below)
    assert "answered_on" not in found.columns
    assert found.columns["outcome"] == (1,)


def test_vague_header_over_words_of_another_list_is_unknown():
    below = [["03/01/2022", "Carte grise"], ["04/01/2022", "Passeport"]]
    assert match("Reçu le", "Type", "Objet", below=below).unknown == ("Type",)


def test_choice_column_over_other_words_is_unknown_and_its_rows_come_in(tmp_path):
    rows = [["Reçu le", "Objet", "Nature", "Canal"]]
    rows += [[dt.date(2023, 1, 3), "x", "LRAR", "Boîte contact"], [dt.date(2023, 1, 4), "y", "Simple", "Navette"]]
    reading, taken = read(write_workbook(tmp_path / "r.xlsx", {"A": rows}))
    assert reading.sheets[0].match.unknown == ("Nature", "Canal")
    assert [row.values["subject"] for row in taken] == ["x", "y"]


@pytest.mark.parametrize("header", ["Nature de la demande", "Nature de la demande / objet"])
def test_nature_in_free_text_is_the_subject(header):
    below = [["03/01/2022", "Renouvellement de passeport"], ["04/01/2022", "Permis"]]
    found = match("Reçu le", header, below=below)
    assert found.columns["subject"] == (1,)
    assert "nature" not in found.columns


def test_one_unknown_word_among_known_ones_refuses_its_row_alone(tmp_path):
    rows = [["Reçu le", "Canal"], *([dt.date(2023, 1, 3), word] for word in ("mail", "pigeon", "-", "guichet"))]
    reading, results = read(write_workbook(tmp_path / "r.xlsx", {"A": rows}))
    assert (reading.taken, reading.refused) == (3, 1)
    assert results[1].row == 3
    assert "valeurs possibles\u00a0: courrier, courriel" in results[1].mend


@pytest.mark.parametrize("other", ["Date de la demande", "Date de saisine", "Date de dépôt"])
@pytest.mark.parametrize("arrival", ["Date de réception", "Date d'arrivée", "Reçu le", "Reçu le (préfecture)"])
def test_arrival_prevails_over_the_date_of_the_request(other, arrival):
    found = match(other, arrival, "Objet")
    assert (found.columns["received_on"], found.unknown, found.ambiguous) == ((1,), (other,), {})


def test_promise_belongs_to_a_holding_reply():
    found = match("Reçu le", "Réponse d'attente le", "Réponse promise pour le")
    assert found.columns["promised_on"] == (2,)
    assert match("Reçu le", "Objet", "Réponse promise pour le").unknown == ("Réponse promise pour le",)


def test_several_columns_of_observations_are_one_text(tmp_path):
    rows = [["Reçu le", "Observations", "Remarques"], [dt.date(2023, 1, 3), "a", "b"], [dt.date(2023, 1, 3), None, "b"]]
    _, taken = read(write_workbook(tmp_path / "r.xlsx", {"A": rows}))
    assert [row.values["notes"] for row in taken] == ["a\nb", "b"]


def test_two_columns_that_claim_one_date_ask_a_person(tmp_path):
    rows = [["Date d'arrivée", "Reçu le", "Objet"], [dt.date(2023, 1, 3), dt.date(2023, 1, 4), "x"]]
    path = write_workbook(tmp_path / "r.xlsx", {"A": rows})
    with pytest.raises(AmbiguousColumns, match="La date d’arrivée peut être dans plusieurs colonnes") as refused:
        read(path)
    assert refused.value.previews[0].match.ambiguous == {"received_on": ("Date d'arrivée", "Reçu le")}
    assert refused.value.previews[0].rows[1] == (2, ("03/01/2023", "04/01/2023", "x"))
    _, taken = read(path, mapping={"received_on": "Reçu le"})
    assert taken[0].values["received_on"] == dt.date(2023, 1, 4)


def test_mapping_names_a_column_that_no_word_tells(tmp_path):
    rows = [["Colonne 1", "Colonne 2"], [dt.date(2023, 1, 3), "Usager 1"]]
    path = write_workbook(tmp_path / "r.xlsx", {"A": rows})
    with pytest.raises(HeaderNotFound, match="Aucune ligne d’en-tête n’est reconnue"):
        read(path)
    _, taken = read(path, mapping={"received_on": "colonne 1", "sender": "Colonne 2"})
    assert taken[0].values == {"received_on": dt.date(2023, 1, 3), "sender": "Usager 1"}


def test_mapping_to_nothing_leaves_a_column_out(tmp_path):
    rows = [["Reçu le", "Nature", "Objet"], [dt.date(2023, 1, 3), "Carte grise", "x"]]
    path = write_workbook(tmp_path / "r.xlsx", {"A": rows})
    reading, _ = read(path)
    assert reading.refused == 1
    reading, taken = read(path, mapping={"nature": None})
    assert "nature" not in taken[0].values


def test_mapping_to_a_header_that_is_nowhere_is_refused(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", {"A": [["Reçu le", "Objet"], [dt.date(2023, 1, 3), "x"]]})
    with pytest.raises(MappingMismatch, match="La colonne «\u00a0Parapheur\u00a0» n’est dans aucune feuille"):
        read(path, mapping={"office": "Parapheur"})


def test_register_without_an_arrival_column_is_refused(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", {"A": [["N°", "Objet", "Répondu le"], [1, "x", dt.date(2023, 1, 3)]]})
    with pytest.raises(MissingColumns, match="la date d’arrivée"):
        read(path)


def test_sheet_whose_header_lost_its_arrival_is_refused_row_by_row(tmp_path):
    good = [["N°", "Reçu le", "Objet"], [1, dt.date(2023, 1, 3), "x"]]
    bad = [["N°", "Rçu l", "Objet", "Répondu le"], [2, dt.date(2023, 2, 3), "y", None], [], [3, None, "z", None]]
    reading, results = read(write_workbook(tmp_path / "r.xlsx", {"janvier": good, "février": bad}))
    assert (reading.rows, reading.taken, reading.refused, reading.blank) == (4, 1, 2, 1)
    assert [(result.sheet, result.row) for result in results[1:]] == [("février", 2), ("février", 4)]
    assert "Précisez les colonnes de la feuille «\u00a0février\u00a0»" in results[1].mend


def test_sheets_without_a_table_are_listed_apart(tmp_path):
    sheets = {
        "Lisez-moi": [["Registre du bureau"], ["Mis à jour le 03/01/2023"]],
        "Listes": [["Service", "Canal", "Nature"], ["DCL", "Courriel", "Réclamation"]],
        "2023": [["Reçu le", "Objet"], [dt.date(2023, 1, 3), "x"]],
        "vide": [],
    }
    reading, _ = read(write_workbook(tmp_path / "r.xlsx", sheets))
    assert (reading.rows, reading.taken) == (1, 1)
    assert [(sheet.sheet, sheet.filled_rows) for sheet in reading.ignored_sheets] == [
        ("Lisez-moi", 2),
        ("Listes", 2),
        ("vide", 0),
    ]


def test_preview_shows_each_sheet_with_what_is_recognised(tmp_path):
    rows = [["Suivi 2023"], [], ["Reçu le", "Parapheur"], *[[dt.date(2023, 1, 3), "x"]] * 200]
    previews = preview_sheets(write_workbook(tmp_path / "r.xlsx", {"A": rows}), register_layout("courrier"))
    assert [preview.sheet for preview in previews] == ["A"]
    assert previews[0].rows[0] == (1, ("Suivi 2023", ""))
    assert len(previews[0].rows) < 100


def test_same_headers_have_one_signature_whatever_their_wording():
    assert match("Reçue le", "OBJET").signature == match("Reçu le", "Objet").signature


def test_layout_of_another_table_is_only_data(tmp_path):
    states = {"fait": "done", "en cours": "running", "non fait": "todo"}
    plan = Layout(
        (
            Column("number", "Le numéro", "n° | numéro"),
            Column("label", "L’action", "action | libellé", required=True),
            Column("engagement", "L’engagement", "engagement", kind="integer"),
            Column("state", "L’état", "état | avancement", kind="choice", words=states, one_of="un état connu"),
            Column("due_on", "L’échéance", "échéance", kind="date"),
        ),
        anchor="label",
    )
    rows = [["Plan"], ["N°", "Action", "Engagement", "État", "Échéance"], [1, "Afficher", 15.0, "Fait", "03/01/2023"]]
    rows += [[2, "Former", "quinze", "Fait", None], ["Total", None, 2, None, None]]
    path = write_workbook(tmp_path / "plan.xlsx", {"Plan": rows})
    reading = TableReading(path, plan, lambda _: lambda _: [])
    first, second = list(reading)
    assert first.values == {
        "number": "1",
        "label": "Afficher",
        "engagement": 15,
        "state": "done",
        "due_on": dt.date(2023, 1, 3),
    }
    assert second.reason == "«\u00a0quinze\u00a0» n’est pas un nombre entier."
    assert (reading.taken, reading.refused, reading.totals) == (1, 1, 1)


def test_words_lead_to_the_codes_of_the_model():
    assert set(CHANNELS.values()) == {
        "letter", "email", "form", "box", "counter", "phone", "online_review", "social",
    }  # fmt: skip
    assert set(NATURES.values()) == {
        "general_information", "individual_request", "legality_advice", "budget_advice",
        "complaint", "suggestion", "other", "appeal",
    }  # fmt: skip


@pytest.mark.parametrize("kind", REGISTERS)
def test_no_header_belongs_to_two_columns_of_a_register(kind):
    owners = {}
    for column in REGISTERS[kind].columns:
        for key in column.name_keys:
            assert owners.setdefault(key, column.code) == column.code


def match_two(upper, lower, *, spans=(), kind="courrier", below=(), above=()):
    rows = list(enumerate([*above, upper, lower, *below], 1))
    return recognise(rows, register_layout(kind), spans=[(len(above) + 1, *span) for span in spans])


def test_headers_in_two_rows_are_read_together():
    upper = ["N°", "Arrivée", "", "Réponse", "", "Observations"]
    found = match_two(upper, ["", "Date", "Service", "Date", "Service", ""], spans=[(1, 2), (3, 4)])
    assert (found.first_row, found.row_number) == (1, 2)
    assert found.headers[1:5] == ("Arrivée – Date", "Arrivée – Service", "Réponse – Date", "Réponse – Service")
    assert found.columns == {"number": (0,), "received_on": (1,), "office": (2,), "answered_on": (3,), "notes": (5,)}
    assert found.unknown == ("Réponse – Service",)


@pytest.mark.parametrize(
    ("group", "header", "code"),
    [
        ("Arrivée", "Date", "received_on"),
        ("Courrier arrivé", "Le", "received_on"),
        ("Demande", "Date de réception", "received_on"),
        ("Réponse", "Date", "answered_on"),
        ("Départ", "Le", "answered_on"),
        ("Réponse", "Envoyée le", "answered_on"),
        ("Suivi", "Date d'envoi", "answered_on"),
        ("Réponse d'attente", "Date d'envoi", "holding_on"),
        ("Réponse", "Attente", "holding_on"),
        ("Accusé de réception", "Date", "acknowledged_on"),
        ("Pièces", "Demandées le", "asked_on"),
        ("Pièces complémentaires", "Reçues le", "completed_on"),
        ("Demandeur", "Nom", "sender"),
        ("Arrivée", "Mode", "channel"),
        ("Arrivée", "Objet", "subject"),
        ("Réponse", "Délai", "computed"),
        # The date of something else, the reply's own number, whom it is sent to: nothing of the demande.
        ("Délibération", "Date", None),
        ("Arrivée", "Date d'envoi", None),
        ("Arrivée", "Heure", None),
        ("Réponse", "N°", None),
        ("Réponse", "Mode", None),
        ("Départ", "Destinataire", None),
        ("Réponse", "Signataire", None),
    ],
)
def test_header_under_another_is_read_with_it(group, header, code):
    """Beside the two columns that make the rows a pair: the arrival, and the observations."""
    filler = ("Arrivée", "Reçu le") if code != "received_on" else ("Réponse", "Répondu le")
    found = match_two(
        [filler[0], "", group, "", "Observations"],
        [filler[1], "Visa", header, "Visa", ""],
        spans=[(0, 1), (2, 3)],
    )
    assert found.row_number == 2
    assert [known for known, places in found.columns.items() if places == (2,)] == ([code] if code else [])


def test_upper_header_that_is_not_merged_stands_over_the_blanks_to_its_right():
    upper = ["Objet", "Arrivée", "", "Réponse", ""]
    assert match_two(upper, ["", "Date", "Service", "Date", "Délai"]).columns == {
        "received_on": (1,), "office": (2,), "answered_on": (3,), "computed": (4,), "subject": (0,),
    }  # fmt: skip


def test_guess_that_would_mislead_asks_a_person():
    """« Objet » stands under « Réponse » by accident or not: only the merged cells would tell."""
    found = match_two(["Arrivée", "Réponse", "", ""], ["Date", "Date", "Service", "Objet"])
    assert not found.complete
    assert "received_on" in found.ambiguous


@pytest.mark.parametrize(
    "row",
    [
        ["", "Usager 3", "Service des étrangers", ""],
        ["12", "Date", "Objet du courrier illisible", ""],
        ["", "Réponse", "Service", "Courrier"],
        ["", "Date", "Service", "3"],
        ["", "Date", "Service", "03/01/2023"],
        ["31/02/2023", "Date", "Service", ""],
        ["Date inconnue", "Demande", "", "Réponse"],
        ["date illisible", "Courrier", "Réclamation", "Usager 3"],
        ["", "Date inconnue", "", ""],
    ],
)
def test_row_of_a_register_is_no_row_of_headers(row):
    """Not even below a header that is merged over two columns."""
    found = match_two(["Reçu le", "Objet", "", "Suite"], row, spans=[(1, 2)])
    assert found.row_number == 1


CELLS = [
    "Courrier",
    "Réponse",
    "Mairie de Rezé",
    "Service",
    "Voirie",
    "Demande de titre",
    "urgent",
    "Usager 3",
    "Réponse d’attente",
    "Suite donnée",
    "relance faite",
    "Demande de complément",
    "Objet",
    "Courriel",
    "Réclamation",
    "Autre demande",
    "Relance",
    "Rendez-vous",
    "Nature",
    "Date inconnue",
    "sans date",
    "date illisible",
    "Accusé de réception",
    "Proposition",
    "Nom",
    "Question",
]


@pytest.mark.parametrize("seed", range(200))
def test_no_row_without_a_date_is_lost_to_the_headers(seed):
    """Whatever header is merged over an empty column, and whatever words the first rows hold."""
    draw = random.Random(seed)
    maker = RegisterMaker(seed)
    header, spans = [], []
    for code in maker.codes:
        header.append(maker.headers[code])
        if draw.random() < 0.3:
            spans.append((1, len(header) - 1, len(header)))
            header.append("")
    rows = [[draw.choice(CELLS) if draw.random() < 0.5 else "" for _ in header] for _ in range(4)]
    found = recognise(list(enumerate([header, *rows], 1)), register_layout(maker.kind), spans=spans)
    assert len(found.lines) == 1


def test_title_over_a_header_is_no_row_of_it():
    lower = ["Date", "Expéditeur", "Objet", "Répondu le"]
    found = match_two(["Arrivée du courrier", "", "", ""], lower, spans=[(0, 3)], above=[["Préfecture", "", "", ""]])
    assert (found.row_number, found.headers) == (3, tuple(lower))
    assert len(found.lines) == 1


def test_header_in_two_rows_printed_again_is_no_record(tmp_path):
    upper = ["N°", Merged("Arrivée", columns=2), None, Merged("Réponse", columns=2), None]
    lower = [None, "Date", "Service", "Date", "Service"]
    rows = [upper, lower, [1, dt.date(2023, 1, 3), "DCL", dt.date(2023, 1, 4), "DCL"], upper, lower]
    reading, taken = read(write_workbook(tmp_path / "r.xlsx", {"A": rows}))
    assert (reading.rows, reading.taken, reading.totals) == (3, 1, 2)
    assert taken[0].raw["Réponse – Service"] == "DCL"


def test_person_names_a_column_by_its_two_headers(tmp_path):
    rows = [["Arrivée", "Réponse", "Objet", "Retour"], ["Date", "Date", None, "Date"]]
    rows.append([dt.date(2023, 1, 3), dt.date(2023, 1, 4), "x", dt.date(2023, 1, 9)])
    path = write_workbook(tmp_path / "r.ods", {"A": rows})
    _, (row,) = read(path, mapping={"answered_on": "Retour – Date"})
    assert row.values["answered_on"] == dt.date(2023, 1, 9)
    # What was said of the lower row alone, before both were read together, still holds.
    _, (row,) = read(path, mapping={"received_on": "Date", "answered_on": "Date (3)"})
    assert row.values["answered_on"] == dt.date(2023, 1, 9)
