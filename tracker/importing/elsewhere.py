"""Whether a file is about to be taken twice: as another kind, or in another register."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tracker.errors import SillageError
from tracker.importing.files import JOB_KIND
from tracker.importing.identities import RowIdentity
from tracker.importing.options import ImportTarget
from tracker.importing.report import grouped
from tracker.models import ExternalIdentity, Job
from tracker.writers import CHUNK

OPTION: Final = "--allow-known-elsewhere"
BY_ACCIDENT: Final = 4
"""Rows that two small registers may share without being one."""
Place = tuple[int, str]
"""A kind and a register."""


class KnownElsewhere(SillageError):
    """Most of what would be written stands elsewhere already, and nobody has said that it is meant so."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`agreeing` of the `compared` rows that the file would add stand already under `kind`, in `register`.
    `same_file`: that very file, byte for byte, was imported there."""

    kind: str
    kind_label: str
    register: str
    agreeing: int
    compared: int
    same_file: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sentence(self) -> str:
        where = f"comme «\xa0{self.kind_label}\xa0», registre «\xa0{self.register}\xa0»"
        if not self.agreeing:
            return f"Ce fichier a déjà été importé {where}."
        first = " premières" if self.compared >= CHUNK else ""
        rows = f"{grouped(self.agreeing)} des {grouped(self.compared)}{first} lignes à prendre"
        said = f"{rows} {'sont' if self.agreeing > 1 else 'est'} déjà là {where}."
        return f"Ce fichier a déjà été importé\xa0: {said}" if self.same_file else said

    def refusal(self) -> KnownElsewhere:
        return KnownElsewhere(
            f"{self.sentence} Rien n’a été importé. Vérifiez le type et le registre\xa0; si c’est bien voulu, "
            f"confirmez-le sur la page de vérification, ou par {OPTION} en ligne de commande."
        )


def find_elsewhere(target: ImportTarget, first: Sequence[RowIdentity], sha256: str) -> Elsewhere | None:
    """Compare the first rows of a file (one chunk: a version of a register begins as the one before did, and an import
    that begins must know before it writes) with what stands in every other kind and register of the préfecture.

    A row agrees where its number, its arrival and its sender are the same; numbers restart in each register, so that
    one alone says nothing. Told where the very same file was imported as another kind, or where more than half of the
    rows agree, and more than a few: two registers of different things share a row by accident, not most of them. None
    where nothing new would be taken.
    """
    here = (target.kind.pk, target.register)
    known = ExternalIdentity.objects.standing().filter(
        prefecture=target.prefecture, key__in={identity.key for identity in first}
    )
    met: dict[tuple[str, Any, str], set[Place]] = {}
    taken: set[tuple[str, int, str]] = set()
    columns = ("kind", "register", "sheet", "year", "key", "received_on", "sender_digest")
    for kind, register, sheet, year, key, received_on, sender in known.values_list(*columns):
        if (kind, register) == here:
            taken.add((sheet, year, key))
        else:
            met.setdefault((key, received_on, sender), set()).add((kind, register))
    new = [identity for identity in first if identity.place not in taken]
    if not new:
        return None
    agreeing: Counter[Place] = Counter()
    for identity in new:
        agreeing.update(met.get((identity.key, identity.received_on, identity.sender), ()))
    same = {place for place in places_of_file(target, sha256) if place[0] != target.kind.pk}
    places = same or {place for place, count in agreeing.items() if count > BY_ACCIDENT and 2 * count > len(new)}
    if not places:
        return None
    # Of two that agree as well, the same one each time.
    kind, register = min(places, key=lambda place: (-agreeing[place], place))
    its = target.prefecture.kinds.get(pk=kind)
    agree = agreeing[kind, register]
    return Elsewhere(its.code, its.label, register, agree, len(new), same_file=bool(same))


def places_of_file(target: ImportTarget, sha256: str) -> set[Place]:
    """Where the demandes of this very file stand."""
    if not sha256:
        return set()
    jobs = Job.objects.filter(kind=JOB_KIND, prefecture=target.prefecture, params__sha256=sha256)
    standing = ExternalIdentity.objects.standing().filter(job__in=[*jobs.values_list("pk", flat=True)])
    return set(standing.values_list("kind", "register").distinct())
