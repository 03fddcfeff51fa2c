"""The keys of the product, written once: pages declare them by their code, the sheet lists those a page declares, the
printed list and the help name them all."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from django.utils.html import format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys`: alternatives as KeyboardEvent.key names them (« Control+Enter »). `native`: the browser or the page's own
    field answers to it, it is only told. `in_row`: it acts on the row where the focus is."""

    code: str
    section: str
    keys: tuple[str, ...]
    label: str
    native: bool = False
    in_row: bool = False

    @property
    def is_letter(self) -> bool:
        """Whether it is a bare character, which WCAG 2.1.4 lets a person turn off."""
        return not self.native and any(len(key) == 1 for key in self.keys)


WORDS: Final = {
    "Control": "Ctrl",
    "Shift": "Maj",
    "Enter": "Entrée",
    "Escape": "Échap",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "Space": "Espace",
    "k": "K",
    "p": "P",
}
"""What is printed on a French keyboard. A letter held with Ctrl is said in capitals, as everywhere."""

EVERYWHERE: Final = "everywhere"
SECTIONS: Final = {
    EVERYWHERE: "Sur toutes les pages",
    "queue": "Dans «\xa0Ma file\xa0»",
    "ticket": "Sur une demande",
    "registry": "Dans le registre",
    "bureau": "Dans «\xa0Mon bureau\xa0»",
    "arrivals": "Dans «\xa0Arrivées\xa0»",
    "rows": "Dans un tableau de lignes collées",
    "registering": "En enregistrant une demande",
}

MOVE: Final = ("ArrowUp", "ArrowDown")

TABLE: Final = {
    shortcut.code: shortcut
    for shortcut in (
        Shortcut("palette", "everywhere", ("Control+k",), "aller à une page, agir sur la demande ouverte, chercher"),
        Shortcut("register", "everywhere", ("n",), "enregistrer une demande"),
        Shortcut("page-help", "everywhere", ("h",), "lire l’aide de la page"),
        Shortcut("sheet", "everywhere", ("?",), "voir les touches de la page"),
        Shortcut("submit", "everywhere", ("Control+Enter",), "enregistrer ce que l’on remplit, même depuis un texte"),
        Shortcut("next-field", "everywhere", ("Tab", "Shift+Tab"), "champ suivant, champ précédent", native=True),
        Shortcut("close", "everywhere", ("Escape",), "fermer un menu, un panneau ou une fenêtre", native=True),
        Shortcut("queue-move", "queue", MOVE, "aller d’une demande à l’autre"),
        Shortcut("queue-open", "queue", ("Enter",), "ouvrir la demande", native=True),
        Shortcut("queue-reply", "queue", ("r",), "y répondre", in_row=True),
        Shortcut("queue-hand-over", "queue", ("a",), "la confier à quelqu’un d’autre", in_row=True),
        Shortcut("reply", "ticket", ("r",), "enregistrer la réponse"),
        Shortcut("propose", "ticket", ("r",), "proposer un rendez-vous"),
        Shortcut("hand-over", "ticket", ("a",), "confier la demande à quelqu’un d’autre"),
        Shortcut("text", "ticket", ("t",), "préparer un texte"),
        Shortcut("copy", "ticket", ("c", "Control+Enter"), "copier le texte préparé"),
        Shortcut("search", "registry", ("/",), "aller à la recherche"),
        Shortcut("filter", "registry", ("f",), "ouvrir les filtres"),
        Shortcut("tick", "registry", ("Space",), "cocher une demande", native=True),
        Shortcut("act", "registry", ("Enter",), "depuis une case cochée, choisir l’action", native=True),
        Shortcut("bureau-move", "bureau", MOVE, "aller d’une demande à l’autre"),
        Shortcut("bureau-choose", "bureau", ("a",), "choisir la personne, aux premières lettres du nom", in_row=True),
        Shortcut("bureau-assign", "bureau", ("Enter",), "affecter la demande à la personne choisie", native=True),
        Shortcut("rows-move", "rows", (*MOVE, "Enter"), "aller d’une cellule à l’autre", native=True),
        Shortcut("rows-write", "rows", ("F2",), "écrire dans le texte de la cellule", native=True),
        Shortcut("rows-back", "rows", ("Escape",), "rendre la cellule comme elle était", native=True),
        Shortcut("rows-line", "rows", ("Alt+Enter",), "aller à la ligne dans un texte", native=True),
        Shortcut("arrivals-save", "arrivals", ("Enter",), "enregistrer la ligne et passer à la suivante", native=True),
        Shortcut("sender", "registering", MOVE, "dans l’expéditeur, aller d’un nom connu à l’autre", native=True),
        Shortcut("proposal", "registering", ("Alt+p",), "prendre ou annuler ce qui est proposé", native=True),
        Shortcut("next", "registering", ("Control+Shift+Enter",), "enregistrer et passer à la suivante", native=True),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """The keys of one kind of page, for a list to be read."""

    code: str
    label: str
    shortcuts: tuple[Shortcut, ...]


def sections() -> list[Section]:
    """Every key there is, page by page."""
    return [
        Section(code, SECTIONS[code], tuple(found))
        for code, found in groupby(TABLE.values(), lambda shortcut: shortcut.section)
    ]


def of_section(code: str) -> tuple[Shortcut, ...]:
    return tuple(shortcut for shortcut in TABLE.values() if shortcut.section == code)


def told(code: str) -> tuple[Shortcut, ...]:
    """The keys of a section that no control of its page carries: moving, opening, acting on a row."""
    return tuple(
        shortcut for shortcut in of_section(code) if shortcut.native or shortcut.in_row or shortcut.keys == MOVE
    )


def key_words(key: str) -> list[str]:
    """« Control+Enter » → [« Ctrl », « Entrée »]."""
    return [WORDS.get(part, part) for part in key.split("+")]


def joint(shortcut: Shortcut) -> str:
    """Between two keys: both arrows move, either of two others does the same."""
    return " " if shortcut.keys == MOVE else " ou "


@cache
def shown(shortcut: Shortcut) -> SafeString:
    """The keys as a person reads them: each in <kbd>."""
    pressed = [
        format_html_join("\xa0+\xa0", "<kbd>{}</kbd>", ([word] for word in key_words(key))) for key in shortcut.keys
    ]
    return format_html_join(joint(shortcut), "{}", ([keys] for keys in pressed))


@cache
def declaration(shortcut: Shortcut) -> SafeString:
    """The attributes by which an element of a page declares its key: what the registry of keys.js reads."""
    shown_keys = joint(shortcut).join("+".join(key_words(key)) for key in shortcut.keys)
    attributes = [("data-sillage-label", shortcut.label), ("data-sillage-shown", shown_keys)]
    if not shortcut.native:
        attributes.append(("data-sillage-shortcut", " ".join(shortcut.keys)))
    if shortcut.in_row:
        attributes.append(("data-sillage-in-row", ""))
    if shortcut.section == EVERYWHERE:
        attributes.append(("data-sillage-everywhere", ""))
    return format_html_join(" ", '{}="{}"', attributes)
