"""Réglages over HTTP: what each screen says, offers and refuses. The services have their own tests."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD, World, make_world
from tests.tracker.spreadsheets.workbooks import write_workbook
from tracker import accounts, cataloguing, jobs
from tracker.accounts import NOT_FROM_HERE, Identity
from tracker.enums import Role
from tracker.membership import RoleTerms
from tracker.models import Event, Mailbox, Membership, Office, Site, Theme, TicketKind, User
from tracker.writers import Author

Open = Callable[[str], Client]


@pytest.fixture
def signed_in(world: World) -> Open:
    def open_as(name: str) -> Client:
        client = Client()
        client.force_login(world.user(name))
        return client

    return open_as


def text(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).replace("\xa0", " ").split())


def after(response: Any) -> str:
    """The page to which a form that was saved leads."""
    assert response.redirect_chain, text(response)[-1500:]
    return text(response)


# --- Home ---------------------------------------------------------------------------------------------------------


def test_each_finds_what_is_theirs(signed_in: Open) -> None:
    home = reverse("settings")
    whole, branch, administrator = (
        text(signed_in(name).get(home)) for name in ("quality", "branch_quality", "administrator")
    )
    assert "Types de demande" in whole
    assert "Comptes et rôles" not in whole
    assert "Délais" in branch
    assert "Types de demande" not in branch
    assert "Comptes et rôles" in administrator
    assert "Délais" not in administrator


def test_a_person_with_both_roles_has_both(world: World, signed_in: Open) -> None:
    Membership.objects.create(user=world.users["quality"], prefecture=world.prefecture, role=Role.ADMINISTRATOR)
    page = text(signed_in("quality").get(reverse("settings")))
    assert "Types de demande" in page
    assert "Comptes et rôles" in page


def test_national_lists_are_read_with_their_version_in_words(signed_in: Open) -> None:
    page = text(signed_in("administrator").get(reverse("national-lists")))
    assert "Engagements (Qual-e-Pref, version du 4 février 2019)" in page
    assert "2019-02-04" not in page
    assert "Réponse dans un délai annoncé et maîtrisé" in page


# --- Lists of the référent ----------------------------------------------------------------------------------------


def test_a_kind_is_added_used_and_withdrawn(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    sent = {"label": "Modification du SVI", "promise": "reply:update"}
    page = after(client.post(reverse("kind-add"), sent, follow=True))
    assert "« Modification du SVI » est ajouté. Sans règle, ses demandes sont sans délai défini" in page
    assert "Modification du SVI : ajout." in page
    kind = TicketKind.objects.get(code="modification-du-svi")
    assert "Modification du SVI" in text(client.get(reverse("registry")))
    page = after(client.post(reverse("kind-offer", args=[kind.pk]), {"offered": "0"}, follow=True))
    assert "« Modification du SVI » n’est plus proposé : les demandes qui l’ont le gardent." in page
    assert "Proposer à nouveau" in page
    assert client.get(reverse("register", args=[kind.code])).status_code == 404


def test_the_mailroom_s_kind_stays(world: World, signed_in: Open) -> None:
    kind = world.kind("correspondence")
    page = after(signed_in("quality").post(reverse("kind-offer", args=[kind.pk]), {"offered": "0"}, follow=True))
    assert "reste proposé : le service du courrier n’enregistre que cela." in page
    assert TicketKind.objects.get(pk=kind.pk).is_active


def test_a_refused_form_keeps_what_was_typed(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    label = "SEJOUR ET ASILE"
    response = client.post(reverse("theme-add"), {"label": label})
    assert response.status_code == 422
    assert "Ce libellé est déjà pris" in text(response)
    assert f'value="{label}"' in text(response)
    assert client.post(reverse("theme-add"), {}).status_code == 422


def test_what_is_withdrawn_is_offered_no_more_but_where_it_is_used(world: World, signed_in: Open) -> None:
    author = Author(user=world.user("quality"))
    box = cataloguing.add_mailbox(world.prefecture, cataloguing.MailboxTerms("pref-ancienne"), author)
    theme = Theme.objects.create(prefecture=world.prefecture, code="vieux", label="Vieux thème")
    holding = world.register(mailbox_id=box.pk, theme_id=theme.pk)
    other = world.register()
    for entry in (box, theme):
        cataloguing.offer(entry, author, offered=False)
    client = signed_in("agent")
    register = text(client.get(reverse("register", args=["correspondence"])))
    correct = [
        text(client.get(reverse("ticket-act", kwargs={"reference": ticket.reference, "name": "correct"})))
        for ticket in (holding, other)
    ]
    for label in ("pref-ancienne", "Vieux thème"):
        assert label not in register
        assert label in correct[0]
        assert label not in correct[1]


def test_a_mailbox_changes_bureau_and_its_history_says_so(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    sent = {"name": "pref-contact", "address": "", "office": world.offices["SEJ"].pk}
    after(client.post(reverse("mailbox-add"), sent, follow=True))
    box = Mailbox.objects.get()
    sent |= {"office": world.offices["DOT"].pk, "address": "contact@example.test"}
    page = after(client.post(reverse("mailbox-change", args=[box.pk]), sent, follow=True))
    assert (
        "pref-contact : adresse : « contact@example.test », auparavant aucun ; bureau : « Bureau des dotations », "
        "auparavant « Bureau du séjour »."
    ) in page


def test_closing_by_itself_says_what_comes(world: World, signed_in: Open) -> None:
    client = signed_in("quality")
    assert "Aucune demande ne se clôt la nuit prochaine." in text(client.get(reverse("prefecture-settings")))
    page = after(client.post(reverse("prefecture-settings"), {"close_after_days": "15"}, follow=True))
    assert "clôture automatique : 15 jours ouvrés, auparavant 10 jours ouvrés" in page.replace("Clôture", "clôture")
    refused = client.post(reverse("prefecture-settings"), {"close_after_days": "0"})
    assert (refused.status_code, "Indiquez un nombre de 1 à 250." in text(refused)) == (422, True)


@pytest.mark.parametrize(("name", "rows"), [("themes", "themes"), ("mailboxes", "mailboxes")])
def test_a_long_list_has_pages(world: World, signed_in: Open, name: str, rows: str) -> None:
    for number in range(60):
        entry: dict[str, Any] = {"code": f"t{number}", "label": f"Entrée {number:02}", "position": 100}
        if rows == "mailboxes":
            entry = {"name": f"Entrée {number:02}"}
        getattr(world.prefecture, rows).create(**entry)
    client, address, shown = signed_in("quality"), reverse(name), 0
    while address:
        response = client.get(address)
        shown += len(response.context["lines"])
        address = response.context["next_url"] and reverse(name) + response.context["next_url"]
    assert shown == getattr(world.prefecture, rows).count()


@pytest.mark.parametrize("name", ["kind-change", "theme-change", "kind-offer", "theme-offer"])
def test_another_prefecture_s_entries_do_not_exist(world: World, signed_in: Open, name: str) -> None:
    elsewhere = make_world("35", "35").prefecture
    rows: Any = elsewhere.kinds if name.startswith("kind") else elsewhere.themes
    response = signed_in("quality").post(reverse(name, args=[rows.first().pk]), {"label": "X", "offered": "0"})
    assert response.status_code == 404


# --- Organisation -------------------------------------------------------------------------------------------------


def test_a_site_and_a_bureau_are_added(world: World, signed_in: Open) -> None:
    client = signed_in("administrator")
    sent = {"code": "SP2", "name": "Sous-préfecture du Nord", "zone": "metropole", "time_zone": "Europe/Paris"}
    assert "Sous-préfecture du Nord est ajouté." in after(client.post(reverse("site-add"), sent, follow=True))
    sent = {
        "code": "ELE",
        "name": "Élections",
        "parent": world.offices["DCL"].pk,
        "site": Site.objects.get(code="SP2").pk,
    }
    page = after(client.post(reverse("office-add"), sent, follow=True))
    assert "Élections : ajout." in page
    places = [
        page.index(f"<strong>{name}") for name in ("Direction de la citoyenneté", "Élections", "Bureau du séjour")
    ]
    assert places == sorted(places)


def test_the_form_never_offers_what_is_below(world: World, signed_in: Open) -> None:
    page = signed_in("administrator").get(reverse("office-change", args=["DCL"])).content.decode()
    choices = page.partition('name="parent"')[2].partition("</select>")[0]
    assert "Bureau du séjour" in choices
    assert "Bureau des dotations" not in choices


def test_a_sensitive_bureau_says_what_it_does(signed_in: Open) -> None:
    page = text(signed_in("administrator").get(reverse("office-change", args=["ASI"])))
    assert "Le référent qualité n’y voit plus que la référence, le bureau et les dates des demandes" in page


def test_a_bureau_that_holds_something_says_what(world: World, signed_in: Open) -> None:
    world.register()
    client = signed_in("administrator")
    page = text(client.get(reverse("office-close", args=["SEJ"])))
    assert "1 demande ouverte : à affecter ailleurs, par leur encadrant." in page
    assert "3 personnes y ont un rôle" in page
    assert f"{reverse('people')}?office=SEJ" in page
    assert reverse("registry") not in page, "the Registre is not the administrator's"
    assert "Fermer le bureau" not in page
    refused = client.post(reverse("office-close", args=["SEJ"]), {"ended_on": "20/11/2026"})
    assert refused.status_code == 422
    assert Office.objects.get(code="SEJ").is_active


def test_who_is_also_referent_goes_to_the_list(world: World, signed_in: Open) -> None:
    Membership.objects.create(user=world.users["quality"], prefecture=world.prefecture, role=Role.ADMINISTRATOR)
    world.register()
    client = signed_in("quality")
    page = text(client.get(reverse("office-close", args=["SEJ"])))
    address = f"{reverse('registry')}?office=SEJ&state=open"
    assert address in page
    assert "1 demande" in text(client.get(address))


def test_an_empty_bureau_closes_and_reopens(world: World, signed_in: Open) -> None:
    Membership.objects.filter(office=world.offices["DOT"]).delete()
    client = signed_in("administrator")
    page = after(client.post(reverse("office-close", args=["DOT"]), {"ended_on": "1/11/2026"}, follow=True))
    assert "Bureau des dotations : fermeture, depuis le 1er novembre 2026." in page
    assert "1 bureau fermé" in page
    assert "Bureau des dotations" not in text(signed_in("agent").get(reverse("register", args=["correspondence"])))
    page = after(client.post(reverse("office-reopen", args=["DOT"]), follow=True))
    assert "« Bureau des dotations » est de nouveau en service." in page


def test_another_prefecture_s_bureau_of_the_same_code_is_untouched(world: World, signed_in: Open) -> None:
    elsewhere = make_world("35", "35")
    sent = {"name": "Renommé", "parent": "", "site": world.site.pk}
    after(signed_in("administrator").post(reverse("office-change", args=["SEJ"]), sent, follow=True))
    assert Office.objects.get(pk=elsewhere.offices["SEJ"].pk).name == "Bureau du séjour"
    sent["site"] = elsewhere.site.pk
    assert signed_in("administrator").post(reverse("office-change", args=["SEJ"]), sent).status_code == 422


# --- People -------------------------------------------------------------------------------------------------------


def new_person(**changed: str) -> dict[str, str]:
    person = {"first_name": "Alix", "last_name": "Modèle", "email": "Alix@example.test", "job_title": ""}
    return person | {"role": "copil", "place": "prefecture"} | changed


def test_a_person_is_added_then_handed_a_password_once(world: World, signed_in: Open) -> None:
    client = signed_in("administrator")
    page = after(client.post(reverse("person-add"), new_person(), follow=True))
    assert "1 compte attend un mot de passe" in page
    response = client.post(reverse("passwords"))
    user = User.objects.get(email="alix@example.test")
    password = response.content.decode().partition("<code>")[2].partition("</code>")[0]
    assert user.check_password(password)
    assert "no-store" in response["Cache-Control"]
    assert password not in text(client.get(reverse("passwords")))
    assert "Tous les comptes ont un mot de passe." in text(client.get(reverse("passwords")))
    visitor = Client()
    signed = visitor.post(reverse("sign-in"), {"username": "ALIX@example.test", "password": password})
    assert (signed.status_code, visitor.get("/aide/").status_code) == (302, 200)
    assert visitor.get(reverse("calculator"))["Location"] == reverse("password-change")


def test_one_person_s_password_is_shown_in_the_answer(world: World, signed_in: Open) -> None:
    user = world.user("agent")
    response = signed_in("administrator").post(reverse("person-password", args=[user.pk]))
    password = response.content.decode().partition("<code>")[2].partition("</code>")[0]
    assert world.user("agent").check_password(password)
    assert "no-store" in response["Cache-Control"]
    refused = signed_in("administrator").post(reverse("person-password", args=[world.users["administrator"].pk]))
    assert (refused.status_code, "dans votre menu" in text(refused)) == (409, True)


def test_a_role_refused_stands_beside_its_place(world: World, signed_in: Open) -> None:
    client = signed_in("administrator")
    wrong = new_person(place=f"office:{world.offices['SEJ'].pk}")
    response = client.post(reverse("person-add"), wrong)
    assert response.status_code == 422
    assert "Un membre du COPIL l’est pour toute la préfecture." in text(response)
    assert client.post(reverse("person-add"), new_person(place="office:999999")).status_code == 422
    assert not User.objects.filter(email="alix@example.test").exists()


def test_an_address_of_another_prefecture_tells_nothing(world: World, signed_in: Open) -> None:
    foreign = make_world("35", "35").users["agent"]
    response = signed_in("administrator").post(reverse("person-add"), new_person(email=foreign.email))
    assert response.status_code == 422
    assert NOT_FROM_HERE.replace("\xa0", " ") in text(response)


def test_the_list_is_searched_and_paged(world: World, signed_in: Open) -> None:
    author = Author(user=world.user("administrator"))
    role = RoleTerms(Role.AGENT, office=world.offices["DOT"])
    for number in range(55):
        who = Identity(f"p{number:02}@example.test", "Personne", f"Ajoutée {number:02}")
        accounts.add_account(world.prefecture, who, role, author)
    client, address = signed_in("administrator"), reverse("people")
    first = client.get(address, {"q": "ajoutée personne"})
    assert "55 comptes" in text(first)
    assert "Ajoutée 49" in text(first)
    assert "Ajoutée 50" not in text(first)
    second = text(client.get(address + first.context["next_url"]))
    assert "Ajoutée 50" in second
    assert "Ajoutée 49" not in second
    assert "<strong>1 compte</strong>" in text(client.get(address, {"q": "copil"}))
    assert "56 comptes" in text(client.get(address, {"office": "DOT"}))
    assert "55 comptes" in text(client.get(address, {"state": "waiting"}))
    assert "Aucun compte ne correspond." in text(client.get(address, {"state": "inactive"}))
    assert client.get(address, {"page": "bm9u", "office": "ZZZ"}).status_code == 200


def test_closing_an_account_says_what_is_left_behind(world: World, signed_in: Open) -> None:
    world.register(assignee="agent")
    client, user = signed_in("administrator"), world.user("agent")
    page = text(client.get(reverse("person-deactivate", args=[user.pk])))
    assert "1 demande ouverte lui est confiée : demandez à son encadrant de les confier à un collègue." in page
    page = after(client.post(reverse("person-deactivate", args=[user.pk]), follow=True))
    assert "Réactiver le compte" in page
    assert "Désactivation du compte." in page
    page = after(client.post(reverse("person-reactivate", args=[user.pk]), follow=True))
    assert "remettez-lui un mot de passe à usage unique" in page
    assert not world.user("agent").check_password(PASSWORD)


def test_nobody_closes_himself_out(world: World, signed_in: Open) -> None:
    me = world.users["administrator"]
    client = signed_in("administrator")
    assert "C’est votre compte" in text(client.get(reverse("person", args=[me.pk])))
    refused = client.post(reverse("person-deactivate", args=[me.pk]))
    assert (refused.status_code, "votre propre compte" in text(refused)) == (422, True)
    refused = client.post(reverse("role-end", args=[me.pk, me.memberships.get().pk]))
    assert (refused.status_code, "désactivez son compte" in text(refused)) == (422, True)


def test_a_role_is_given_and_ended(world: World, signed_in: Open) -> None:
    client, user = signed_in("administrator"), world.user("colleague")
    only = user.memberships.get()
    sent = {"role": "agent", "place": f"office:{world.offices['DOT'].pk}"}
    page = after(client.post(reverse("role-add", args=[user.pk]), sent, follow=True))
    assert "Rôle donné : Agent, Bureau des dotations." in page
    page = after(client.post(reverse("role-end", args=[user.pk, only.pk]), follow=True))
    assert "Rôle terminé : Agent, Bureau du séjour." in page
    gone = client.post(reverse("role-end", args=[user.pk, only.pk]))
    assert gone.status_code == 404


def test_the_account_of_two_prefectures_keeps_to_its_roles_here(world: World, signed_in: Open) -> None:
    elsewhere, user = make_world("35", "35"), world.user("agent")
    Membership.objects.create(user=user, prefecture=elsewhere.prefecture, role=Role.QUALITY)
    client = signed_in("administrator")
    page = text(client.get(reverse("person", args=[user.pk])))
    assert "Ce compte est tenu ailleurs" in page
    assert "Référent qualité" not in page.partition("Rôles")[2], "its roles elsewhere are not told"
    assert "mot de passe à usage unique" not in page
    assert client.post(reverse("person-password", args=[user.pk])).status_code == 409
    assert not Event.objects.filter(stream="user", kind="password_issued").exists()
    assert client.get(reverse("person", args=[elsewhere.users["copil"].pk])).status_code == 404


def test_a_locked_account_is_unlocked(world: World, signed_in: Open) -> None:
    user, visitor = world.user("agent"), Client()
    for _ in range(5):
        visitor.post(reverse("sign-in"), {"username": user.email, "password": "faux"})
    client = signed_in("administrator")
    assert "Débloquer" in text(client.get(reverse("person", args=[user.pk])))
    page = after(client.post(reverse("person-unlock", args=[user.pk]), follow=True))
    assert "Débloquer" not in page
    signed = visitor.post(reverse("sign-in"), {"username": user.email, "password": PASSWORD})
    assert signed.status_code == 302


# --- Importing ----------------------------------------------------------------------------------------------------


def test_a_workbook_is_rehearsed_then_imported(world: World, signed_in: Open, tmp_path: Any) -> None:
    people = [("E-mail", "Prénom", "Nom", "Rôle", "Bureau"), ("a@example.test", "A", "B", "agent", "NEW")]
    rows = [("Code", "Libellé", "Site"), ("NEW", "Neuf", ""), ("BAD", "Mauvais", "Ailleurs")]
    path = write_workbook(tmp_path / "organisation.xlsx", {"Bureaux": rows, "Personnes": people})
    client = signed_in("administrator")
    with path.open("rb") as file:
        response = client.post(reverse("organisation-imports"), {"file": file})
    jobs.run_pending_jobs()
    page = text(client.get(response["Location"]))
    assert "Vérification : rien n’est encore importé" in page
    assert "Aucun site ne porte le code ou le nom « Ailleurs »." in page
    assert "Importer pour de bon" in page
    assert "Ce qui serait ajouté ou changé" in page
    assert "A B, a@example.test" in page
    assert "nouveau compte : Agent, Neuf" in page
    assert not Office.objects.filter(code="NEW").exists()
    response = client.post(f"{response['Location']}importer/")
    jobs.run_pending_jobs()
    page = text(client.get(response["Location"]))
    assert "Import terminé" in page
    assert "Ajoutés : bureaux" in page
    assert f'href="{reverse("passwords")}">Remettre les mots de passe</a>' in page
    assert User.objects.get(email="a@example.test").memberships.get().office == Office.objects.get(code="NEW")
    assert "3 lignes lues : 2 prises, 0 déjà connue, 1 refusée" in text(client.get(reverse("organisation-imports")))


def test_a_file_that_is_none_is_refused_beside_the_field(signed_in: Open, tmp_path: Any) -> None:
    client, path = signed_in("administrator"), tmp_path / "notes.xlsx"
    path.write_text("bonjour")
    with path.open("rb") as file:
        response = client.post(reverse("organisation-imports"), {"file": file})
    assert response.status_code == 422
    assert client.post(reverse("organisation-imports")).status_code == 422
