"""A letter as an .odt: the préfecture's neutral brand block, place and date, the text as it was written, its signature.

Nothing of the person who made it nor of the addressee stands in the file's name or in its properties.
"""

import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from odfdo import Document, Paragraph, Style

from frontend.wording import plain_date
from tracker.text import clean_text

CONTENT_TYPE: Final = "application/vnd.oasis.opendocument.text"
FONT: Final = "Liberation Sans"
# name, what differs from plain text
STYLES: Final[dict[str, dict[str, str]]] = {
    "Texte": {"fo:margin-top": "0.35cm", "fo:margin-bottom": "0cm"},
    "Liste": {"fo:margin-left": "1cm", "fo:text-indent": "-0.5cm", "fo:margin-top": "0.1cm"},
    "Marque": {"fo:margin-bottom": "0cm"},
    "Destinataire": {"fo:margin-left": "9cm", "fo:margin-bottom": "0cm"},
    "Lieu": {"fo:margin-left": "9cm", "fo:margin-top": "0.8cm", "fo:margin-bottom": "0.8cm"},
    "Objet": {"fo:margin-bottom": "0cm"},
    "Signataire": {"fo:margin-left": "9cm", "fo:margin-top": "1.2cm", "fo:keep-with-next": "always"},
    "Signature": {"fo:margin-left": "9cm", "fo:margin-bottom": "0cm"},
}
STRONG: Final = frozenset({"Marque", "Objet"})
HEADINGS: Final = re.compile(r"(?:objet|r[ée]f[ée]rence|r[ée]f|n/r[ée]f|v/r[ée]f)\b[^:\n]{0,40}:", re.IGNORECASE)
ITEM: Final = re.compile(r"[-–•*]\s+")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is made of. `signature`: the lines that the text may end with, shown to the right."""

    title: str
    brand: tuple[str, ...]
    city: str
    written_at: datetime
    addressee: str
    text: str
    signature: tuple[str, ...]


def write(letter: Letter) -> bytes:
    document = Document("text")
    describe(document, letter)
    for name, properties in STYLES.items():
        document.insert_style(style(name, properties))
    document.body.clear()
    for line in letter.brand:
        add(document, line, "Marque")
    if letter.addressee:
        add(document, letter.addressee, "Destinataire")
    on = f"le {plain_date(letter.written_at.date())}"
    add(document, f"{letter.city}, {on}" if letter.city else on.capitalize(), "Lieu")
    for line, name in styled_lines(letter):
        add(document, line, name)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def describe(document: Document, letter: Letter) -> None:
    """Its properties: what it is and when it was made, not by whom nor on which machine."""
    document.meta.title = letter.title
    document.meta.language = "fr-FR"
    document.meta.creation_date = letter.written_at
    document.meta.generator = "Sillage"


def style(name: str, properties: dict[str, str]) -> Style:
    made = Style("paragraph", name=name, display_name=name)
    made.set_properties({"fo:orphans": "2", "fo:widows": "2", **properties}, area="paragraph")
    words = {"style:font-name": FONT, "fo:font-family": f"'{FONT}'", "fo:font-size": "11pt"}
    words |= {"fo:language": "fr", "fo:country": "FR"}
    if name in STRONG:
        words["fo:font-weight"] = "bold"
    made.set_properties(words, area="text")
    return made


def add(document: Document, line: str, name: str) -> None:
    document.body.append(Paragraph(line, style=name))


def styled_lines(letter: Letter) -> list[tuple[str, str]]:
    """Each line of the text that is not empty, with its style. An empty line is only a space between two paragraphs,
    which the styles give."""
    lines = [clean_text(line) for line in clean_text(letter.text).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    size = len(letter.signature)
    signed = size > 0 and lines[-size:] == [clean_text(line) for line in letter.signature]
    body, foot = (lines[:-size], lines[-size:]) if signed else (lines, [])
    foot_styles = ("Signataire" if number == 0 else "Signature" for number in range(len(foot)))
    return [(line, style_of(line)) for line in body if line] + list(zip(foot, foot_styles, strict=True))


def style_of(line: str) -> str:
    if HEADINGS.match(line):
        return "Objet"
    return "Liste" if ITEM.match(line) else "Texte"
