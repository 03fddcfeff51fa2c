"""Files that are damaged, disguised or hostile: always a named error with a French sentence, never anything else."""

import io
import random
import struct
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.tracker.spreadsheets.workbooks import ODS_HEAD, write_ods_content, write_workbook
from tracker.spreadsheets import formats
from tracker.spreadsheets.errors import (
    CorruptWorkbook,
    EmptyWorkbook,
    EncryptedWorkbook,
    ExpandsTooMuch,
    FileTooLarge,
    FormatMismatch,
    NotASpreadsheet,
    SpreadsheetError,
)
from tracker.spreadsheets.layouts import register_layout
from tracker.spreadsheets.reading import open_workbook
from tracker.spreadsheets.tables import TableReading

ROWS = {"A": [["Reçu le", "Objet"], ["03/01/2022", "x"], ["04/01/2022", "y"]]}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path, name=None):
    return list(TableReading(path, register_layout("courrier"), lambda _: lambda _: [], name=name))


def refuse(error, path, content=None, name=None):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SpreadsheetError) as refused:
        read(path, name)
    assert type(refused.value) is error
    assert refused.value.message.endswith(".")
    assert "Traceback" not in refused.value.message
    return refused.value.message


def rezip(source, target, changes, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", compression) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, changes[name](content) if name in changes else content)
    return target


@pytest.mark.parametrize("extension", [".xlsx", ".xls", ".ods"])
def test_each_format_is_read(tmp_path, extension):
    assert len(read(write_workbook(tmp_path / f"r{extension}", ROWS))) == 2


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("r.xlsx", b"Re\xe7u le;Objet\r\n03/01/2022;x\r\n", "texte (CSV)"),
        ("r.csv", b"Recu le;Objet\r\n", "texte (CSV)"),
        ("r.xls", b"\xef\xbb\xbf  <html><table><tr><td>x</td></tr></table></html>", "page web"),
        ("r.xls", b"<?xml version='1.0'?><Workbook/>", "page web ou du XML"),
        ("r.xlsx", b"%PDF-1.7\n", "PDF"),
        ("r.xlsx", b"", "vide"),
        ("r.xlsx", b"\x7fELF\x00\x00\x00", "pas un classeur"),
        ("r.xls", OLE + b"\x00" * 600 + "WordDocument".encode("utf-16-le"), "traitement de texte"),
        ("r.xls", OLE + b"\x00" * 600, "pas un classeur"),
    ],
)
def test_file_that_is_not_what_its_name_says(tmp_path, name, content, word):
    assert word in refuse(NotASpreadsheet, tmp_path / name, content)


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"[Content_Types].xml": b"", "word/document.xml": b""}, "traitement de texte"),
        ({"mimetype": b"application/vnd.oasis.opendocument.text"}, "traitement de texte"),
        ({"ppt/presentation.xml": b""}, "présentation"),
        ({"xl/workbook.bin": b""}, ".xlsb"),
        ({"photo.jpg": b""}, "archive"),
    ],
)
def test_zip_of_another_kind(tmp_path, members, word):
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert word in refuse(NotASpreadsheet, path)


@pytest.mark.parametrize(
    ("real", "told"), [(".xls", "r.xlsx"), (".xlsx", "r.xls"), (".ods", "r.xlsx"), (".xlsx", "r.csv")]
)
def test_workbook_under_the_extension_of_another(tmp_path, real, told):
    path = write_workbook(tmp_path / f"vrai{real}", ROWS)
    assert f"enommez-le en {real}" in refuse(FormatMismatch, path, name=told)


