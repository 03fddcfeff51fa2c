"""Two people, two browsers, one server of its own: what one does shows on the other's page."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.config.test_serve import ROOT, environment, manage, start, stop

pytestmark = pytest.mark.slow

LIVE, POLLING, LOST = ("live", "polling", "lost")
SOON = 10_000
"""Milliseconds that a busy machine may take for what takes a fraction of a second."""


@dataclass
class Served:
    """A server in its own process, on its own data."""

    data: Path
    port: int
    process: subprocess.Popen[str]
    references: list[str]
    sessions: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def elsewhere(self, *args: str) -> list[str]:
        """What another process does; the lines that it says."""
        return aside(self.data, *args).splitlines()

    def take(self) -> str:
        """A demande that no other test touches."""
        return self.references.pop()


def aside(data: Path, *args: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.live_stage", *args],
        cwd=ROOT,
        env=environment(data, DJANGO_SETTINGS_MODULE="config.settings.embedded"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def serve(data: Path, port: int) -> tuple[subprocess.Popen[str], int]:
    process = start(data, "manage.py", "serve", "--port", str(port))
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
    assert found
    return process, int(found[1])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("live")
    assert manage(data, "migrate", "-v0").returncode == 0
    assert manage(data, "collectstatic", "--noinput", "-v0").returncode == 0
    made = json.loads(aside(data, "build"))
    process, port = serve(data, 0)
    running = Served(data, port, process, **made)
    yield running
    stop(running.process)


Look = Callable[..., Page]


@pytest.fixture
def look(browser: Browser, served: Served) -> Iterator[Look]:
    """`look(name, path)`: this person's page in a browser of their own, once it follows what changes."""
    contexts: list[BrowserContext] = []

    def opened(name: str, path: str, *, link: str = LIVE, without_sockets: bool = False) -> Page:
        context = browser.new_context(base_url=served.url, viewport={"width": 1280, "height": 1024}, locale="fr-FR")
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": served.sessions[name], "url": served.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("console", lambda message: refused(message.text))
        if without_sockets:
            context.route_web_socket(re.compile("/direct/"), shut)
        page.goto(path)
        wait_for_link(page, link)
        return page

    yield opened
    for context in contexts:
        context.close()


def shut(route: WebSocketRoute) -> None:
    """A proxy that lets no live connection pass."""
    route.close(code=1011)


def refused(said: str) -> None:
    assert "Content Security Policy" not in said


def wait_for_link(page: Page, *states: str) -> None:
    page.wait_for_function(
        "states => states.includes(document.documentElement.dataset.sillageLink)", arg=list(states), timeout=30_000
    )


def overdue(page: Page) -> int:
    found = page.locator("#groupe-overdue .sillage-queue__size").text_content()
    assert found
    return int(re.sub(r"\D", "", found))


def wait_for_overdue(page: Page, number: int, timeout: int = SOON) -> None:
    expect(page.locator("#groupe-overdue .sillage-queue__size")).to_contain_text(
        re.compile(rf"^{number}\b"), timeout=timeout
    )


def answer(page: Page, reference: str) -> None:
    """As an agent does: opens the form, confirms what it proposes."""
    page.goto(f"/demandes/{reference}/repondre/")
    page.locator("[data-sillage-panel] form button[type=submit]").first.click()
    page.wait_for_load_state()


def test_an_answer_in_one_browser_makes_the_figure_fall_in_the_other(served: Served, look: Look) -> None:
    watching, acting = look("colleague", "/ma-file/"), look("agent", "/ma-file/")
    before = overdue(watching)
    reference = served.take()
    answer(acting, reference)
    wait_for_overdue(watching, before - 1)
    expect(watching.locator(f"[data-sillage-key='{reference}']")).to_have_count(0)
    expect(watching.locator("[data-sillage-announces]")).to_have_text(f"En retard\u00a0: {before - 1}, un de moins.")


