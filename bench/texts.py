"""The words that both sides of the page benchmarks are filled with. The peer's own Python reads it too: it needs no
library."""

import random

TEXT = (
    "demande dossier préfecture courrier réclamation titre séjour permis conduire usager réponse délai service guichet "
    "bureau élu maire attestation certificat carte grise association commune sécurité urbanisme voirie subvention "
    "recours décision notification accusé réception naturalisation"
)
WORDS = TEXT.split()
COMMON = "naturalisation"
"""A word that most texts hold: what a search costs at the worst."""
UNHEARD = "xylophoniste"
"""A word that no text holds."""


def subject(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=7))


def body(draw: random.Random) -> str:
    """300 to 800 characters."""
    return " ".join(draw.choices(WORDS, k=draw.randint(40, 90)))


def remark(draw: random.Random) -> str:
    return " ".join(draw.choices(WORDS, k=40))
