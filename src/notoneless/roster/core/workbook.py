"""Workbooks for the sender: the rows to correct with the reason beside them, and an empty template per kind."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from notoneless.common.errors import error_text
from notoneless.files.xlsx_write import Cell, Sheet, write_workbook
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.mapping import make_headings, match_columns
from notoneless.roster.core.result import Head, Roster

ERROR_COLUMN = "错误说明"
SUMMARY_SHEET = "汇总"
TINT = "#FFF4D6"
WIDE = 60.0
NARROW = 14.0
TEXT_WIDTH = 22.0
TINTED_ROWS = 50_000
"""Cells of so many rows carry tint and note; a longer list still has the reason of every row in its last column."""


def errors_workbook(roster: Roster, path: Path) -> int:
    """Write the refused rows to ``path`` as xlsx; returns their number.

    The sender's own columns, wrong cells tinted with a note, the last column 错误说明, and a sheet 汇总 by kind
    of error. Corrected, the file can be imported as it is: both additions are left out when it is read again.
    """
    header = importable_header(roster.head)
    refused = roster.refused
    tints, notes = _marks(refused, len(header))
    rows = Sheet(
        name=_sheet_name(roster.head.sheet),
        header=[*header, ERROR_COLUMN],
        rows=_rows(refused, len(header)),
        widths=[*[NARROW] * len(header), WIDE],
        tints=tints,
        cell_notes=notes,
    )
    write_workbook(path, [rows, _summary(roster)])
    return refused.num_rows


def importable_header(head: Head) -> list[str]:
    """The sender's headings; where the file's own mapping was needed, the 名称 that is always understood, and for a
    column left out by hand a heading that is not.
    """
    header = [text or f"第{index + 1}列" for index, text in enumerate(head.header)]
    wanted = {position: column_id for column_id, position in head.mapping.positions.items()}
    alone = match_columns(head.kind, make_headings(header)).positions
    for column_id, position in alone.items():
        if wanted.get(position) != column_id:
            header[position] = f"不用：{header[position]}"
    for position, column_id in wanted.items():
        if alone.get(column_id) != position:
            header[position] = head.kind.column(column_id).name
    return header


def _rows(refused: pa.Table, width: int) -> Iterator[list[Cell]]:
    for batch in refused.to_batches():
        cells = zip(batch["raw"].to_pylist(), batch["sentences"].to_pylist(), strict=True)
        for raw, sentences in cells:
            yield [*raw, *[""] * (width - len(raw)), "\n".join(sentences)]


def _marks(refused: pa.Table, width: int) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], str]]:
    tints: dict[tuple[int, int], str] = {}
    notes: dict[tuple[int, int], str] = {}
    head = refused.slice(0, TINTED_ROWS)
    marked = zip(head["columns"].to_pylist(), head["sentences"].to_pylist(), strict=True)
    for row, (columns, sentences) in enumerate(marked):
        for column, sentence in zip(columns, sentences, strict=True):
            at = (row, column if column >= 0 else width)
            tints[at] = TINT
            if column >= 0:
                notes[at] = f"{notes[at]}\n{sentence}" if at in notes else sentence
    return tints, notes


def _sheet_name(name: str) -> str:
    """A sheet name that Excel allows and that does not clash with the summary."""
    allowed = "".join(letter for letter in name if letter not in "[]:*?/\\").strip("'")[:31]
    return allowed if allowed and allowed != SUMMARY_SHEET else "需改正的行"


def _summary(roster: Roster) -> Sheet:
    counts = roster.counts
    rows: list[list[Cell]] = [
        ["", "读入", counts.read, "可导入、有错误、重复、已忽略四项之和"],
        ["", "可导入", counts.accepted, ""],
        ["", "有错误", counts.refused, "在另一张工作表里，改好后把本文件直接传回"],
        ["", "重复", counts.duplicate, "与前面某一行完全相同，只导入一次"],
        ["", "已忽略", counts.ignored, "、".join(f"{reason} {number}" for reason, number in roster.ignored.items())],
    ]
    for code, name, number, how in roster.summary():
        kind = "不导入" if error_text(code).severity == "refuse" else "提醒"
        rows.append([code, f"{name}（{kind}）", number, how])
    return Sheet(SUMMARY_SHEET, ["代码", "名称", "行数", "怎么改"], rows, widths=[10, 28, 10, 80])


def template(kind: KindDefinition, path: Path) -> None:
    """Write an empty workbook for ``kind``: its columns as headings with a note on each, and a sheet that
    explains them.
    """
    columns = [column for column in kind.columns if not column.into]
    data = Sheet(
        name=kind.name[:31],
        header=[column.name for column in columns],
        rows=[],
        widths=[TEXT_WIDTH if column.type in ("id_no", "text") else NARROW for column in columns],
        header_notes={index: _note(column) for index, column in enumerate(columns)},
    )
    lines: list[list[Cell]] = [
        [column.name, "必需" if column.required else "可选", _note(column), "、".join(column.aliases)]
        for column in columns
    ]
    help_sheet = Sheet(SUMMARY_SHEET, ["列", "是否必需", "怎么填", "也认得的写法"], lines, widths=[20, 10, 50, 80])
    write_workbook(path, [data, help_sheet])


HOW_TO_FILL = {
    "id_no": "18 位公民身份号码，单元格设为文本",
    "date": "写成 2011-01-01",
    "month": "写成 2026-09",
    "flag": "填 是 或 否",
    "grade": "写成 小班、一年级、七年级、高一 等",
    "fen": "单位元，只填数字",
    "digits": "单元格设为文本，不要带空格",
    "term": "写成 2026秋",
    "student_no": "字母加 18 位，单元格设为文本",
    "cert_no": "20 位残疾人证号，单元格设为文本",
    "place_code": "12 位统计用区划代码；不清楚可不填，按住址查找",
}


def _note(column: Column) -> str:
    text = HOW_TO_FILL.get(column.type, "")
    if column.type == "code" and column.writings:
        firsts: dict[str, str] = {}
        for writing, value in column.writings.items():
            if value not in firsts or (firsts[value].isascii() and not writing.isascii()):
                firsts[value] = writing
        text = "可填：" + "、".join(list(firsts.values())[:12])
    return ("必需列。" if column.required else "") + text
