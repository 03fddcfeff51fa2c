"""The fields of a model: filled in one pass, never run, unknown ones named."""

import pytest

from correspondence.reply_fields import FIELDS, fill, left_to_complete, likely_field, unknown_fields
from correspondence.shipped import SHIPPED

VALUES = {"référence": "44-2026-000123", "date promise": "", "voie d’arrivée": "par courriel", "objet": "[signature]"}


@pytest.mark.parametrize(
    ("body", "filled"),
    [
        ("Réf. [référence]", "Réf. 44-2026-000123"),
        ("[ Référence ] et [RÉFÉRENCE]", "44-2026-000123 et 44-2026-000123"),
        ("[voie d'arrivée]", "par courriel"),  # the apostrophe of a keyboard
        ("[date\xa0promise]", "[date\xa0promise]"),  # not known yet: it stays, to be seen
        ("[à compléter : tout]", "[à compléter : tout]"),
        ("[objet]", "[signature]"),  # what a citizen wrote is never a field
        ("{{ référence }} {% load %} ${référence}", "{{ référence }} {% load %} ${référence}"),
    ],
)
def test_fill(body: str, filled: str) -> None:
    assert fill(body, VALUES | {"signature": "Camille"}) == filled


@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        ("[référence] […] [...] [1]", []),
        ("[à compléter] [À compléter : la suite]", []),
        ("[reference] [nom du chien] [reference]", ["reference", "nom du chien"]),
        ("[référence\n]", []),  # brackets over two lines hold a text, not a field
    ],
)
def test_unknown_fields(body: str, unknown: list[str]) -> None:
    assert unknown_fields(body) == unknown


def test_a_misspelt_field_is_guessed() -> None:
    near = likely_field("reference")
    assert near is not None and near.token == "[référence]"
    assert likely_field("nom du chien") is None


def test_what_is_left() -> None:
    text = "[à compléter : a] [date promise] [à compléter : a] [article 3]"
    assert left_to_complete(text) == ["[à compléter : a]", "[date promise]"]


def test_shipped_letters_use_known_fields_and_french_typography() -> None:
    examples = {field.name: field.example for field in FIELDS}
    assert len({shipped.code for shipped in SHIPPED}) == len(SHIPPED)
    for shipped in SHIPPED:
        assert unknown_fields(shipped.body) == []
        assert "'" not in shipped.body + shipped.title
        assert all(f" {sign}" not in shipped.body for sign in ":;!?»")
        assert all("à compléter" in left for left in left_to_complete(fill(shipped.body, examples)))
