"""The table as it stands: its columns, what each says, and its cells, all of them text. From a paste, from what the
page sends, from a draft."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from frontend.rows.columns import SAID_OTHERWISE, base_codes, codes_for
from tracker.models import TicketKind
from tracker.registering import MOST
from tracker.spreadsheets.cells import clean_text
from tracker.spreadsheets.layouts import pasted_layout
from tracker.spreadsheets.pasting import MOST_COLUMNS, NotATable, find_header, read_cells

WIDEST: Final = MOST_COLUMNS + 20
"""A paste, and the columns that we add to it."""
LONGEST_HEAD: Final = 80


@dataclass
class Sheet:
    """`heads`: the title of each column as pasted, empty where it had none. `codes`: what each says, empty for one that
    is left aside. Every row has as many cells; so have those taken out, each with its rank, the last one at the end."""

    heads: list[str]
    codes: list[str]
    rows: list[list[str]]
    removed: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def shown(self) -> list[int]:
        """The places of the columns that are taken."""
        return [place for place, code in enumerate(self.codes) if code]

    @property
    def aside(self) -> list[int]:
        return [place for place, code in enumerate(self.codes) if not code]

    def is_blank(self, place: int) -> bool:
        return not any(row[place] for row in self.everything)

    @property
    def everything(self) -> list[list[str]]:
        return [*self.rows, *(cells for _, cells in self.removed)]

    def keep(self, places: Sequence[int]) -> None:
        self.heads = [self.heads[place] for place in places]
        self.codes = [self.codes[place] for place in places]
        for row in self.everything:
            row[:] = [row[place] for place in places]

    def settle(self, kind: TicketKind) -> None:
        """Leave aside what a table of this kind does not have. An added column that another one has come to say, or
        that nobody wants, goes; every usual column that is missing is added, empty."""
        known = codes_for(kind)
        self.codes = [code if code in known else "" for code in self.codes]
        kept = []
        for place, code in enumerate(self.codes):
            ours = not self.heads[place] and self.is_blank(place)
            if not (ours and (not code or self.codes.count(code) > 1)):
                kept.append(place)
        self.keep(kept)
        for code in base_codes(kind):
            if code not in self.codes:
                self.heads.append("")
                self.codes.append(code)
                for row in self.everything:
                    row.append("")

    def titles_are_a_row(self) -> None:
        """What was taken for titles is a demande: put it back."""
        if any(self.heads):
            self.rows.insert(0, self.heads)
            self.heads = [""] * len(self.codes)

    def add_row(self) -> None:
        check_height(len(self.rows) + 1)
        self.rows.append([""] * len(self.codes))

    def take_out(self, rank: int) -> None:
        if 0 <= rank < len(self.rows):
            self.removed.append((rank, self.rows.pop(rank)))

    def put_back(self) -> None:
        """The last row taken out, where it was. Raises NotATable."""
        if self.removed:
            check_height(len(self.rows) + 1)
            rank, cells = self.removed.pop()
            self.rows.insert(rank, cells)

    def fill(self, row: int, place: int, text: str) -> tuple[int, int]:
        """Write what is pasted from a cell on, `place` being its rank among the columns taken; gives how many rows and
        columns. Raises NotATable, nothing being written."""
        cells = read_cells(text)
        targets = self.shown[place:]
        width = max(map(len, cells), default=0)
        if width > len(targets):
            raise NotATable(
                f"Ce collage a {width} colonnes, il n’en reste que {len(targets)} à partir de cette cellule\xa0: "
                "rien n’a été collé."
            )
        check_height(row + len(cells))
        while len(self.rows) < row + len(cells):
            self.add_row()
        for number, texts in enumerate(cells, start=row):
            for target, written in zip(targets, texts, strict=False):
                self.rows[number][target] = written
        return len(cells), width

    # --- As it is kept ----------------------------------------------------------------------------------------

    @property
    def removed_as_carried(self) -> str:
        return json.dumps(self.removed, ensure_ascii=False) if self.removed else ""

    def as_typed(self) -> dict[str, str]:
        """Each cell under its own name, so that a draft cuts no other than one that is too long by itself."""
        typed = {"height": str(len(self.rows)), "width": str(len(self.codes))}
        typed |= {f"h{place}": head for place, head in enumerate(self.heads)}
        typed |= {f"m{place}": code for place, code in enumerate(self.codes)}
        cells = ((f"{number}.{place}", cell) for number, row in enumerate(self.rows) for place, cell in enumerate(row))
        return typed | {name: cell for name, cell in cells if cell}


def pasted(text: str, kind: TicketKind) -> Sheet:
    """Raises NotATable."""
    rows = read_cells(text)
    width = max(map(len, rows), default=0)
    if width > MOST_COLUMNS:
        raise NotATable(
            f"Ce collage a {width} colonnes, la limite est de {MOST_COLUMNS}\xa0: copiez seulement celles qui servent."
        )
    if width == 1:
        raise NotATable(
            "Une seule colonne est lue\xa0: copiez les cellules elles-mêmes, depuis le tableur ou le tableau d’un "
            "courriel."
        )
    match = find_header(rows, pasted_layout(kind.code))
    if match is None:
        codes = [*base_codes(kind)[:width], *[""] * max(0, width - len(base_codes(kind)))]
        sheet = Sheet([""] * width, codes, rows)
    else:
        said = {place: SAID_OTHERWISE.get(code, code) for code, places in match.columns.items() for place in places[:1]}
        codes = [said.get(place, "") for place in range(width)]
        heads = [head[:LONGEST_HEAD] for head in match.headers]
        sheet = Sheet(heads, without_repeats(codes), rows[match.row_number :])
    check_height(len(sheet.rows))
    sheet.settle(kind)
    return sheet


def check_height(height: int) -> None:
    if height > MOST:
        raise NotATable(
            f"Ce tableau aurait {height} lignes, la limite est de {MOST} à la fois\xa0: "
            "enregistrez-le en plusieurs fois, ou demandez au référent qualité d’importer le classeur."
        )


def without_repeats(codes: Iterable[str]) -> list[str]:
    """The first column that says something says it."""
    found: list[str] = []
    for code in codes:
        found.append("" if code in found else code)
    return found


def posted(data: QueryDict) -> Sheet:
    """The table that the page sends. Whatever somebody else than our page would send gives a table all the same."""
    width = number_in(data.get("width", ""), WIDEST)
    shown = [
        place for text in data.get("shown", "").split(",") if (place := number_in(text, WIDEST, -1)) in range(width)
    ]
    columns = {place: data.getlist(f"c{place}")[: MOST + 1] for place in shown}
    aside = [place for place in range(width) if place not in columns]
    rest = [row_in(text) for text in data.getlist("rest")[: MOST + 1]]
    height = max([*map(len, columns.values()), len(rest)], default=0)
    rows = [[""] * width for _ in range(height)]
    for place, cells in columns.items():
        for number, cell in enumerate(cells):
            rows[number][place] = clean_text(cell)
    for number, texts in enumerate(rest):
        for place, text in zip(aside, texts, strict=False):
            rows[number][place] = text
    heads = [clean_text(data.get(f"h{place}", ""))[:LONGEST_HEAD] for place in range(width)]
    codes = [data.get(f"m{place}", "") for place in range(width)]
    return Sheet(heads, codes, rows, removed_in(data.get("removed", ""), width))


def drafted(data: Mapping[str, str]) -> Sheet:
    """The table that a draft keeps."""
    height, width = number_in(data.get("height", ""), MOST), number_in(data.get("width", ""), WIDEST)
    rows = [[data.get(f"{number}.{place}", "") for place in range(width)] for number in range(height)]
    heads = [data.get(f"h{place}", "") for place in range(width)]
    return Sheet(heads, [data.get(f"m{place}", "") for place in range(width)], rows)


def number_in(text: str, most: int, otherwise: int = 0) -> int:
    """The number that a field holds, from 0 to `most`."""
    text = text.strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else otherwise
    return min(number, most)


def row_in(text: str) -> list[str]:
    """Cells that the page carries without showing them."""
    return cells_in(list_in(text))


def removed_in(text: str, width: int) -> list[tuple[int, list[str]]]:
    """The rows taken out, as the page carries them."""
    rows = []
    for each in list_in(text)[-MOST:]:
        match each:
            case [int(rank), list(cells)] if 0 <= rank <= MOST:
                rows.append((int(rank), [*cells_in(cells), *[""] * width][:width]))
    return rows


def cells_in(found: list[Any]) -> list[str]:
    return [clean_text(cell) for cell in found if isinstance(cell, str)]


def list_in(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []
