"""The bell, the list, the choices and the ladder, as people use them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notifications import choosing
from notifications.enums import Way
from notifications.models import Escalation, Notification
from tests.factories import World
from tracker import pending
from tracker.commands import Answer, Assign
from tracker.models import Ticket

NOTHING = 'data-sillage-figure="Notifications non lues" hidden>0<'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(world: World, client: Client) -> Client:
    client.force_login(world.user("agent"))
    return client


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def given(world: World, count: int = 1) -> list[Ticket]:
    tickets = [world.register(assignee="agent", by="supervisor") for _ in range(count)]
    pending.drain_all()
    return tickets


def unread(world: World) -> int:
    return Notification.objects.unread().filter(user=world.users["agent"]).count()


def test_the_bell_counts_what_is_not_read(world: World, agent: Client) -> None:
    assert NOTHING in text(agent.get(reverse("queue")))
    given(world, 2)
    assert 'non lues">2<' in text(agent.get(reverse("queue")))
    given(world, 110)
    assert 'non lues">99+<' in text(agent.get(reverse("queue")))


def test_who_is_never_told_of_anything_has_no_bell(world: World, client: Client) -> None:
    for name in ("copil", "administrator"):
        client.force_login(world.user(name))
        assert "sillage-bell" not in text(client.get(reverse("calculator")))
        assert client.get(reverse("notifications")).status_code == 404
        assert client.get(reverse("notification-settings")).status_code == 404


def test_the_list_says_what_by_whom_and_where(world: World, agent: Client) -> None:
    (ticket,) = given(world)
    page = text(agent.get(reverse("notifications")))
    assert "Confiée à vous par S. Essai" in page
    assert "Aujourd’hui, vendredi 20 novembre" in page
    assert f'href="{reverse("ticket", args=[ticket.reference])}"' in page
    assert "Bureau du séjour, au plus tard lundi 23 novembre" in page


def test_an_empty_list_teaches(world: World, agent: Client) -> None:
    assert "Aucune notification." in text(agent.get(reverse("notifications")))
    assert "Rien de nouveau." in text(agent.get(reverse("notifications-panel"), headers=HTMX))


def test_what_came_together_stands_under_one_line(world: World, agent: Client) -> None:
    given(world, 12)
    page = text(agent.get(reverse("notifications")))
    assert "12 demandes vous sont confiées par S. Essai" in page
    assert page.count("Marquer comme lu<") == 1


def test_opening_a_demande_reads_what_was_said_of_it(world: World, agent: Client) -> None:
    first, _ = given(world, 2)
    page = text(agent.get(reverse("ticket", args=[first.reference])))
    assert 'non lues">1<' in page
    assert unread(world) == 1


def test_some_then_all_are_marked_read(world: World, agent: Client) -> None:
    given(world, 3)
    rows = list(Notification.objects.filter(user=world.users["agent"]).order_by("pk"))
    response = agent.post(reverse("notifications-read"), {"ids": f"{rows[0].pk},{rows[1].pk}"}, headers=HTMX)
    assert 'hx-swap-oob="true"' in text(response)
    assert unread(world) == 1
    given(world)
    # What came after the page was shown stays unread.
    agent.post(reverse("notifications-read"), {"until": rows[2].pk})
    assert unread(world) == 1


def test_nobody_reads_for_somebody_else(world: World, client: Client) -> None:
    given(world)
    (row,) = Notification.objects.all()
    client.force_login(world.user("colleague"))
    client.post(reverse("notifications-read"), {"ids": row.pk})
    client.post(reverse("notifications-read"), {"until": row.pk})
    assert unread(world) == 1
    assert row.ticket.reference not in text(client.get(reverse("notifications")))


@pytest.mark.parametrize("sent", [{"ids": "x,,-1,9" + "9" * 40}, {"until": "²"}, {"until": "1" * 30}, {}])
def test_anything_else_marks_nothing(world: World, agent: Client, sent: dict[str, str]) -> None:
    given(world)
    assert agent.post(reverse("notifications-read"), sent).status_code == 302
    assert unread(world) == 1


def test_a_demande_that_one_may_no_longer_see_leaves_the_list_and_the_count(world: World, agent: Client) -> None:
    (ticket,) = given(world)
    world.act(ticket, Assign(world.offices["DOT"].pk), by="supervisor")
    page = text(agent.get(reverse("notifications")))
    assert ticket.reference not in page
    assert NOTHING in page


def test_what_was_settled_since_is_said_so(world: World, agent: Client) -> None:
    (ticket,) = given(world)
    world.act(ticket, Answer(date(2026, 11, 20)), by="colleague")
    assert "réglée depuis" in text(agent.get(reverse("notifications")))


def test_a_sealed_demande_shows_no_subject(world: World, client: Client, frozen: Any) -> None:
    ticket = world.register(office="ASI", assignee="asylum_agent", by="asylum_agent", subject="Asile de M. X")
    Notification.objects.create(
        user=world.users["quality"],
        prefecture=world.prefecture,
        kind="escalated",
        ticket=ticket,
        day=date(2026, 11, 10),
        way=Way.APP,
        created_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        key="1",
    )
    client.force_login(world.user("quality"))
    page = text(client.get(reverse("notifications")))
    assert ticket.reference in page
    assert "Contenu réservé" in page
    assert "Asile de M. X" not in page


def test_pages_of_a_long_list_follow_one_another(world: World, agent: Client) -> None:
    given(world, 60)
    Notification.objects.filter(pk__in=Notification.objects.order_by("pk").values("pk")[:30]).update(
        read_at=datetime(2026, 11, 20, 9, tzinfo=UTC)
    )
    first = text(agent.get(reverse("notifications")))
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = text(agent.get(address.replace("&amp;", "&")))
    references = Ticket.objects.values_list("reference", flat=True)
    shown = [(reference in first) + (reference in second) for reference in references]
    assert shown == [1] * 60
    assert "Lues" in second


# --- Choices ------------------------------------------------------------------------------------------------------


def test_the_table_shows_what_holds_and_what_is_proposed(world: World, agent: Client) -> None:
    choosing.choose(world.user("agent"), {"assigned": Way.APP}, 14)
    page = text(agent.get(reverse("notification-settings")))
    assert (
        'name="assigned" value="app" aria-label="Une demande m’est confiée&nbsp;: Dans l’application seulement" checked'
        in page
    )
    assert '<option value="14" selected>14 h</option>' in page
    assert 'name="reminded" value="none"' not in page  # a reminder is not refused
    assert 'name="sent_back"' not in page  # it concerns the mailroom


def test_choices_are_kept(world: World, agent: Client) -> None:
    page = agent.get(reverse("notification-settings"))
    form = page.context["form"]
    sent = {row.kind.code: row.field.value() for row in form.rows()} | {"overdue": "mail", "hour": "9"}
    response = agent.post(reverse("notification-settings"), sent, follow=True)
    assert "Vos choix de notification sont enregistrés." in text(response)
    user = world.user("agent")
    assert choosing.choices_of(user)["overdue"] == Way.MAIL
    assert choosing.hour_of(user) == 9


@pytest.mark.parametrize("wrong", [{"overdue": "fax"}, {"reminded": "none"}, {"hour": "3"}, {"overdue": ""}])
def test_a_choice_that_is_not_offered_is_refused(world: World, agent: Client, wrong: dict[str, str]) -> None:
    form = agent.get(reverse("notification-settings")).context["form"]
    sent = {row.kind.code: row.field.value() for row in form.rows()} | {"hour": "8"} | wrong
    response = agent.post(reverse("notification-settings"), sent)
    assert response.status_code == 422
    assert choosing.choices_of(world.user("agent"))["overdue"] == Way.DIGEST


# --- The ladder ---------------------------------------------------------------------------------------------------


def test_the_referent_changes_the_ladder_and_reads_what_it_does(world: World, client: Client) -> None:
    client.force_login(world.user("quality"))
    page = text(client.get(reverse("escalation")))
    assert (
        "Aujourd’hui sont prévenus : la personne responsable dès que l’échéance est passée ; les encadrants de "
        "son bureau après 2 jours ouvrés de retard ; les référents qualité après 5 jours ouvrés de retard." in page
    )
    sent = {"agent_days": "0", "supervisor_days": "3", "quality_days": ""}
    page = text(client.post(reverse("escalation"), sent, follow=True))
    assert "les encadrants de son bureau après 3 jours ouvrés de retard." in page
    assert "Les référents qualité : aucun, auparavant 5 jours ouvrés" in page
    refused = client.post(reverse("escalation"), {"agent_days": "4", "supervisor_days": "3", "quality_days": ""})
    assert refused.status_code == 422
    assert "préviendrait avant celui d’en dessous" in refused.content.decode()


def test_what_the_delays_would_do_is_said_before(world: World, client: Client) -> None:
    client.force_login(world.user("quality"))
    address = f"{reverse('escalation')}?effet=1"
    sent = {"agent_days": "1", "supervisor_days": "3", "quality_days": ""}
    said = text(client.post(address, sent, headers=HTMX))
    assert said == (
        "Avec ces délais seront prévenus : la personne responsable après 1 jour ouvré de retard ; "
        "les encadrants de son bureau après 3 jours ouvrés de retard."
    )
    assert text(client.post(address, sent | {"agent_days": "4"}, headers=HTMX)).startswith("Ce degré préviendrait")
    assert "de 0 à 60" in text(client.post(address, sent | {"agent_days": "-1"}, headers=HTMX))
    assert not Escalation.objects.exists()


def test_two_who_change_the_ladder_see_each_other(world: World, client: Client) -> None:
    client.force_login(world.user("quality"))
    stamp = client.get(reverse("escalation")).context["opened"].stamp
    other = Client()
    other.force_login(world.user("administrator"))
    other.post(reverse("escalation"), {"agent_days": "0", "supervisor_days": "4", "quality_days": "5"})
    sent = {"agent_days": "0", "supervisor_days": "3", "quality_days": "5", "opened": stamp}
    assert client.post(reverse("escalation"), sent).status_code == 409
