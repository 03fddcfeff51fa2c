"""What the cells of a row name: a bureau, a site, a mailbox, a theme."""

from typing import Any

from django.utils.text import slugify

from tracker.deadlines import effective
from tracker.importing.identities import normal
from tracker.importing.options import ImportTarget
from tracker.models import Mailbox, Office, Site, Theme, Ticket
from tracker.writers import load_history


class Lookups:
    """Names already met in the file are looked up once."""

    def __init__(self, target: ImportTarget) -> None:
        self.target = target
        self.created_themes: list[str] = []
        self.created_mailboxes: list[str] = []
        self.unknown_offices: set[str] = set()
        prefecture = target.prefecture
        self.offices: dict[str, Office] = {}
        for office in prefecture.offices.select_related("site"):
            self.offices.setdefault(normal(office.name), office)
            self.offices.setdefault(normal(office.code), office)
        self.sites: dict[str, Site] = {}
        for site in prefecture.sites.all():
            self.sites.setdefault(normal(site.name), site)
            self.sites.setdefault(normal(site.code), site)
        self.themes = {normal(theme.label): theme for theme in prefecture.themes.all()}
        self.mailboxes: dict[str, Mailbox] = {}

    def cells(self, values: dict[str, Any]) -> dict[str, Any]:
        """The rows that this row's cells name. A bureau that the préfecture does not have is reported, and the demande
        waits for one: the row itself is right."""
        found: dict[str, Any] = {}
        if "office" in values:
            office = self.offices.get(normal(values["office"]))
            if office is None:
                self.unknown_offices.add(values["office"])
            else:
                found |= {"office": office, "site": office.site}
        if "site" in values and (site := self.sites.get(normal(values["site"]))):
            found["site"] = site
        if mailbox := values.get("mailbox") or self.target.options.mailbox:
            found["mailbox"] = self.mailbox(mailbox)
        if "theme" in values:
            found["theme"] = self.theme(values["theme"])
        return found

    def mailbox(self, name: str) -> Mailbox:
        key = normal(name)
        if key not in self.mailboxes:
            prefecture = self.target.prefecture
            known = prefecture.mailboxes.filter(name__iexact=name).first()
            if known is None:
                known = Mailbox.objects.create(prefecture=prefecture, name=name[:80])
                self.created_mailboxes.append(name)
            self.mailboxes[key] = known
        return self.mailboxes[key]

    def theme(self, label: str) -> Theme:
        key = normal(label)
        if key not in self.themes:
            prefecture = self.target.prefecture
            taken = set(prefecture.themes.values_list("code", flat=True))
            stem = slugify(label)[:26] or "theme"
            code = next(code for n in range(1, 10_000) if (code := stem if n == 1 else f"{stem}-{n}") not in taken)
            position = prefecture.themes.count() + 1
            self.themes[key] = Theme.objects.create(
                prefecture=prefecture, code=code, label=label[:80], position=position
            )
            self.created_themes.append(label)
        return self.themes[key]

    def facts_of(self, ticket: Ticket) -> set[str]:
        """The kinds of facts that a demande's journal holds."""
        history, _ = load_history(ticket)
        return {fact.kind for fact in effective(past.fact for past in history)}
