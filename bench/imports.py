"""G11: a register of N rows × 15 columns into the database, by the importer and by its floors.

One case a process; `bench/report.py` calls them in turn on one database. `--help` lists them.

  make FILE ROWS   write the register
  ours FILE        the importer: every check, the journal, the deadlines, the report of refused rows
  floor FILE       after `ours`: calamine's reading, then exactly the rows that the importer made, copied into the same
                   tables with the same indexes (COPY on PostgreSQL, executemany on SQLite), in one transaction
  orm FILE         after `ours`: openpyxl's reading (read_only), then the same rows through bulk_create
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import common

HEADERS = (
    "N°", "Date d’arrivée", "Expéditeur", "Objet", "Thème", "Service", "Canal", "Nature", "Date de réponse",
    "Commune", "Date d’accusé de réception", "Délai", "Dans les délais", "État", "Observations",
)  # fmt: skip
CHANNELS = ("courriel", "courrier", "formulaire")
NATURES = ("information générale", "demande individuelle", "conseil juridique")
WORDS = ("demande", "dossier", "titre", "séjour", "permis", "conduire", "usager", "réponse", "délai", "service")
THEMES = ("Titres d’identité et de voyage", "Associations", "Élections", "Autre")
OFFICES = 12


def register_rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of a register as a préfecture keeps it; one in five hundred holds an answer before its arrival."""
    draw = random.Random(1)
    for number in range(1, count + 1):
        received = date(2024, 1, 2) + timedelta(draw.randrange(700))
        answered = received + timedelta(draw.randrange(25)) if draw.random() < 0.9 else None
        if number % 500 == 0:
            answered = received - timedelta(3)
        yield (
            number, received, f"Expéditeur {draw.randrange(30_000)}", " ".join(draw.choices(WORDS, k=6)),
            draw.choice(THEMES), f"Bureau {draw.randrange(OFFICES)}", draw.choice(CHANNELS), draw.choice(NATURES),
            answered, f"Commune {draw.randrange(400)}", received + timedelta(1),
            (answered - received).days if answered else None, "oui" if answered else None,
            "clos" if answered else "ouvert", " ".join(draw.choices(WORDS, k=10)),
        )  # fmt: skip


def make(path: Path, count: int) -> None:
    from tracker.spreadsheets.writing import Column, ColumnType, Sheet, write_xlsx

    types = {1: ColumnType.DATE, 8: ColumnType.DATE, 10: ColumnType.DATE, 0: ColumnType.INTEGER, 11: ColumnType.INTEGER}
    columns = [
        Column(header, lambda row, n=n: row[n], types.get(n, ColumnType.TEXT)) for n, header in enumerate(HEADERS)
    ]
    write_xlsx(path, [Sheet("Registre", columns, register_rows(count))])
    # A process of its own, over an empty database: the préfecture that will receive the file.
    common.start_django()
    import fill

    list(fill.prefectures(1))


def measured(work: Callable[[], Any]) -> dict[str, Any]:
    """`common.measured`, where `cpu_seconds` also holds the work of the PostgreSQL process that serves our connection
    (not that of its writers and checkpointer). Without that figure, on another machine, there is no `cpu_seconds`."""
    before = server_cpu()
    found = common.measured(work)
    after = server_cpu()
    if before is None or after is None:
        del found["cpu_seconds"]
    else:
        found["cpu_seconds"] += after - before
    return found


def server_cpu() -> float | None:
    """Processor seconds that the server has spent on our connection so far; None where they cannot be read."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0  # SQLite works inside our own process
    connection.ensure_connection()
    process = Path("/proc") / str(connection.connection.info.backend_pid)
    try:
        if (process / "comm").read_text().strip() != "postgres":
            return None
        return int((process / "schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None


def ours(path: Path) -> dict[str, Any]:
    common.start_django()
    from django.core.files import File

    from tracker.importing.job import KIND
    from tracker.importing.options import ImportOptions
    from tracker.jobs import run_here
    from tracker.models import Prefecture

    prefecture, found = Prefecture.objects.get(), {}

    def work() -> None:
        params = {"options": ImportOptions(kind="courriel").as_json(), "name": path.name}
        with path.open("rb") as handle:
            found["job"] = run_here(KIND, params, prefecture=prefecture, file=File(handle, name=path.name))

    measure = measured(work)
    result = found["job"].result
    if found["job"].error:
        raise SystemExit(found["job"].error)
    return (
        measure
        | {name: result[name] for name in ("rows", "taken", "already_known")}
        | {"refused": len(result["refused"])}
    )


def made_models() -> list[type[Any]]:
    """The models of the rows that the import made: demandes, journal, deadlines, identities and what hangs on them."""
    from django.apps import apps

    names = ("Ticket", "Event", "EventText", "PendingEvent")
    first = [apps.get_model("tracker", name) for name in names]
    related = [relation.related_model for relation in first[0]._meta.related_objects]
    return [*first, *(model for model in related if model not in first and model._meta.managed)]


def empty(models: list[type[Any]]) -> None:
    from django.db import connection, transaction

    from tracker import triggers

    with transaction.atomic(), connection.cursor() as cursor:
        triggers.lift()
        for model in models:
            verb = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
            cursor.execute(verb.format(model._meta.db_table))
        connection.check_constraints()
        triggers.install()


def column_names(model: type[Any]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def floor(path: Path) -> dict[str, Any]:
    common.start_django()
    import python_calamine
    from django.db import connection, transaction

    models = made_models()
    tables: dict[type[Any], list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"SELECT {', '.join(column_names(model))} FROM {model._meta.db_table}")
            tables[model] = cursor.fetchall()
    empty(models)

    def work() -> None:
        for _row in python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows():
            pass
        with transaction.atomic(), connection.cursor() as cursor:
            for model, rows in tables.items():
                names = column_names(model)
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(names)}) FROM STDIN") as copying:
                        for row in rows:
                            copying.write_row(row)
                else:
                    # The driver's own call: Django's would rewrite the statement for each batch.
                    marks = ", ".join("?" * len(names))
                    insert = f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({marks})"
                    connection.connection.executemany(insert, rows)

    return measured(work) | {"inserted": sum(map(len, tables.values()))}


def orm(path: Path) -> dict[str, Any]:
    common.start_django()
    import openpyxl
    from django.db import transaction

    models = made_models()
    loaded = {model: list(model._base_manager.all()) for model in models}
    empty(models)

    def work() -> None:
        for _row in openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True):
            pass
        with transaction.atomic():
            for model, rows in loaded.items():
                model._base_manager.bulk_create(rows, batch_size=1000)

    return measured(work) | {"inserted": sum(map(len, loaded.values()))}


CASES = {"ours": ours, "floor": floor, "orm": orm}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", choices=["make", *CASES])
    parser.add_argument("file", type=Path)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    options = parser.parse_args()
    if options.case == "make":
        make(options.file, options.rows)
        print("{}")
    else:
        print(json.dumps(CASES[options.case](options.file)))


if __name__ == "__main__":
    main()
