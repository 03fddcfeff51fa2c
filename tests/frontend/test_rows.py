"""« Coller des lignes »: a paste read as an import would, each cell checked, and what it gives."""

from datetime import date

import pytest
from django.urls import reverse

from frontend.models import FormDraft
from tests.factories import World
from tests.frontend.rows_page import GOOD, TITLES, URL, Person, text_of
from tracker.enums import Outcome, State
from tracker.models import Channel, Correspondent, Deadline, Event, Office, Ticket, TicketKind
from tracker.registering import MOST


@pytest.fixture
def agent(world: World) -> Person:
    return Person(world)


# --- From the paste to the demandes -------------------------------------------------------------------------------


def test_pasted_lines_become_demandes(world: World, agent: Person) -> None:
    page = text_of(agent.paste(GOOD))
    assert agent.errors == {}
    assert "2 demandes à enregistrer. Tout est prêt." in page
    assert "au plus tard lundi 30 novembre" in page  # ten working days for a letter
    assert "au plus tard mardi 24 novembre" in page  # five for an e-mail
    assert not Ticket.objects.exists()
    response = agent.send("save")
    assert response.status_code == 302
    first, second = Ticket.objects.order_by("pk")
    assert (first.sender_name, first.subject, first.received_on) == (
        "Mairie d’Orvault",
        "Subvention",
        date(2026, 11, 16),
    )
    assert (first.channel.code, second.channel.code) == ("letter", "email")
    assert {first.state, second.state} == {State.ASSIGNED}
    assert {first.office, second.office} == {world.offices["SEJ"]}
    done = text_of(agent.client.get(response["Location"]))
    assert "<h1>2 demandes enregistrées</h1>" in done
    for ticket in (first, second):
        assert f'href="{reverse("ticket", args=[ticket.reference])}"' in done
    assert set(Correspondent.objects.values_list("name", flat=True)) == {"Mairie d’Orvault", "M. Le Goff"}


def test_a_row_already_answered_is_answered_in_the_same_act(world: World, agent: Person) -> None:
    rows = [
        "16/11/2026\tA\tUn\tmail\tSEJ\t18/11/2026",
        "2/11/2026\tB\tDeux\tmail\tSEJ\t18/11",
        "2/11/2026\tC\tTrois\tmail\tSEJ\tsans date",
    ]
    page = text_of(agent.paste("\n".join([TITLES, *rows])))
    assert page.count("réponse partie, hors délai") == 2
    assert "réponse partie, dans le délai" in page
    agent.send("save")
    assert set(Ticket.objects.values_list("state", flat=True)) == {State.ANSWERED}
    assert list(Ticket.objects.order_by("pk").values_list("answered_on", flat=True)) == [
        date(2026, 11, 18), date(2026, 11, 18), None,
    ]  # fmt: skip
    assert Deadline.objects.filter(outcome=Outcome.LATE).count() == 2
    assert Event.objects.filter(stream="ticket").values("act_id").distinct().count() == 1


def test_every_kind_has_its_table(world: World, agent: Person) -> None:
    TicketKind.objects.create(prefecture=world.prefecture, code="svi", label="Modification du SVI", machine="reply")
    for kind in ("complaint", "site_update", "svi"):
        agent.paste(GOOD, kind)
        assert agent.send("save").status_code == 302, kind
    agent.paste(
        "Demande reçue le\tÉlu\tObjet\tProposé le\tDate du rdv\tTenu le\n"
        "16/11/2026\tM. le Maire\tÉcole\t17/11/2026\t25/11/2026\t\n"
        "2/11/2026\tMme la Maire\tPont\t3/11/2026\t9/11/2026\t9/11/2026",
        "meeting_request",
    )
    assert agent.errors == {}
    agent.send("save")
    assert [ticket.state for ticket in Ticket.objects.order_by("pk")][-2:] == [State.PROPOSED, State.MET]


def test_what_all_rows_share_fills_empty_cells_alone(world: World, agent: Person) -> None:
    agent.paste("Expéditeur\tObjet\tCanal\nMairie\tÉcole\t\nMairie\tPont\turne")
    assert set(agent.errors) == {(0, "received_on"), (1, "received_on")}
    dotations = world.offices["DOT"].pk
    form = Channel.objects.get(code="form").pk
    assert agent.send("save", received_on="19/11", channel=form, office=dotations).status_code == 302
    assert [ticket.channel.code for ticket in Ticket.objects.order_by("pk")] == ["form", "box"]
    assert set(Ticket.objects.values_list("received_on", "office")) == {(date(2026, 11, 19), dotations)}


def test_taking_charge_is_of_ones_own_bureau(world: World, agent: Person) -> None:
    agent.paste(f"{GOOD}\n17/11/2026\tMairie\tPont\tmail\tDOT\t")
    agent.send("save", take="on")
    states = dict(Ticket.objects.values_list("subject", "state"))
    assert states == {"Subvention": State.IN_PROGRESS, "Permis": State.IN_PROGRESS, "Pont": State.ASSIGNED}


