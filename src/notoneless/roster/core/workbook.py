"""Workbooks for the sender: the rows to correct with the reason beside them, and an empty template per kind."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import error_text
from notoneless.files.xlsx_write import CHOICES_SHEET, Cell, Sheet, write_workbook
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.mapping import make_headings, match_columns
from notoneless.roster.core.normalise import first_writings
from notoneless.roster.core.recognise import KIND_LINE, SUMMARY_SHEET
from notoneless.roster.core.result import Roster, SheetHead

ERROR_COLUMN = "错误说明"
HELP_SHEET = "填写说明"
RESERVED_SHEETS = frozenset({SUMMARY_SHEET, HELP_SHEET, CHOICES_SHEET})
NAMED_CHOICES = 12
TINT = "#FFF4D6"
WIDE = 60.0
NARROW = 14.0
TEXT_WIDTH = 22.0
TINTED_ROWS = 50_000
"""Cells of so many rows carry tint and note; a longer list still has the reason of every row in its last column."""


def errors_workbook(roster: Roster, path: Path) -> int:
    """Write the refused rows to ``path`` as xlsx; returns their number.

    One sheet for each sheet of the file that has wrong rows: the sender's own columns, wrong cells tinted with a note,
    the last column 错误说明; and a sheet 汇总 by kind of error. Corrected, the file can be imported as it is: both
    additions are left out when it is read again, and 汇总 says which kind it is.
    """
    sheets: list[Sheet] = []
    for name in dict.fromkeys(head.name for head in roster.head.sheets):
        refused = roster.refused.filter(pc.equal(roster.refused["sheet"], name))
        if refused.num_rows:
            heads = [head for head in roster.head.sheets if head.name == name]
            sheets.append(_wrong_rows(roster.head.kind, heads, refused, {sheet.name for sheet in sheets}))
    write_workbook(path, [*sheets, _summary(roster)])
    return roster.refused.num_rows


def _wrong_rows(kind: KindDefinition, heads: Sequence[SheetHead], refused: pa.Table, taken: set[str]) -> Sheet:
    """The wrong rows of one sheet; ``heads``: its readings, several when a row holds several persons."""
    head = heads[0]
    header = list(head.header) if head.member else importable_header(kind, head)
    rows = _one_row_each(refused) if head.member else refused
    tints, notes = _marks(rows, len(header))
    return Sheet(
        name=_sheet_name(head.name, taken),
        header=[*header, ERROR_COLUMN],
        rows=_rows(rows, len(header)),
        widths=[*[NARROW] * len(header), WIDE],
        tints=tints,
        cell_notes=notes,
    )


def _one_row_each(refused: pa.Table) -> pa.Table:
    """Rows that were refused for several of their persons, once each with all that is wrong."""
    merged: dict[int, dict[str, Any]] = {}
    for row in sorted(refused.to_pylist(), key=lambda each: each["row_no"]):
        kept = merged.setdefault(row["row_no"], {**row, "problems": [], "columns": [], "sentences": []})
        for key in ("problems", "columns", "sentences"):
            kept[key] += row[key]
    return pa.Table.from_pylist(list(merged.values()), schema=refused.schema)


def importable_header(kind: KindDefinition, head: SheetHead) -> list[str]:
    """The sender's headings; where the file's own mapping was needed, the 名称 that is always understood, and for a
    column left out by hand a heading that is not.
    """
    header = [text or f"第{index + 1}列" for index, text in enumerate(head.header)]
    wanted = {position: column_id for column_id, position in head.mapping.positions.items()}
    headings = make_headings(header)
    alone = match_columns(kind, headings)
    rivals = {label for labels in alone.rivals.values() for label in labels}
    doubtful = [heading.position for heading in headings if heading.label in rivals]
    for position in [*alone.positions.values(), *doubtful]:
        if position not in wanted:
            header[position] = f"不用：{header[position]}"
    for position, column_id in wanted.items():
        if alone.positions.get(column_id) != position:
            header[position] = kind.column(column_id).name
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


def _sheet_name(name: str, taken: set[str]) -> str:
    """A sheet name that Excel allows and that no other sheet has (capitals and small letters are one to it)."""
    allowed = "".join(letter for letter in name if letter not in "[]:*?/\\").strip("'")[:31]
    wanted = allowed if allowed and allowed not in RESERVED_SHEETS else "需改正的行"
    lower = {each.lower() for each in taken}
    names = [wanted, *(f"{wanted[:27]}({number})" for number in range(2, len(taken) + 3))]
    return next(each for each in names if each.lower() not in lower)


def _summary(roster: Roster) -> Sheet:
    counts = roster.counts
    rows: list[list[Cell]] = [
        ["", "读入", counts.read, "可导入、有错误、重复、已忽略四项之和"],
        ["", "可导入", counts.accepted, ""],
        ["", "有错误", counts.refused, "在另一张工作表里，改好后把本文件直接传回"],
        ["", "重复", counts.duplicate, "与前面某一行完全相同，只导入一次"],
        ["", "已忽略", counts.ignored, "、".join(f"{reason} {number}" for reason, number in roster.ignored.items())],
        ["", KIND_LINE, roster.head.kind.name, "传回时按这一种名册读"],
    ]
    for code, name, number, how in roster.summary():
        kind = "不导入" if error_text(code).severity == "refuse" else "提醒"
        rows.append([code, f"{name}（{kind}）", number, how])
    return Sheet(SUMMARY_SHEET, ["代码", "名称", "行数", "怎么改"], rows, widths=[10, 28, 10, 80])


def template(kind: KindDefinition, path: Path) -> None:
    """Write an empty workbook for ``kind``: its columns as headings with a note on each, lists to pick from where the
    column has a list of codes, every cell as text; and a sheet 填写说明 with an example of each column.
    """
    columns = [column for column in kind.columns if not column.into]
    data = Sheet(
        name=kind.name[:31],
        header=[column.name for column in columns],
        rows=[],
        widths=[TEXT_WIDTH if column.type in ("id_no", "text") else NARROW for column in columns],
        header_notes={index: _note(column) for index, column in enumerate(columns)},
        choices={
            index: list(first_writings(column.writings).values())
            for index, column in enumerate(columns)
            if column.writings
        },
    )
    examples = _examples(kind)
    lines: list[list[Cell]] = [
        [
            column.name,
            "必需" if column.required else "可选",
            _note(column),
            examples.get(column.id, ""),
            "、".join(column.aliases),
        ]
        for column in columns
    ]
    heads = ["列", "是否必需", "怎么填", "例子", "也认得的写法"]
    help_sheet = Sheet(HELP_SHEET, heads, lines, widths=[20, 10, 50, 24, 80])
    write_workbook(path, [data, help_sheet])


def _examples(kind: KindDefinition) -> dict[str, str]:
    """Canonical id → a value of the kind's invented example list."""
    if not kind.example_file:
        return {}
    with kind.example_path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    positions = match_columns(kind, make_headings(header)).positions
    return {column: next((row[at] for row in rows if row[at]), "") for column, at in positions.items()}


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
        text = "可填：" + "、".join(list(first_writings(column.writings).values())[:NAMED_CHOICES])
    return ("必需列。" if column.required else "") + text
