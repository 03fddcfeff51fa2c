"""Sentences of the journal and of the deadlines, and the dates that people type."""

import re
from datetime import date
from pathlib import Path

import pytest

from frontend.forms.fields import parse_day
from frontend.journal_words import FIELD_LABELS, SENTENCES, TEXT_LABELS, names_for, timeline
from frontend.pages.tickets.reading import journal_of
from frontend.ticket_words import acknowledgement_words, deadline_sentence, implicit_words
from tests.factories import World
from tracker import decisions, writers
from tracker.commands import (
    Answer,
    AskRequester,
    Assign,
    CallOff,
    Complete,
    Confirm,
    Correct,
    Dismiss,
    Forward,
    Hold,
    HoldMeeting,
    MarkSignature,
    Propose,
    Reopen,
    SendBack,
    Take,
    Undo,
)
from tracker.decisions.correcting import CORRECTABLE
from tracker.enums import DismissalReason
from tracker.explaining import explain
from tracker.legal import Acknowledgement, LegalBand
from tracker.models import Event, Ticket
from tracker.reading import context_of
from tracker.writers import Author, events_of

TODAY = date(2026, 11, 20)
SOURCES = [path.read_text() for path in Path(decisions.__file__).parent.glob("*.py")]


def journal(world: World, ticket: Ticket, reader: str = "agent") -> list[str]:
    return [
        line.sentence.replace("\xa0", " ") for line in journal_of(ticket, events_of(ticket), world.user(reader), TODAY)
    ]


def deadlines(ticket: Ticket) -> list[str]:
    context = context_of(Ticket.objects.get(pk=ticket.pk), Author())
    found = explain(context.facts, context.rules, context.calendar_at)
    return [deadline_sentence(each, TODAY).replace("\xa0", " ") for each in found]


def test_every_event_and_every_text_that_a_decision_writes_has_its_words() -> None:
    kinds = {kind for source in SOURCES for kind in re.findall(r'EventDraft\(\s*"(\w+)"', source)}
    kinds |= {"handed_over", "reassigned", "assigned"}  # named in a variable
    assert kinds == set(SENTENCES)
    assert set(FIELD_LABELS) >= (CORRECTABLE | {"kind_id"}) - {"kind"}
    assert {"note", "missing", "reason", "evidence", "was_subject"} <= set(TEXT_LABELS)


def test_life_of_a_courrier_told(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 9), assignee="colleague")
    world.act(ticket, Take(), by="agent")
    world.act(ticket, MarkSignature(date(2026, 11, 12)), MarkSignature(None), by="agent")
    world.act(ticket, AskRequester(date(2026, 11, 12), "Le RIB", date(2026, 11, 30)), by="agent")
    world.act(ticket, Complete(date(2026, 11, 13)), by="agent")
    world.act(ticket, Hold(date(2026, 11, 16), date(2026, 11, 29)), by="agent")
    world.act(ticket, Answer(date(2026, 11, 19), ticket.channel_id), by="agent")
    world.act(ticket, Undo(), by="agent")
    assert journal(world, ticket) == [
        "Enregistrée, reçue le 9 novembre",
        "Affectée : Bureau du séjour, confiée à C. Essai",
        "Prise en charge",
        "À la signature depuis le 12 novembre",
        "Revenue de la signature",
        "Pièce demandée le 12 novembre, attendue jusqu’au 30 novembre",
        "Pièce reçue le 13 novembre : le délai repart",
        "Réponse d’attente partie le 16 novembre, réponse promise pour le 30 novembre "
        "(premier jour ouvré après la date choisie)",
        "Réponse partie le 19 novembre (courriel)",
        "Dernière action annulée",
    ]
    assert [line.cancelled for line in journal_of(ticket, events_of(ticket), world.user("agent"), TODAY)][-2:] == [
        True,
        False,
    ]
    assert deadlines(ticket) == [
        "Sans objet : une pièce a été demandée, le délai repart à son arrivée.",
        "Dans le délai : pièce demandée jeudi 12 novembre, en 2 jours ouvrés (échéance : mardi 17 novembre).",
        "Dans le délai : réponse d’attente partie lundi 16 novembre, en 1 jour ouvré "
        "(échéance : vendredi 20 novembre).",
        "Au plus tard lundi 30 novembre",
    ]


def test_a_demande_sent_round_told(world: World) -> None:
    ticket = world.register(office=None, by="mailroom")
    for office in ("SEJ", "DOT"):
        world.act(ticket, Assign(world.offices[office].pk))
    world.act(ticket, Assign(world.offices["DOT"].pk, world.users["other_agent"].pk))
    world.act(ticket, Assign(world.offices["DOT"].pk, None))
    world.act(ticket, SendBack("Pas nous"))
    assert journal(world, ticket)[1:] == [
        "Affectée : Bureau du séjour",
        "Réaffectée : Bureau des dotations (auparavant : Bureau du séjour)",
        "Confiée à O. Essai",
        "Rendue au bureau, sans agent désigné",
        "Rendue au service du courrier (« pas pour nous ») par Bureau des dotations",
    ]


