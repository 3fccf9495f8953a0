"""What the guard tells of a workbook beside its cells, and what it refuses, however the XML is written."""

from __future__ import annotations

import datetime as dt
import struct

import pytest
import xlsxwriter
from tests.lib.workbooks import (
    SHEET,
    old_xls,
    one_sheet,
    operated,
    prefixed,
    replaced,
    roster,
    rows_xml,
    strict,
    xlsx,
    zipped,
)

from notoneless.common.errors import Fault
from notoneless.files import biff
from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import SheetScan, is_outside_command
from notoneless.files.tables import RawSheet, read_table

HEADINGS = ["姓名", "身份证号", "出生日期", "备注"]


def first_sheet(data: bytes) -> RawSheet:
    return read_table(data, "名册.xlsx").sheets[0]


def refusal(data: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        _ = [list(sheet.rows) for sheet in read_table(data, "名册.xlsx").sheets]
    return caught.value


def scanned(xml: bytes, piece: int = 1 << 20) -> SheetScan:
    scan = SheetScan()
    for at in range(0, len(xml), piece):
        scan.feed(xml[at : at + piece])
    return scan


@pytest.mark.parametrize("written", [lambda data: data, strict, prefixed], ids=["usual", "strict", "prefixed"])
def test_a_workbook_reads_alike_however_it_is_written(written: object) -> None:
    sheet = first_sheet(written(roster()))
    rows = list(sheet.rows)
    assert rows[0][0] == "户籍学龄人口"
    assert rows[1] == HEADINGS
    assert rows[2] == ["王小0", "371321201305000000X", "2013-05-02", "#N/A"]
    assert rows[3][3] == "王小1"
    assert (sheet.merged, sheet.formulas, sheet.last_row) == ([(0, 0, 0, 3)], 2, 5)


def test_hidden_rows_and_columns_are_told_within_the_data() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("甲")
        for row in range(4):
            page.write_row(row, 0, ["a", "b", "c"])
        page.set_row(1, None, None, {"hidden": True})
        page.set_row(900, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})
        page.set_column(6, 16_383, None, None, {"hidden": True})

    sheet = first_sheet(xlsx(fill))
    assert (sheet.hidden_rows, sheet.hidden_columns) == ((2,), (1,))
    assert len(list(sheet.rows)) == 4, "hidden rows are read like all others"


def test_formatted_blank_rows_to_the_end_cost_nothing() -> None:
    blank = b"".join(b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 60_000))
    last = b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    sheet = first_sheet(one_sheet(rows_xml(b'<row r="1"><c r="A1"><v>7</v></c></row>' + blank + last)))
    assert list(sheet.rows) == [["7"]]
    assert sheet.last_row == 1


def test_data_to_the_last_row_is_said_to_be_cut_off() -> None:
    row = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    filled = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 60))
    scan = scanned(rows_xml(filled + row))
    assert scan.close().last_row == 1_048_576


@pytest.mark.parametrize("piece", [7, 64, 1000])
def test_facts_do_not_depend_on_where_pieces_end(piece: int) -> None:
    xml = rows_xml(
        b'<row r="1" hidden="1"><c r="A1" t="str"><f>B1</f><v></v></c><c r="AB1"><f>1+1</f></c></row>'
        b"<row spans='1:2' r='2'><c s='1' r='B2' t='e'><f t=\"shared\" si=\"0\"/><v>#REF!</v></c></row>",
        before=b'<cols><col min="1" max="2" hidden="true"/><col min="4" max="4" width="0"/></cols>',
        after=b'<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="A13:A14"/></mergeCells>',
    )
    facts = scanned(xml, piece).close()
    assert (facts.formulas, facts.unstored, facts.first_unstored) == (3, 1, "AB1")
    assert facts.errors == {16_384 + 1: "#REF!"}
    assert (facts.hidden_rows, facts.hidden_columns, facts.width) == ([1], [0, 1, 3], 28)
    assert (facts.merged, facts.merges, facts.last_row) == ([(0, 0, 1, 1)], 2, 2)


@pytest.mark.slow
def test_an_endless_row_is_refused_while_it_is_unpacked() -> None:
    with pytest.raises(Refused) as caught:
        scanned(b"<worksheet><sheetData><row>" + b'<c r="A1"/>' * 4_000_000)
    assert caught.value.code == "E005"


