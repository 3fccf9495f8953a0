"""WPS/: workbooks laid out part by part as WPS 表格 writes them, seen in public files: its app.xml and custom.xml, dates
through formats of its own, a dimension that is wrong, rows without spans, inline and phonetic strings, pictures in
cells (DISPIMG), its automatic filter and frozen panes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import grid
from tests.corpus.make.writing import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
APP = (
    f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><Application>WPS 表格</Application>'
    '<HeadingPairs><vt:vector size="2" baseType="variant"><vt:variant><vt:lpstr>工作表</vt:lpstr></vt:variant>'
    "<vt:variant><vt:i4>1</vt:i4></vt:variant></vt:vector></HeadingPairs></Properties>"
)
CUSTOM = (
    f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer">'
    "<vt:lpwstr>2052-11.1.0.8597</vt:lpwstr></property></Properties>"
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="3"><numFmt numFmtId="176" formatCode="yyyy/m/d;@"/>'
    '<numFmt numFmtId="177" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>'
    '<numFmt numFmtId="178" formatCode="000000"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="宋体"/><charset val="134"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf><alignment vertical="center"/></xf></cellStyleXfs><cellXfs count="5"><xf xfId="0"/>'
    '<xf numFmtId="176" xfId="0" applyNumberFormat="1"/><xf numFmtId="177" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" xfId="0" applyNumberFormat="1"/><xf numFmtId="178" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
SHEET_HEAD = (
    f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}" '
    'xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"><sheetPr/><dimension ref="{}"/><sheetViews>'
    '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><sheetFormatPr defaultColWidth="9" defaultRowHeight="13.5"/><sheetData>'
)
SHORT_DATE, LONG_DATE, TEXT, PADDED = 1, 2, 3, 4


def workbook(sheet: str, strings: Sequence[str] = (), extra: dict[str, str] | None = None) -> bytes:
    """One sheet with its fixed surroundings. ``strings``: XML of the shared strings."""
    kinds = "".join(
        f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for part, kind in (
            ("xl/workbook.xml", "spreadsheetml.sheet.main"), ("xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"),
            ("xl/styles.xml", "spreadsheetml.styles"), ("xl/sharedStrings.xml", "spreadsheetml.sharedStrings"),
            ("docProps/app.xml", "extended-properties"), ("docProps/custom.xml", "custom-properties"),
        )
    )  # fmt: skip
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            [
                ("worksheet", "worksheets/sheet1.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ],
            1,
        )
    )
    return zipped({
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{kinds}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "docProps/app.xml": APP, "docProps/custom.xml": CUSTOM, "xl/styles.xml": STYLES,
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><fileVersion appName="xl" lastEdited="3" '
        'lowestEdited="5" rupBuild="9302"/><workbookPr/><bookViews><workbookView windowWidth="28800"/></bookViews><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="144525"/></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">'
        + "".join(strings) + "</sst>",
        "xl/worksheets/sheet1.xml": sheet, **(extra or {}),
    })  # fmt: skip


def letter(place: int) -> str:
    return chr(ord("A") + place)


def shared(rows: Sequence[Sequence[str]], styled: dict[int, int] | None = None) -> tuple[list[str], list[str]]:
    """(rows as XML, shared strings as XML); ``styled``: column → style of its cells below the header."""
    texts = list(dict.fromkeys(cell for row in rows for cell in row if cell))
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{letter(place)}{number}"{_style(styled, place, number)} t="s"><v>{texts.index(cell)}</v></c>'
            for place, cell in enumerate(row) if cell
        )  # fmt: skip
        lines.append(f'<row r="{number}">{cells}</row>')
    return lines, [f"<si><t>{escape(text)}</t></si>" for text in texts]


def _style(styled: dict[int, int] | None, place: int, row: int) -> str:
    return f' s="{styled[place]}"' if styled and place in styled and row > 1 else ""


def sheet(lines: Iterable[str], dimension: str = "A1:Z99", tail: str = "") -> str:
    return (
        SHEET_HEAD.format(dimension)
        + "".join(lines)
        + f"</sheetData>{tail}<pageMargins left='0.75' right='0.75' top='1' bottom='1' header='0.5' footer='0.5'/></worksheet>"
    )


def plain() -> bytes:
    lines, strings = shared(grid("户籍"), {5: TEXT})
    return workbook(sheet(lines, "A1:I9", '<autoFilter ref="A1:I9"/>'), strings)


def wrong_dimension() -> bytes:
    """The dimension still says A1, from when the sheet was empty."""
    lines, strings = shared(grid("户籍"))
    return workbook(sheet(lines, "A1"), strings)


def dates(style: int) -> bytes:
    """Birthdays as serial numbers under one of WPS's own formats."""
    rows = grid("户籍")
    lines, strings = shared([[*row[:4], "" if n else row[4], *row[5:]] for n, row in enumerate(rows)])
    for n, child in enumerate(CHILDREN, start=2):
        serial = (child.birth - dt.date(1899, 12, 30)).days
        lines[n - 1] = lines[n - 1].replace("</row>", "") + f'<c r="E{n}" s="{style}"><v>{serial}</v></c></row>'
        lines[n - 1] = _in_order(lines[n - 1], n)
    return workbook(sheet(lines), strings)


