"""What the cells of a plan name: a bureau, a site, a person, an engagement."""

from collections.abc import Mapping
from typing import Any, Final

from actions.enums import Strand
from actions.filters import MODULE
from actions.importing.report import PlanReport
from tracker.errors import InvalidCommand
from tracker.importing.identities import normal
from tracker.importing.lookups import offices_by_name
from tracker.models import Engagement, Office, Prefecture, Site, User
from tracker.reference.catalogue import REFERENTIAL

UNNAMED_ENGAGEMENT: Final = "Libellé à compléter"


class Lookups:
    """Names already met in the file are looked up once."""

    def __init__(self, prefecture: Prefecture, report: PlanReport) -> None:
        self.report = report
        self.offices: dict[str, Office] = offices_by_name(prefecture.offices.select_related("site"), normal)
        self.sites: dict[str, Site] = {}
        for site in prefecture.sites.all():
            self.sites.setdefault(normal(site.name), site)
            self.sites.setdefault(normal(site.code), site)
        self.people = people_of(prefecture)
        self.forget()

    def forget(self) -> None:
        """Read the engagements again: those created in a transaction that was taken back are no more."""
        referential, version = REFERENTIAL
        found = Engagement.objects.filter(referential=referential, version=version)
        self.engagements = {engagement.number: engagement for engagement in found}

    def columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The columns of the action that these cells fill. Raises InvalidCommand beside the cell at fault."""
        found = self.part(values)
        office = self.office(values)
        if office is not None:
            found |= {"office_id": office.pk, "site_id": office.site_id}
        if "site" in values:
            site = self.sites.get(normal(str(values["site"])))
            if site is not None:
                found["site_id"] = site.pk
            else:
                note(self.report.unknown_sites, str(values["site"]))
        return found | self.pilot(values)

    def part(self, values: Mapping[str, Any]) -> dict[str, Any]:
        part, number = str(values.get("part", "")), values.get("engagement")
        if not part.startswith(MODULE):
            return ({"strand": Strand(part)} if part else {}) | ({"strand_item": number} if part and number else {})
        module = int(part.removeprefix(MODULE))
        if number is None:
            return {"module": module}
        engagement = self.engagements.get(number)
        if engagement is None:
            engagement = self.create_engagement(number, module)
        elif engagement.module not in (None, module):
            raise InvalidCommand(
                f"L’engagement {number} est du module {engagement.module}, non du module {module}.", field="engagement"
            )
        return {"module": module, "engagement_id": engagement.pk}

    def create_engagement(self, number: int, module: int) -> Engagement:
        """One that the référentiel does not have yet; of two imports at once, both find the same."""
        referential, version = REFERENTIAL
        engagement, _ = Engagement.objects.get_or_create(
            referential=referential,
            version=version,
            number=number,
            defaults={"module": module, "label": UNNAMED_ENGAGEMENT, "source": "Plan d’actions importé"},
        )
        self.engagements[number] = engagement
        if number not in self.report.created_engagements:
            self.report.created_engagements.append(number)
        return engagement

    def office(self, values: Mapping[str, Any]) -> Office | None:
        """The bureau of its column; « Pilote » too may name one."""
        if "office" in values:
            office = self.offices.get(normal(str(values["office"])))
            if office is None:
                note(self.report.unknown_offices, str(values["office"]))
            return office
        return self.offices.get(normal(str(values.get("pilot", ""))))

    def pilot(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The person with an account, else the name as it is written."""
        written = str(values.get("pilot", ""))
        if not written:
            return {}
        person = self.people.get(normal(written))
        if person is not None:
            return {"pilot_id": person.pk}
        if normal(written) not in self.offices:
            note(self.report.unknown_pilots, written)
        return {"pilot_name": written}


def people_of(prefecture: Prefecture) -> dict[str, User]:
    """Every way to name a person of the préfecture: their address, « Anne Martin », « Martin Anne », « A. Martin ». A
    name that two people bear names nobody."""
    found: dict[str, User] = {}
    several: set[str] = set()
    people = User.objects.filter(memberships__prefecture=prefecture, is_active=True).distinct().order_by("pk")
    for person in people:
        reversed_name = f"{person.last_name} {person.first_name}"
        for name in {*map(normal, (person.email, person.full_name, reversed_name, person.short_name))}:
            if found.setdefault(name, person) != person:
                several.add(name)
    return {name: person for name, person in found.items() if name not in several}


def note(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
