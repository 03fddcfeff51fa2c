"""« Aller à… » (Ctrl+K): the pages one may open, the acts on the demande that is open, the demandes one looks for.

One request, as a list of options for the window or as a page of its own. It asks what the pages ask: nothing is offered
that would then be refused, nothing is found that the person may not see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from actions.permissions import PROPOSING_ROLES
from frontend import context
from frontend.http import PageRequest
from frontend.listing import SEALED, origin
from frontend.pages.settings import home as settings_home
from frontend.pages.support import GUIDES
from frontend.pages.tickets.offers import offers
from frontend.wording import count_of
from notifications.kinds import CONCERNED
from tracker import clock
from tracker.enums import Role
from tracker.models import Site, Ticket, User
from tracker.permissions import REGISTERING_ROLES, TREATING_ROLES
from tracker.reading import context_of, fetch
from tracker.registry import READERS
from tracker.search import by_reference, containing
from tracker.teams import HOLDING_ROLES
from tracker.words import raw_words
from tracker.writers import Author

LONGEST_TEXT: Final = 200
MOST_FOUND: Final = 6
"""Demandes shown for the words typed; the Registre lists the others."""

LEADING_ROLES: Final = (Role.SUPERVISOR, Role.QUALITY)
BESIDE: Final = (
    # label, URL name, roles that have it; none: everybody
    ("Coller des lignes d’un tableau", "rows", tuple(REGISTERING_ROLES)),
    ("Mes actions d’amélioration", "plan", PROPOSING_ROLES),
    ("Remonter une idée", "idea", PROPOSING_ROLES),
    ("Absences", "absences", LEADING_ROLES),
    ("Absences passées", "absences-past", LEADING_ROLES),
    ("À la signature", "bureau-signature", LEADING_ROLES),
    ("Vues du registre", "saved-views", READERS),
    ("Signatures", "signatures", LEADING_ROLES),
    ("Mur", "wall", LEADING_ROLES),
    ("Mes absences", "my-absences", HOLDING_ROLES),
    ("Mes absences passées", "my-absences-past", HOLDING_ROLES),
    ("Ma signature", "signature", TREATING_ROLES),
    ("Notifications", "notifications", tuple(CONCERNED)),
    ("Mes choix de notification", "notification-settings", tuple(CONCERNED)),
    ("Changer de mot de passe", "password-change", ()),
    ("Jetons d’accès (API)", "tokens", ()),
    ("Documentation de l’API", "api-guide", ()),
    ("Aide", "help", ()),
    ("Raccourcis clavier", "shortcuts", ()),
    ("Accessibilité", "accessibility", ()),
)
"""Pages that no menu of the header shows, or only the account's."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: where it leads, and a few words more."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    items: list[Item]


@require_safe
def show(request: PageRequest) -> HttpResponse:
    """`q`: what is typed. `demande`: the reference of the one that is open, if any. A reference typed in the page of
    its own opens its demande."""
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    named = named_ticket(request.user, text)
    if named is not None and not request.htmx:
        return redirect("ticket", named.reference)
    groups = [group for group in groups_of(request, text, named) if group.items]
    number = sum(len(group.items) for group in groups)
    shown = {"groups": groups, "text": text, "said": count_of(number, "proposition") if number else "Rien de tel."}
    name = "frontend/partials/_palette.html" if request.htmx else "frontend/pages/palette.html"
    return render(request, name, shown)


def groups_of(request: PageRequest, text: str, named: Ticket | None) -> Iterator[Group]:
    """What was named first; then what one does here, before where one may go."""
    user, wanted = request.user, raw_words(text)
    if named is not None:
        yield Group("demande", "Ouvrir", [ticket_item(named, user)])
    yield Group("agir", "Agir", matching(acts(user, request.GET.get("demande", "")), wanted))
    yield Group("aller", "Aller à", matching(destinations(request), wanted))
    kinds = [Item(f"Enregistrer\xa0: {small(link.label)}", link.url) for link in context.registrable(request)]
    yield Group("enregistrer", "Enregistrer", matching(kinds, wanted))
    if text and user.scope.has(*READERS):
        found = [ticket_item(row, user) for row in found_tickets(user, text) if row != named]
        everything = Item(
            f"Chercher «\xa0{text}\xa0» dans le registre", f"{reverse('registry')}?{urlencode({'text': text})}"
        )
        yield Group("chercher", "Chercher", [*found, everything])


def matching(items: Iterable[Item], wanted: list[str]) -> list[Item]:
    """Those whose words begin as the typed ones do, in any order: « rég » finds « Réglages »."""
    return [
        item
        for item in items
        if all(any(word.startswith(begun) for word in raw_words(f"{item.label} {item.note}")) for begun in wanted)
    ]


def small(label: str) -> str:
    return label[:1].lower() + label[1:]


# --- Where one may go ----------------------------------------------------------------------------------------------


def destinations(request: PageRequest) -> list[Item]:
    """Every page that the person's roles open without naming anything."""
    scope = request.user.scope
    items = [Item(link.label, link.url) for link in context.navigation(request)]
    for _, entries in settings_home.groups(request.user):
        items += [Item(entry.label, reverse(entry.name), context.SETTINGS) for entry in entries]
    items += [Item(label, reverse(name)) for label, name, roles in BESIDE if not roles or scope.has(*roles)]
    items += [Item(guide.title, reverse("guide", args=[guide.name]), "Aide") for guide in GUIDES.values()]
    once: dict[str, Item] = {}
    for item in items:  # what Réglages shows is not offered again by itself
        once.setdefault(item.url, item)
    return list(once.values())


# --- What one may do -----------------------------------------------------------------------------------------------


def acts(user: User, reference: str) -> list[Item]:
    """The acts that the page of this demande offers this person now, its primary one first."""
    if not reference or "\0" in reference:
        return []
    try:
        ticket = fetch(user, reference)
    except Http404:
        return []
    allowed = context_of(ticket, Author(user=user)).abilities
    if "read" not in allowed:
        return []
    items = [Item(offer.label, offer.url, reference) for offer in offers(ticket, allowed)]
    if "answer" in allowed:
        items.append(Item("Préparer un texte", reverse("ticket-text", args=[reference]), reference))
    return items


# --- What one looks for --------------------------------------------------------------------------------------------


def named_ticket(user: User, text: str) -> Ticket | None:
    """The demande whose reference, or its last digits, is typed."""
    if not any(char.isdigit() for char in text) or not user.scope.has(*READERS):
        return None
    zone = Site.objects.filter(prefecture_id__in=user.scope.prefecture_ids).values_list("time_zone", flat=True).first()
    if zone is None:
        return None
    rows = Ticket.objects.visible_to(user).with_lists().defer("body")
    return by_reference(rows, text, clock.today(zone).year)


def found_tickets(user: User, text: str) -> list[Ticket]:
    """The latest demandes that hold these words, among those whose text the person may read."""
    rows = containing(Ticket.objects.readable_by(user), text).with_lists().defer("body")
    return list(rows.order_by("-received_on", "-pk")[:MOST_FOUND])


def ticket_item(ticket: Ticket, user: User) -> Item:
    url = reverse("ticket", args=[ticket.reference])
    if not user.scope.reads_text(ticket.office_id):
        return Item(ticket.reference, url, SEALED)
    said = f"{ticket.reference} · {ticket.subject or 'Sans objet'}"
    return Item(said, url, ", ".join(filter(None, (ticket.sender_name, small(origin(ticket))))))


urlpatterns = [path("aller/", show, name="palette")]