def _in_order(line: str, number: int) -> str:
    """Cells of a row from left to right."""
    cells = sorted(f"<c {part}" for part in line.split("<c ")[1:])
    return f'<row r="{number}">' + "".join(cell.replace("</row>", "") for cell in cells) + "</row>"


def inline() -> bytes:
    lines = [
        f'<row r="{number}">'
        + "".join(
            f'<c r="{letter(place)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)} </t></is></c>'
            for place, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(grid("学籍"), start=1)
    ]
    return workbook(sheet(lines))


def without_references() -> bytes:
    """Cells and rows without r: their place is where they stand."""
    rows = [
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in grid("户籍")
    ]
    return workbook(sheet(rows))


def rich_text() -> bytes:
    """A name in two fonts (the rare character in another one) and pinyin above it."""
    lines, strings = shared(grid("户籍"))
    name = CHILDREN[0].name
    parts = f"<si><r><t>{name[:2]}</t></r><r><rPr><rFont val='宋体-方正超大字符集'/></rPr><t>{name[2:]}</t></r>"
    parts += '<rPh sb="0" eb="1"><t>wang</t></rPh><phoneticPr fontId="1"/></si>'
    return workbook(sheet(lines), [text.replace(f"<si><t>{name}</t></si>", parts) for text in strings])


def pictures() -> bytes:
    """A column of photographs in cells: WPS keeps =DISPIMG(…) with the same text as its result."""
    rows = grid("学籍")
    lines, strings = shared([["照片" if n == 0 else "", *row] for n, row in enumerate(rows)])
    for n in range(2, len(lines) + 1):
        call = f'DISPIMG("ID_{n:032X}",1)'
        cell = f'<c r="A{n}" t="str"><f>_xlfn.{escape(call)}</f><v>={escape(call)}</v></c>'
        lines[n - 1] = lines[n - 1].replace(f'<row r="{n}">', f'<row r="{n}">{cell}')
    return workbook(
        sheet(lines),
        strings,
        {
            "xl/cellimages.xml": f"{HEAD}<etc:cellImages xmlns:etc='http://www.wps.cn/officeDocument/2017/etCustomData'/>"
        },
    )


def padded_numbers() -> bytes:
    """户号 as numbers shown with leading zeros by a format: the zeros are not in the file."""
    rows = grid("户籍")
    lines, strings = shared([["户号" if n == 0 else "", *row[1:]] for n, row in enumerate(rows)])
    for n in range(2, len(lines) + 1):
        lines[n - 1] = lines[n - 1].replace(
            f'<row r="{n}">', f'<row r="{n}"><c r="A{n}" s="{PADDED}"><v>{n + 10}</v></c>'
        )
    return workbook(sheet(lines), strings)


FILES = {
    "WPS/普通.xlsx": plain,
    "WPS/范围写错.xlsx": wrong_dimension,
    "WPS/短日期.xlsx": lambda: dates(SHORT_DATE),
    "WPS/长日期.xlsx": lambda: dates(LONG_DATE),
    "WPS/行内文字.xlsx": inline,
    "WPS/单元格没有坐标.xlsx": without_references,
    "WPS/姓名两种字体带拼音.xlsx": rich_text,
    "WPS/格里有照片.xlsx": pictures,
    "WPS/户号显示补零.xlsx": padded_numbers,
}
