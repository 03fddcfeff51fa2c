"""Types de demande, thèmes, boîtes: three lists that the référent keeps, seen and changed in the same way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontend.context import Link, settings_link
from frontend.forms.catalogue import EntryForm, KindForm, MailboxForm, ThemeForm
from frontend.http import PageRequest
from frontend.opened import Opened
from frontend.pages.reference.rights import prefecture_edited_by
from frontend.pages.settings.editing import UNCHANGED, Screen, act, author_of, bound, show
from frontend.setting_words import settings_history
from tracker import cataloguing, paging
from tracker.cataloguing import PROMISES
from tracker.enums import Machine, Purpose
from tracker.models import Mailbox, Prefecture, Theme, TicketKind
from tracker.writers import Author

BY_RANK: Final = paging.Order("rang", "par rang", (paging.Key("position"), paging.Key("id")))
BY_NAME: Final = paging.Order("nom", "par nom", (paging.Key("name"), paging.Key("id")))


@dataclass(frozen=True)
class Catalogue:
    """One list: its words, its rows, its form and its services. `code` names its addresses, `slug` is what they show;
    `detail` says what an entry is beside its name."""

    code: str
    slug: str
    title: str
    intro: str
    add_label: str
    added: str
    empty: str
    model: type[Model]
    form: type[EntryForm]
    order: paging.Order
    plural_name: str
    detail: Callable[[Any], str]
    create: Callable[[Any, Prefecture, Author], Model]
    change: Callable[[Any, Any, Author], bool]
    feminine: bool = False

    @property
    def add_name(self) -> str:
        return f"{self.code}-add"

    @property
    def change_name(self) -> str:
        return f"{self.code}-change"

    @property
    def offer_name(self) -> str:
        return f"{self.code}-offer"

    @property
    def e(self) -> str:
        """The ending of what is said of an entry."""
        return "e" if self.feminine else ""

    def rows(self, prefecture: Prefecture) -> QuerySet[Any]:
        return self.model._default_manager.filter(prefecture=prefecture)

    def link(self) -> Link:
        return Link(self.title, reverse(self.plural_name))

    def views(self) -> list[URLPattern]:
        return [
            path(f"reglages/{self.slug}/", self.listing(), name=self.plural_name),
            path(f"reglages/{self.slug}/ajouter/", self.adding(), name=self.add_name),
            path(f"reglages/{self.slug}/<int:entry_id>/", self.changing(), name=self.change_name),
            path(f"reglages/{self.slug}/<int:entry_id>/proposer/", self.offering(), name=self.offer_name),
        ]

    def listing(self) -> Callable[..., HttpResponse]:
        @require_safe
        def view(request: PageRequest) -> HttpResponse:
            prefecture = prefecture_edited_by(request.user)
            page = paging.page(self.rows(prefecture), self.order, request.GET.get("page", ""))
            context = {
                "catalogue": self,
                "trail": (settings_link(),),
                "title": self.title,
                "lines": [(row, self.detail(row)) for row in page.rows],
                "previous_url": f"?{urlencode({'page': page.previous})}" if page.previous else "",
                "next_url": f"?{urlencode({'page': page.next})}" if page.next else "",
                "history": settings_history(prefecture, str(self.model._meta.model_name)),
            }
            return render(request, "frontend/pages/catalogue.html", context)

        return view

    def adding(self) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", "POST"])
        def view(request: PageRequest) -> HttpResponse:
            prefecture = prefecture_edited_by(request.user)
            form = self.form(*bound(request), prefecture=prefecture)

            def save() -> str:
                row = self.create(form, prefecture, author_of(request))
                return f"«\xa0{row}\xa0» est {self.added}"

            return show(request, form, Screen(self.add_label, "Ajouter", (settings_link(), self.link())), save)

        return view

    def changing(self) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", "POST"])
        def view(request: PageRequest, entry_id: int) -> HttpResponse:
            prefecture = prefecture_edited_by(request.user)
            entry = get_object_or_404(self.rows(prefecture), pk=entry_id)
            form = self.form(*bound(request), prefecture=prefecture, entry=entry)

            def save() -> str:
                changed = self.change(entry, form, author_of(request))
                return f"«\xa0{entry}\xa0» est modifié{self.e}." if changed else UNCHANGED

            screen = Screen(f"Modifier «\xa0{entry}\xa0»", "Enregistrer", (settings_link(), self.link()))
            return show(request, form, screen, save, opened=Opened(form, entry, prefecture))

        return view

    def offering(self) -> Callable[..., HttpResponse]:
        @require_POST
        def view(request: PageRequest, entry_id: int) -> HttpResponse:
            prefecture = prefecture_edited_by(request.user)
            entry = get_object_or_404(self.rows(prefecture), pk=entry_id)
            offered = request.POST.get("offered") == "1"

            def save() -> str:
                if not cataloguing.offer(entry, author_of(request), offered=offered):
                    return UNCHANGED
                if offered:
                    return f"«\xa0{entry}\xa0» est de nouveau proposé{self.e}."
                return f"«\xa0{entry}\xa0» n’est plus proposé{self.e}\xa0: les demandes qui l’ont le gardent."

            return act(request, save, self.link().url)

        return view


def kind_detail(kind: TicketKind) -> str:
    return PROMISES.get((Machine(kind.machine), Purpose(kind.purpose)), "")


def create_kind(form: KindForm, prefecture: Prefecture, author: Author) -> TicketKind:
    machine, purpose = form.cleaned_data["promise"].split(":")
    return cataloguing.add_kind(prefecture, form.cleaned_data["label"], machine, purpose, author)


def mailbox_detail(mailbox: Mailbox) -> str:
    office = mailbox.office.name if mailbox.office else "aucun bureau ne la lit"
    return f"{mailbox.address}, {office}" if mailbox.address else office[:1].upper() + office[1:]


@dataclass(frozen=True)
class Mailboxes(Catalogue):
    def rows(self, prefecture: Prefecture) -> QuerySet[Any]:
        return super().rows(prefecture).select_related("office")


KINDS: Final = Catalogue(
    code="kind",
    plural_name="kinds",
    slug="types",
    title="Types de demande",
    intro="Chaque type suit un circuit et reçoit ses délais des règles. Un type retiré n’est plus proposé à "
    "l’enregistrement\xa0; les demandes qui l’ont se traitent et se comptent comme avant.",
    add_label="Ajouter un type de demande",
    added="ajouté. Sans règle, ses demandes sont sans délai défini\xa0: ajoutez-en une dans «\xa0Délais\xa0».",
    empty="Aucun type de demande.",
    model=TicketKind,
    form=KindForm,
    order=BY_RANK,
    detail=kind_detail,
    create=create_kind,
    change=lambda kind, form, author: cataloguing.rename_kind(kind, form.cleaned_data["label"], author),
)
THEMES: Final = Catalogue(
    code="theme",
    plural_name="themes",
    slug="themes",
    title="Thèmes",
    intro="Un thème retiré n’est plus proposé\xa0; les demandes qui l’ont le gardent. Un import ajoute les thèmes "
    "qu’il ne connaît pas.",
    add_label="Ajouter un thème",
    added="ajouté.",
    empty="Aucun thème.",
    model=Theme,
    form=ThemeForm,
    order=BY_RANK,
    detail=lambda _theme: "",
    create=lambda form, prefecture, author: cataloguing.add_theme(prefecture, form.cleaned_data["label"], author),
    change=lambda theme, form, author: cataloguing.rename_theme(theme, form.cleaned_data["label"], author),
)
MAILBOXES: Final = Mailboxes(
    code="mailbox",
    plural_name="mailboxes",
    slug="boites",
    title="Boîtes fonctionnelles",
    intro="Les adresses où arrivent les courriels\xa0; leurs chiffres se suivent à part. Une boîte retirée n’est plus "
    "proposée\xa0; les demandes qui y sont arrivées la gardent.",
    add_label="Ajouter une boîte",
    added="ajoutée.",
    empty="Aucune boîte.",
    model=Mailbox,
    form=MailboxForm,
    order=BY_NAME,
    detail=mailbox_detail,
    create=lambda form, prefecture, author: cataloguing.add_mailbox(prefecture, form.terms(), author),
    change=lambda mailbox, form, author: cataloguing.change_mailbox(mailbox, form.terms(), author),
    feminine=True,
)

urlpatterns = [pattern for catalogue in (KINDS, THEMES, MAILBOXES) for pattern in catalogue.views()]