def test_formula_without_result_is_refused_with_its_cell_when_its_sheet_is_read() -> None:
    data = replaced(roster(), SHEET, "<v>王小1</v>".encode(), b"")
    table = read_table(data, "名册.xlsx")
    assert list(table.sheets[1].rows) == []
    with pytest.raises(Fault) as caught:
        list(table.sheets[0].rows)
    assert caught.value.code == "E010"
    assert "D4" in caught.value.what


def test_a_stored_empty_text_is_a_result() -> None:
    sheet = first_sheet(replaced(roster(), SHEET, "<v>王小1</v>".encode(), b"<v></v>"))
    assert list(sheet.rows)[3][3] == ""


@pytest.mark.parametrize(
    ("formula", "outside"),
    [
        ("cmd|'/c calc'!A0", True),
        ("cmd|&apos; /C calc&apos;!A0", True),
        ("1+MSEXCEL|'\\..\\..\\x.exe'!''", True),
        ('DDE("cmd","/c calc","x")', True),
        ("A1&amp;&quot;|&quot;&amp;Sheet1!A1", False),
        ('"a|b"&Sheet1!A1', False),
        ("VLOOKUP(A1,'[户籍.xlsx]Sheet1'!A:B,2,0)", False),
        ("IF(A1=1,2,3)", False),
    ],
)
def test_formulas_that_start_programs_are_known(formula: str, outside: bool) -> None:
    assert is_outside_command(formula) is outside


