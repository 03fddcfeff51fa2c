"""Who holds which role where. A role that ends leaves its table, so that no query can forget to look at a date, and its
whole story stays in the person's journal (docs/decisions/0012)."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracker.editing import again, hold, note
from tracker.enums import OPEN_STATES, Role
from tracker.errors import InvalidCommand, StaleVersion
from tracker.models import Membership, Office, Prefecture, Site, Ticket, User
from tracker.writers import Author

WHOLE, SITE, OFFICE = "prefecture", "site", "office"
EXTENTS: Final = {
    Role.MAILROOM: (WHOLE, SITE),
    Role.AGENT: (OFFICE, SITE, WHOLE),
    Role.SUPERVISOR: (OFFICE, SITE, WHOLE),
    Role.QUALITY: (WHOLE, SITE, OFFICE),
    Role.COPIL: (WHOLE,),
    Role.ADMINISTRATOR: (WHOLE,),
}
"""Over what each role may be held: elsewhere it would open nothing, or more than was meant."""
NOT_THERE: Final = {
    Role.MAILROOM: "Le service du courrier travaille pour la préfecture ou pour un site.",
    Role.COPIL: "Un membre du COPIL l’est pour toute la préfecture.",
    Role.ADMINISTRATOR: "Un administrateur l’est pour toute la préfecture.",
}
LAST_ADMINISTRATOR: Final = "C’est le dernier administrateur de la préfecture\xa0: nommez-en d’abord un autre."
ONESELF: Final = "Un administrateur ne se retire pas lui-même\xa0: demandez-le à un autre administrateur."


@dataclass(frozen=True, slots=True)
class RoleTerms:
    """A role and where it is held; neither site nor bureau: over the whole préfecture."""

    role: str
    site: Site | None = None
    office: Office | None = None

    @property
    def words(self) -> str:
        """« Encadrant, Bureau du séjour »; over the whole préfecture, « Référent qualité, toute la préfecture »."""
        place = self.office.name if self.office else self.site.name if self.site else "toute la préfecture"
        return f"{Role(self.role).label}, {place}"

    @property
    def extent(self) -> str:
        return OFFICE if self.office else SITE if self.site else WHOLE


@transaction.atomic
def give_role(user: User, prefecture: Prefecture, terms: RoleTerms, author: Author) -> Membership:
    """Raises InvalidCommand, with its field, for a role that means nothing there or that the person holds already."""
    prefecture = hold(prefecture)
    row = again(user)
    check_terms(prefecture, terms)
    if not row.is_active:
        raise InvalidCommand("Ce compte est désactivé\xa0: réactivez-le d’abord.", field="role")
    same = row.memberships.filter(prefecture=prefecture, role=terms.role, site=terms.site, office=terms.office)
    if same.exists():
        raise InvalidCommand("Cette personne a déjà ce rôle à cet endroit.", field="role")
    held = Membership.objects.create(
        user=row, prefecture=prefecture, role=terms.role, site=terms.site, office=terms.office
    )
    note(row, "role_given", prefecture, author, data=told(held))
    return held


@transaction.atomic
def end_role(held: Membership, author: Author) -> None:
    """Raises InvalidCommand for one's own administration, for the préfecture's last administrator and for a person's
    last role (the account is then deactivated instead); StaleVersion where it has ended meanwhile."""
    prefecture = hold(held.prefecture)
    user = again(held.user)
    row = Membership.objects.filter(pk=held.pk).first()
    if row is None:
        raise StaleVersion("Ce rôle a déjà pris fin.")
    if not Membership.objects.filter(user=user).exclude(pk=row.pk).exists():
        raise InvalidCommand("C’est le seul rôle de cette personne\xa0: si elle s’en va, désactivez son compte.")
    if row.role == Role.ADMINISTRATOR:
        refuse_losing_administrator(prefecture, user, author)
    data = told(row)
    row.delete()
    note(user, "role_ended", prefecture, author, data=data)


def check_terms(prefecture: Prefecture, terms: RoleTerms) -> None:
    """Whether the role may be held there at all."""
    if terms.role not in Role.values:
        raise InvalidCommand("Choisissez un rôle.", field="role")
    role = Role(terms.role)
    for place in (terms.site, terms.office):
        if place is not None and place.prefecture_id != prefecture.pk:
            raise InvalidCommand("Ce choix n’existe pas dans votre préfecture.", field="place")
    if terms.extent not in EXTENTS[role]:
        raise InvalidCommand(NOT_THERE[role], field="place")
    if terms.office is not None and not Office.objects.filter(pk=terms.office.pk, is_active=True).exists():
        raise InvalidCommand("Ce bureau est fermé\xa0: choisissez-en un autre.", field="place")


def told(held: Membership) -> dict[str, object]:
    """A role as the journal writes it."""
    return {"role": str(held.role), "site": held.site_id, "office": held.office_id, "membership": held.pk}


# --- Administrators -----------------------------------------------------------------------------------------------


def administrators(prefecture: Prefecture) -> QuerySet[User]:
    """Those who can sign in and administer the whole préfecture."""
    held = Membership.objects.filter(
        user=OuterRef("pk"), prefecture=prefecture, role=Role.ADMINISTRATOR, site=None, office=None
    )
    return User.objects.filter(Exists(held), is_active=True)


def refuse_losing_administrator(prefecture: Prefecture, user: User, author: Author) -> None:
    """Before a role of administrator ends or its holder's account is closed; the préfecture is held, so that of two who
    remove each other one is refused."""
    if author.user is not None and author.user.pk == user.pk:
        raise InvalidCommand(ONESELF)
    if not administrators(prefecture).exclude(pk=user.pk).exists():
        raise InvalidCommand(LAST_ADMINISTRATOR)


# --- What they are in the middle of -------------------------------------------------------------------------------


def open_tickets(user: User, prefecture: Prefecture) -> int:
    """Open demandes that the person has in charge: somebody else has to take them."""
    return Ticket.objects.filter(prefecture=prefecture, assignee=user, state__in=OPEN_STATES).count()
