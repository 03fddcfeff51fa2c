"""Délais and Calendrier over HTTP: who opens them, what they say, the three steps of a change."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import World, make_world
from tracker import closures, jobs, rule_wording, ruling
from tracker.commands import Answer, AskRequester
from tracker.enums import JobState
from tracker.models import Channel, ClosedDay, DeadlineRule, Event, Job, Membership, Ticket
from tracker.rulebooks import current_calendar

OTHERS = ("mailroom", "agent", "supervisor", "director", "copil", "administrator")
NEW_YEAR = "01/01/2027"
PONT = date(2027, 5, 7)

Open = Callable[[str], Client]


@pytest.fixture
def signed_in(world: World) -> Open:
    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(world.user(name))
        return client

    return open_as


def courriels(world: World) -> DeadlineRule:
    return ruling.in_force(world.prefecture).get(kind__code="correspondence", channel__code="email", module=None)


def terms(**fields: Any) -> dict[str, Any]:
    return {"from_date": "17/11/2026", "days": "3", "holding_counts": "on", "source": "Note n° 12"} | fields


def text(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("&nbsp;", " ")


def every_page(world: World) -> dict[str, str]:
    """Address of each page of this area, for a person who may change everything."""
    row = ClosedDay.objects.create(site=world.site, date=PONT, name="Pont")
    rule = courriels(world)
    code = world.site.code
    return {
        "rules": reverse("rules"),
        "rule-add": reverse("rule-add"),
        "rule-change": reverse("rule-change", args=[rule.pk]),
        "rule-end": reverse("rule-end", args=[rule.pk]),
        "rule-withdraw": reverse("rule-withdraw", args=[rule.pk]),
        "calendar": reverse("calendar"),
        "closed-day-add": reverse("closed-day-add", args=[code]),
        "closed-day-remove": reverse("closed-day-remove", args=[code, row.pk]),
        "closed-day-switch": reverse("closed-day-switch", args=[code, "lundi-de-pentecote", "travaille"]),
        "recompute": reverse("recompute", args=[recomputation(world).pk]),
    }


def recomputation(world: World) -> Job:
    return Job.objects.create(kind="recompute", prefecture=world.prefecture, params={"rules": [], "from": "2026-11-20"})


# --- Rights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_for_other_roles_these_pages_do_not_exist(world: World, signed_in: Open, name: str, method: str) -> None:
    client = signed_in(name)
    answers = {page: getattr(client, method)(url).status_code for page, url in every_page(world).items()}
    # A page that is only read refuses to be posted to before it looks who asks.
    assert all(status in ((404,) if method == "get" else (404, 405)) for status in answers.values()), answers


def test_referent_of_the_prefecture_opens_every_page(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    answers = {page: client.get(url).status_code for page, url in every_page(world).items()}
    assert set(answers.values()) == {200}, answers


def test_referent_of_a_site_reads_and_changes_nothing(world: World, signed_in: Open) -> None:
    client = signed_in("branch_quality")
    answers = {page: client.get(url).status_code for page, url in every_page(world).items()}
    assert {page for page, status in answers.items() if status == 200} == {"rules", "calendar"}
    assert set(answers.values()) == {200, 404}
    for page in ("rules", "calendar"):
        shown = text(client.get(reverse(page)))
        assert "dites-lui ce qui doit changer" in shown
        assert "/modifier/" not in shown
        assert "/retirer/" not in shown
        assert "/fermer/" not in shown


def test_another_prefecture_s_objects_do_not_exist(world: World, signed_in: Open) -> None:
    other = make_world("13", "13")
    client = signed_in("quality")
    day = ClosedDay.objects.create(site=other.site, date=PONT, name="Pont")
    for url in (
        reverse("rule-change", args=[courriels(other).pk]),
        reverse("rule-end", args=[courriels(other).pk]),
        reverse("recompute", args=[recomputation(other).pk]),
        reverse("closed-day-remove", args=[world.site.code, day.pk]),
    ):
        assert client.get(url).status_code == 404, url
    client.post(reverse("closed-day-add", args=["PREF"]), {"date": "07/05/2027", "name": "Pont", "step": "confirm"})
    assert not current_calendar(world.site).is_working(PONT)  # « PREF » is one's own


def test_person_of_two_prefectures_changes_the_one_held_whole(world: World, signed_in: Open) -> None:
    other = make_world("13", "13")
    Membership.objects.create(
        user=world.users["branch_quality"], prefecture=other.prefecture, role="quality", site=None, office=None
    )
    client = signed_in("branch_quality")
    assert client.get(reverse("rule-change", args=[courriels(other).pk])).status_code == 200
    assert client.get(reverse("rule-change", args=[courriels(world).pk])).status_code == 404


# --- Délais -------------------------------------------------------------------------------------------------------


def test_rules_are_sentences_by_purpose(world: World, signed_in: Open) -> None:
    shown = text(signed_in("quality").get(reverse("rules")))
    assert "<strong>Courriels</strong> : 5 jours ouvrés, une réponse d’attente datée suffit." in shown
    assert "Source : Préfecture de la Loire-Atlantique, bilan annuel 2022. Depuis le 1er janvier 2010." in shown
    assert "<strong>Rendez-vous d’élus</strong> : 10 jours ouvrés à partir de l’arrivée." in shown
    assert "Les règles sont celles de l’installation." in shown


def test_no_rule_teaches(world: World, signed_in: Open) -> None:
    DeadlineRule.objects.update(superseded_at="2026-01-01T00:00:00Z")
    assert "ajoutez ce que votre politique qualité promet" in text(signed_in("quality").get(reverse("rules")))


def test_demandes_without_deadline_are_counted_and_listed(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    assert "sans délai défini" not in text(client.get(reverse("rules")))
    tickets = [world.register(channel="phone") for _ in range(3)]
    world.register(AskRequester(date(2026, 11, 18), "acte"), channel="email")  # waits for the requester: has a rule
    world.register(Answer(date(2026, 11, 18)), channel="phone")
    response = client.get(reverse("rules"))
    assert "3 demandes ouvertes sans délai défini" in text(response)
    listed = text(client.get(f"{reverse('registry')}?{response.context['registry_query']}"))
    assert [ticket.reference in listed for ticket in Ticket.objects.order_by("pk")] == [True] * 3 + [False] * 2
    assert len(tickets) == response.context["without_deadline"]


def test_change_is_previewed_then_confirmed_then_undone(world: World, signed_in: Open) -> None:
    ticket = world.register(received_on=date(2026, 11, 17))
    before = world.register(received_on=date(2026, 11, 16))
    client, rule = signed_in("quality"), courriels(world)
    url = reverse("rule-change", args=[rule.pk])

    preview = client.post(url, terms())
    assert preview.status_code == 200
    assert "À partir du 17 novembre 2026, Courriels : 3 jours ouvrés" in text(preview)
    assert "1 échéance avance." in text(preview)
    assert ticket.reference in text(preview)
    assert courriels(world) == rule
    assert not Job.objects.exists()

    done = client.post(url, terms(step="confirm"), follow=True)
    assert done.redirect_chain == [(reverse("rules"), 302)]
    assert "Les échéances en cours sont recalculées." in text(done)
    assert "Recalcul des échéances en cours" in text(done)
    jobs.run_pending_jobs()
    assert [Ticket.objects.get(pk=each.pk).due_on for each in (ticket, before)] == [
        date(2026, 11, 20),
        date(2026, 11, 23),
    ]

    shown = text(client.get(reverse("rules")))
    assert "Recalcul terminé" in shown
    assert "1 échéance avance." in shown
    assert "À partir du 17 novembre 2026, Courriels : 3 jours ouvrés" in shown
    report = text(client.get(reverse("recompute", args=[Job.objects.get().pk])))
    assert "mardi 24 novembre" in report
    assert "vendredi 20 novembre" in report


def test_change_keeps_what_was_typed_when_refused(world: World, signed_in: Open) -> None:
    url = reverse("rule-change", args=[courriels(world).pk])
    answer = signed_in("quality").post(
        url, terms(days="300", from_date="31/02/2027", source="Note n° 12", step="confirm")
    )
    assert answer.status_code == 422
    assert "Indiquez un nombre de 1 à 250." in text(answer)
    assert "n’est pas une date" in text(answer)
    assert 'value="300"' in text(answer)
    assert 'value="31/02/2027"' in text(answer)
    assert 'value="Note n° 12"' in text(answer)
    assert not Job.objects.exists()


def test_refusal_of_the_service_stands_beside_its_field(world: World, signed_in: Open) -> None:
    rule = courriels(world)
    url = reverse("rule-change", args=[rule.pk])
    same = terms(days="5", source=rule.source)
    answer = signed_in("quality").post(url, same)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"days": ["Rien n’a changé."]}


def test_back_to_the_form_keeps_what_was_typed(world: World, signed_in: Open) -> None:
    url = reverse("rule-change", args=[courriels(world).pk])
    answer = signed_in("quality").post(url, terms(step="edit"))
    assert answer.status_code == 200
    assert 'value="Note n° 12"' in text(answer)


def test_hidden_fields_of_the_preview_say_the_same_change(world: World, signed_in: Open) -> None:
    """An unticked box stays unticked through the preview."""
    client, url = signed_in("quality"), reverse("rule-change", args=[courriels(world).pk])
    typed = terms()
    del typed["holding_counts"]
    form = client.post(url, typed).context["form"]
    hidden = {field.html_name: field.value() for field in form}
    client.post(url, {name: str(value) for name, value in hidden.items()} | {"step": "confirm"})
    changed = ruling.in_force(world.prefecture).get(source="Note n° 12")
    assert (changed.days, changed.holding_counts) == (3, False)


def test_rule_replaced_meanwhile_is_a_conflict(world: World, signed_in: Open) -> None:
    client, url = signed_in("quality"), reverse("rule-change", args=[courriels(world).pk])
    client.post(url, terms(step="confirm"))
    answer = client.post(url, terms(days="4", step="confirm"))
    assert answer.status_code == 409
    assert "Rien n’est enregistré, et votre saisie est ci-dessous" in text(answer)
    assert answer.context["form"]["days"].value() == "4"
    assert Job.objects.count() == 1


def test_coming_change_is_shown_and_withdrawn(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    client.post(reverse("rule-change", args=[courriels(world).pk]), terms(from_date=NEW_YEAR, step="confirm"))
    coming = ruling.in_force(world.prefecture).get(source="Note n° 12")
    url = reverse("rule-withdraw", args=[coming.pk])
    shown = text(client.get(reverse("rules")))
    assert "À partir du 1er janvier 2027 : 3 jours ouvrés, une réponse d’attente datée suffit." in shown
    assert url in shown
    assert "À partir du 1er janvier 2027, Courriels : 5 jours ouvrés" in text(client.get(url))
    client.post(url, {"step": "confirm"})
    assert (courriels(world).days, courriels(world).valid_until) == (5, None)


def test_rule_is_ended(world: World, signed_in: Open) -> None:
    ticket = world.register(received_on=date(2026, 11, 17))
    client, url = signed_in("quality"), reverse("rule-end", args=[courriels(world).pk])
    assert "1 échéance n’a plus de délai défini." in text(client.post(url, {"from_date": "17/11/2026"}))
    client.post(url, {"from_date": "17/11/2026", "step": "confirm"})
    jobs.run_pending_jobs()
    assert Ticket.objects.get(pk=ticket.pk).due_on is None
    assert "plus de règle aujourd’hui" in text(client.get(reverse("rules")))


def test_rule_is_added_by_kind_and_promise(world: World, signed_in: Open) -> None:
    kind = world.kind("correspondence")
    by_phone = Channel.objects.get(code="phone").pk
    typed = {"promise": f"{kind.pk}:reply", "channel": by_phone, "valid_from": NEW_YEAR, "days": "2"}
    typed |= {"source": "Note n° 13"}
    client = signed_in("quality")
    client.post(reverse("rule-add"), typed | {"step": "confirm"})
    row = ruling.in_force(world.prefecture).get(source="Note n° 13")
    assert rule_wording.sentence(row) == "Courriers et courriels par téléphone\xa0: 2 jours ouvrés"
    again = client.post(reverse("rule-add"), typed)
    assert again.status_code == 422
    assert "Une règle aussi précise couvre déjà ces demandes" in text(again)


@pytest.mark.parametrize("promise", ["", "0:reply", "1:meeting", "x"])
def test_rule_of_an_unknown_promise_is_refused(world: World, signed_in: Open, promise: str) -> None:
    typed = {"promise": promise, "valid_from": NEW_YEAR, "days": "2", "source": "Note"}
    assert signed_in("quality").post(reverse("rule-add"), typed).status_code == 422


# --- Calendrier ---------------------------------------------------------------------------------------------------


def test_year_of_a_site_with_reason_and_source(world: World, signed_in: Open) -> None:
    shown = text(signed_in("quality").get(reverse("calendar"), {"annee": "2027"}))
    assert "<strong>Mercredi 14 juillet</strong> : Fête nationale" in shown
    assert "Code du travail, art. L3133-1" in shown
    assert "254 jours ouvrés en 2027" in shown
    assert "Un samedi, non travaillé de toute façon" in shown  # 1 and 8 May
    assert "Ce calendrier est celui de la loi." in shown


@pytest.mark.parametrize(("year", "days"), [("2025", 251), ("2026", 252), ("2010", 254)])
def test_working_days_of_the_year(world: World, signed_in: Open, year: str, days: int) -> None:
    assert f"{days} jours ouvrés en {year}" in text(signed_in("quality").get(reverse("calendar"), {"annee": year}))


@pytest.mark.parametrize("year", ["2009", "2051", "", "x", "²", "99999999999999999999"])
def test_year_outside_the_calendar_shows_the_present_one(world: World, signed_in: Open, year: str) -> None:
    assert "Calendrier 2026" in text(signed_in("quality").get(reverse("calendar"), {"annee": year}))


def test_site_shown_first_is_one_s_own(world: World, signed_in: Open) -> None:
    assert "Calendrier 2026, Préfecture d’essai" in text(signed_in("quality").get(reverse("calendar")))
    assert "Calendrier 2026, Sous-préfecture d’essai" in text(signed_in("branch_quality").get(reverse("calendar")))


def test_unknown_site_does_not_exist(world: World, signed_in: Open) -> None:
    assert signed_in("quality").get(reverse("calendar"), {"site": "NOPE"}).status_code == 404


def test_small_months_name_closed_days_for_a_screen_reader(world: World, signed_in: Open) -> None:
    response = signed_in("quality").get(reverse("calendar"), {"annee": "2026"})
    assert len(response.context["months"]) == 12
    assert '11<span class="fr-sr-only"> fermé : Armistice de 1918</span>' in text(response)
    assert (
        sum(len([cell for week in month.weeks for cell in week if cell]) for month in response.context["months"]) == 365
    )


def test_day_is_closed_then_taken_away(world: World, signed_in: Open) -> None:
    ticket = world.register(received_on=date(2026, 11, 20))
    client, url = signed_in("quality"), reverse("closed-day-add", args=[world.site.code])
    typed = {"date": "26/11/2026", "name": "Pont"}
    preview = client.post(url, typed)
    assert "1 échéance recule." in text(preview)
    assert not closures.local_days(world.site).exists()

    done = client.post(url, typed | {"step": "confirm"}, follow=True)
    assert "jeudi 26 novembre fermé (Pont)." in text(done)
    jobs.run_pending_jobs()
    assert Ticket.objects.get(pk=ticket.pk).due_on == date(2026, 11, 30)

    row = closures.local_days(world.site).get()
    remove = reverse("closed-day-remove", args=[world.site.code, row.pk])
    assert remove in text(client.get(reverse("calendar")))
    assert "1 échéance avance." in text(client.get(remove))
    client.post(remove, {"step": "confirm"})
    jobs.run_pending_jobs()
    assert Ticket.objects.get(pk=ticket.pk).due_on == date(2026, 11, 27)
    assert [event.actor_id for event in Event.objects.filter(kind="calendar_changed")] == [
        world.users["quality"].pk
    ] * 2
    assert "Jeudi 26 novembre 2026 travaillé (Pont)." in text(client.get(reverse("calendar")))


def test_legal_day_has_no_way_to_be_taken_away(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    assert "/retirer/" not in text(client.get(reverse("calendar")))
    legal = ClosedDay.objects.filter(site=None).first()
    assert client.get(reverse("closed-day-remove", args=[world.site.code, legal.pk])).status_code == 404


def test_closing_a_holiday_or_a_weekend_says_that_nothing_changes(world: World, signed_in: Open) -> None:
    client, url = signed_in("quality"), reverse("closed-day-add", args=[world.site.code])
    for typed, said in (("14/07/2027", "déjà fermé (Fête nationale) : rien ne change"), ("08/05/2027", "samedi")):
        answer = client.post(url, {"date": typed, "name": "Pont", "step": "confirm"})
        assert answer.status_code == 422
        assert said in text(answer)
        assert f'value="{typed}"' in text(answer)


def test_closing_several_days_shows_their_effect_then_closes_them_in_one_act(world: World, signed_in: Open) -> None:
    ticket = world.register(received_on=date(2026, 11, 20), channel="email")
    client, url = signed_in("quality"), reverse("closed-day-add", args=[world.site.code])
    typed = {"date": "25/11/2026", "until": "30/11/2026", "name": "Travaux"}
    shown = text(client.post(url, typed | {"step": "preview"}))
    assert "4 jours fermés, du 25 au 30 novembre (Travaux)." in shown
    assert "Déjà fermés dans cette période : 2 jours de week-end." in shown
    assert "1 échéance recule" in shown and "Fermer ces jours" in shown
    assert not closures.local_days(world.site).exists()
    client.post(url, typed | {"step": "confirm"})
    jobs.run_pending_jobs()
    assert closures.local_days(world.site).count() == 4
    assert (ticket.due_on, Ticket.objects.get(pk=ticket.pk).due_on) == (date(2026, 11, 27), date(2026, 12, 3))
    assert "4 jours fermés, du 25 au 30 novembre 2026 (Travaux)." in text(client.get(reverse("calendar")))


def test_several_days_are_not_closed_every_year(world: World, signed_in: Open) -> None:
    client, url = signed_in("quality"), reverse("closed-day-add", args=[world.site.code])
    typed = {"date": "24/12/2026", "until": "31/12/2026", "name": "Fin d’année", "every_year": "on"}
    answer = client.post(url, typed | {"step": "preview"})
    assert answer.status_code == 422
    assert "Une seule date se ferme chaque année" in text(answer)
    answer = client.post(url, typed | {"until": "24/12/2026", "step": "preview"})
    assert "jours fermés, de 2026 à 20" in text(answer)


def test_taking_away_asks_which_days_where_others_follow(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    client.post(
        reverse("closed-day-add", args=[world.site.code]),
        {"date": "24/12/2026", "name": "Veille de Noël", "every_year": "on", "step": "confirm"},
    )
    row = closures.local_days(world.site).get(date=date(2027, 12, 24))
    url = reverse("closed-day-remove", args=[world.site.code, row.pk])
    assert "Ce jour et les suivants" in text(client.get(url))
    client.post(url, {"extent": "following", "step": "confirm"})
    assert closures.local_days(world.site).get().date == date(2026, 12, 24)


def test_switch_of_a_legal_day(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    url = reverse("closed-day-switch", args=[world.site.code, "lundi-de-pentecote", "travaille"])
    assert url in text(client.get(reverse("calendar")))
    assert "41 jours travaillés, de 2010 à 2050 (Lundi de Pentecôte)." in text(client.get(url))
    client.post(url, {"step": "confirm"})
    shown = text(client.get(reverse("calendar"), {"annee": "2027"}))
    assert "travaillé sur ce site" in shown
    assert "255 jours ouvrés en 2027" in shown
    assert client.post(url, {"step": "confirm"}).status_code == 409
    back = reverse("closed-day-switch", args=[world.site.code, "lundi-de-pentecote", "ferie"])
    client.post(back, {"step": "confirm"})
    assert "254 jours ouvrés en 2027" in text(client.get(reverse("calendar"), {"annee": "2027"}))


@pytest.mark.parametrize("switch", ["noel", "vendredi-saint"])
def test_switch_that_the_site_does_not_have(world: World, signed_in: Open, switch: str) -> None:
    url = reverse("closed-day-switch", args=[world.site.code, switch, "travaille"])
    assert signed_in("quality").get(url).status_code in (404, 409)


def test_customary_day_is_offered_and_closed_from_its_year(db: None, frozen: Any) -> None:
    world = make_world("972", "972")
    client = Client()
    client.force_login(world.user("quality"))
    shown = text(client.get(reverse("calendar"), {"annee": "2027"}))
    url = reverse("closed-day-suggested", args=[world.site.code, "2027-07-21"])
    assert "Usages locaux, à confirmer" in shown
    assert url in shown
    assert current_calendar(world.site).is_working(date(2027, 7, 21))
    client.post(url, {"step": "confirm"})
    calendar = current_calendar(world.site)
    assert [calendar.is_working(date(year, 7, 21)) for year in (2026, 2027, 2050)] == [True, False, False]
    assert client.get(url).status_code == 404  # no longer offered: it is closed


def test_progress_region_stops_asking_when_the_job_has_ended(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    client.post(reverse("rule-end", args=[courriels(world).pk]), {"from_date": NEW_YEAR, "step": "confirm"})
    url = reverse("recompute", args=[Job.objects.get().pk])
    running = client.get(url, headers={"HX-Request": "true"})
    assert "hx-trigger" in text(running)
    assert "<html" not in text(running)
    jobs.run_pending_jobs()
    assert Job.objects.get().state == JobState.DONE
    assert "hx-trigger" not in text(client.get(url, headers={"HX-Request": "true"}))


@pytest.mark.parametrize("page", ["rules", "calendar"])
def test_number_of_queries_does_not_grow_with_what_is_shown(
    world: World, signed_in: Open, page: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("quality")
    for day in range(1, 8):
        plan = closures.plan_closing(world.site, date(2026, 12, day), "Pont") if day not in (5, 6) else None
        if plan:
            client.post(
                reverse("closed-day-add", args=[world.site.code]),
                {"date": f"{day:02}/12/2026", "name": "Pont", "step": "confirm"},
            )
    for days in range(11, 17):
        client.post(
            reverse("rule-change", args=[courriels(world).pk]), terms(from_date="01/01/2010", days=days, step="confirm")
        )
    with django_assert_max_num_queries(25):
        client.get(reverse(page))
