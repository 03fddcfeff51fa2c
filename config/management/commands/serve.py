"""`manage.py serve`: all of Sillage in one process, for a demonstration, a training room or a small préfecture."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from config import serving
from tracker.errors import SillageError
from tracker.management.base import SillageCommand


class Command(SillageCommand):
    help = "Sert les pages, traite les travaux et tient l’horloge dans un seul processus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="adresse d’écoute (par défaut : 127.0.0.1)")
        parser.add_argument(
            "--port", type=int, default=8000, help="port d’écoute (par défaut : 8000 ; 0 : un port libre)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        data = self.ready()
        listener = serving.listen(options["host"], options["port"])
        host, port = listener.getsockname()[:2]
        if "SILLAGE_ADDRESS" not in os.environ:
            settings.SILLAGE_ADDRESS = f"http://{host}:{port}"
        background = serving.Background(data / "beat")

        def announce() -> None:
            self.stdout.write(f"Sillage répond sur http://{host}:{port}/ (Ctrl+C pour arrêter).")
            self.stdout.flush()

        serving.run(listener, background, announce)
        self.stdout.write("Sillage est arrêté.")

    def ready(self) -> Path:
        """The folder of the data. Raises SillageError where this command cannot serve."""
        data: Path | None = getattr(settings, "DATA_DIR", None)
        if data is None:
            raise SillageError(
                "« serve » est le serveur d’une seule machine : en production, voyez docs/production.md."
            )
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            raise SillageError("Les feuilles de style ne sont pas prêtes : lancez « make run ».")
        return data
