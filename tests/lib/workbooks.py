"""Small real workbooks, and surgery on them, for tests of reading."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter
import xlwt

SHEET = "xl/worksheets/sheet1.xml"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsx(fill: Callable[[xlsxwriter.Workbook], object], **options: object) -> bytes:
    """A workbook that ``fill`` writes."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, options)
    fill(book)
    book.close()
    return data.getvalue()


def roster(rows: int = 3, **options: object) -> bytes:
    """A title over merged cells, headings, ``rows`` people; column C is a real date; one #N/A, one formula."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("名册")
        day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        page.merge_range(0, 0, 0, 3, "户籍学龄人口")
        page.write_row(1, 0, ["姓名", "身份证号", "出生日期", "备注"])
        for number in range(rows):
            page.write_row(2 + number, 0, [f"王小{number}", f"3713212013050{number:05}X"])
            page.write_datetime(2 + number, 2, dt.date(2013, 5, 2), day)
        page.write_formula(2, 3, "=VLOOKUP(A3,B:C,2,0)", None, "#N/A")
        page.write_formula(3, 3, '=A4&""', None, "王小1")
        book.add_worksheet("说明").hide()

    return xlsx(fill, **options)


def old_xls(rows: int = 3, *, from_1904: bool = False) -> bytes:
    """The same shape as an .xls, with a hidden row and column."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = from_1904
    page = book.add_sheet("名册")
    page.write_merge(0, 0, 0, 3, "户籍学龄人口")
    for column, text in enumerate(["姓名", "身份证号", "出生日期", "备注"]):
        page.write(1, column, text)
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number in range(rows):
        page.write(2 + number, 0, f"王小{number}")
        page.write(2 + number, 1, f"3713212013050{number:05}X")
        page.write(2 + number, 2, dt.date(2013, 5, 2), style)
    page.row(3).hidden = True
    page.col(1).hidden = True
    page.row(2).set_cell_error(3, "#N/A!")
    book.add_sheet("说明").visibility = 1
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def web_page(rows: int = 3) -> bytes:
    """What a government system calls Excel: a page in GBK."""
    people = "".join(
        f"<tr><td>王小{n}</td><td x:str>3713212013050{n:05}X</td><td>2013-05-02</td><td>&nbsp;</td></tr>"
        for n in range(rows)
    )
    head = "<tr><th rowspan=2>姓名</th><th rowspan=2>身份证号</th><th colspan=2>其他</th></tr><tr><th>出生日期<th>备注</tr>"
    page = f"<html><head><meta charset=gb2312></head><body><table border=1><tr><td colspan=4>户籍</td></tr>{head}{people}</table>"
    return page.encode("gbk")


def xml_spreadsheet(rows: int = 3, encoding: str = "UTF-8") -> bytes:
    """“XML 表格 2003”."""
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    people = "".join(
        f'<Row><Cell><Data ss:Type="String">王小{n}</Data></Cell><Cell><Data ss:Type="Number">37132120130502{n:04}</Data>'
        '</Cell><Cell ss:Index="4"><Data ss:Type="DateTime">2013-05-02T00:00:00.000</Data></Cell></Row>'
        for n in range(rows)
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{name}" '
        f'xmlns:ss="{name}"><Worksheet ss:Name="名册"><Table><Row><Cell ss:MergeAcross="3"><Data ss:Type="String">户籍'
        f"</Data></Cell></Row>{people}</Table></Worksheet></Workbook>"
    ).encode(encoding)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Its members."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def operated(data: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The workbook with its parts changed."""
    parts = unzipped(data)
    change(parts)
    return zipped(parts)


def replaced(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one text of one part replaced; the text must be there."""

    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[part], f"{old!r} is not in {part}"
        parts[part] = parts[part].replace(old, new)

    return operated(data, change)


def one_sheet(xml: bytes, **more: bytes) -> bytes:
    """The smallest workbook with the sheet ``xml``; ``more`` are further parts of the folder xl."""
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": _relation(b"officeDocument", b"xl/workbook.xml"),
            "xl/workbook.xml": b'<workbook xmlns="%b" xmlns:r="%b"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets>'
            b"</workbook>" % (MAIN, RELATIONS),
            "xl/_rels/workbook.xml.rels": _relation(b"worksheet", b"worksheets/sheet1.xml"),
            SHEET: xml,
            **{f"xl/{name}": part for name, part in more.items()},
        }
    )


def _relation(kind: bytes, target: bytes) -> bytes:
    return b'<Relationships><Relationship Id="rId1" Type="%b/%b" Target="%b"/></Relationships>' % (
        RELATIONS,
        kind,
        target,
    )


def rows_xml(rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A worksheet around these rows."""
    return b"<worksheet>%b<sheetData>%b</sheetData>%b</worksheet>" % (before, rows, after)


def strict(data: bytes) -> bytes:
    """As Excel writes “Strict Open XML”: other namespaces."""

    def change(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            content = content.replace(RELATIONS, b"http://purl.oclc.org/ooxml/officeDocument/relationships")
            parts[name] = content.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")

    return operated(data, change)


def prefixed(data: bytes) -> bytes:
    """As some .NET programs write: every tag with a prefix."""

    def change(parts: dict[str, bytes]) -> None:
        for name, content in parts.items():
            if name.startswith("xl/") and name.endswith(".xml") and "theme" not in name:
                tags = re.sub(rb"<(/?)(?![?!])", rb"<\1x:", content)
                parts[name] = tags.replace(b"xmlns=", b"xmlns:x=")

    return operated(data, change)
