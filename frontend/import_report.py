"""An import as the pages tell it: how far it is, what became of the rows, what can be done next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Final

from django.urls import reverse
from django.utils.http import urlencode

from frontend.listing import OUTCOME_WORDS, UNDATED
from frontend.wording import plain_date, short_date
from tracker.enums import JobState, Outcome, Purpose
from tracker.importing import asking, withdrawal
from tracker.importing.report import RefusedRow, counted, grouped
from tracker.models import Job
from tracker.spreadsheets.problems import all_headers

REFUSED_SHOWN: Final = 200
MADE_SHOWN: Final = 200
"""The workbook holds them all; a page of more would not be read."""
NAMES_SHOWN: Final = 20
REMARKS: Final = (
    ("ignored_sheets", "Feuilles laissées de côté, sans tableau reconnu"),
    ("created_mailboxes", "Boîtes fonctionnelles créées"),
    ("created_themes", "Thèmes créés"),
    ("unknown_offices", "Services inconnus, dont les demandes attendent d’être affectées"),
    ("closed_offices", "Bureaux fermés, dont les demandes en cours attendent d’être affectées"),
    ("unknown_sites", "Sites inconnus, dont les demandes sont comptées au site de l’import"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: int
    url: str = ""

    @property
    def number(self) -> str:
        return grouped(self.value)


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row as it would be read, in words."""

    place: str
    received_on: str
    sender: str
    subject: str
    done_on: str
    due_on: str
    outcome: str


def sample_row(row: Mapping[str, Any]) -> SampleRow:
    words = OUTCOME_WORDS.get(row["outcome"]) or (Outcome(row["outcome"]).label.lower() if row["outcome"] else "")
    return SampleRow(
        f"{row['sheet']}, ligne {row['row']}",
        in_words(row["received_on"]),
        row["sender"],
        row["subject"] or row["theme"],
        UNDATED if row["undated"] else in_words(row["met_on" if row["purpose"] == Purpose.PROPOSAL else "answered_on"]),
        in_words(row["due_on"]),
        words,
    )


def in_words(iso: str | None) -> str:
    return short_date(date.fromisoformat(iso)) if iso else ""


