"""Tables in: the content decides what a file is, and every cell is the text its sender saw."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from python_calamine import CalamineError, PasswordError
from tests.lib.workbooks import old_xls, one_sheet

from notoneless.common.errors import Fault
from notoneless.files import guard, workbook
from notoneless.files.cells import cell_text, column_number
from notoneless.files.refusal import Refused
from notoneless.files.tables import RawTable, read_table

TEXT = "姓名,住址\n王小花,“岸堤镇”\n"


def rows_of(table: RawTable, at: int = 0) -> list[list[str]]:
    return list(table.sheets[at].rows)


def code_of(source: bytes, name: str = "名册.xlsx") -> str:
    with pytest.raises(Fault) as caught:
        rows_of(read_table(source, name))
    return caught.value.code


@pytest.mark.parametrize(
    ("encoding", "told"),
    [(each, each) for each in ("utf-8", "utf-8-sig", "gb18030", "utf-16")] + [("gbk", "gb18030")],
)
def test_csv_of_every_office_encoding(encoding: str, told: str) -> None:
    table = read_table(TEXT.encode(encoding), "户籍.csv")
    assert (table.format, table.encoding, table.sheets[0].name) == ("csv", told, "户籍")
    assert rows_of(table) == [["姓名", "住址"], ["王小花", "“岸堤镇”"]]


def test_rare_characters_of_gb18030_survive() -> None:
    assert rows_of(read_table("姓名\n王䶮𠮷\n".encode("gb18030"), "x.csv"))[1] == ["王䶮𠮷"]


def test_one_damaged_byte_does_not_garble_a_utf8_file() -> None:
    data = ("姓名\n" + "王小花\n" * 100).encode() + b"\xff\n" + "李\n".encode()
    table = read_table(data, "x.csv")
    assert table.encoding == "utf-8"
    assert rows_of(table)[-1] == ["李"]
    assert rows_of(table)[-2] == ["\ufffd"]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_separator_is_found(mark: str) -> None:
    text = f'姓名{mark}住址\n王{mark}"甲,乙;丙"\n'
    assert rows_of(read_table(text.encode(), "x.csv"))[1] == ["王", "甲,乙;丙"]


def test_quoted_line_breaks_stay_in_one_cell() -> None:
    assert rows_of(read_table(b'a,b\r\n"1\r\n2",3\r\n', "x.csv"))[1] == ["1\r\n2", "3"]


def test_unclosed_quote_is_said_with_its_line() -> None:
    data = b'a,b\n"x,1\n' + b"y,2\n" * 60_000
    with pytest.raises(Fault) as caught:
        rows_of(read_table(data, "x.csv"))
    assert caught.value.code == "E006"


def test_workbook_cells_are_text_as_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("数据")
    book.add_worksheet("藏").hide()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    half_past_eight = datetime.datetime.fromisoformat("2011-01-01 08:30")
    page.write_row(2, 1, ["0012", 7, 2.5, 371321201305021226, 371321130502121, True])
    page.write_datetime(2, 7, datetime.date(2011, 1, 1), day)
    page.write_datetime(2, 8, half_past_eight, minute)
    page.write_blank(90, 1, None, day)
    book.close()
    table = read_table(path)
    assert [(sheet.name, sheet.hidden) for sheet in table.sheets] == [("数据", False), ("藏", True)]
    rows = rows_of(table)
    assert len(rows) == 3, "formatted blank rows at the end are no rows"
    whole, damaged = "371321130502121", "3.71321201305021E+17"
    assert rows[2] == ["", "0012", "7", "2.5", damaged, whole, "TRUE", "2011-01-01", "2011-01-01 08:30:00"]
    assert rows_of(table, 1) == []
    assert rows_of(table) == rows, "a sheet may be walked again"


def test_old_xls(tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("户籍")
    page.write(0, 0, "姓名")
    page.write(1, 0, "王小花")
    page.write(1, 1, 371321201305021226.0)
    page.write(1, 2, datetime.date(2013, 5, 2), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    book.save(str(path))
    table = read_table(path)
    assert table.format == "xls"
    assert rows_of(table)[1][0] == "王小花"
    assert "E+17" in rows_of(table)[1][1]
    assert rows_of(table)[1][2] == "2013-05-02"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (1.0, "1"),
        (0.1 + 0.2, "0.3"),
        (10**15, "1E+15"),
        (10**15 - 1, "999999999999999"),
        (-3.0, "-3"),
        (False, "FALSE"),
        (datetime.date(2011, 1, 1), "2011-01-01"),
        (datetime.time(8, 30), "08:30:00"),
    ],
)
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E002"),
        (b"\xef\xbb\xbf \r\n", "E002"),
        (b"%PDF-1.7 ...", "E001"),
        (b"\x89PNG\r\n\x1a\n", "E001"),
        (b"<html><p>nothing</p></html>", "E007"),
        (b"PK\x03\x04 rubbish", "E004"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rubbish", "E004"),
    ],
)
def test_what_is_no_table_is_refused_with_words(data: bytes, code: str) -> None:
    assert code_of(data, "名册.xls") == code


def test_word_document_is_named() -> None:
    assert "Word" in _fault(_zip({"word/document.xml": b"<w/>"})).what


def test_sheet_may_be_chosen_and_a_wrong_name_lists_the_others(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(path)
    for name in ("一班", "二班"):
        book.add_worksheet(name).write(0, 0, name)
    book.close()
    assert rows_of(read_table(path, sheet="二班")) == [["二班"]]
    with pytest.raises(Fault) as caught:
        read_table(path, sheet="三班")
    assert caught.value.code == "E009"
    assert "一班、二班" in caught.value.what


def test_a_given_stream_is_read_and_left_open(tmp_path: Path) -> None:
    stream = io.BytesIO(TEXT.encode())
    table = read_table(stream, "x.csv")
    assert len(rows_of(table)) == len(rows_of(table)) == 2
    assert not stream.closed


def test_stray_far_cell_is_refused_before_the_parser_asks_for_the_memory() -> None:
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    fault = _fault(one_sheet(sheet + b"</worksheet>"))
    assert fault.code == "E005"
    assert "16384" in fault.what


def test_zip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "RATIO_FROM", 1 << 20)
    data = _zip({"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": b" " * (4 << 20)})
    with pytest.raises(Refused) as caught:
        guard.inspect_workbook(io.BytesIO(data))
    assert caught.value.code == "E005"


def test_column_numbers() -> None:
    assert [column_number(letters) for letters in ("A", "Z", "AA", "XFD")] == [1, 26, 27, 16384]


def _zip(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def _fault(data: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        read_table(data, "x.xlsx")
    return caught.value


def test_any_other_archive_is_no_workbook() -> None:
    assert "压缩包" in _fault(_zip({"a.txt": b"1"})).what


@pytest.mark.parametrize(("error", "code"), [(PasswordError("locked"), "E003"), (CalamineError("odd"), "E004")])
def test_a_password_is_told_from_damage(monkeypatch: pytest.MonkeyPatch, error: Exception, code: str) -> None:
    def refuse(source: object) -> None:
        raise error

    monkeypatch.setattr(workbook, "CalamineWorkbook", type("Refusing", (), {"from_object": staticmethod(refuse)}))
    with pytest.raises(Refused) as caught:
        workbook.open_workbook("ole", io.BytesIO(old_xls()), lambda memory, unpacked: None)
    assert caught.value.code == code


def test_a_broken_sheet_is_said_when_it_is_read() -> None:
    assert code_of(one_sheet(b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></row>')) == "E004"
