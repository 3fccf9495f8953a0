"""The sentence that says how a file was recognised: why this kind, which sheets, which columns, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from notoneless.files.cells import column_letters
from notoneless.roster.core.header_text import heading_key
from notoneless.roster.core.mapping import Heading
from notoneless.roster.core.recognise import Candidate, Recognised

NAMED_COLUMNS = 6
NAMED_MARKS = 3
NAMED_RANGES = 12
NAMED_SHEETS = 8
FEWEST_EXPORT_MARKS = 2


def recognised_sentence(found: Recognised) -> str:
    """``含户编号、脱贫年度，像防返贫导出；认作“脱贫享受政策与监测对象”：工作表“Sheet1”第 2 行是表头…``."""
    first = found.parts[0]
    begin = "按指定认作" if found.told else f"{_why(first)}；认作"
    notes = [_sheets_read(found.parts), *_notes(found)]
    return f"{begin}“{first.kind.name}”：{'；'.join(notes)}"


def _why(part: Candidate) -> str:
    marks = _marks_named(part.kind.signature, part)
    for export, words in part.kind.exports.items():
        found = _marks_named(words, part)
        if len(found) >= FEWEST_EXPORT_MARKS:
            return f"含{'、'.join(found[:NAMED_MARKS])}，像{export}"
    if marks:
        return f"含{'、'.join(marks[:NAMED_MARKS])}，像{part.kind.name}名册"
    return f"文件、工作表或标题里写着“{next(filter(part.names_it, part.kind.hints), part.kind.name)}”"


def _marks_named(marks: Iterable[str], part: Candidate) -> list[str]:
    """The file's own headings that are among ``marks`` (canonical ids or headings)."""
    by_key: dict[str, Heading] = {}
    for heading in part.rows.headings:
        for key in heading.keys:
            by_key.setdefault(key, heading)
    by_column = {column: label for label, column in part.mapping.columns.items()}
    found = []
    for mark in marks:
        named = by_key.get(heading_key(mark))
        found.append(named.label if named else by_column.get(mark, ""))
    return list(dict.fromkeys(filter(None, found)))


def _sheets_read(parts: Sequence[Candidate]) -> str:
    first = parts[0]
    labels = list(dict.fromkeys(label for person in first.people() for label in person.mapping.columns))
    named = "、".join(labels[:NAMED_COLUMNS]) + ("等" if len(labels) > NAMED_COLUMNS else "")
    if len(parts) == 1:
        where = (
            f"工作表“{first.rows.sheet.name}”第 {first.rows.header_row} 行是表头，认出 {len(labels)} 列（{named}）"
        )
    else:
        rows = [f"“{part.rows.sheet.name}”第 {part.rows.header_row} 行" for part in parts[:NAMED_SHEETS]]
        more = "等" if len(parts) > NAMED_SHEETS else ""
        where = f"{len(parts)} 张工作表合为一份读入，表头在{'、'.join(rows)}{more}，认出 {len(labels)} 列（{named}）"
    return f"{where}，必需的列齐全"


def _notes(found: Recognised) -> Iterable[str]:
    parts = found.parts
    extra = list(dict.fromkeys(label for part in parts for label in part.mapping.extra))
    if extra:
        yield f"另有 {len(extra)} 列不用"
    if most := max(len(part.members) for part in parts):
        yield f"每行最多写 {most} 个人，一人算一行"
    for part in parts:
        sheet = part.rows.sheet
        name = f"工作表“{sheet.name}”" if len(parts) > 1 else ""
        if sheet.hidden:
            yield f"{name or '这张工作表'}在文件里是隐藏的，已照常读入"
        if rows := hidden_rows_text(part):
            yield f"{name}第 {rows} 行在文件里是隐藏的，已照常读入"
        if sheet.hidden_columns:
            yield f"{name}第 {_letters(sheet.hidden_columns)} 列在文件里是隐藏的，已照常读入"
    if found.left_out:
        yield f"没有读的工作表：{'、'.join(f'{name}（{reason}）' for name, reason in found.left_out)}"


def hidden_rows_text(part: Candidate) -> str:
    """``5–9、12``: the hidden rows of data, cut short after some ranges."""
    return ranges([row for row in part.rows.sheet.hidden_rows if row >= part.rows.first_row])


def _letters(columns: Sequence[int]) -> str:
    return "、".join(column_letters(column + 1) for column in columns[:NAMED_RANGES]) + (
        "等" if len(columns) > NAMED_RANGES else ""
    )


def ranges(numbers: Sequence[int]) -> str:
    """``5–9、12`` of increasing numbers; after twelve ranges only how many numbers there are in all."""
    if not numbers:
        return ""
    starts = [numbers[0], *(after for before, after in pairwise(numbers) if after != before + 1)]
    ends = [*(before for before, after in pairwise(numbers) if after != before + 1), numbers[-1]]
    texts = [f"{start}–{end}" if end > start else str(start) for start, end in zip(starts, ends, strict=True)]
    if len(texts) <= NAMED_RANGES:
        return "、".join(texts)
    return "、".join(texts[:NAMED_RANGES]) + f"等共 {len(numbers)}"
