"""Which files may be attached: by their content, whatever their name says; and what the person is told to do."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracker.attachments import samples
from tests.tracker.attachments.samples import DOCX, JPEG, ODT, OLE, PAGE, PDF, PNG, PROGRAM, SVG, TEXT, ZIP
from tracker.errors import FileRefused
from tracker.filetypes import BY_EXTENSION, TYPES, recognise
from tracker.text import LONGEST_FILE_NAME, clean_file_name, size_words

ACCEPTED = {
    "lettre.pdf": PDF,
    "LETTRE.PDF": PDF,
    "photo.jpg": JPEG,
    "photo.jpeg": JPEG,
    "plan.png": PNG,
    "scan.tif": samples.TIFF,
    "scan.tiff": b"MM\x00*" + bytes(20),
    "photo.heic": samples.HEIC,
    "photo.heif": samples.HEIC,
    "lettre.docx": DOCX,
    "tableau.xlsx": samples.openxml("spreadsheetml.sheet"),
    "exposé.pptx": samples.openxml("presentationml.presentation"),
    "lettre.odt": ODT,
    "tableau.ods": samples.opendocument("spreadsheet"),
    "exposé.odp": samples.opendocument("presentation"),
    "lettre.doc": samples.ole("WordDocument"),
    "tableau.xls": samples.ole("Workbook"),
    "exposé.ppt": samples.ole("PowerPoint Document"),
    "message.msg": samples.ole("__properties_version1.0"),
    # A message that holds a document holds its streams too.
    "message-et-lettre.msg": samples.ole("__properties_version1.0", "WordDocument"),
    "message.eml": samples.MAIL,
    "note.txt": TEXT,
    "ancienne.txt": "Reçu à l’été".encode("cp1252"),
    "bloc-notes.txt": "Reçu".encode("utf-16"),
    "message.txt": samples.MAIL.partition(b"<html>")[0],
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_people_send_is_taken(name: str) -> None:
    found = recognise(io.BytesIO(ACCEPTED[name]), name)
    assert f".{name.rpartition('.')[2].lower()}" in found.extensions


def test_every_type_is_tried() -> None:
    assert {f".{name.rpartition('.')[2].lower()}" for name in ACCEPTED} == set(BY_EXTENSION)


DOCX_AND_ODT = samples.openxml(
    "wordprocessingml.document", mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<x/>"}
)
WITH_PASSWORD = samples.opendocument(
    "text", **{"META-INF/manifest.xml": b"<manifest><encryption-data/></manifest>", "content.xml": b"x"}
)
WITH_BASIC = samples.opendocument("spreadsheet", **{"Basic/Standard/script-lb.xml": b"<x/>"})
DECLARED_MACROS = samples.archive(
    {"[Content_Types].xml": b"ms-word.document.macroEnabled.main+xml wordprocessingml.document.main+xml"}
)
PROGRAM_INSIDE = samples.openxml("wordprocessingml.document", **{"META-INF/MANIFEST.MF": b"x"})

REFUSED = {
    # name: content, words of the refusal
    "renamed executable": ("facture.pdf", PROGRAM, "un programme ne peut pas être joint"),
    "renamed ELF": ("photo.jpg", b"\x7fELF\x02" + bytes(40), "un programme"),
    "renamed shell script": ("note.txt", b"#!/bin/sh\nrm -rf /\n", "un programme"),
    "honest executable": ("setup.exe", PROGRAM, "un programme"),
    "double extension": ("facture.pdf.exe", PDF, "un programme"),
    "shortcut": ("facture.pdf.lnk", PDF, "un programme"),
    "SVG with a script": ("logo.svg", SVG, "imprimez-la en PDF"),
    "SVG called PNG": ("logo.png", SVG, "imprimez-la en PDF"),
    "SVG called text": ("logo.txt", SVG, "imprimez-la en PDF"),
    "page": ("page.html", PAGE, "imprimez-la en PDF"),
    "page called PDF": ("page.pdf", PAGE, "imprimez-la en PDF"),
    "page called text, in UTF-16": ("page.txt", PAGE.decode().encode("utf-16"), "imprimez-la en PDF"),
    "PHP in a picture": ("photo.jpg", JPEG[:20] + b"<?php system($_GET[0]); ?>" + JPEG, "en cache un autre"),
    "page in a PDF": ("page.pdf", PDF + PAGE, "en cache un autre"),
    "PDF that is a ZIP": ("lettre.pdf", PDF + ZIP, "en cache un autre"),
    "picture that is a JAR": ("photo.jpg", JPEG + samples.archive({"META-INF/MANIFEST.MF": b"x"}), "en cache un autre"),
    "picture that is a PDF": ("photo.jpg", JPEG[:20] + PDF, "en cache un autre"),
    "document that is two": ("lettre.docx", DOCX_AND_ODT, "en cache un autre"),
    "text that is a ZIP": ("note.txt", TEXT + ZIP, "n’est pas celui d’un fichier"),
    "archive": ("dossier.zip", ZIP, "joignez les fichiers qu’elle contient"),
    "archive called docx": ("dossier.docx", ZIP, "joignez les fichiers qu’elle contient"),
    "program in a document": ("lettre.docx", PROGRAM_INSIDE, "un programme"),
    "gzip": ("note.txt", b"\x1f\x8b\x08\x00" + bytes(20), "joignez les fichiers qu’elle contient"),
    "docm": ("lettre.docm", DOCX, "Enregistrez-le sans macros"),
    "macros in a docx": ("lettre.docx", samples.DOCM_INSIDE, "Enregistrez-le sans macros"),
    "macros declared": ("lettre.docx", DECLARED_MACROS, "Enregistrez-le sans macros"),
    "macros in a doc": ("lettre.doc", samples.ole("WordDocument", "_VBA_PROJECT"), "Enregistrez-le sans macros"),
    "macros in an ods": ("tableau.ods", WITH_BASIC, "Enregistrez-le sans macros"),
    "password on a docx": ("lettre.docx", samples.ole("EncryptedPackage"), "sans mot de passe"),
    "password on an odt": ("lettre.odt", WITH_PASSWORD, "sans mot de passe"),
    "installer called doc": ("lettre.doc", samples.ole("\u4840\u3f7f"), "n’est pas celui d’un fichier"),
    "doc called docx": ("lettre.docx", samples.ole("WordDocument"), "Renommez-le ainsi"),
    "JPEG called PNG": ("photo.png", JPEG, "c’est un fichier «\xa0.jpg\xa0»"),
    "text called PDF": ("lettre.pdf", TEXT, "imprimez-le en PDF"),
    "PDF after something else": ("lettre.pdf", b"\x00" + PDF, "n’est pas celui d’un fichier"),
    "text called message": ("message.eml", TEXT, "n’est pas celui d’un fichier"),
    "half a document": ("lettre.docx", DOCX[:100], "est endommagé"),
    "nothing": ("vide.pdf", b"", "est vide"),
    "no extension": ("facture", PDF, "Renommez-le"),
    "unknown extension": ("base.mdb", PDF, "Joignez un PDF"),
    "film": ("film.mp4", b"\x00\x00\x00\x18ftypisom", "Joignez un PDF"),
    "film called photo": ("photo.heic", b"\x00\x00\x00\x18ftypisom" + bytes(20), "n’est pas celui d’un fichier"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_harm_is_refused_with_what_to_do(case: str) -> None:
    name, content, words = REFUSED[case]
    with pytest.raises(FileRefused) as refusal:
        recognise(io.BytesIO(content), name)
    assert words in refusal.value.message
    assert refusal.value.message.endswith(".")
    assert refusal.value.message[0].islower()  # goes on from the file's name


def test_a_document_that_unfolds_into_gigabytes_is_refused_without_unfolding_it() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", "wordprocessingml.document.main+xml")
        with target.open("word/document.xml", "w", force_zip64=True) as member:
            for _ in range(200):
                member.write(bytes(1024 * 1024))
    with pytest.raises(FileRefused, match="démesuré"):
        recognise(made, "lettre.docx")


def test_a_document_that_only_speaks_of_macros_is_taken() -> None:
    spoken = "on écrit _VBA_PROJECT ainsi".encode("utf-16-le")
    assert recognise(io.BytesIO(samples.ole("WordDocument") + spoken), "lettre.doc").code == "doc"


@given(st.binary(max_size=400), st.sampled_from([*BY_EXTENSION, ".exe", ""]))
def test_any_bytes_are_taken_or_refused_with_a_sentence(content: bytes, extension: str) -> None:
    for start in (b"", b"PK\x03\x04", OLE, b"%PDF-"):
        try:
            found = recognise(io.BytesIO(start + content), f"x{extension}")
        except FileRefused as refusal:
            assert refusal.message
        else:
            assert found is TYPES[found.code]


# --- Names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\agent\\Bureau\\scan.pdf", "scan.pdf"),
        ("/var/lib/x/\x00scan\n.pdf", "scan_.pdf"),
        ("..", "sans nom"),
        ("", "sans nom"),
        ("   .pdf", "pdf"),
        ("fact\u202efdp.exe", "factfdp.exe"),
        ('a<b>c:"d|e?.pdf', "a_b_c__d_e_.pdf"),
        ("relevé  d’identité.pdf", "relevé d’identité.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_FILE_NAME - 4) + ".pdf"),
        ("x" * 300, "x" * LONGEST_FILE_NAME),
    ],
)
def test_a_name_keeps_what_a_person_reads(given_name: str, kept: str) -> None:
    assert clean_file_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_is_short_without_a_path_and_stays_so(given_name: str) -> None:
    name = clean_file_name(given_name)
    assert 0 < len(name) <= LONGEST_FILE_NAME
    assert not set(name) & set('/\\\0\n\r<>:"|?*')
    assert clean_file_name(name) == name


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 octet"), (1, "1 octet"), (900, "900 octets"), (1024, "1\xa0ko"), (245_760, "240\xa0ko"),
        (1_048_300, "1\xa0Mo"), (1_500_000, "1,4\xa0Mo"), (25 * 1024 * 1024, "25\xa0Mo"), (10_480_000, "10\xa0Mo"),
    ],
)  # fmt: skip
def test_a_size_is_said_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
