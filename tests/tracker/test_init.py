"""`manage.py init`, and what every command says when it refuses."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_prefecture
from tracker.enums import Role
from tracker.management.base import SillageCommand, existing_file
from tracker.models import ClosedDay, DeadlineRule, Engagement, Event, LiveCounter, Membership, Prefecture, User

ROOT = Path(__file__).parents[2]


def init(*args: str) -> str:
    out = StringIO()
    call_command("init", *args, stdout=out)
    return out.getvalue()


def manage(data: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, as a person types it."""
    env = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT,
        env=env | {"SILLAGE_DATA": str(data)},
        capture_output=True,
        text=True,
    )


@pytest.mark.django_db
def test_init_gives_what_a_prefecture_starts_with() -> None:
    said = init("--department", "44", "--name", "Préfecture d’essai", "--admin-email", "Chef@Exemple.test")
    prefecture = Prefecture.objects.get()
    assert (prefecture.code, prefecture.department, prefecture.time_zone) == ("44", "44", "Europe/Paris")
    assert [site.is_main for site in prefecture.sites.all()] == [True]
    assert set(prefecture.kinds.values_list("code", flat=True)) == {
        "correspondence",
        "complaint",
        "meeting_request",
        "site_update",
    }
    assert DeadlineRule.objects.filter(
        prefecture=prefecture, kind__code="correspondence", channel__code="email"
    ).exists()
    assert ClosedDay.objects.filter(zone="", name__contains="Armistice").exists()
    assert Engagement.objects.exists()
    assert LiveCounter.objects.filter(prefecture=prefecture).exists()
    assert not prefecture.is_demonstration
    user = User.objects.get()
    assert (user.email, user.must_change_password) == ("chef@exemple.test", True)
    password = said.strip().rpartition(" ")[2]
    assert user.check_password(password)
    assert len(password) >= 20
    held = Membership.objects.get()
    assert (held.user, held.role, held.site, held.office) == (user, Role.ADMINISTRATOR, None, None)
    assert set(Event.objects.values_list("stream", "kind")) >= {("user", "created"), ("user", "role_given")}


@pytest.mark.django_db
def test_two_prefectures_may_share_an_administrator() -> None:
    init("--department", "44", "--name", "Une", "--admin-email", "chef@exemple.test")
    before = User.objects.get().password
    said = init("--department", "974", "--name", "Deux", "--admin-email", "chef@exemple.test")
    assert "garde son mot de passe" in said
    assert User.objects.get().password == before
    assert Prefecture.objects.get(code="974").time_zone == "Indian/Reunion"
    assert Membership.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--department", "44"), "déjà le code « 44 »"),
        (("--department", "20"), "20"),
        (("--department", "49", "--code", "4-9"), "1 à 8 chiffres ou lettres"),
        (("--department", "49", "--admin-email", "chef"), "n’est pas une adresse"),
        (("--department", "49", "--profile", "autre"), "Profil inconnu"),
        (("--department", "49", "--name", "  "), "Donnez un nom"),
    ],
)
def test_refusal_writes_nothing(args: tuple[str, ...], says: str) -> None:
    make_prefecture()
    with pytest.raises(CommandError, match=says):
        init("--name", "Préfecture", *args)
    assert Prefecture.objects.count() == 1
    assert not User.objects.exists()


def test_init_on_a_new_machine_makes_its_own_tables(tmp_path: Path) -> None:
    done = manage(tmp_path, "init", "--department", "44", "--name", "Préfecture d’essai")
    assert (done.returncode, done.stderr) == (0, "")
    assert "administrateur.44@sillage.local" in done.stdout
    again = manage(tmp_path, "init", "--department", "44", "--name", "Préfecture d’essai")
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1
    assert again.stderr.startswith("Une préfecture porte déjà le code")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "Il manque : --department, --name."),
        (("--department", "44", "--name", "A", "--nom", "B"), "Option inconnue : --nom B."),
        (("--department",), "Valeur refusée pour --department"),
    ],
)
def test_wrong_arguments_are_said_in_french(args: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = manage(tmp_path, "init", *args)
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1


class Choosing(SillageCommand):
    with_prefecture = True

    def handle(self, *args: Any, **options: Any) -> str:
        return self.prefecture(options).code


@pytest.mark.django_db
def test_prefecture_option_defaults_to_the_only_one() -> None:
    def choose(*args: str) -> str:
        out = StringIO()
        call_command(Choosing(), *args, stdout=out)
        return out.getvalue().strip()

    with pytest.raises(CommandError, match="Aucune préfecture dans cette base"):
        choose()
    make_prefecture("44")
    assert choose() == "44"
    make_prefecture("49", "49")
    assert choose("--prefecture", "49") == "49"
    with pytest.raises(CommandError, match=r"précisez --prefecture \(44, 49\)"):
        choose()
    with pytest.raises(CommandError, match="Codes connus : 44, 49"):
        choose("--prefecture", "13")


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Fichier introuvable"):
        existing_file(str(tmp_path / "absent.xlsx"))
