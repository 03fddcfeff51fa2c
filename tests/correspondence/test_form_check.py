"""The control of form: what it sees, what it misses on purpose, what it explains."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from correspondence.enums import ReplyPurpose, Verdict
from correspondence.form_check import Expected, Facts, Remark, check
from correspondence.sender import Sender
from correspondence.shipped import SHIPPED

TODAY = date(2026, 11, 20)
PROMISED = date(2026, 12, 4)
MISSING, TO_CHECK, PRESENT, CLEAR = Verdict.MISSING, Verdict.TO_CHECK, Verdict.PRESENT, Verdict.CLEAR

SENDER = Sender(
    first_name="Camille",
    last_name="Aubépine",
    is_anonymous=False,
    agent_number="4401",
    job_title="Gestionnaire des titres d’identité",
    service="Bureau des titres et de la citoyenneté",
    prefecture="Préfecture d’essai",
    address="1 place de l’Exemple, 44000 Exemple-Ville",
    phone="02 61 91 10 04",
    email="titres@prefecture.example",
    opening_hours="",
    city="Exemple-Ville",
)
UNNAMED = replace(SENDER, is_anonymous=True)


def expected(purpose: str = ReplyPurpose.REPLY, **fields: Any) -> Expected:
    known = {"reference": "44-2026-000123", "subject": "Passeport perdu", "sender": SENDER, "today": TODAY}
    facts = {name: fields.pop(name) for name in Facts.__slots__ if name in fields}
    return Expected(purpose=purpose, facts=Facts(**facts), **(known | fields))


def remark(label: str, text: str, purpose: str = ReplyPurpose.REPLY, **fields: Any) -> Remark:
    found = {each.label: each for each in check(text, expected(purpose, **fields))}
    return found[label]


def verdict(label: str, text: str, purpose: str = ReplyPurpose.REPLY, **fields: Any) -> str:
    return remark(label, text, purpose, **fields).verdict


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Référence à rappeler : 44-2026-000123", PRESENT),
        ("Réf. 44-2026-000123", PRESENT),
        ("N/Réf : (44‑2026‑000123)", PRESENT),  # non-breaking hyphens of a word processor
        ("n° 44 – 2026", TO_CHECK),
        ("Réf. : PREF/DCL/2026-12", TO_CHECK),
        ("44-2026-0001234", MISSING),
        ("Madame,", MISSING),
    ],
)
def test_reference(text: str, found: str) -> None:
    assert verdict("Référence", text) == found


def test_a_missing_reference_says_which() -> None:
    assert remark("Référence", "Madame,").words == "Rappelez la référence 44-2026-000123."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Objet : passeport", PRESENT),
        ("OBJET : passeport", PRESENT),
        ("Vous nous écrivez à propos d’un PASSEPORT\nPERDU.", PRESENT),
        ("L’objet de votre visite", MISSING),
        ("", MISSING),
    ],
)
def test_subject(text: str, found: str) -> None:
    assert verdict("Objet", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tout est écrit.", CLEAR),
        ("Comme l’écrit le code [article 3] et […]", CLEAR),
        ("Le [date promise] au plus tard", MISSING),
        ("[À compléter : les motifs]", MISSING),
    ],
)
def test_what_remains_to_complete(text: str, found: str) -> None:
    assert verdict("Passages à compléter", text) == found


def test_what_only_a_person_can_judge_is_never_said_present() -> None:
    for text in ("", "Oui.", SHIPPED[0].body):
        assert verdict("Réponse à la question", text) == TO_CHECK
        assert verdict("Signature", text) == TO_CHECK


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("Votre demande est arrivée. Elle est acceptée.", CLEAR, "Aucune phrase"),
        ("mot " * 41, TO_CHECK, "41 mots"),
        ("mot " * 40, CLEAR, ""),
        ("La pièce susvisée, nonobstant les délais.", TO_CHECK, "susvisée, nonobstant"),
        ("**Important** : venez.", TO_CHECK, "mise en forme"),
        ("# Titre\nVenez.", TO_CHECK, "mise en forme"),
        ("Le n° 3 * 4", CLEAR, ""),
    ],
)
def test_language(text: str, found: str, why: str) -> None:
    seen = remark("Langage compréhensible", text)
    assert (seen.verdict, why in seen.words) == (found, True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Je suis heureux de vous répondre.", CLEAR),
        ("Je ne peux pas donner une suite favorable à votre demande.", MISSING),
        ("Je peux donner une suite favorable à votre demande.", CLEAR),
        ("Je ne puis réserver à votre courrier une suite favorable.", MISSING),
        ("Je ne puis réserver une suite favorable à ce courrier.", MISSING),
        ("Il ne m’est pas possible d’y donner une suite favorable.", MISSING),
        ("Votre demande est rejetée.", MISSING),
        ("Je rejette votre demande.", MISSING),
        ("J’ai le regret de vous informer que votre demande a été refusée.", MISSING),
        ("Décision de refus", MISSING),
        ("Votre demande est rejetée. Vous pouvez saisir le tribunal administratif de Nantes.", TO_CHECK),
        ("Rejet de la demande. Tribunal administratif de Nantes, délai de deux mois.", PRESENT),
    ],
)
def test_appeal(text: str, found: str) -> None:
    assert verdict("Voies et délais de recours", text) == found


# --- A holding reply ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "au plus tard le vendredi 4 décembre 2026",
        "avant le 4 DECEMBRE",
        "le 4 déc.",
        "le 04/12/2026",
        "le 4.12.26",
        "le 2026-12-04",
        "le quatre décembre deux mille vingt-six",
        "le 4\xa0décembre\n2026",
    ],
)
def test_the_promised_date_however_it_is_written(text: str) -> None:
    assert verdict("Délai annoncé", text, ReplyPurpose.HOLDING, promised_on=PROMISED) == PRESENT


@pytest.mark.parametrize(
    ("text", "promised_on", "found", "words"),
    [
        ("le 11 décembre 2026", PROMISED, TO_CHECK, "La date saisie dans Sillage, 4 décembre 2026, n’est pas"),
        ("Reçu le 10 novembre 2026.", PROMISED, MISSING, "n’est pas dans le texte"),
        ("Une réponse viendra le 4 décembre.", None, PRESENT, "saisissez la même dans Sillage"),
        ("Une réponse viendra sous 10 jours ouvrés.", None, TO_CHECK, "«\xa0sous 10 jours\xa0»"),
        ("Une réponse viendra dans un délai de trois semaines.", None, TO_CHECK, "une date est plus claire"),
        ("Une réponse viendra bientôt.", None, MISSING, "ce n’est pas une réponse d’attente"),
        ("Reçu le 10 novembre 2026.", None, MISSING, "Sans délai annoncé"),
        ("le 4 décembre 2025", None, MISSING, "Sans délai annoncé"),
    ],
)
def test_announced_delay(text: str, promised_on: date | None, found: str, words: str) -> None:
    seen = remark("Délai annoncé", text, ReplyPurpose.HOLDING, promised_on=promised_on)
    assert (seen.verdict, words in seen.words) == (found, True), seen.words


def test_a_holding_reply_owes_no_appeal_nor_signature() -> None:
    labels = {each.label for each in check("", expected(ReplyPurpose.HOLDING))}
    assert not {"Voies et délais de recours", "Signature", "Réponse à la question"} & labels


# --- Pieces, forwarding, acknowledgement --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "text", "found"),
    [
        (
            "- Pièce d’identité\n- Justificatif de domicile",
            "la pièce d'identité et le justificatif de domicile",
            PRESENT,
        ),
        ("Pièce d’identité\nTimbre fiscal ;", "la piece d’identite", MISSING),
        ("", "des pièces", TO_CHECK),
    ],
)
def test_pieces(pieces: str, text: str, found: str) -> None:
    assert verdict("Pièces demandées", text, ReplyPurpose.PIECES, missing=pieces) == found


def test_an_absent_piece_is_named() -> None:
    words = remark("Pièces demandées", "rien", ReplyPurpose.PIECES, missing="- Timbre fiscal").words
    assert words == "Saisi dans Sillage et absent du texte\xa0: Timbre fiscal."


@pytest.mark.parametrize(
    ("text", "until", "found"),
    [
        ("avant le 14/12/2026", date(2026, 12, 14), PRESENT),
        ("avant le 15/12/2026", date(2026, 12, 14), TO_CHECK),
        ("bientôt", date(2026, 12, 14), MISSING),
        ("sous un mois", None, PRESENT),
        ("bientôt", None, MISSING),
    ],
)
def test_until_when(text: str, until: date | None, found: str) -> None:
    assert verdict("Date limite des pièces", text, ReplyPurpose.PIECES, until=until) == found


def test_legal_effect_of_asking() -> None:
    assert verdict("Effet sur le délai", "Le délai est suspendu.", ReplyPurpose.PIECES) == PRESENT
    assert verdict("Effet sur le délai", "Merci.", ReplyPurpose.PIECES) == TO_CHECK


@pytest.mark.parametrize(
    ("to", "text", "found"),
    [
        ("Mairie d’Orvault", "je l’ai transmise à la MAIRIE D'ORVAULT.", PRESENT),
        ("Mairie d’Orvault", "je l’ai transmise à qui de droit.", MISSING),
        ("", "je l’ai transmise à la mairie.", TO_CHECK),
    ],
)
def test_forwarding_names_the_other_administration(to: str, text: str, found: str) -> None:
    assert verdict("Administration compétente", text, ReplyPurpose.FORWARDING, to=to) == found


def test_acknowledgement_gives_both_dates_and_the_appeal() -> None:
    known = {"received_on": date(2026, 11, 10), "implicit_on": date(2027, 1, 10)}
    text = "Reçue le 10 novembre 2026 ; sans réponse le 10 janvier 2027, tribunal administratif de Nantes."
    labels = ("Date de réception", "Date de la décision implicite", "Voies et délais de recours")
    for label in labels:
        assert verdict(label, text, ReplyPurpose.ACKNOWLEDGEMENT, **known) == PRESENT
        assert verdict(label, "", ReplyPurpose.ACKNOWLEDGEMENT, **known) == MISSING
    assert verdict(labels[1], text, ReplyPurpose.ACKNOWLEDGEMENT, received_on=TODAY) == TO_CHECK


# --- Who writes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Camille Aubépine", PRESENT),
        ("CAMILLE AUBEPINE", PRESENT),
        ("AUBÉPINE Camille", PRESENT),
        ("Camille\xa0Aubépine", PRESENT),
        ("C. Aubépine", TO_CHECK),
        ("Mme Aubépine", TO_CHECK),
        ("Camille Aubépineau", MISSING),
        ("Le préfet", MISSING),
    ],
)
def test_name(text: str, found: str) -> None:
    seen = remark("Prénom et nom", text)
    assert (seen.verdict, seen.source) == (found, "CRPA, article L. 111-2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Agent n° 4401", PRESENT),
        ("agent n°4401", PRESENT),
        ("L'agent chargé de votre demande", PRESENT),
        ("Le bureau", MISSING),
        ("Agent n° 4401, Camille Aubépine", TO_CHECK),
    ],
)
def test_without_the_name(text: str, found: str) -> None:
    assert verdict("Agent, sans son nom", text, sender=UNNAMED) == found
    assert "Prénom et nom" not in {each.label for each in check(text, expected(sender=UNNAMED))}


def test_quality_and_service() -> None:
    text = "gestionnaire des titres d'identité\nBUREAU DES TITRES\net de la citoyenneté"
    assert (verdict("Qualité", text), verdict("Service", text)) == (PRESENT, PRESENT)
    assert (verdict("Qualité", ""), verdict("Service", "")) == (MISSING, MISSING)
    untold = remark("Qualité", text, sender=replace(SENDER, job_title=""))
    assert (untold.verdict, "Ma signature" in untold.words) == (TO_CHECK, True)
    assert verdict("Service", "Préfecture d’essai", sender=replace(SENDER, service="")) == PRESENT


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 place de l’Exemple, 44000 Exemple-Ville", PRESENT),
        ("6 quai Autre\n44 035 Nantes Cedex 1", PRESENT),
        ("dossier 440001 du 44-2026-000123", MISSING),
        ("", MISSING),
    ],
)
def test_address(text: str, found: str) -> None:
    assert verdict("Adresse administrative", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("02 61 91 10 04", PRESENT),
        ("02.61.91.10.04", PRESENT),
        ("+33 2 61 91 10 04", PRESENT),
        ("+590 5 90 99 39 00", PRESENT),
        ("0261911004", PRESENT),
        ("le 34 00", PRESENT),
        ("titres@prefecture.example", PRESENT),
        ("44-2026-000123", MISSING),
        ("le 10/11/2026 à 14 h 00", MISSING),
    ],
)
def test_how_to_reach_the_service(text: str, found: str) -> None:
    assert verdict("Téléphone ou courriel", text) == found


# --- The whole ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ReplyPurpose.values)
@pytest.mark.parametrize(
    "text", ["", "\x00[", "é" * 20_000, "[[[à compléter", "(" * 500, "1/1/1 99/99/9999 31 février"]
)
def test_any_text_is_read(purpose: str, text: str) -> None:
    remarks = check(text, expected(purpose))
    assert len({each.label for each in remarks}) == len(remarks) >= 9
    assert all(each.words.endswith(".") or each.words.endswith("?") for each in remarks)
    assert all(each.source for each in remarks)