@dataclass
class ImportReport:
    """One import or its rehearsal, with its `result` once it has one."""

    job: Job
    kinds: Mapping[str, str]

    area: ClassVar[str] = "import"
    list_label: ClassVar[str] = "Imports"
    listed_label: ClassVar[str] = "Voir ces demandes dans le Registre"

    @property
    def url(self) -> str:
        return reverse(self.area, args=[self.job.pk])

    @property
    def list_url(self) -> str:
        return reverse(f"{self.area}s")

    @property
    def carry_out_url(self) -> str:
        return reverse(f"{self.area}-carry-out", args=[self.job.pk])

    @property
    def refused_url(self) -> str:
        return reverse(f"{self.area}-refused", args=[self.job.pk])

    @property
    def dry_run(self) -> bool:
        return asking.is_rehearsal(self.job)

    @property
    def running(self) -> bool:
        return self.job.ended_at is None

    @property
    def done(self) -> bool:
        return self.job.state == JobState.DONE

    @property
    def asks_columns(self) -> bool:
        return bool(self.job.params.get("asks_columns"))

    @property
    def title(self) -> str:
        if self.asks_columns:
            return "Colonnes à indiquer"
        if self.running:
            return "Vérification en cours" if self.dry_run else "Import en cours"
        if not self.done:
            return "La vérification s’est arrêtée" if self.dry_run else "L’import s’est arrêté"
        if self.dry_run:
            return "Vérification\xa0: rien n’est encore importé"
        return "Import retiré" if self.was_withdrawn else "Import terminé"

    @property
    def said(self) -> str:
        """How it ended, in a sentence; empty while it runs."""
        return str(self.job.result.get("sentence", "")) if self.done else self.job.error

    @property
    def kind_label(self) -> str:
        kind = self.job.params["options"]["kind"]
        return self.kinds.get(kind, kind)

    @property
    def progress(self) -> str:
        """« 1 500 lignes lues sur 3 000 environ »."""
        job = self.job
        if job.state == JobState.QUEUED and not job.done:
            return "En attente\xa0: un autre travail se termine."
        if not job.done:
            return "Lecture du fichier…"
        about = f" sur {grouped(job.total)} environ" if job.total > job.done else ""
        return f"{counted(job.done, 'ligne lue', 'lignes lues')}{about}."

    @property
    def proposal(self) -> str:
        """Why this register was chosen."""
        agreeing, compared = self.job.params.get("proposal") or (0, 0)
        if not agreeing:
            return ""
        rows = f"{counted(agreeing, 'ligne', 'lignes')} sur {grouped(compared)}"
        return f"reconnu, car {rows} y sont déjà, au même numéro et à la même date"

    @property
    def figures(self) -> list[Figure]:
        result = self.job.result
        taken, updated = ("À prendre", "À mettre à jour") if self.dry_run else ("Prises", "Mises à jour")
        return [
            Figure("Lignes lues", result["rows"]),
            Figure(taken, result["taken"], self.listed_url),
            Figure("Déjà connues", result["already_known"]),
            *([Figure(f"dont {updated.lower()}", result["updated"])] if result["updated"] else []),
            Figure("Refusées", len(result["refused"]), "#refusees" if result["refused"] else ""),
            Figure("Vides", result["blank"]),
            Figure("Totaux et notes" if self.notes else "Lignes de totaux", result["totals"]),
        ]

    @property
    def period(self) -> str:
        """« Arrivées du 3 janvier au 30 décembre 2022 »; empty where no row can be read."""
        first, last = (self.job.result.get(key) for key in ("first_arrival", "last_arrival"))
        if not first or not last:
            return ""
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
        return f"Arrivées du {plain_date(begins, ends)} au {plain_date(ends)}"

    @property
    def promises(self) -> list[str]:
        """« Réponse : 719 sur 786 dans les délais »; for a rehearsal, what the import would give."""
        return [
            f"{found['label']}\xa0: {grouped(found['on_time'])} sur {grouped(found['n'])} dans les délais"
            for found in self.job.result.get("promises", ())
        ]

    @property
    def sample_says(self) -> str:
        """What the day in its column did to the promise that is shown."""
        proposed = any(row["purpose"] == Purpose.PROPOSAL for row in self.job.result.get("sample", ()))
        return "Date proposée le" if proposed else "Répondu le"

    @property
    def sample(self) -> list[SampleRow]:
        return [sample_row(row) for row in self.job.result.get("sample", ())]

    @property
    def listed_url(self) -> str:
        """The list of what this import has brought in; empty where that is nothing."""
        if self.dry_run or not self.job.result.get("taken"):
            return ""
        return f"{reverse('registry')}?{urlencode({'imported': self.job.pk})}"

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """What the import created or did not know, with the first names of each."""
        found = []
        for key, label in REMARKS:
            names: list[str] = self.job.result.get(key, [])
            further = f" et {len(names) - NAMES_SHOWN} autres" if len(names) > NAMES_SHOWN else ""
            if names:
                found.append((label, ", ".join(f"«\xa0{name}\xa0»" for name in names[:NAMES_SHOWN]) + further))
        return found

    @property
    def notes(self) -> list[tuple[str, str]]:
        """The lines under the tables that were left aside: where, and what they say as long as it is kept."""
        return [
            (f"Feuille «\xa0{note['sheet']}\xa0», ligne {note['row']}", note["text"])
            for note in self.job.result.get("notes", ())
        ]

    @property
    def notes_title(self) -> str:
        one, several = "note sous le tableau, laissée de côté", "notes sous le tableau, laissées de côté"
        return counted(len(self.notes), one, several)

    @cached_property
    def refused(self) -> list[RefusedRow]:
        return [RefusedRow(**row) for row in self.job.result.get("refused", ())]

    @property
    def refused_headers(self) -> list[str]:
        """The columns of the file in its order, then those that only a refused row has."""
        return list(dict.fromkeys([*self.job.result.get("columns", ()), *sorted(all_headers(self.refused))]))

    @property
    def refused_title(self) -> str:
        return counted(len(self.refused), "ligne refusée", "lignes refusées")

    @property
    def refused_shown(self) -> list[RefusedRow]:
        return self.refused[:REFUSED_SHOWN]

    @property
    def cells_are_kept(self) -> bool:
        return any(row.raw for row in self.refused)

    @property
    def can_be_carried_out(self) -> bool:
        return asking.can_be_carried_out(self.job) and (not self.dry_run or bool(self.changes))

    @property
    def was_withdrawn(self) -> bool:
        """Whether it was asked to take it back; how far that is stands on a page of its own."""
        return "withdrawn_by" in self.job.params

    @cached_property
    def can_be_withdrawn(self) -> bool:
        return withdrawal.can_be_withdrawn(self.job)

    @property
    def elsewhere(self) -> str:
        """That most rows stand elsewhere already, in a sentence; empty where they do not."""
        found = self.job.result.get("elsewhere")
        return str(found["sentence"]) if found else ""

    @property
    def must_be_confirmed(self) -> bool:
        return asking.must_be_confirmed(self.job)

    @property
    def can_be_changed(self) -> bool:
        return asking.can_be_changed(self.job)

    @property
    def changes(self) -> int:
        """Rows that the import would write; none where everything is known already."""
        return int(self.job.result.get("taken", 0)) + int(self.job.result.get("updated", 0))

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands under the headers but blank lines and totals."""
        result = self.job.result
        return bool(result["rows"] == result["blank"] + result["totals"])

    @property
    def settings(self) -> list[tuple[str, str]]:
        """What the import was told, in words."""
        options = self.job.params["options"]
        told = [
            ("Contenu", self.kind_label),
            ("Registre", self.job.result.get("register") or options["register"] or ""),
        ]
        if options["undated"] == "late":
            told.append(("Sans date de réponse", "répondues, comptées hors délai"))
        told += [(label, str(options[name])) for name, label in OPTION_LABELS if options[name]]
        return [(label, value) for label, value in told if value]


OPTION_LABELS: Final = (
    ("module", "Module"),
    ("nature", "Nature"),
    ("office", "Bureau"),
    ("site", "Site"),
    ("mailbox", "Boîte"),
)


@dataclass
class OrganisationReport(ImportReport):
    """The import of bureaux and people: there is nothing to set, its sheets say what they are."""

    area: ClassVar[str] = "organisation-import"
    list_label: ClassVar[str] = "Importer l’organisation"
    listed_label: ClassVar[str] = "Remettre les mots de passe"

    @property
    def kind_label(self) -> str:
        return ""

    @property
    def figures(self) -> list[Figure]:
        result = self.job.result
        new = "À ajouter" if self.dry_run else "Ajoutés"
        found = super().figures
        made = [
            Figure(f"{new}\xa0: {label}", result[key])
            for key, label in (("offices", "bureaux"), ("accounts", "comptes"), ("roles", "rôles"))
            if result[key]
        ]
        return [found[0], *made, *found[2:]]

    @property
    def made(self) -> list[dict[str, Any]]:
        """What each row taken brings, as it was understood (« Chef » is « Encadrant »), the first ones."""
        return list(self.job.result.get("made", ()))[:MADE_SHOWN]

    @property
    def made_further(self) -> int:
        return max(0, len(self.job.result.get("made", ())) - MADE_SHOWN)

    @property
    def listed_url(self) -> str:
        """What is left to do for the accounts that were made."""
        return "" if self.dry_run or not self.job.result.get("accounts") else reverse("passwords")

    @property
    def can_be_changed(self) -> bool:
        return False

    @property
    def settings(self) -> list[tuple[str, str]]:
        return []
