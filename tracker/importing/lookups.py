"""What the cells of a row name: a bureau, a site, a mailbox, a theme."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from tracker import bulk
from tracker.cataloguing import free_code
from tracker.importing.identities import normal
from tracker.importing.options import LONGEST_NAME, ImportTarget
from tracker.models import Mailbox, Office, Site, Theme
from tracker.permissions import in_service

TRIES: Final = 3
LAST_POSITION: Final = 32_767
LONGEST_SHEET_NAME: Final = 31
"""Spreadsheets let nobody name a sheet longer: the name of a bureau is cut there."""


class Lookups:
    """Names already met in the file are looked up once."""

    def __init__(self, target: ImportTarget) -> None:
        self.target = target
        self.created_themes: set[str] = set()
        self.created_mailboxes: set[str] = set()
        self.unknown_offices: set[str] = set()
        self.closed_offices: set[str] = set()
        self.unknown_sites: set[str] = set()
        self.in_service: dict[int, bool] = {}
        prefecture = target.prefecture
        self.offices = offices_by_name(prefecture.offices.select_related("site"), normal)
        self.sites: dict[str, Site] = {}
        for site in prefecture.sites.all():
            self.sites.setdefault(normal(site.name), site)
            self.sites.setdefault(normal(site.code), site)
        self.forget()

    def forget(self) -> None:
        """Read the mailboxes and themes again: those created in a transaction that was taken back are no more."""
        self.themes = self.present_themes()
        self.mailboxes = self.present_mailboxes()

    def present_themes(self) -> dict[str, Theme]:
        return {normal(theme.label): theme for theme in self.target.prefecture.themes.all()}

    def present_mailboxes(self) -> dict[str, Mailbox]:
        return {normal(mailbox.name): mailbox for mailbox in self.target.prefecture.mailboxes.all()}

    # --- what is created ------------------------------------------------------------------------------------

    def create_missing(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Create the mailboxes and themes that these rows name and the préfecture does not have, in one order for
        everybody, so that two imports never wait for each other. In the caller's transaction."""
        named_mailboxes: dict[str, str] = {}
        named_themes: dict[str, str] = {}
        for values in rows:
            if (mailbox := self.mailbox_named(values)) and (key := key_of(mailbox)) not in self.mailboxes:
                named_mailboxes.setdefault(key, mailbox[:LONGEST_NAME])
            if (theme := values.get("theme")) and (key := key_of(theme)) not in self.themes:
                named_themes.setdefault(key, theme[:LONGEST_NAME])
        for _ in range(TRIES):
            if not named_mailboxes and not named_themes:
                return
            try:
                with transaction.atomic():
                    self.create_mailboxes(named_mailboxes)
                    self.create_themes(named_themes)
            except IntegrityError:
                # Somebody else has just created one of them: it is the one.
                self.forget()
            named_mailboxes = {key: name for key, name in named_mailboxes.items() if key not in self.mailboxes}
            named_themes = {key: label for key, label in named_themes.items() if key not in self.themes}

    def create_mailboxes(self, named: Mapping[str, str]) -> None:
        if not named:
            return
        prefecture, present = self.target.prefecture, self.present_mailboxes()
        new = {key: Mailbox(prefecture=prefecture, name=named[key]) for key in sorted({*named} - {*present})}
        bulk.insert(list(new.values()))
        self.mailboxes = present | new
        self.created_mailboxes |= {mailbox.name for mailbox in new.values()}

    def create_themes(self, named: Mapping[str, str]) -> None:
        if not named:
            return
        prefecture, present = self.target.prefecture, self.present_themes()
        codes = {theme.code for theme in present.values()} | set(prefecture.themes.values_list("code", flat=True))
        new: dict[str, Theme] = {}
        for key in sorted({*named} - {*present}):
            code = free_code(named[key], codes, "theme")
            codes.add(code)
            position = min(len(codes), LAST_POSITION)
            new[key] = Theme(prefecture=prefecture, code=code, label=named[key], position=position)
        bulk.insert(list(new.values()))
        self.themes = present | new
        self.created_themes |= {theme.label for theme in new.values()}

    # --- what a row names -----------------------------------------------------------------------------------

    def mailbox_named(self, values: Mapping[str, Any]) -> str:
        return values.get("mailbox") or self.target.options.mailbox or ""

    def office_named(self, values: Mapping[str, Any], sheet: str) -> Office | None:
        return self.offices.get(normal(values.get("office", sheet)))

    def hold_offices(self, rows: Iterable[tuple[Mapping[str, Any], str]]) -> None:
        """Look at once at every bureau that these rows (cells, sheet) may go to: none that is in service closes before
        the end of the caller's transaction."""
        named = (self.office_named(values, sheet) or self.target.office for values, sheet in rows)
        self.in_service = in_service(self.target.prefecture.pk, {office.pk for office in named if office})

    def takes(self, office: Office | None, *, ended: bool) -> Office | None:
        """The bureau that holds a row's demande. One that has closed keeps what it ended; what is still to be answered
        waits for another, and the bureau is reported."""
        if office is None or ended or self.in_service[office.pk]:
            return office
        self.closed_offices.add(office.name)
        return None

    def cells(self, values: Mapping[str, Any], sheet: str) -> dict[str, Any]:
        """The rows that this row's cells name; where none names a bureau, its sheet may: registers have a sheet a
        service. A bureau that the préfecture does not have is reported, and the demande waits for one: the row itself
        is right."""
        found: dict[str, Any] = {}
        office = self.office_named(values, sheet)
        if office is not None:
            found |= {"office": office, "site": office.site}
        elif "office" in values:
            self.unknown_offices.add(values["office"])
        if "site" in values:
            site = self.sites.get(normal(values["site"]))
            if site is None:
                self.unknown_sites.add(values["site"])
            else:
                found["site"] = site
        if mailbox := self.mailbox_named(values):
            found["mailbox"] = self.mailboxes[key_of(mailbox)]
        if "theme" in values:
            found["theme"] = self.themes[key_of(values["theme"])]
        return found


def offices_by_name(offices: Iterable[Office], key: Callable[[str], str]) -> dict[str, Office]:
    """Every way to name a bureau, by its `key`: its name, its code, and its name cut as that of a sheet is, where no
    other is cut the same."""
    known = list(offices)
    found: dict[str, Office] = {}
    for office in known:
        found.setdefault(key(office.name), office)
        found.setdefault(key(office.code), office)
    cut = Counter(key(office.name[:LONGEST_SHEET_NAME]) for office in known)
    for office in known:
        if cut[name := key(office.name[:LONGEST_SHEET_NAME])] == 1:
            found.setdefault(name, office)
    return found


def key_of(name: str) -> str:
    """What two wordings of a name have in common, cut as the name itself is when it is stored."""
    return normal(name[:LONGEST_NAME])
