"""Where a person registers, and what they may choose from there."""

from dataclasses import dataclass

from tracker import lists
from tracker.enums import Role
from tracker.models import Office, Prefecture, Site, User
from tracker.permissions import REGISTERING_ROLES


@dataclass(frozen=True, slots=True)
class Desk:
    """The préfecture in which a person registers, the sites where their mail arrives, their own bureau if any."""

    prefecture: Prefecture
    sites: list[Site]
    office: Office | None
    own_office_ids: frozenset[int]
    by_mailroom: bool

    @property
    def site(self) -> Site:
        return self.sites[0]


def desk_of(user: User) -> Desk | None:
    """None where the person registers nowhere."""
    grants = [grant for grant in user.scope.grants if grant.role in REGISTERING_ROLES]
    if not grants:
        return None
    prefectures = {held.prefecture_id: held.prefecture for held in user.held_roles}
    prefecture = prefectures[min(grant.prefecture_id for grant in grants)]
    grants = [grant for grant in grants if grant.prefecture_id == prefecture.pk]
    works_in = [grant for grant in grants if grant.role in (Role.AGENT, Role.SUPERVISOR) and grant.office_root]
    roots = {grant.office_root for grant in works_in}
    office = next((row for row in lists.offices(prefecture.pk) if row.pk in roots), None)
    sites = sorted(lists.sites([prefecture.pk]), key=lambda site: not site.is_main)
    located = {grant.site_id for grant in grants if grant.site_id} | ({office.site_id} if office else set())
    everywhere = any(grant.is_whole for grant in grants)
    if located and not everywhere:
        sites = [site for site in sites if site.pk in located]
    return Desk(
        prefecture=prefecture,
        sites=sites,
        office=office,
        own_office_ids=user.scope.offices(Role.AGENT, Role.SUPERVISOR),
        by_mailroom=not works_in and any(grant.role == Role.MAILROOM for grant in grants),
    )