def test_what_leaves_ones_sight_is_told_by_its_reference_alone(world: World, agent: Person) -> None:
    agent.paste(f"{TITLES}\n17/11/2026\tMme Discrète\tDossier\tmail\tASI\t")
    response = agent.send("save")
    done = text_of(agent.client.get(response["Location"]))
    assert "1 demande enregistrée" in done
    assert Ticket.objects.get().reference in done
    assert "Discrète" not in done
    assert reverse("ticket", args=[Ticket.objects.get().reference]) not in done


# --- Reading ------------------------------------------------------------------------------------------------------


def test_without_titles_the_columns_are_the_product_s_own_and_can_be_changed(agent: Person) -> None:
    agent.paste("16/11/2026\tSubvention\tMairie d’Orvault\tcourrier\tSEJ")
    heads = agent.page.context["grid"].heads
    assert [head.label for head in heads] == ["Reçu le", "Expéditeur", "Objet", "Canal", "Bureau", "Répondu le"]
    agent.send("check", m1="subject", m2="sender")
    assert agent.errors == {}
    agent.send("save")
    assert Ticket.objects.get().sender_name == "Mairie d’Orvault"


def test_two_columns_that_say_the_same_are_refused(agent: Person) -> None:
    agent.paste(GOOD)
    page = text_of(agent.send("save", m1="subject"))
    assert "Deux colonnes disent « Objet »" in page
    assert not Ticket.objects.exists()


def test_columns_left_aside_are_said_kept_and_taken_back(agent: Person) -> None:
    agent.paste("N°\tReçu le\tExpéditeur\tObjet\tPréfet\n12\t16/11/2026\tMairie\tÉcole\tVu avec le cabinet")
    page = text_of(agent.send("check"))
    assert "2 colonnes laissées de côté : N°, Préfet" in page
    aside = {head.title: head.place for head in agent.page.context["grid"].aside}
    agent.send("check", **{f"m{aside['Préfet']}": "notes"})
    agent.send("save")
    assert Ticket.objects.get().body == "Vu avec le cabinet"


def test_titles_that_are_none_are_given_back_as_a_row(agent: Person) -> None:
    agent.paste(GOOD)
    agent.send("titles")
    assert [row.cells[2].value for row in agent.page.context["grid"].rows] == ["Objet", "Subvention", "Permis"]


def test_dates_bureaux_and_channels_are_read_as_people_write_them(world: World, agent: Person) -> None:
    Office.objects.filter(pk=world.offices["ASI"].pk).update(name="Bureau de l’asile")
    rows = [
        "16/11\tA\tUn\tLettre recommandée\tbureau du SEJOUR\t",
        "lundi 16 novembre 2026\tB\tDeux\tE-mail\tBureau de l'asile\t",
        "46342\tC\tTrois\tTÉL.\tdot\t",
        "2026-11-16 08:30\tD\tQuatre\tUrne\tBureau des dotations\t",
        "16112026\tE\tCinq\tsur place\tSPB\t",
    ]
    agent.paste("\n".join([TITLES, *rows]))
    assert agent.errors == {}
    agent.send("save")
    found = Ticket.objects.order_by("pk").values_list("received_on", "channel__code", "office__code")
    assert [row[1:] for row in found] == [
        ("letter", "SEJ"), ("email", "ASI"), ("phone", "DOT"), ("box", "DOT"), ("counter", "SPB"),
    ]  # fmt: skip
    assert {day for day, *_ in found} == {date(2026, 11, 16)}


def test_a_line_break_in_a_cell_opens_no_row(agent: Person) -> None:
    agent.paste(
        'Reçu le\tExpéditeur\tObjet\tObservations\r\n16/11/2026\tMairie\t"Une\r\nécole"\t"Ligne 1\r\nLigne ""2"""\r\n'
    )
    agent.send("save")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.body) == ("Une école", 'Ligne 1\nLigne "2"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "copiez des cellules"),
        (" \n\t\n", "aucune ligne sous les titres"),
        (TITLES, "aucune ligne sous les titres"),
        (
            f"{TITLES}\n" + "16/11/2026\tMairie\tÉcole\n" * (MOST + 1),
            "ce tableau aurait 201 lignes, la limite est de 200",
        ),
        ("\t".join("abcdefghij" * 7), "ce collage a 70 colonnes"),
        ("16/11/2026\nMairie\nÉcole", "une seule colonne est lue"),
    ],
)
def test_a_paste_that_is_no_table_is_given_back_with_why(agent: Person, text: str, said: str) -> None:
    response = agent.paste(text)
    assert response.status_code == 422
    assert said in text_of(response).lower()
    assert response.context["form"]["text"].value() == text
    assert not FormDraft.objects.exists()


