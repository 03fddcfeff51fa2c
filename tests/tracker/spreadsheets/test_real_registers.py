"""The three registers of a préfecture, as they are: every row read, and the published figures found again."""

import datetime as dt
import json
from pathlib import Path

import holidays
import pytest

from tracker.spreadsheets.registers import read_register

DATA = Path(__file__).parents[2] / "data" / "registers"
EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
TODAY = dt.date(2026, 11, 20)
CLOSED = holidays.France(years=range(2021, 2024))


def read(name, kind):
    reading = read_register(DATA / f"{name}.xlsx", kind=kind, today=TODAY)
    return reading, list(reading)


def working_days(start, end):
    """Working days after `start` up to `end`, counted one by one."""
    days = 0
    while start < end:
        start += dt.timedelta(days=1)
        days += start.weekday() < 5 and start not in CLOSED
    return days


def figures(rows, limit, start="received_on", end="answered_on"):
    taken = [working_days(row.values[start], row.values[end]) for row in rows]
    return {"n": len(taken), "on_time": sum(days <= limit for days in taken), "mean": sum(taken) / len(taken)}


def test_mailbox_has_a_sheet_per_month_with_its_total():
    reading, rows = read("courriels_boite_prefecture", "courriel")
    expected = EXPECTED["courriels_boite_prefecture"]
    assert [table.sheet for table in reading.sheets] == list(expected["months"])
    assert (reading.rows, reading.taken, reading.refused, reading.blank, reading.totals) == (806, 786, 0, 10, 10)
    for table in reading.sheets:
        assert table.match.row_number == 3
        assert table.taken == expected["months"][table.sheet]["n"]
        assert (table.blank, table.totals) == (1, 1)
        of_month = figures([row for row in rows if row.sheet == table.sheet], 5)
        assert of_month["on_time"] == expected["months"][table.sheet]["on_time"]
    whole = figures(rows, 5)
    assert (whole["n"], whole["on_time"]) == (expected["total"]["n"], expected["total"]["on_time"])
    assert whole["mean"] == pytest.approx(expected["total"]["mean_working_days"], abs=0.0005)


def test_mailbox_rows_keep_their_place_values_and_text():
    _, rows = read("courriels_boite_prefecture", "courriel")
    assert (rows[0].sheet, rows[0].row) == ("janvier", 4)
    assert rows[0].values == {
        "number": "11",
        "received_on": dt.date(2022, 1, 3),
        "sender": "Usager 0011",
        "theme": "Carte grise",
        "answered_on": dt.date(2022, 1, 4),
    }
    assert rows[0].raw == {
        "N°": "11",
        "Date de réception": "03/01/2022",
        "Expéditeur": "Usager 0011",
        "Thématique": "Carte grise",
        "Date de réponse": "04/01/2022",
        "Délai (j. ouvrés)": "1",
    }


def test_complaints_with_dates_in_text_give_their_figures():
    reading, rows = read("reclamations_suggestions", "reclamation")
    assert (reading.rows, reading.taken, reading.refused, reading.blank, reading.totals) == (49, 49, 0, 0, 0)
    groups = {"courriel_formulaire": {"email", "form"}, "urne_courrier": {"box", "letter"}}
    for label, nature in (("Réclamation", "complaint"), ("Suggestion", "suggestion"), ("Autre demande", "other")):
        for group, wanted in EXPECTED["reclamations_suggestions"][label].items():
            of_group = [
                row for row in rows if row.values["nature"] == nature and row.values["channel"] in groups[group]
            ]
            found = figures(of_group, wanted["limit"])
            assert (found["n"], found["on_time"]) == (wanted["n"], wanted["on_time"])
            assert found["mean"] == pytest.approx(wanted["mean_working_days"], abs=0.0005)


@pytest.mark.parametrize(
    ("figure", "limit", "start", "end"),
    [
        ("proposal_within_4", 4, "received_on", "proposed_on"),
        ("held_within_10_from_receipt", 10, "received_on", "met_on"),
        ("held_within_10_from_proposal", 10, "proposed_on", "met_on"),
    ],
)
def test_meetings_give_their_figures(figure, limit, start, end):
    reading, rows = read("rendez_vous_elus", "rdv")
    assert (reading.rows, reading.taken) == (12, 12)
    wanted = EXPECTED["rendez_vous_elus"][figure]
    found = figures(rows, limit, start, end)
    assert (found["n"], found["on_time"]) == (wanted["n"], wanted["on_time"])
    assert found["mean"] == pytest.approx(wanted["mean_working_days"], abs=0.0005)
