"""Calculer une échéance: by plain requests; `tests/browser` types in it."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World
from tracker.models import ClosedDay

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.user("agent"))
    return client


def ask(client: Client, **query: str) -> str:
    defaults = {"received_on": "2026-11-10", "days": "5", "place": "44"}
    return client.get(reverse("calculator"), defaults | query).content.decode()


def test_at_first_sight_it_is_today_and_five_days_of_the_site(client: Client, world: World) -> None:
    page = client.get(reverse("calculator")).content.decode()
    assert 'value="20/11/2026"' in page
    assert "Au plus tard vendredi 27 novembre" in page
    assert f'<option value="site-{world.site.pk}" selected>' in page


def test_the_date_is_said_in_words_with_its_strip_and_the_days_skipped(client: Client) -> None:
    page = ask(client)
    assert "Au plus tard mercredi 18 novembre" in page
    assert "En retard de 2 jours ouvrés" in page
    assert "férié\xa0: Armistice de 1918" in page
    assert "3 jours non comptés" in page
    assert page.count('class="sillage-strip__day ') == 8


def test_a_free_delay_counts_only_with_other(client: Client) -> None:
    assert "Au plus tard jeudi 12 novembre" in ask(client, days="other", other_days="1")
    assert "Au plus tard mercredi 18 novembre" in ask(client, days="5", other_days="999")


def test_a_long_count_is_folded(client: Client) -> None:
    assert "Voir les 3" in ask(client, days="other", other_days="250")


def test_a_day_closed_by_the_site_is_skipped_there_alone(client: Client, world: World) -> None:
    ClosedDay.objects.create(
        date=date(2026, 11, 13), name="Déménagement", site=world.site, source="Décision", version=100,
        recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    assert "Au plus tard jeudi 19 novembre" in ask(client, place=f"site-{world.site.pk}")
    assert "Au plus tard mercredi 18 novembre" in ask(client, place=f"site-{world.branch.pk}")


@pytest.mark.parametrize(
    ("field", "query", "sentence"),
    [
        ("received_on", {"received_on": "32/13/2026"}, "n’est pas une date"),
        ("received_on", {"received_on": ""}, "obligatoire"),
        ("received_on", {"received_on": "2009-12-31"}, "sort du calendrier"),
        ("received_on", {"received_on": "2050-12-30"}, "sort du calendrier"),
        ("other_days", {"days": "other"}, "Indiquez un nombre de 1 à 250."),
        ("other_days", {"days": "other", "other_days": "0"}, "Indiquez un nombre de 1 à 250."),
        ("other_days", {"days": "other", "other_days": "251"}, "Indiquez un nombre de 1 à 250."),
        ("other_days", {"days": "other", "other_days": "dix"}, "Indiquez un nombre de 1 à 250."),
        ("place", {"place": "99"}, "choix"),
        ("days", {"days": "7"}, "choix"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field(
    client: Client, field: str, query: dict[str, str], sentence: str
) -> None:
    address = reverse("calculator")
    data = {"received_on": "2026-11-10", "days": "5", "place": "44"} | query
    for headers in ({}, HTMX):
        response = client.get(address, data, headers=headers)
        page = response.content.decode()
        assert response.status_code == 422
        beside = page.split(f'id="id_{field}-desc-error"')[1].split("</div>")[0]
        assert sentence in beside


def test_the_site_of_another_prefecture_is_no_choice(client: Client, world: World) -> None:
    from tests.factories import make_world

    other = make_world(code="85", department="85")
    assert (
        client.get(
            reverse("calculator"), {"received_on": "2026-11-10", "days": "5", "place": f"site-{other.site.pk}"}
        ).status_code
        == 422
    )


def test_as_one_types_only_the_result_comes_back(client: Client) -> None:
    page = client.get(
        reverse("calculator"), {"received_on": "2026-11-10", "days": "4", "place": "44"}, headers=HTMX
    ).content.decode()
    assert page.lstrip().startswith("<section")
    assert "Au plus tard mardi 17 novembre" in page
