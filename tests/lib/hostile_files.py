"""Files made to hurt: each builder gives the bytes, the name and the code (or codes) it must be refused with."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter
from tests.lib.workbooks import SHEET, old_xls, one_sheet, operated, replaced, roster, rows_xml, xlsx, zipped

MIB = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """One hostile file; ``codes`` are those any of which is right."""

    name: str
    build: Callable[[], bytes]
    codes: tuple[str, ...]
    file_name: str = "名册.xlsx"


def with_part(name: str, content: bytes) -> bytes:
    return operated(roster(), lambda parts: parts.update({name: content}))


def zip_bomb() -> bytes:
    return with_part("xl/sharedStrings.xml", b"<sst><si><t>" + b"A" * (300 * MIB) + b"</t></si></sst>")


def many_shared_texts() -> bytes:
    text = b"<si><t>" + b"B" * 30_000 + b"</t></si>"
    return with_part("xl/sharedStrings.xml", b"<sst>" + text * 8_000 + b"</sst>")


def one_long_text_often() -> bytes:
    """A small file: one text of 200 KB, shown in 60,000 cells, is 12 GB for who copies it each time."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 60_001))
    text = b"<sst><si><t>" + b"C" * 200_000 + b"</t></si></sst>"
    book = with_part("xl/sharedStrings.xml", text)
    return operated(book, lambda parts: parts.update({SHEET: rows_xml(cells)}))


def forged_size() -> bytes:
    """The directory says 1 KiB for 40 MiB."""
    data = with_part("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * (2 * MIB) + b"</sst>")
    archive = zipfile.ZipFile(io.BytesIO(data))
    honest = struct.pack("<I", archive.getinfo("xl/sharedStrings.xml").file_size)
    return data.replace(honest, struct.pack("<I", 1024))


def overlapping() -> bytes:
    """Every member is the same piece of the file."""
    data = bytearray(zipped({f"xl/worksheets/sheet{n}.xml": b"<worksheet/>" * 1000 for n in range(1, 30)}))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 42 : at + 46] = struct.pack("<I", 0)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def with_doctype(part: str) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return operated(roster(), lambda p: p.update({part: p[part].replace(head, head + bomb + b"]>")}))


def late_entity() -> bytes:
    return with_part(
        "xl/comments1.xml", b"<comments>" + b"<text/>" * MIB + b'<!ENTITY x SYSTEM "file:///etc/passwd">'
    )


def utf16_part() -> bytes:
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>'
    return one_sheet(xml.encode("utf-16"))


def outside_command() -> bytes:
    return replaced(roster(), SHEET, b"VLOOKUP(A3,B:C,2,0)", b"cmd|&apos;/c calc&apos;!A0")


def outside_link() -> bytes:
    link = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    return with_part("xl/externalLinks/externalLink1.xml", link)


def last_row() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_048_577))
    return one_sheet(rows_xml(rows))


def stray_cell() -> bytes:
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="XFD900000"><v>1</v></c></row>'
    return one_sheet(rows_xml(rows))


def stray_cell_unseen() -> bytes:
    """In another namespace prefix than the sheet's, where the guard does not look: only the fence holds."""
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><y:row r="900000"><y:c r="XFD900000"><y:v>1</y:v></y:c></y:row>'
    return one_sheet(rows_xml(rows))


def deep_nesting() -> bytes:
    return one_sheet(rows_xml(b"<row><c><is>" + b"<r>" * (8 * MIB)))


def one_endless_row() -> bytes:
    return one_sheet(rows_xml(b'<row r="1">' + b'<c r="A1"><v>1</v></c>' * (3 * MIB)))


def many_merges() -> bytes:
    merges = b"".join(b'<mergeCell ref="A%d:C%d"/>' % (n, n) for n in range(1, 600_000))
    return one_sheet(rows_xml(b"", after=b"<mergeCells>" + merges + b"</mergeCells>"))


def many_parts() -> bytes:
    return operated(roster(), lambda parts: parts.update({f"xl/x{n}.xml": b"<x/>" for n in range(12_000)}))


def many_sheets() -> bytes:
    """200 sheets with a stray cell each: read one after the other they must stay in bounds."""

    def fill(book: xlsxwriter.Workbook) -> None:
        for number in range(200):
            book.add_worksheet(f"s{number}").write(900_000, 20, 1)

    return xlsx(fill)


def absolute_name() -> bytes:
    return with_part("/etc/cron.d/x.xml", b"<x/>")


def climbing_name() -> bytes:
    return with_part("../../../x.xml", b"<x/>")


def twice() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/Workbook.xml"):
            archive.writestr(name, b"<workbook/>")
    return data.getvalue()


def no_result() -> bytes:
    return replaced(roster(), SHEET, "<v>王小1</v>".encode(), b"")


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def old_stray() -> bytes:
    """An .xls with one cell at the far corner, said in its records."""
    data = old_xls()
    cell = struct.pack("<HHHHH", 0x0FD, 10, 2, 0, 0)[:8]
    assert cell in data
    return data.replace(cell, struct.pack("<HHHH", 0x0FD, 10, 65_534, 255))


