"""Somebody before « Coller des lignes », for the tests of its pages."""

import re
from typing import Any

from django.test import Client

from tests.factories import World

URL = "/coller-des-lignes/"
TITLES = "Reçu le\tExpéditeur\tObjet\tCanal\tService\tRépondu le"
GOOD = (
    f"{TITLES}\n16/11/2026\tMairie d’Orvault\tSubvention\tcourrier\tSEJ\t\n17/11/2026\tM. Le Goff\tPermis\tmail\tSEJ\t"
)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\xa0", " ").replace("&nbsp;", " "))


class Person:
    """Somebody before the page, and the table that the page shows last."""

    def __init__(self, world: World, name: str = "agent") -> None:
        self.client = Client()
        self.client.force_login(world.user(name))
        self.address = ""
        self.page: Any = None

    def paste(self, text: str, kind: str = "correspondence") -> Any:
        response = self.client.post(URL, {"kind": kind, "text": text})
        if response.status_code == 302:
            self.address = response["Location"]
            response = self.client.get(self.address)
        self.page = response
        return response

    def fields(self) -> dict[str, Any]:
        """What a browser would send of the page as it stands."""
        grid, table = self.page.context["grid"], self.page.context["table"]
        heads = [*grid.heads, *grid.aside]
        data: dict[str, Any] = {name: str(table.form.data.get(name, "")) for name in table.form.fields}
        data = {name: value for name, value in data.items() if name != "take" or value}
        data |= {"width": str(len(heads)), "shown": ",".join(str(head.place) for head in grid.heads)}
        data |= {f"h{head.place}": head.title for head in heads} | {f"m{head.place}": head.code for head in heads}
        for at, head in enumerate(grid.heads):
            data[f"c{head.place}"] = [row.cells[at].value for row in grid.rows]
        if grid.aside:
            data["rest"] = [row.rest for row in grid.rows]
        return data | {"removed": table.sheet.removed_as_carried}

    def send(self, do: str = "check", cells: dict[tuple[int, str], str] | None = None, **changes: Any) -> Any:
        """Press the button `do`, having typed `cells`: (row from 0, code of the column) → text."""
        data = self.fields()
        codes = {head.code: head.place for head in self.page.context["grid"].heads}
        for (row, code), value in (cells or {}).items():
            data[f"c{codes[code]}"][row] = value
        headers = changes.pop("headers", {})
        response = self.client.post(self.address, data | {"do": do} | changes, headers=headers)
        if response.status_code != 302 and do != "live":
            self.page = response
        return response

    @property
    def errors(self) -> dict[tuple[int, str], str]:
        rows = self.page.context["grid"].rows
        found = {(row.rank, cell.head.code): cell.error for row in rows for cell in row.cells if cell.error}
        return found | {(row.rank, ""): row.error for row in rows if row.error}