def test_the_overdue_figure_of_the_board_falls_within_a_second(served: Served, look: Look) -> None:
    watching, acting = look("quality", "/suivi/"), look("agent", "/ma-file/")
    figure = watching.locator("#suivi [data-sillage-figure='En retard']").first
    before = int(figure.text_content() or "")
    acting.goto(f"/demandes/{served.take()}/repondre/")
    acting.locator("[data-sillage-panel] form button[type=submit]").first.click()
    expect(figure).to_have_text(str(before - 1), timeout=SOON)
    expect(watching.locator("[data-sillage-announces]")).to_contain_text(f"En retard\u00a0: {before - 1}, un de moins.")


def test_rows_do_not_move_under_the_hand_and_counts_do(served: Served, look: Look) -> None:
    watching, acting = look("colleague", "/ma-file/"), look("agent", "/ma-file/")
    before = overdue(watching)
    reference = served.take()
    row = watching.locator(f"[data-sillage-key='{reference}'] a").first
    row.focus()
    watching.keyboard.press("Shift")  # the person is there
    answer(acting, reference)
    expect(watching.locator("#queue-sentence")).to_contain_text(f"{before - 1} demandes en retard", timeout=SOON)
    tag = watching.get_by_role("button", name="La file a changé\u00a0: actualiser")
    expect(tag).to_be_visible()
    expect(row).to_be_focused()
    tag.click()
    wait_for_overdue(watching, before - 1)
    expect(tag).to_be_hidden()
    expect(row).to_have_count(0)


def test_what_is_ticked_stays_ticked(served: Served, look: Look) -> None:
    watching, acting = look("supervisor", "/mon-bureau/"), look("agent", "/ma-file/")
    ticked, answered = served.take(), served.take()
    box = watching.locator(f"#chosen-{ticked}")
    box.check(force=True)
    watching.mouse.move(0, 0)
    answer(acting, answered)
    tag = watching.get_by_role("button", name="Le bureau a changé\u00a0: actualiser")
    expect(tag).to_be_visible(timeout=SOON)
    expect(watching.locator(f"[data-sillage-key='{answered}']")).to_have_count(1)
    expect(box).to_be_checked()
    box.uncheck(force=True)
    watching.locator("h1").click()
    expect(watching.locator(f"[data-sillage-key='{answered}']")).to_have_count(0, timeout=30_000)
    expect(tag).to_be_hidden()
    served.references.append(ticked)


def test_an_import_in_another_process_shows(served: Served, look: Look) -> None:
    watching = look("quality", "/registre/")
    register = ROOT / "tests" / "data" / "registers" / "rendez_vous_elus.xlsx"
    assert manage(served.data, "import_register", str(register), "--kind", "rdv").returncode == 0
    expect(watching.locator("#registry-changes")).to_contain_text("ont changé depuis l’ouverture", timeout=SOON)
    watching.get_by_role("link", name="actualiser").click()
    wait_for_link(watching, LIVE)
    expect(watching.locator("#registry-changes")).to_have_text("")


def test_an_import_in_another_process_shows_on_the_wall(served: Served, look: Look, tmp_path: Path) -> None:
    """Three courriers of a month ago, still to be answered, of a bureau’s own register."""
    wall = look("quality", "/mur/")
    figure = wall.locator("[data-sillage-figure='En retard']")
    before = int(figure.inner_text())
    book = Workbook()
    book.active.append(["N°", "Date d’arrivée", "Expéditeur", "Objet", "Date de réponse"])
    for number in range(1, 4):
        book.active.append([number, date.today() - timedelta(days=45), f"Mairie {number}", "Question", None])
    book.save(tmp_path / "courriers.xlsx")
    options = ("--kind", "courrier", "--office", "SEJ", "--undated", "open")
    assert manage(served.data, "import_register", str(tmp_path / "courriers.xlsx"), *options).returncode == 0
    expect(figure).to_have_text(str(before + 3), timeout=SOON)


