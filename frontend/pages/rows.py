"""« Coller des lignes »: a paste, the table it makes, the demandes it gives. The table goes back and forth whole, and
so works without JavaScript; a draft of it is kept at each step."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from frontend import drafts
from frontend.forms.rows import PasteForm, SharedForm, first_shared
from frontend.rows.checking import Checker, Row, refuse
from frontend.rows.columns import BASE, LABELS, Book, codes_for
from frontend.rows.saving import AlreadySent, outcome_of, register_set
from frontend.rows.sheet import Sheet, check_height, drafted, number_in, pasted, posted
from frontend.rows.showing import Grid, grid_of
from tracker import clock
from tracker.desks import Desk, desk_of
from tracker.errors import SillageError
from tracker.models import TicketKind, User
from tracker.registering import MOST, SetRefused
from tracker.spreadsheets.pasting import NotATable

DRAFT: Final = "rows"
UNPROCESSABLE: Final = 422


# --- The paste ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """Where the lines are pasted. They are kept at once: the table has an address of its own, to come back to."""
    user, desk = who(request)
    now = clock.now()
    today = clock.today(desk.site.time_zone)
    if request.method == "POST" and "forget" in request.POST:
        return forget(user, request.POST["forget"])
    form = PasteForm(request.POST or None, desk=desk, initial={"kind": request.GET.get("type", "")})
    if form.is_valid():
        kind = form.cleaned_data["kind"]
        try:
            sheet = pasted(form.cleaned_data["text"], kind)
        except NotATable as refusal:
            form.add_error("text", str(refusal))
        else:
            if sheet.rows:
                token = uuid.uuid4()
                drafts.save(user, DRAFT, token, first_shared(kind, desk, today) | sheet.as_typed(), now)
                return redirect("rows-table", token)
            form.add_error("text", "Aucune ligne sous les titres\xa0: copiez aussi les lignes du tableau.")
    shown = {
        "form": form,
        "most": MOST,
        "columns": [LABELS[code] for code in BASE],
        "drafts": [
            (
                draft,
                draft.saved_at.astimezone(clock.zone(desk.site.time_zone)),
                number_in(draft.data.get("height", ""), MOST),
            )
            for draft in drafts.find(user, DRAFT, now)
        ],
        "today": today,
    }
    return render(request, "frontend/pages/rows_paste.html", shown, status=UNPROCESSABLE if form.errors else 200)


def forget(user: User, token: str) -> HttpResponse:
    try:
        drafts.forget(user, DRAFT, uuid.UUID(token))
    except ValueError as unknown:
        raise Http404 from unknown
    return redirect("rows")


# --- The table ----------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """One table on its page. `asked`: what the person has pressed, « remove:3 »."""

    user: User
    desk: Desk
    token: uuid.UUID
    form: SharedForm
    sheet: Sheet
    refusal: str = ""
    said: str = ""

    def __post_init__(self) -> None:
        self.kind = kind_of(self.desk, self.form.data.get("kind", ""))
        self.book = Book(self.desk, self.kind, self.form.today)
        self.sheet.settle(self.kind)

    def check(self) -> list[Row]:
        checker = Checker(self.user, self.desk, self.kind, self.book, self.form.shared(), self.form.today)
        return checker.check(self.sheet)

    def grid(self, rows: list[Row]) -> Grid:
        return grid_of(self.sheet, rows, self.book, self.form.in_words())

    def keep(self) -> None:
        drafts.save(self.user, DRAFT, self.token, self.typed(), clock.now())

    def typed(self) -> dict[str, str]:
        return self.form.typed() | self.sheet.as_typed()


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """The table under this token: as its draft keeps it, or as the page has just sent it."""
    user, desk = who(request)
    if request.method == "GET":
        draft = drafts.get(user, DRAFT, token, clock.now())
        if draft is None:
            if outcome_of(token, user) is None:
                raise Http404
            return redirect("rows-done", token)
        return show(request, table_of(user, desk, token, draft.data, drafted(draft.data)))
    found = table_of(user, desk, token, request.POST, posted(request.POST))
    asked, _, argument = request.POST.get("do", "").partition(":")
    if asked == "save":
        return save(request, found)
    if asked == "live":
        return follow(request, found)
    change(found, asked, argument, request.POST)
    found.keep()
    return show(request, found)


def change(found: Table, asked: str, argument: str, data: Mapping[str, str]) -> None:
    """What a button of the table asks for; another one has it looked at as it is."""
    try:
        match asked:
            case "remove":
                found.sheet.take_out(number_in(argument, MOST, -1))
            case "restore":
                found.sheet.put_back()
            case "add":
                found.sheet.add_row()
            case "titles":
                check_height(len(found.sheet.rows) + 1)
                found.sheet.titles_are_a_row()
            case "fill":
                row, _, place = argument.partition(",")
                at = number_in(row, MOST), number_in(place, len(found.sheet.shown))
                height, width = found.sheet.fill(*at, data.get("paste", ""))
                found.said = f"{height * width} cellules collées à partir de la ligne {at[0] + 1}."
    except NotATable as refusal:
        found.refusal = str(refusal)


def follow(request: HttpRequest, found: Table) -> HttpResponse:
    """While it is typed: keep the table, tell what has changed of the rows named. Registers nothing."""
    found.keep()
    rows = found.check()
    grid = found.grid(rows)
    named = request.POST.get("rows", "")
    ranks = {number_in(rank, MOST, -1) for rank in named.split(",")}
    touched = grid.rows if named == "all" else [row for row in grid.rows if row.rank in ranks]
    return render(request, "frontend/partials/_rows_followed.html", shown_of(found, grid) | {"touched": touched})


def save(request: HttpRequest, found: Table) -> HttpResponse:
    found.keep()
    rows = found.check()
    grid = found.grid(rows)
    if found.form.errors or grid.problems:
        return show(request, found, rows, status=UNPROCESSABLE)
    judged = [row for row in rows if not row.blank]
    try:
        check_height(len(judged))
        acts = [row.acts for row in judged]
        register_set(found.token, found.typed(), found.desk.prefecture, acts, found.user)
    except AlreadySent as refusal:
        return show_again(request, found, refusal)
    except SetRefused as refused:
        for rank, why in refused.refusals.items():
            refuse(judged[rank], why)
        return show(request, found, rows, status=UNPROCESSABLE)
    except SillageError as refusal:
        found.refusal = str(refusal)
        return show(request, found, rows, status=UNPROCESSABLE)
    drafts.forget(found.user, DRAFT, found.token)
    return redirect("rows-done", found.token)


def show_again(request: HttpRequest, found: Table, refusal: SillageError) -> HttpResponse:
    """A table that was registered and then changed is another table: what it holds already is marked in it."""
    drafts.forget(found.user, DRAFT, found.token)
    sent = found.token
    found.token = uuid.uuid4()
    found.refusal = (
        f"{refusal.message} Retirez les lignes signalées «\xa0déjà enregistrée\xa0» avant d’enregistrer les autres."
    )
    found.keep()
    return show(request, found, status=UNPROCESSABLE, sent=sent)


@require_safe
def done(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """What a table became."""
    user, desk = who(request)
    outcome = outcome_of(token, user)
    if outcome is None:
        raise Http404
    shown = {"outcome": outcome, "today": clock.today(desk.site.time_zone)}
    return render(request, "frontend/pages/rows_done.html", shown)


# --- Parts --------------------------------------------------------------------------------------------------------


def who(request: HttpRequest) -> tuple[User, Desk]:
    """404 to whom registers nothing."""
    user: User = request.user  # type: ignore[assignment]  # every page but sign-in is for a signed-in person
    desk = desk_of(user)
    if desk is None:
        raise Http404
    return user, desk


def kind_of(desk: Desk, code: str) -> TicketKind:
    """The kind named, else the first that the préfecture proposes."""
    possible = TicketKind.objects.filter(prefecture=desk.prefecture, is_active=True)
    return possible.filter(code=code.replace("\0", "")).first() or first_kind(desk)


def first_kind(desk: Desk) -> TicketKind:
    kind = TicketKind.objects.filter(prefecture=desk.prefecture, is_active=True).first()
    if kind is None:
        raise Http404
    return kind


def table_of(user: User, desk: Desk, token: uuid.UUID, data: Mapping[str, str], sheet: Sheet) -> Table:
    form = SharedForm(data, desk=desk, today=clock.today(desk.site.time_zone))
    return Table(user, desk, token, form, sheet)


def show(
    request: HttpRequest,
    found: Table,
    rows: list[Row] | None = None,
    *,
    status: int = 200,
    sent: uuid.UUID | None = None,
) -> HttpResponse:
    grid = found.grid(found.check() if rows is None else rows)
    whole = not request.htmx  # type: ignore[attr-defined]  # set by the htmx middleware
    template = "frontend/pages/rows_table.html" if whole else "frontend/partials/_rows_grid.html"
    return render(request, template, shown_of(found, grid) | {"sent": sent}, status=status)


def shown_of(found: Table, grid: Grid) -> dict[str, Any]:
    return {
        "table": found,
        "form": found.form,
        "grid": grid,
        "kind": found.kind,
        "choices": [(code, LABELS[code]) for code in codes_for(found.kind)],
        "lists": [column for column in found.book.columns.values() if column.choices],
        "address": reverse("rows-table", args=[found.token]),
        "several_sites": len(found.desk.sites) > 1,
        "most": MOST,
    }


urlpatterns = [
    path("coller-des-lignes/", paste, name="rows"),
    path("coller-des-lignes/<uuid:token>/", table, name="rows-table"),
    path("coller-des-lignes/<uuid:token>/enregistrees/", done, name="rows-done"),
]