def test_endings_told(world: World) -> None:
    forwarded = world.register(Forward("CAF", date(2026, 11, 18), date(2026, 11, 19)))
    assert journal(world, forwarded)[-1] == (
        "Transmise le 18 novembre à l’administration compétente, expéditeur prévenu le 19 novembre"
    )
    assert deadlines(forwarded) == [
        "Dans le délai : transmise jeudi 19 novembre, en 3 jours ouvrés (échéance : lundi 23 novembre)."
    ]
    dismissed = world.register(Dismiss(DismissalReason.UNWANTED, TODAY))
    assert journal(world, dismissed)[-1] == "Classée sans suite le 20 novembre : indésirable"
    assert deadlines(dismissed) == ["Hors calcul : indésirable."]
    undated = world.register(Answer(None), received_on=date(2026, 11, 10))
    assert journal(world, undated)[-1] == "Réponse partie à une date inconnue"
    assert deadlines(undated) == [
        "Hors délai : la réponse est partie à une date inconnue (échéance : mercredi 18 novembre)."
    ]
    world.act(undated, Reopen(date(2026, 11, 20)))
    assert journal(world, undated)[-1] == "Rouverte : nouveau message reçu le 20 novembre"
    same_day = world.register(Answer(date(2026, 11, 16)))
    assert deadlines(same_day)[0].startswith("Dans le délai : réponse partie lundi 16 novembre, le jour même")


def test_a_rendez_vous_told(world: World) -> None:
    ticket = world.register(Propose(date(2026, 11, 17), date(2026, 11, 19)), kind="meeting_request", module=4)
    world.act(ticket, CallOff(date(2026, 11, 17), by_requester=True, ends=False))
    world.act(ticket, Propose(date(2026, 11, 18), date(2026, 11, 20)))
    world.act(ticket, Confirm(date(2026, 11, 18)))
    world.act(ticket, HoldMeeting(date(2026, 11, 20), requester_unavailable=True))
    assert journal(world, ticket)[2:] == [
        "Rendez-vous proposé le 17 novembre pour le 19 novembre",
        "Date refusée par le demandeur le 17 novembre",
        "Rendez-vous proposé le 18 novembre pour le 20 novembre",
        "Date confirmée le 18 novembre",
        "Rendez-vous tenu le 20 novembre, à une date choisie par le demandeur",
    ]


def test_corrections_told_with_their_dates(world: World) -> None:
    ticket = world.register(received_on=date(2026, 11, 16))
    world.act(ticket, Correct({"received_on": date(2026, 11, 13), "subject": "Autre"}))
    assert journal(world, ticket)[-1] == "Corrigée : date d’arrivée (13 novembre au lieu du 16 novembre), objet"


def test_a_merged_demande_that_one_may_not_see_has_no_reference(world: World) -> None:
    ticket, other = world.register(), world.register(office="DOT")
    writers.merge(ticket.pk, other.pk, Author())
    assert journal(world, ticket, "agent")[-1] == "Fusionnée avec une autre demande"
    assert journal(world, ticket, "quality")[-1] == f"Fusionnée avec {other.reference}"


def test_times_are_those_of_the_site(world: World) -> None:
    ticket = world.register()
    events = list(Event.objects.filter(stream="ticket", object_id=ticket.pk).select_related("actor"))
    names = names_for(events, world.user("agent"))
    assert timeline(events, names, "Europe/Paris", TODAY)[0].at.hour == 10
    assert timeline(events, names, "Indian/Reunion", TODAY)[0].at.hour == 13


def test_legal_words() -> None:
    band = LegalBand(Acknowledgement.PAPER, None, None, date(2027, 1, 10), 0, answered_before=False, appeal=False)
    assert "le silence vaudra décision dimanche 10 janvier 2027" in implicit_words(band, TODAY)
    assert "née du silence dimanche 10 janvier" in implicit_words(band, date(2027, 2, 1))
    for each in Acknowledgement:
        if each != Acknowledgement.ELECTRONIC:
            words = acknowledgement_words(
                LegalBand(each, None, None, None, 0, answered_before=False, appeal=False), TODAY
            )
            assert words.endswith(".")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("20/11/2026", date(2026, 11, 20)),
        ("2/1/26", date(2026, 1, 2)),
        ("20112026", date(2026, 11, 20)),
        ("201126", date(2026, 11, 20)),
        ("2011", date(2026, 11, 20)),
        ("20.11.2026", date(2026, 11, 20)),
        ("20-11", date(2026, 11, 20)),
        ("20 11 2026", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("25/11", date(2026, 11, 25)),  # in five days: refused as an arrival, not taken for last year's
        ("5/1", date(2027, 1, 5)),
        ("20/12", date(2026, 12, 20)),
        ("29/02", None),  # no such day in the years around
        ("29/2/2028", date(2028, 2, 29)),
        ("31/04/2026", None),
        ("20/11/026", None),
        ("20//11", None),
        ("hier", None),
        ("٢٠/١١/٢٠٢٦", None),
        ("20/11/2026<", None),
    ],
)
def test_days_as_people_type_them(typed: str, expected: date | None) -> None:
    assert parse_day(typed, TODAY) == expected
