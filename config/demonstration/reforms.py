"""What changed in the demonstration préfecture these last weeks, by the services of its pages: histories to show."""

from datetime import datetime, timedelta

from config.demonstration.organisation import DOMAIN, MAIN, Organisation
from tracker import accounts, cataloguing, clock, membership, organising
from tracker.accounts import Identity
from tracker.cataloguing import MailboxTerms
from tracker.enums import Machine, Purpose, Role
from tracker.membership import RoleTerms
from tracker.organising import OfficeTerms
from tracker.writers import Author


def change_settings(house: Organisation, now: datetime) -> None:
    change_lists(house, now)
    reorganise(house, now)


def by(house: Organisation, login: str, now: datetime, *, days_ago: int) -> Author:
    return Author(user=house.users[login], quiet=True, now=now - timedelta(days=days_ago))


def change_lists(house: Organisation, now: datetime) -> None:
    """By the référent: a kind of its own, a theme withdrawn, a new mailbox."""
    prefecture = house.prefecture
    cataloguing.add_kind(
        prefecture,
        "Modification du serveur vocal",
        Machine.REPLY,
        Purpose.UPDATE,
        by(house, "referent", now, days_ago=45),
    )
    theme = cataloguing.add_theme(prefecture, "Passeport d’urgence", by(house, "referent", now, days_ago=44))
    cataloguing.rename_theme(theme, "Passeport en urgence", by(house, "referent", now, days_ago=43))
    cataloguing.offer(theme, by(house, "referent", now, days_ago=9), offered=False)
    terms = MailboxTerms("pref-elections", f"pref-elections@{DOMAIN}", house.offices["ELE"])
    cataloguing.add_mailbox(prefecture, terms, by(house, "referent", now, days_ago=30))


def reorganise(house: Organisation, now: datetime) -> None:
    """By the administrator: a mission becomes a bureau, another closes, people come and go."""
    prefecture, site, above = house.prefecture, house.sites[MAIN], house.offices["SGC"]
    login = "administrateur"
    mission = OfficeTerms("Mission numérique", site, above)
    office = organising.add_office(prefecture, "NUM", mission, by(house, login, now, days_ago=60))
    terms = OfficeTerms("Bureau de la transition numérique", site, above)
    organising.change_office(office, terms, by(house, login, now, days_ago=35))
    archives = organising.add_office(
        prefecture, "ARC", OfficeTerms("Mission des archives", site, above), by(house, login, now, days_ago=58)
    )
    closing = by(house, login, now, days_ago=20)
    organising.close_office(archives, clock.local_date(closing.moment, prefecture.time_zone), closing)
    in_office = RoleTerms(Role.AGENT, office=office)
    new = Identity(f"alix.pissenlit@{DOMAIN}", "Alix", "Pissenlit", "Bureau de la transition numérique")
    accounts.add_account(prefecture, new, in_office, by(house, login, now, days_ago=2))
    former = Identity(f"lou.genevrier@{DOMAIN}", "Lou", "Genévrier", "Bureau de la transition numérique")
    leaving = accounts.add_account(prefecture, former, in_office, by(house, login, now, days_ago=57))
    held = membership.give_role(leaving, prefecture, RoleTerms(Role.MAILROOM), by(house, login, now, days_ago=50))
    membership.end_role(held, by(house, login, now, days_ago=40))
    accounts.deactivate(leaving, prefecture, by(house, login, now, days_ago=15))
