"""What surrounds the demandes: codes, calendar, deadlines, jobs, who calls; and how calls are refused."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories import PASSWORD, World
from tests.frontend.walk.reference import a_closed_day, a_recomputation
from tests.frontend.walk.stage import Stage, make_stage
from tests.tracker.api.programs import ROOT, Program, program_of
from tracker.api.content import TooLarge
from tracker.models import Ticket


def test_a_deadline_is_that_of_the_command(agent: Program) -> None:
    out = StringIO()
    call_command("due", "2026-12-18", "5", "--department", "57", "--json", stdout=out)
    found = agent.get("deadline/", received_on="2026-12-18", days=5, department="57").json()
    assert found == json.loads(out.getvalue())
    assert {"date": "2026-12-26", "reason": "Saint-Étienne"} in found["skipped"] or len(found["skipped"]) > 3


def test_a_deadline_at_a_site_knows_its_own_closed_days(world: World, agent: Program) -> None:
    before = agent.get("deadline/", received_on="2026-05-29", days=1, site="PREF").json()["due_on"]
    stage = make_stage_of(world)
    a_closed_day(stage, 0)
    day = agent.get("calendar/", site="PREF", year=2026).json()["closed_days"]
    [local] = [each for each in day if each["local"]]
    assert (local["name"], local["date"]) == ("Pont", "2026-06-02")
    assert before == "2026-06-01"
    found = agent.get("deadline/", received_on="2026-06-01", days=1, site="PREF").json()
    assert (found["due_on"], found["skipped"]) == ("2026-06-03", [{"date": "2026-06-02", "reason": "Pont"}])


def make_stage_of(world: World) -> Any:
    return Stage(world, world, Ticket())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"days": 5, "department": "44"}, "received_on"),
        ({"received_on": "2026-11-16", "days": 0, "department": "44"}, "days"),
        ({"received_on": "2026-11-16", "days": 5, "department": "00"}, "department"),
        ({"received_on": "2026-11-16", "days": 5}, "department"),
        ({"received_on": "1999-01-01", "days": 5, "department": "44"}, "received_on"),
        ({"received_on": "2026-11-16", "days": 5, "site": "XX"}, "site"),
    ],
)
def test_a_deadline_that_cannot_be_told(agent: Program, query: dict[str, Any], field: str) -> None:
    response = agent.get("deadline/", **query)
    assert (response.status_code, list(response.json())) == (400, [field])


def test_the_closed_days_of_a_year_once_each(agent: Program) -> None:
    days = agent.get("calendar/", site="PREF", year=2026).json()["closed_days"]
    assert len(days) == len({day["date"] for day in days}) == 11
    assert days[0] == {"date": "2026-01-01", "name": "Jour de l’an", "source": days[0]["source"], "local": False}


def test_the_codes_of_one_s_own_prefecture(world: World, agent: Program) -> None:
    found = agent.get("organisation/").json()
    [prefecture] = found["prefectures"]
    assert [office["code"] for office in prefecture["offices"]] == ["DCL", "DOT", "SEJ", "ASI", "SPB"]
    assert prefecture["offices"][1]["parent"] == "DCL"
    assert {"correspondence", "complaint", "meeting_request", "site_update"} <= {k["code"] for k in prefecture["kinds"]}
    assert {each["code"] for each in found["channels"]} >= {"letter", "email"}


def test_who_calls(world: World, agent: Program) -> None:
    found = agent.get("me/").json()
    assert (found["email"], found["token"]["scope"]) == ("agent@44.example.test", "write")
    assert found["memberships"] == [{"role": "agent", "prefecture": "44", "site": None, "office": "SEJ"}]


def test_jobs_are_those_one_asked_for_and_could_ask_for_again(db: None, frozen: Any) -> None:
    stage = make_stage()
    number = a_recomputation(stage)["job_id"]
    quality = program_of(stage.user("quality"))
    shown = quality.get(f"jobs/{number}/").json()
    assert (shown["id"], shown["state"], quality.get("jobs/").json()["results"]) == (number, "queued", [shown])
    assert program_of(stage.world.user("branch_quality")).get("jobs/").json()["results"] == []
    stage.world.users["quality"].memberships.update(role="copil")
    assert quality.get(f"jobs/{number}/").status_code == 404


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "demandes/", "tickets/x/", "tickets/44-2026-000001", "jobs/x/", "tickets/%00/"])
def test_any_other_address_is_a_404_in_json(agent: Program, path: str) -> None:
    response = agent.get(path)
    assert (response.status_code, response["Content-Type"]) == (404, "application/json")
    assert response.json() == {"detail": "N’existe pas, ou pas pour vous."}


def test_nothing_is_kept_on_the_way(agent: Program) -> None:
    for path in ("me/", "tickets/", "nowhere/"):
        assert agent.get(path)["Cache-Control"] == "no-store"


def test_other_methods_are_refused(agent: Program) -> None:
    response = agent.client.delete(f"{ROOT}tickets/", headers={"Authorization": f"Bearer {agent.secret}"})
    assert (response.status_code, response["Content-Type"]) == (405, "application/json")


def send(agent: Program, content: bytes | str, content_type: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {agent.secret}"}
    return agent.client.post(f"{ROOT}tickets/", content, content_type=content_type, headers=headers)


@pytest.mark.parametrize("content", ["{", "[" * 100_000, b"\xff", '{"a": NaN}', ""])
def test_what_is_not_json_is_refused(agent: Program, content: bytes | str) -> None:
    response = send(agent, content)
    assert response.status_code == 400
    if content:
        assert response.json() == {"non_field_errors": ["Le corps de la requête n’est pas du JSON en UTF-8."]}


def test_a_body_of_another_type_is_refused(agent: Program) -> None:
    assert send(agent, "kind=correspondence", "application/x-www-form-urlencoded").status_code == 415
    assert send(agent, "{}", "application/json; charset=utf-8").status_code == 400


def test_a_body_without_end_is_cut(agent: Program, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = send(agent, json.dumps({"subject": "a" * 1000}))
    assert (response.status_code, response.json()) == (413, {"detail": TooLarge.default_detail})


def test_a_browser_is_answered_in_json_too(agent: Program) -> None:
    response = agent.client.get(
        f"{ROOT}me/", headers={"Authorization": f"Bearer {agent.secret}", "Accept": "text/html"}
    )
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


# --- Sessions -----------------------------------------------------------------------------------------------------


def test_a_session_reads_and_writes_under_the_csrf_check(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/connexion/")
    token = client.cookies["csrftoken"].value
    credentials = {"username": "agent@44.example.test", "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post("/connexion/", credentials).status_code == 302
    assert client.get(f"{ROOT}me/").json()["token"] is None
    address = f"{ROOT}tickets/{world.register().reference}/note/"
    refused = client.post(address, {"text": "Vu"}, content_type="application/json")
    assert (refused.status_code, "CSRF" in refused.json()["detail"]) == (403, True)
    token = client.cookies["csrftoken"].value
    done = client.post(address, {"text": "Vu"}, content_type="application/json", headers={"X-CSRFToken": token})
    assert done.status_code == 200


def test_a_session_with_a_one_time_password_opens_nothing(world: World) -> None:
    user = world.user("agent")
    user.must_change_password = True
    user.save()
    client = Client()
    client.force_login(user)
    response = client.get(f"{ROOT}me/")
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")


# --- Throttles ----------------------------------------------------------------------------------------------------


def test_a_person_is_slowed_down_whatever_the_token(world: World, settings: Any) -> None:
    settings.SILLAGE_API_RATES = {"person": "3/min", "refused": "30/min"}
    first, second = program_of(world.user("agent")), program_of(world.user("agent"))
    statuses = [program.get("me/").status_code for program in (first, second, first, second)]
    assert statuses == [200, 200, 200, 429]
    response = first.get("me/")
    assert int(response["Retry-After"]) > 0
    assert set(response.json()) == {"detail"}
    assert program_of(world.user("colleague")).get("me/").status_code == 200


def test_an_address_that_tries_tokens_is_slowed_down(world: World, agent: Program, settings: Any) -> None:
    settings.SILLAGE_API_RATES = {"person": "600/min", "refused": "3/min"}
    guess = Program("sillage_au-hasard")
    assert [guess.get("me/").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    # Whose token is good is not in the way of the others behind the same address.
    assert agent.get("me/").status_code == 200


def test_counts_that_cannot_be_reached_refuse_nobody(agent: Program, settings: Any) -> None:
    """With a port where nothing listens."""
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": redis}
    assert agent.get("me/").status_code == 200