def test_the_network_is_cut_and_comes_back(served: Served, look: Look) -> None:
    watching, acting = look("colleague", "/ma-file/"), look("agent", "/ma-file/")
    before = overdue(watching)
    watching.context.set_offline(True)
    wait_for_link(watching, LOST)
    expect(watching.get_by_text("Mise à jour en direct interrompue depuis")).to_be_visible(timeout=SOON)
    answer(acting, served.take())
    assert overdue(watching) == before
    watching.context.set_offline(False)
    wait_for_overdue(watching, before - 1)
    wait_for_link(watching, LIVE)
    expect(watching.get_by_text("Mise à jour en direct interrompue depuis")).to_be_hidden()


def test_what_another_process_does_shows(served: Served, look: Look) -> None:
    watching = look("agent", "/ma-file/")
    before = overdue(watching)
    made = served.elsewhere("register", "3")
    wait_for_overdue(watching, before + 3)
    expect(watching.locator(f"[data-sillage-key='{made[0]}']")).to_have_class(re.compile("sillage-changed"))
    watching.keyboard.press("Shift")
    expect(watching.locator(".sillage-changed")).to_have_count(0)
    served.references += made


def test_without_a_live_connection_asking_does_it(served: Served, look: Look) -> None:
    watching = look("colleague", "/ma-file/", link=POLLING, without_sockets=True)
    acting = look("agent", "/ma-file/")
    before = overdue(watching)
    answer(acting, served.take())
    wait_for_overdue(watching, before - 1, timeout=20_000)
    assert watching.evaluate("document.documentElement.dataset.sillageLink") == POLLING


def test_a_form_that_is_open_is_never_touched(served: Served, look: Look) -> None:
    reference = served.take()
    mine = look("agent", f"/demandes/{reference}/")
    mine.get_by_role("link", name="Ajouter une note").click()
    field = mine.locator("#panneau textarea").first
    field.fill("Une note qui n’est pas finie")
    field.press("ArrowLeft")
    other = look("supervisor", f"/demandes/{reference}/noter/")
    other.locator("[data-sillage-panel] textarea").first.fill("Rappelé hier")
    other.locator("[data-sillage-panel] form button[type=submit]").first.click()
    other.wait_for_load_state()

    news = mine.locator("#ticket-news")
    expect(news).to_contain_text("La demande a changé depuis que ce formulaire est ouvert.", timeout=SOON)
    expect(news).to_contain_text("par S. Essai")
    expect(mine.locator("#journal")).to_contain_text("Rappelé hier")
    expect(field).to_have_value("Une note qui n’est pas finie")
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart === field.value.length - 1")


def test_a_demande_that_leaves_one_s_bureau_says_so_and_keeps_what_is_typed(served: Served, look: Look) -> None:
    reference = served.take()
    mine = look("agent", f"/demandes/{reference}/")
    mine.get_by_role("link", name="Ajouter une note").click()
    field = mine.locator("#panneau textarea").first
    field.fill("Une note qui n’est pas finie")
    other = look("quality", f"/demandes/{reference}/affecter/")
    other.get_by_label("Bureau", exact=False).first.select_option(label="Bureau des dotations")
    other.locator("[data-sillage-panel] form button[type=submit]").first.click()
    other.wait_for_load_state()
    expect(mine.locator("#messages")).to_contain_text("Cette demande n’est plus accessible", timeout=SOON)
    expect(field).to_have_value("Une note qui n’est pas finie")


def test_two_people_on_one_demande_see_each_other_before_they_type(served: Served, look: Look) -> None:
    reference = served.take()
    mine = look("agent", f"/demandes/{reference}/")
    there = mine.locator("[data-sillage-presence]")
    expect(there).to_have_text("")
    other = look("colleague", f"/demandes/{reference}/")
    expect(there).to_have_text("C. Essai lit cette demande.", timeout=SOON)
    other.get_by_role("link", name="Ajouter une note").click()
    expect(there).to_have_text("C. Essai remplit un formulaire sur cette demande.", timeout=SOON)
    expect(other.locator("[data-sillage-presence]")).to_have_text("A. Essai lit cette demande.")
    other.context.close()
    expect(there).to_have_text("", timeout=SOON)
    served.references.append(reference)