def test_the_limit_is_said_before(agent: Person) -> None:
    assert "200 lignes au plus" in text_of(agent.client.get(URL))


# --- Cell by cell -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "typed", "said"),
    [
        ("received_on", "", "Indiquez la date d’arrivée."),
        ("received_on", "21/11/2026", "L’arrivée est dans le futur (21/11/2026). Vérifiez l’année."),
        ("received_on", "31/12/2009", "hors de la période prise en charge (2010 à 2050)"),
        ("received_on", "1/1/2051", "hors de la période prise en charge (2010 à 2050)"),
        ("received_on", "30/02/2026", "La date « 30/02/2026 » n’existe pas."),
        ("received_on", "bientôt", "« bientôt » n’est pas une date. Écrivez la date sous la forme jj/mm/aaaa."),
        ("sender", "", "Indiquez l’expéditeur."),
        ("sender", "x" * 201, "Ce texte a 201 caractères, la limite est de 200."),
        ("subject", "", "Indiquez l’objet en quelques mots."),
        ("subject", "x" * 10_000, "Ce texte a 10000 caractères, la limite est de 500."),
        ("channel", "pigeon", "« pigeon » n’est pas un canal connu."),
        ("office", "Dotations", "Vouliez-vous dire « Bureau des dotations » ?"),
        ("office", "LYON", "« LYON » n’est pas un bureau de la préfecture. Choisissez dans la liste proposée."),
        ("answered_on", "13/11/2026", "La réponse est datée du 13/11/2026, avant l’arrivée (16/11/2026)."),
        ("answered_on", "25/11/2026", "La réponse est dans le futur (25/11/2026). Vérifiez l’année."),
    ],
)
def test_each_refusal_stands_at_its_cell(agent: Person, column: str, typed: str, said: str) -> None:
    agent.paste(GOOD)
    response = agent.send("save", cells={(0, column): typed})
    assert response.status_code == 422
    assert set(agent.errors) == {(0, column)}
    assert said in agent.errors[0, column].replace("\xa0", " ")
    place = next(head.place for head in agent.page.context["grid"].heads if head.code == column)
    page = text_of(response)
    assert f'id="r0c{place}"' in page
    assert f'aria-invalid="true" aria-describedby="e0c{place}"' in page
    assert f'<p class="fr-error-text" id="e0c{place}">' in page
    assert f'<a href="#r0c{place}">Ligne 1, ' in page
    assert "1 correction est nécessaire, rien n’est encore enregistré." in page
    assert agent.page.context["grid"].rows[0].promise == ""
    assert "mardi 24 novembre" in agent.page.context["grid"].rows[1].promise
    assert not Ticket.objects.exists()


def test_what_no_screen_shows_is_left_out_and_emoji_are_kept(agent: Person) -> None:
    agent.paste(f"{TITLES}\n16/11/2026\tMai\0rie\tMerci 😀\x07\tmail\tSEJ\t")
    assert agent.send("save", cells={(0, "sender"): "Mairie\0 d’Orvault"}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.sender_name, ticket.subject) == ("Mairie d’Orvault", "Merci 😀")


def test_everything_typed_is_given_back_and_one_correction_saves_all(agent: Person) -> None:
    agent.paste(GOOD)
    agent.send("save", cells={(0, "channel"): "pigeon", (1, "subject"): "Permis de construire"})
    values = [[cell.value for cell in row.cells] for row in agent.page.context["grid"].rows]
    assert values[0][3] == "pigeon"
    assert values[1][2] == "Permis de construire"
    assert agent.send("save", cells={(0, "channel"): "courrier"}).status_code == 302
    assert set(Ticket.objects.values_list("subject", flat=True)) == {"Subvention", "Permis de construire"}


def test_rows_that_look_alike_are_marked_and_refuse_nobody(world: World, agent: Person) -> None:
    registered = world.register(sender_name="M. Le Goff", subject="Permis", received_on=date(2026, 11, 17))
    hidden = world.register(office="ASI", by="asylum_agent", sender_name="Mme X", subject="Dossier")
    extra = "16/11/2026\tmairie d'orvault\tSubventions\tcourrier\tSEJ\t\n16/11/2026\tMme X\tDossier\tmail\tSEJ\t"
    page = text_of(agent.paste(f"{GOOD}\n{extra}"))
    rows = agent.page.context["grid"].rows
    assert [row.repeats for row in rows] == [None, None, 0, None]
    assert [row.known for row in rows] == [None, registered, None, None]  # what one may not read is no trace
    assert hidden.reference not in page
    assert "Ressemble à la ligne 1" in page
    assert "2 lignes ressemblent à une autre ou à une demande déjà enregistrée." in page
    assert agent.send("save").status_code == 302
