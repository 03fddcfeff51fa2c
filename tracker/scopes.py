"""What a person may see, as sets of identifiers: pure, so that lists, pages, search and API all ask the same object."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tracker.enums import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """One role over a part of one préfecture. `site_id` None and no `office_root`: the whole préfecture."""

    role: str
    prefecture_id: int
    site_id: int | None
    office_root: int | None
    # The bureaux below, the one named included.
    office_ids: frozenset[int]

    @property
    def is_whole(self) -> bool:
        """Whether it holds over the whole préfecture."""
        return self.site_id is None and self.office_root is None


@dataclass(frozen=True, slots=True)
class Scope:
    grants: tuple[Grant, ...] = ()
    sensitive_ids: frozenset[int] = field(default_factory=frozenset)

    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def has_whole(self, *roles: Role) -> bool:
        """Whether the person holds one of `roles` over a whole préfecture."""
        return any(grant.role in roles and grant.is_whole for grant in self.grants)

    def offices(self, *roles: Role) -> frozenset[int]:
        """The bureaux over which the person holds one of `roles`."""
        return frozenset().union(*(grant.office_ids for grant in self.grants if grant.role in roles))

    @property
    def prefecture_ids(self) -> frozenset[int]:
        return frozenset(grant.prefecture_id for grant in self.grants)

    @property
    def led_ids(self) -> frozenset[int]:
        """The bureaux whose work the person shares out: an encadrant's own, and as an encadrant there a référent's but
        the sensitive ones."""
        return self.offices(Role.SUPERVISOR) | (self.offices(Role.QUALITY) - self.sensitive_ids)

    @property
    def sealed_ids(self) -> frozenset[int]:
        """Sensitive bureaux of which only reference, bureau and dates may be read: a référent's, unless the same person
        also works there."""
        works_there = self.offices(Role.AGENT, Role.SUPERVISOR)
        return (self.offices(Role.QUALITY) & self.sensitive_ids) - works_there

    @property
    def sees_unheld(self) -> bool:
        """Whether the person sees demandes that no bureau holds: `querysets.granted` says which."""
        return any(
            grant.role == Role.MAILROOM or (grant.role == Role.QUALITY and grant.office_root is None)
            for grant in self.grants
        )

    def reads_text(self, office_id: int | None) -> bool:
        """Whether sender, subject and text of a visible demande held by this bureau may be read."""
        return office_id is None or office_id not in self.sealed_ids


def subtree(root: int, parents: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """`root` and everything below it; `parents` gives (office, its parent) pairs. A circle in it ends the walk."""
    children: dict[int | None, list[int]] = {}
    for office_id, parent_id in parents:
        children.setdefault(parent_id, []).append(office_id)
    found, waiting = {root}, [root]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


class Held(Protocol):
    """One role, as its row says it: over a préfecture, one of its sites or one of its bureaux."""

    role: str
    prefecture_id: int
    site_id: int | None
    office_id: int | None


OfficeRow = tuple[int, int | None, int, int, bool]
"""Bureau, the one above it, préfecture, site, whether it is sensitive."""


def scope_of(roles: Iterable[Held], offices: Sequence[OfficeRow]) -> Scope:
    """What these roles of one person show; `offices` are those of their préfectures, at least."""
    parents = [(pk, parent_id) for pk, parent_id, *_ in offices]
    grants = []
    for held in roles:
        if held.office_id is not None:
            ids = subtree(held.office_id, parents)
        else:
            ids = frozenset(
                pk
                for pk, _, prefecture_id, site_id, _ in offices
                if prefecture_id == held.prefecture_id and held.site_id in (None, site_id)
            )
        grants.append(Grant(held.role, held.prefecture_id, held.site_id, held.office_id, ids))
    return Scope(tuple(grants), frozenset(pk for pk, *_, is_sensitive in offices if is_sensitive))