def test_two_hundred_changes_in_a_second_are_at_most_two_fetches_a_second(served: Served, look: Look) -> None:
    watching = look("colleague", "/ma-file/")
    served.elsewhere("note", "200")
    watching.wait_for_timeout(3000)
    asked: list[float] = watching.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/ma-file/'))"
        ".map(({ startTime }) => startTime)"
    )
    assert asked
    for first, third in zip(asked, asked[2:], strict=False):
        assert third - first >= 990, "three fetches in less than a second"


def test_a_server_killed_and_started_again_finds_its_screens(served: Served, look: Look) -> None:
    watching = look("colleague", "/ma-file/")
    before = overdue(watching)
    served.process.kill()
    served.process.communicate()
    wait_for_link(watching, LOST)
    served.elsewhere("register", "1")
    served.process, _ = serve(served.data, served.port)
    wait_for_link(watching, LIVE, POLLING)
    wait_for_overdue(watching, before + 1)


def test_a_demande_given_rings_the_bell_of_who_gets_it(served: Served, look: Look) -> None:
    watching, acting = look("colleague", "/registre/"), look("agent", "/ma-file/")
    number, panel = watching.locator(".sillage-bell__number"), watching.locator(".sillage-bell__panel")
    expect(number).to_be_hidden()
    reference = served.take()
    acting.goto(f"/demandes/{reference}/confier/")
    acting.locator("[data-sillage-panel] select").first.select_option(label="Colleague Essai")
    acting.locator("[data-sillage-panel] form button[type=submit]").first.click()
    expect(number).to_have_text("1", timeout=SOON)
    expect(watching.locator("[data-sillage-announces]")).to_have_text("Notifications non lues\u00a0: 1, un de plus.")
    watching.locator(".sillage-bell > summary").click()
    expect(panel).to_contain_text("Confiée à vous par A. Essai")
    expect(panel.get_by_role("link", name=reference)).to_be_visible()
    panel.get_by_role("button", name="Tout marquer comme lu").click()
    expect(panel).to_contain_text("Rien de nouveau.")
    expect(number).to_be_hidden()
    watching.keyboard.press("Escape")
    expect(watching.locator(".sillage-bell > summary")).to_be_focused()


def test_the_board_and_the_wall_follow(served: Served, look: Look) -> None:
    """The référent’s figures and those on the wall fall together; what has changed stays marked until somebody acts."""
    board, mural, acting = look("quality", "/suivi/"), look("quality", "/mur/"), look("agent", "/ma-file/")
    figures = [page.locator("[data-sillage-figure='En retard']") for page in (board, mural)]
    before = int(figures[0].inner_text())
    answer(acting, served.take())
    for figure in figures:
        expect(figure).to_have_text(str(before - 1), timeout=SOON)
    expect(board.locator("[data-sillage-announces]")).to_contain_text(f"En retard\u00a0: {before - 1}, un de moins.")
    marked = board.locator(".sillage-changed")
    expect(marked).not_to_have_count(0)
    board.keyboard.press("Shift")
    expect(marked).to_have_count(0)


def test_a_reminder_closes_its_panel_and_shows_on_the_board(served: Served, look: Look) -> None:
    board = look("quality", "/suivi/")
    opener = board.get_by_role("link", name="Relancer Bureau du séjour", exact=True)
    opener.press("Enter")
    note = board.get_by_label("Un mot pour le bureau")
    expect(note).to_be_focused()
    board.keyboard.press("Escape")
    expect(note).to_have_count(0)
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(note).to_be_focused()
    board.keyboard.press("Control+Enter")
    expect(board.get_by_text("Relance faite\u00a0: Bureau du séjour")).to_be_visible()
    expect(board.get_by_role("row", name="Bureau du séjour").get_by_text("par Q.\u00a0Essai")).to_be_visible()