def test_upload_is_judged_by_the_name_people_gave_it(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", ROWS).rename(tmp_path / "3f2b8c1e")
    assert len(read(path, "Registre 2022.XLSX")) == 2
    assert len(read(path)) == 2


def test_file_over_the_cap(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "MAX_BYTES", 1000)
    assert "trop volumineux" in refuse(FileTooLarge, write_workbook(tmp_path / "r.xlsx", ROWS))


def test_huge_file_is_refused_without_being_read(tmp_path):
    path = tmp_path / "r.xlsx"
    with path.open("wb") as sparse:
        sparse.truncate(200 * 1000 * 1000)
    assert "200 Mo" in refuse(FileTooLarge, path)


@pytest.mark.parametrize("extension", [".xlsx", ".xls", ".ods"])
@pytest.mark.parametrize("rows", [[], [[" ", "\u00a0"]]])
def test_empty_workbook(tmp_path, extension, rows):
    assert "vide" in refuse(EmptyWorkbook, write_workbook(tmp_path / f"r{extension}", {"A": rows, "B": []}))


def test_encrypted_xlsx(tmp_path):
    content = OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600
    assert "mot de passe" in refuse(EncryptedWorkbook, tmp_path / "r.xlsx", content)


def test_encrypted_ods(tmp_path):
    path = tmp_path / "r.ods"
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    write_ods_content(path, ODS_HEAD, entry)
    assert "mot de passe" in refuse(EncryptedWorkbook, path)


def test_encrypted_xls(tmp_path):
    path = write_workbook(tmp_path / "r.xls", ROWS)
    content = bytearray(path.read_bytes())
    after_beginning = content.find(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    struct.pack_into("<H", content, after_beginning, 0x2F)
    assert "mot de passe" in refuse(EncryptedWorkbook, path, bytes(content))


def test_encrypted_zip_members(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", ROWS)
    content = bytearray(path.read_bytes())
    position = content.find(b"PK\x01\x02")
    content[position + 8] |= 1
    refuse(EncryptedWorkbook, path, bytes(content))


def test_bomb_that_announces_itself(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", ROWS)
    bomb = rezip(path, tmp_path / "bombe.xlsx", {"xl/styles.xml": lambda content: content + b" " * 60_000_000})
    assert bomb.stat().st_size < 100_000
    assert "démesuré" in refuse(ExpandsTooMuch, bomb)


def test_bomb_that_lies_about_its_size_is_stopped(tmp_path):
    """60 MB of cells said to be 1 000 bytes: it is refused by name and the server's memory does not grow."""
    path = write_workbook(tmp_path / "r.xlsx", ROWS)
    cells = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"x" * 60_000_000 + b"</t></is></c></row></sheetData>"
    bomb = rezip(path, tmp_path / "b.xlsx", {"xl/worksheets/sheet1.xml": lambda c: c.replace(b"</sheetData>", cells)})
    content = bytearray(bomb.read_bytes())
    name = b"xl/worksheets/sheet1.xml"
    for magic, offset, length in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := content.find(magic, at + 1)) >= 0:
            if content[at + length : at + length + len(name)] == name:
                struct.pack_into("<I", content, at + offset, 1000)
    bomb.write_bytes(content)
    before = resident_bytes()
    with pytest.raises(SpreadsheetError):
        read(bomb)
    assert resident_bytes() - before < 200_000_000


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_directory_of_too_many_members(tmp_path):
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6000):
            archive.writestr(f"xl/{number}", b"")
    refuse(ExpandsTooMuch, path)


def test_cell_in_the_last_corner_does_not_take_the_server_down(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", ROWS)
    corner = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    changes = {"xl/worksheets/sheet1.xml": lambda content: content.replace(b"</sheetData>", corner)}
    assert "démesuré" in refuse(ExpandsTooMuch, rezip(path, tmp_path / "coin.xlsx", changes))


def test_repeated_rows_of_an_ods_do_not_take_the_server_down(tmp_path):
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
    cell += "<text:p>x</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}'
    table = f'<table:table table:name="A">{row}</table:table-row></table:table>'
    path = tmp_path / "r.ods"
    write_ods_content(path, f"{ODS_HEAD}{table}</office:spreadsheet></office:body></office:document-content>")
    with pytest.raises(SpreadsheetError):
        read(path)


def test_file_far_below_the_table_is_counted_to_its_last_filled_row(tmp_path):
    rows = [*ROWS["A"], *[[]] * 70_000, ["05/01/2022", "z"]]
    path = tmp_path / "r.xlsx"
    workbook = openpyxl.Workbook()
    for number, row in enumerate(rows, 1):
        for index, value in enumerate(row, 1):
            workbook.active.cell(number, index, value)
    workbook.save(path)
    reading = TableReading(path, register_layout("courrier"), lambda _: lambda _: [])
    assert [row.row for row in reading] == [2, 3, 70_004]
    assert (reading.rows, reading.blank) == (70_003, 70_000)


@pytest.mark.parametrize("extension", [".xlsx", ".xls", ".ods"])
def test_damaged_files_only_ever_raise_the_named_errors(tmp_path, extension):
    """Truncated, overwritten and shuffled bytes, in the archive and inside its members."""
    whole = write_workbook(tmp_path / f"r{extension}", {"A": ROWS["A"] * 5, "B": ROWS["A"]}).read_bytes()
    chance = random.Random(20221)
    path = tmp_path / f"abime{extension}"
    refused = 0
    for _ in range({".xls": 16}.get(extension, 60)):
        path.write_bytes(damage(whole, chance))
        try:
            read(path)
        except SpreadsheetError as error:
            refused += 1
            assert error.message.endswith(".")
    assert refused >= 5


def damage(whole, chance):
    content = bytearray(whole)
    kind = chance.randrange(4)
    if kind == 0:
        return bytes(content[: chance.randrange(len(content))])
    if kind == 1:
        for _ in range(chance.randrange(1, 30)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        return bytes(content)
    if kind == 2:
        start = chance.randrange(len(content))
        content[start : start + chance.randrange(1, 400)] = bytes(chance.randrange(1, 400))
        return bytes(content)
    return damage_member(whole, chance) or bytes(content[::-1])


def damage_member(whole, chance):
    """The archive whole again around one damaged member; None where it is no archive."""
    if not whole.startswith(b"PK"):
        return None
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as before, zipfile.ZipFile(target, "w") as after:
        names = before.namelist()
        victim = chance.choice([name for name in names if name.endswith(".xml")])
        for name in names:
            member = bytearray(before.read(name))
            if name == victim:
                for _ in range(chance.randrange(1, 20)):
                    member[chance.randrange(len(member))] = chance.randrange(32, 127)
            after.writestr(name, bytes(member))
    return target.getvalue()


def test_zip_without_its_end_is_damaged(tmp_path):
    whole = write_workbook(tmp_path / "r.xlsx", ROWS).read_bytes()
    assert "endommagé" in refuse(CorruptWorkbook, tmp_path / "c.xlsx", whole[:-30])


def test_reader_killed_on_the_way_is_a_named_error(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", {"A": [["Reçu le", "Objet"], *[["03/01/2022", "x" * 400]] * 5000]})
    with open_workbook(path) as workbook:
        sheet = next(iter(workbook.sheets))
        next(sheet.rows)
        workbook._process.kill()
        with pytest.raises(ExpandsTooMuch):
            list(sheet.rows)


def test_closing_early_leaves_no_process(tmp_path):
    path = write_workbook(tmp_path / "r.xlsx", {"A": [["Reçu le", "Objet"], *[["03/01/2022", "x"]] * 5000]})
    reading = iter(TableReading(path, register_layout("courrier"), lambda _: lambda _: []))
    next(reading)
    reading.close()
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    assert not any(b"reader_process" in command for command in commands)


def test_the_package_needs_no_django():
    code = (
        "import sys, tracker.spreadsheets.registers, tracker.spreadsheets.problems;"
        "sys.exit(any(m.split('.')[0] == 'django' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3]).returncode == 0
