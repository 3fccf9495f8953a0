"""往返/: what the program gave out comes back: error workbooks corrected or not, templates filled in, exports.

These are made by the program of their day and kept: a later program must still take them.
"""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import column, grid
from tests.corpus.make.writing import members_of, text_file, xls, zipped

from notoneless.files.csv_write import write_csv
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.roster.core import errors_workbook, load_kinds, read_roster, template

AS_OF = dt.date(2026, 9, 1)
Write = Callable[[Path], object]
Change = Callable[[openpyxl.Workbook], None]


def written(write: Write, suffix: str = ".xlsx") -> bytes:
    """What ``write`` puts into a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        write(path)
        return path.read_bytes()


def saved_again(workbook: bytes, change: Change) -> bytes:
    """As a spreadsheet saves it after ``change``, with fixed dates."""
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    change(book)
    book.properties.created = book.properties.modified = dt.datetime(2026, 9, 1)  # noqa: DTZ001
    data = io.BytesIO()
    book.save(data)
    return zipped(members_of(data.getvalue()))


def errors_of(rows: list, name: str) -> bytes:
    """The workbook that the sender of ``rows`` gets back."""
    roster = read_roster(text_file(rows), file_name=name, as_of=AS_OF)
    return written(lambda path: errors_workbook(roster, path))


def with_three_errors() -> list:
    """Two damaged ID numbers and a missing name among eight rows: three rows are refused."""
    rows = column(grid("户籍"), "公民身份号码", ["3.71321E+17", CHILDREN[1].id_no, "3.71321201403081E+17"])
    return column(rows, "姓名", [CHILDREN[0].name, "", CHILDREN[2].name])


def put_right(rows: dict[int, dict[int, str]]) -> Change:
    """Type into the first sheet: row → column → text, both from 1."""

    def change(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        for row, cells in rows.items():
            for place, text in cells.items():
                sheet.cell(row, place).value = text

    return change


def corrected() -> bytes:
    mended = {2: {6: CHILDREN[0].id_no}, 3: {2: CHILDREN[1].name}, 4: {6: CHILDREN[2].id_no}}
    return saved_again(errors_of(with_three_errors(), "户籍.csv"), put_right(mended))


def half_corrected() -> bytes:
    return saved_again(errors_of(with_three_errors(), "户籍.csv"), put_right({2: {6: CHILDREN[0].id_no}}))


def without_reasons() -> bytes:
    """The sender deleted the last column and the second sheet."""

    def change(book: openpyxl.Workbook) -> None:
        put_right({2: {6: CHILDREN[0].id_no}, 3: {2: CHILDREN[1].name}, 4: {6: CHILDREN[2].id_no}})(book)
        book.worksheets[0].delete_cols(book.worksheets[0].max_column)
        del book["汇总"]

    return saved_again(errors_of(with_three_errors(), "户籍.csv"), change)


def filled_template(kind_id: str, name: str) -> bytes:
    """The program's own template with eight children typed in under its headings."""
    kind = load_kinds()[kind_id]
    rows = grid(name)

    def change(book: openpyxl.Workbook) -> None:
        sheet = next(each for each in book.worksheets if each["A1"].value)
        headings = [cell.value for cell in sheet[1]]
        for number, row in enumerate(rows[1:], start=2):
            for heading, cell in zip(rows[0], row, strict=True):
                column_id = kind.alias_index.get(heading)
                own = next((c.name for c in kind.columns if c.id == column_id), None)
                if own in headings and cell:
                    sheet.cell(number, headings.index(own) + 1).value = cell

    return saved_again(written(lambda path: template(kind, path)), change)


def own_workbook() -> bytes:
    """A list as the program's ledgers are exported: a second sheet says what was exported."""
    rows = grid("资助发放")
    about = Sheet("导出说明", ["项目", "内容"], [["名单", "资助发放"], ["条件", "学期：2026秋"], ["行数", 8]])
    return written(lambda path: write_workbook(path, [Sheet("资助发放", rows[0], rows[1:]), about]))


def own_csv() -> bytes:
    rows = column(grid("户籍"), "户籍地址", ["=柳行岔村33号", "+8653900001", "-"])
    return written(lambda path: write_csv(path, rows[0], rows[1:]), ".csv")


FILES = {
    "往返/错误表没改.xlsx": lambda: errors_of(with_three_errors(), "户籍.csv"),
    "往返/错误表改好.xlsx": corrected,
    "往返/错误表改了一行.xlsx": half_corrected,
    "往返/错误表改好删了说明.xlsx": without_reasons,
    "往返/错误表存成旧格式.xls": lambda: xls(
        [[*grid("户籍")[0], "错误说明"], *[[*row, "E107 …"] for row in grid("户籍", CHILDREN[:3])[1:]]]
    ),
    "往返/户籍模板填好.xlsx": lambda: filled_template("hukou", "户籍"),
    "往返/学籍模板填好.xlsx": lambda: filled_template("school_roll", "学籍"),
    "往返/资助模板填好.xlsx": lambda: filled_template("aid_paid", "资助发放"),
    "往返/防返贫模板填好.xlsx": lambda: filled_template("poverty", "脱贫享受政策与监测对象"),
    "往返/模板没填.xlsx": lambda: written(lambda path: template(load_kinds()["hukou"], path)),
    "往返/本系统导出.xlsx": own_workbook,
    "往返/本系统导出.csv": own_csv,
}
