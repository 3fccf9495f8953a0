"""Tables that are no workbooks but are called so, and csv as it comes."""

from __future__ import annotations

import pytest
from tests.lib.workbooks import web_page, xml_spreadsheet

from notoneless.common.errors import Fault
from notoneless.files.refusal import Refused
from notoneless.files.sniff import form_of
from notoneless.files.tables import RawSheet, read_table


def sheets(data: bytes) -> list[RawSheet]:
    return read_table(data, "名册.xls").sheets


def rows(data: bytes) -> list[list[str]]:
    return list(sheets(data)[0].rows)


def code_of(data: bytes) -> str:
    with pytest.raises(Fault) as caught:
        rows(data)
    return caught.value.code


def test_a_web_page_called_xls_is_read_as_its_table() -> None:
    table = read_table(web_page(), "户籍.xls")
    assert table.format == "html"
    sheet = table.sheets[0]
    assert list(sheet.rows)[:4] == [
        ["户籍"],
        ["姓名", "身份证号", "其他"],
        ["", "", "出生日期", "备注"],
        ["王小0", "371321201305000000X", "2013-05-02"],
    ]
    assert sheet.merged == [(0, 0, 0, 3), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_pages_of_every_encoding(encoding: str) -> None:
    assert rows("<table><tr><td>王小花".encode(encoding)) == [["王小花"]]


def test_marks_of_a_page_are_text_as_seen() -> None:
    page = (
        "<!-- <table><tr><td>no --><style>td{}</style><script>if(a<b){'<td>'}</script>"
        "<table><tr><td> a&amp;b \n c<br>d<td><b>e</b><font>f</font></td><td>&lt;x&gt;&nbsp;</td></tr>"
        "<tr style='display: none'><td>h</table>"
    )
    (sheet,) = sheets(page.encode())
    assert list(sheet.rows) == [["a&b c\nd", "ef", "<x>"], ["h"]]
    assert sheet.hidden_rows == (2,)


def test_a_table_inside_a_table_is_a_sheet_of_its_own() -> None:
    page = b"<table><tr><td>out<table><tr><td>in</td></tr></table></td><td>next</td></tr></table><table></table>"
    assert [list(sheet.rows) for sheet in sheets(page)] == [[["out", "next"]], [["in"]]]


def test_sheets_of_a_page_that_excel_wrote_have_their_names() -> None:
    page = "<!--[if gte mso 9]><xml><x:Name>户籍</x:Name></xml><![endif]--><table><tr><td>1</td></tr></table>"
    assert sheets(("<html>" + page).encode())[0].name == "户籍"


@pytest.mark.parametrize("page", [b"<html><p>x</p>", b"<table><tr><td> </table>", b"MIME-Version: 1.0\r\n\r\nx"])
def test_a_page_without_a_table_says_so(page: bytes) -> None:
    assert code_of(page) == "E007"


def test_spans_out_of_all_bounds_are_refused() -> None:
    assert code_of(b"<table>" + b"<tr><td colspan=9999>x<td colspan=9999>y") == "E005"
    assert code_of(b"<table>" + b"<table>" * 30) == "E007"


@pytest.mark.parametrize("encoding", ["UTF-8", "GB2312", "UTF-16"])
def test_xml_spreadsheet_2003(encoding: str) -> None:
    table = read_table(xml_spreadsheet(2, encoding), "户籍.xls")
    sheet = table.sheets[0]
    assert (table.format, sheet.name, sheet.merged) == ("xml", "名册", [(0, 0, 0, 3)])
    assert list(sheet.rows)[1] == ["王小0", "371321201305020000", "", "2013-05-02"]


def test_what_else_an_xml_spreadsheet_says() -> None:
    data = xml_spreadsheet(1).decode()
    more = (
        '<Column ss:Index="2" ss:Span="1" ss:Hidden="1"/><Row ss:Index="3" ss:Hidden="1"><Cell ss:Formula="=1"><Data '
        'ss:Type="Number">1.50</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="Error">#N/A'
        '</Data></Cell><Cell><Data ss:Type="DateTime">2013-05-02T08:30:00.000</Data></Cell></Row></Table>'
        "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    )
    (sheet,) = sheets(data.replace("</Table>", more).encode())
    assert list(sheet.rows)[2] == ["1.5", "TRUE", "#N/A", "2013-05-02 08:30:00"]
    assert (sheet.hidden, sheet.hidden_rows, sheet.hidden_columns, sheet.formulas) == (True, (3,), (1, 2), 1)


def test_an_xml_formula_without_a_value_is_refused() -> None:
    data = xml_spreadsheet(1).decode().replace("</Table>", '<Row><Cell ss:Formula="=1"/></Row></Table>')
    assert code_of(data.encode()) == "E010"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("<Workbook", "<!DOCTYPE x><Workbook"), "E012"),
        (("</Workbook>", ""), "E004"),
        (('ss:Index="4"', 'ss:Index="17000"'), "E005"),
        (('ss:Index="4"', 'ss:Index="four"'), "E004"),
        (("<Row><Cell><Data", '<Row ss:Index="1048576"><Cell><Data'), "E013"),
    ],
)
def test_a_hostile_xml_spreadsheet_is_refused(change: tuple[str, str], code: str) -> None:
    data = xml_spreadsheet(1).decode()
    assert change[0] in data
    assert code_of(data.replace(*change, 1).encode()) == code


# ---- csv


def test_a_number_kept_as_text_is_the_text_inside() -> None:
    data = '姓名,号\n王,="371321201305021226"\n李,"=""0012"""\n"赵","a=""b"\n钱,=1+1\n'.encode()
    assert [row[1] for row in rows(data)] == ["号", "371321201305021226", "0012", 'a="b', "=1+1"]


def test_unicode_text_of_excel_is_read() -> None:
    table = read_table("姓名\t号\r\n王\t0012\r\n".encode("utf-16"), "Unicode 文本.txt")
    assert list(table.sheets[0].rows) == [["姓名", "号"], ["王", "0012"]]


def test_nothings_in_a_field_are_left_out() -> None:
    assert rows("姓名,号\n王\x00\x00,1\n".encode()) == [["姓名", "号"], ["王", "1"]]


@pytest.mark.parametrize("data", [b"a,b\n" + b"x" * (5 << 20), b"," * 20_000], ids=["line", "columns"])
def test_endless_lines_are_refused(data: bytes) -> None:
    assert code_of(data) == "E016"


@pytest.mark.parametrize(
    ("head", "looks"),
    [
        (b"\x03\x7a\x05\x10" + b"\0" * 60, "dBase"),
        (bytes(range(256)), "二进制"),
        (b"{\\rtf1", "RTF"),
        (b"SQLite format 3\0", "SQLite"),
        (b"GIF89a", "图片"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"<?xml version='1.0'?><w:wordDocument>", "Word"),
    ],
)
def test_what_is_no_table_is_named(head: bytes, looks: str) -> None:
    with pytest.raises(Refused) as caught:
        form_of(head)
    assert looks in caught.value.values["looks"]