def old_circle() -> bytes:
    """An .xls whose chain of sectors leads back to its beginning."""
    data = bytearray(old_xls(400))
    table = 512 * (struct.unpack_from("<I", data, 76)[0] + 1)
    data[table : table + 512] = struct.pack("<128I", *[0] * 128)
    return bytes(data)


def old_forged() -> bytes:
    """An .xls that claims two thousand million table sectors."""
    data = bytearray(old_xls())
    struct.pack_into("<I", data, 44, 0x7FFFFFFF)
    struct.pack_into("<II", data, 68, 1, 0x7FFFFFFF)
    return bytes(data)


def giant_page() -> bytes:
    return b"<html><table>" + b"<tr>" + b"<td colspan=16000>x" * 30_000


def page_of_comments() -> bytes:
    return b"<html><table>" + b"<!--" * (4 * MIB) + b"<script>" * MIB


def xml_far_row() -> bytes:
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    row = '<Row ss:Index="{0}"><Cell ss:Index="16000"><Data ss:Type="String">x</Data></Cell></Row>'
    rows = "".join(row.format(n * 1000) for n in range(1, 1048))
    return f'<?xml version="1.0"?><Workbook xmlns:ss="{name}"><Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet></Workbook>'.encode()


def xml_laughs() -> bytes:
    return (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&b;</Workbook>'
    )


def random_bytes() -> bytes:
    state, parts = 1, bytearray()
    for _ in range(100_000):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        parts.append(state >> 56)
    return bytes(parts)


BROKEN = ("E004",)
HOSTILE = [
    Hostile("zip bomb", zip_bomb, ("E005",)),
    Hostile("many shared texts", many_shared_texts, ("E005",)),
    Hostile("one long text 60,000 times", one_long_text_often, ("E005", "E014")),
    Hostile("forged size", forged_size, ("E012", "E004")),
    Hostile("overlapping members", overlapping, ("E012", "E001")),
    Hostile("DOCTYPE in the sheet", lambda: with_doctype(SHEET), ("E012",)),
    Hostile("billion laughs in shared texts", lambda: with_doctype("xl/sharedStrings.xml"), ("E012",)),
    Hostile("DOCTYPE in the workbook", lambda: with_doctype("xl/workbook.xml"), ("E012",)),
    Hostile("ENTITY far behind", late_entity, ("E012",)),
    Hostile("UTF-16 part with a DTD", utf16_part, ("E012",)),
    Hostile("formula that starts a program", outside_command, ("E011",)),
    Hostile("DDE link", outside_link, ("E011",)),
    Hostile("formula without result", no_result, ("E010",)),
    Hostile("data to row 1,048,576", last_row, ("E013",)),
    Hostile("stray cell far away", stray_cell, ("E005",)),
    Hostile("200 sheets with a stray cell", many_sheets, ("E005",)),
    Hostile("stray cell hidden from the guard", stray_cell_unseen, ("E005", "E014", "E004")),
    Hostile("deep nesting", deep_nesting, ("E004", "E005", "E014")),
    Hostile("one endless row", one_endless_row, ("E005",)),
    Hostile("600,000 merged ranges", many_merges, ("E005",)),
    Hostile("12,000 parts", many_parts, ("E005",)),
    Hostile("absolute member name", absolute_name, ("E012",)),
    Hostile("climbing member name", climbing_name, ("E012",)),
    Hostile("one name twice", twice, ("E012",)),
    Hostile("cut zip", lambda: cut(roster(2000)), BROKEN),
    Hostile("rubbish called zip", lambda: b"PK\x03\x04" + random_bytes(), BROKEN),
    Hostile("xls: far corner", old_stray, ("E005",), "名册.xls"),
    Hostile("xls: circle of sectors", old_circle, BROKEN, "名册.xls"),
    Hostile("xls: forged table sizes", old_forged, BROKEN, "名册.xls"),
    Hostile("xls: cut", lambda: cut(old_xls(2000)), BROKEN, "名册.xls"),
    Hostile("page of wide cells", giant_page, ("E005",), "名册.xls"),
    Hostile("page of comments", page_of_comments, ("E007",), "名册.xls"),
    Hostile("XML sheet with far cells", xml_far_row, ("E005", "E013"), "名册.xls"),
    Hostile("XML sheet with entities", xml_laughs, ("E012",), "名册.xls"),
    Hostile("csv: one giant line", lambda: b"a,b\n" + b"x" * (64 * MIB), ("E016",), "名册.csv"),
    Hostile("csv: a million columns", lambda: b"," * 1_000_000 + b"\n", ("E016",), "名册.csv"),
    Hostile("csv: quote never closed", lambda: b'a,b\n"' + b"x,y\n" * MIB, ("E006",), "名册.csv"),
    Hostile("bare binary", random_bytes, ("E001",), "名册.csv"),
]