def test_links_to_other_workbooks_are_only_links() -> None:
    link = b'<externalLink xmlns="x"><externalBook><sheetNames/></externalBook></externalLink>'
    data = operated(roster(), lambda parts: parts.update({"xl/externalLinks/externalLink1.xml": link}))
    assert len(list(first_sheet(data).rows)) == 5


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_of_both_calendars(from_1904: bool) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        for column, code in enumerate(["yyyy-mm-dd", 14, 31, 57, 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@"]):
            page.write_datetime(0, column, dt.date(2013, 5, 2), book.add_format({"num_format": code}))

    data = xlsx(fill, date_1904=from_1904)
    table = read_table(data, "x.xlsx")
    assert list(table.sheets[0].rows) == [["2013-05-02"] * 6]
    assert table.date1904 is from_1904


def test_the_day_that_never_was() -> None:
    """Excel counts a 29 February 1900 (day 60); days before it and after it are right, it itself becomes the 28th."""

    def fill(book: xlsxwriter.Workbook) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet()
        for column, number in enumerate([1, 59, 60, 61]):
            page.write_number(0, column, number, day)

    assert list(first_sheet(xlsx(fill)).rows) == [["1900-01-01", "1900-02-28", "1900-02-28", "1900-03-01"]]


def test_error_cells_rich_and_inline_texts_come_through() -> None:
    inline = (
        b'<c r="A1" t="inlineStr"><is><r><t>\xe7\x8e\x8b</t></r><r><rPr><b/></rPr><t>\xe8\x8a\xb1</t></r></is></c>'
    )
    errors = b"".join(
        b'<c r="%c1" t="e"><v>%b</v></c>' % (66 + at, text) for at, text in enumerate([b"#N/A", b"#REF!", b"#DIV/0!"])
    )
    sheet = first_sheet(one_sheet(rows_xml(b'<row r="1">' + inline + errors + b"</row>")))
    assert list(sheet.rows) == [["王花", "#N/A", "#REF!", "#DIV/0!"]]


def test_dates_written_in_words_of_the_standard() -> None:
    cell = b'<row r="1"><c r="A1" t="d"><v>2013-05-02T00:00:00.000</v></c></row>'
    assert list(first_sheet(one_sheet(rows_xml(cell))).rows) == [["2013-05-02"]]


@pytest.mark.parametrize(
    ("members", "looks"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, ".ods"),
        ({"word/document.xml": b"<w/>"}, "Word"),
        ({"ppt/presentation.xml": b"<p/>"}, "PowerPoint"),
        ({"Index/Document.iwa": b""}, "Numbers"),
        ({"OFD.xml": b"<o/>"}, "OFD"),
        ({"a.txt": b""}, "压缩包"),
    ],
)
def test_other_documents_are_named(members: dict[str, bytes], looks: str) -> None:
    fault = refusal(zipped(members))
    assert fault.code == "E001"
    assert looks in fault.what


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", SHEET])
def test_a_missing_part_is_damage(part: str) -> None:
    assert refusal(operated(roster(), lambda parts: parts.pop(part))).code == "E004"


def test_backslashes_and_capitals_in_part_names_are_forgiven() -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts.update({name.replace("/", "\\").replace("sheet1", "Sheet1"): parts.pop(name) for name in list(parts)})

    assert len(list(first_sheet(operated(roster(), change)).rows)) == 5


# ---- old .xls


@pytest.mark.parametrize("from_1904", [False, True])
def test_old_xls_tells_the_same(from_1904: bool) -> None:
    table = read_table(old_xls(from_1904=from_1904), "名册.xls")
    sheet = table.sheets[0]
    rows = list(sheet.rows)
    assert rows[2] == ["王小0", "371321201305000000X", "2013-05-02", "#N/A!"[:4]]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ((4,), (1,))
    assert (sheet.merged, sheet.last_row, table.date1904) == ([(0, 0, 0, 3)], 5, from_1904)
    assert [each.hidden for each in table.sheets] == [False, True]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def stream_of(*records: bytes, before: bytes = b"") -> bytes:
    """A workbook stream with one sheet of these records."""
    name = b"\x01\x00" + "甲".encode("utf-16-le")
    head = len(record(0x85, b"\0" * 6 + b"\x01\x01xx")) + len(before) + 4
    sheet = record(0x85, struct.pack("<IH", head, 0) + b"\x01\x01" + name[2:])
    return before + sheet + record(0x0A, b"") + b"".join(records) + record(0x0A, b"")


def test_old_formulas_keep_their_results_or_are_counted() -> None:
    def formula(row: int, result: bytes) -> bytes:
        return record(0x06, struct.pack("<HHH", row, 1, 0) + result + b"\0" * 8)

    error, text, empty = b"\x02\0\x17\0\0\0\xff\xff", b"\x00\0\0\0\0\0\xff\xff", b"\x03\0\0\0\0\0\xff\xff"
    stream = stream_of(
        formula(0, struct.pack("<d", 2.0)), formula(1, error), formula(2, text), record(0x207, b"ab"),
        formula(3, empty), formula(4, text),
    )  # fmt: skip
    ((part,), _date1904) = biff.read_facts(stream)
    assert (part.name, part.facts.formulas, part.facts.last_row) == ("甲", 5, 5)
    assert part.facts.errors == {16_384 + 1: "#REF!"}
    assert (part.facts.unstored, part.facts.first_unstored) == (1, "B5")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (record(0x2F, b"\x01\x00"), "E003"),
        (record(0x1AE, struct.pack("<HHB", 1, 10, 0) + b"cmd\x03/c x"), "E011"),
    ],
)
def test_old_passwords_and_commands_are_refused(before: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        biff.read_facts(stream_of(before=before))
    assert caught.value.code == code


def test_an_old_sheet_to_its_last_row_is_cut_off() -> None:
    cells = [record(0xFD, struct.pack("<HHHI", row, 0, 0, 0)) for row in range(65_536)]
    with pytest.raises(Refused) as caught:
        biff.read_facts(stream_of(*cells))
    assert caught.value.code == "E013"


def renamed(data: bytes, name: str) -> bytes:
    """An OLE file whose only stream is called otherwise."""
    old, new = "Workbook".encode("utf-16-le"), name.encode("utf-16-le")
    at = data.index(old)
    return data[:at] + new.ljust(64, b"\0") + struct.pack("<H", len(new) + 2) + data[at + 66 :]


@pytest.mark.parametrize(
    ("stream", "code", "looks"),
    [("EncryptedPackage", "E003", "密码"), ("WordDocument", "E001", "Word"), ("Contents", "E001", "旧版 Office")],
)
def test_other_old_documents_are_named(stream: str, code: str, looks: str) -> None:
    fault = refusal(renamed(old_xls(), stream))
    assert fault.code == code
    assert looks in fault.what
