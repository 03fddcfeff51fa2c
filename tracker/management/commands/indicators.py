"""`manage.py indicators --from DATE --to DATE`: the figures of a period, as a table or as JSON."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tracker import clock
from tracker.calculating import typed_date
from tracker.errors import InvalidCommand
from tracker.indicators import Figure, Perimeter, compute_figures
from tracker.management.base import SillageCommand
from tracker.models import Mailbox, Office, Prefecture
from tracker.scopes import subtree

HEADER = ("Indicateur", "Dans le délai", "Taux", "Délai moyen", "À échoir", "Hors calcul", "Sans objet")
FOOTNOTE = (
    "Dans le délai : tenues / comptées (répondues, datées ou non, et ouvertes dont l’échéance est passée). "
    "Délai moyen : jours ouvrés des réponses datées. À échoir, hors calcul et sans objet ne comptent pas."
)


class Command(SillageCommand):
    help = "Chiffres des demandes arrivées du … au … : comptées, dans le délai, taux, délai moyen."
    with_prefecture = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, type=day, metavar="DATE")
        parser.add_argument("--to", dest="last", required=True, type=day, metavar="DATE")
        parser.add_argument("--site", metavar="CODE", help="site d’arrivée")
        parser.add_argument("--office", metavar="CODE", help="bureau, avec ceux qui en dépendent")
        parser.add_argument("--mailbox", metavar="NOM", help="boîte fonctionnelle")
        parser.add_argument("--detail", action="store_true", help="aussi par nature, site, bureau et boîte")
        parser.add_argument("--json", action="store_true", help="groupes et totaux en JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        figures = compute_figures(perimeter(self.prefecture(options), options), clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
            return
        self.stdout.write(f"Demandes arrivées du {options['first']:%d/%m/%Y} au {options['last']:%d/%m/%Y}\n\n")
        if not figures.groups:
            self.stdout.write("Aucune demande dans cette période et ce périmètre.")
            return
        for line in table(figures.totals):
            self.stdout.write(line)
        if options["detail"]:
            self.stdout.write("\nPar nature, site, bureau et boîte\n\n")
            for line in table(figures.groups):
                self.stdout.write(line)
        self.stdout.write(f"\n{FOOTNOTE}")


def day(value: str) -> date:
    """An argparse type. Its refusal is already the French sentence."""
    try:
        return typed_date(value)
    except InvalidCommand as refused:
        raise CommandError(refused.message, returncode=2) from refused


def perimeter(prefecture: Prefecture, options: dict[str, Any]) -> Perimeter:
    """What the options ask for. Raises InvalidCommand on a period the wrong way round and on an unknown name."""
    if options["last"] < options["first"]:
        raise InvalidCommand("La période finit avant de commencer : --from doit précéder --to.")
    return Perimeter(
        prefecture_id=prefecture.pk,
        first=options["first"],
        last=options["last"],
        site_id=site_id(prefecture, options["site"]),
        office_ids=office_ids(prefecture, options["office"]),
        mailbox_id=mailbox_id(prefecture, options["mailbox"]),
    )


def site_id(prefecture: Prefecture, code: str | None) -> int | None:
    if code is None:
        return None
    sites = {site.code: site.pk for site in prefecture.sites.all()}
    if code not in sites:
        raise unknown("Aucun site n’a le code", code, sites)
    return sites[code]


def office_ids(prefecture: Prefecture, code: str | None) -> frozenset[int] | None:
    if code is None:
        return None
    offices = list(Office.objects.filter(prefecture=prefecture))
    roots = {office.code: office.pk for office in offices}
    if code not in roots:
        raise unknown("Aucun bureau n’a le code", code, roots)
    return subtree(roots[code], [(office.pk, office.parent_id) for office in offices])


def mailbox_id(prefecture: Prefecture, name: str | None) -> int | None:
    if name is None:
        return None
    mailboxes = {box.name: box.pk for box in Mailbox.objects.filter(prefecture=prefecture)}
    if name not in mailboxes:
        raise unknown("Aucune boîte ne s’appelle", name, mailboxes)
    return mailboxes[name]


def unknown(sentence: str, value: str, known: Iterable[str]) -> InvalidCommand:
    listed = ", ".join(sorted(known)) or "aucun"
    return InvalidCommand(f"{sentence} « {value} ». Connus : {listed}.")


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Lines of a table whose columns are as wide as what they hold."""
    rows = [HEADER, *(cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row in rows:
        name, *numbers = (
            text.ljust(width) if column == 0 else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([name, *numbers])


def cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.label,
        f"{figure.on_time}/{figure.n}",
        "–" if figure.rate is None else f"{rounded(figure.rate * 100, '0.1')} %",
        "–" if figure.mean_working_days is None else f"{rounded(figure.mean_working_days, '0.1')} j",
        str(figure.not_due),
        str(figure.excluded),
        str(figure.void),
    )


def rounded(value: float, step: str) -> str:
    """For reading only: half up, with the French comma."""
    return str(Decimal(str(value)).quantize(Decimal(step), ROUND_HALF_UP)).replace(".", ",")
