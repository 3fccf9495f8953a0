"""Find the header row, the sheet and the kind of a roster file, and say why in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath

from notoneless.common.errors import Fault
from notoneless.files.tables import RawSheet, RawTable
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.header_text import heading_key, tidy
from notoneless.roster.core.mapping import ColumnMapping, Heading, make_headings, match_columns, missing_fault

HEADER_ROWS = 8
"""Title rows and notes above the header: it is looked for in the first so many rows."""
FEWEST_COLUMNS = 2
REQUIRED_WEIGHT = 2.0
SIGNATURE_WEIGHT = 3.0
HINT_WEIGHT = 2.0
TWO_ROWS_WEIGHT = 0.5
CLEAR_LEAD = 1.0
NAMED_IN_REASON = 6


@dataclass(frozen=True)
class Candidate:
    """One reading of one sheet as one kind. ``header_row`` and ``first_row`` (of data) count from 1."""

    kind: KindDefinition
    sheet: RawSheet
    header: list[str]
    headings: list[Heading]
    header_row: int
    first_row: int
    mapping: ColumnMapping
    marks: int
    score: float

    @property
    def order(self) -> tuple[bool, float]:
        """Complete readings first, then by score."""
        return not self.mapping.missing, self.score


@dataclass(frozen=True)
class Recognised:
    """The chosen reading, the sentence why, and the names of the sheets left aside."""

    candidate: Candidate
    reason: str
    other_sheets: list[str]


def recognise(
    table: RawTable,
    kinds: Mapping[str, KindDefinition],
    *,
    kind: KindDefinition | None = None,
    file_name: str = "",
    given: Mapping[str, str] | None = None,
) -> Recognised:
    """Choose sheet, header row and (unless given) kind. Raises Fault E301–E304, E310 (see the catalog)."""
    wanted = [kind] if kind else list(kinds.values())
    sheets = _readable_sheets(table, wanted[0])
    heads = [(sheet, [list(map(tidy, row)) for row in islice(sheet.rows, HEADER_ROWS + 1)]) for sheet in sheets]
    best = [_best_of_kind(each, heads, file_name, given) for each in wanted]
    found = [each for each in best if each is not None]
    if not found:
        raise Fault("E303", file=file_name, rows=HEADER_ROWS)
    readings = sorted(found, key=lambda each: each.order, reverse=True)
    if kind is None:
        readings = _telling(readings, file_name)
    chosen = readings[0]
    where = f"{file_name} · {chosen.sheet.name} · 第 {chosen.header_row} 行"
    if kind is None:
        _check_clear(readings, file_name, where)
    if chosen.mapping.missing:
        raise missing_fault(chosen.kind, chosen.mapping, where)
    others = [sheet.name for sheet in table.sheets if sheet.name != chosen.sheet.name]
    return Recognised(chosen, _reason(chosen, kind is not None, others), others)


def _readable_sheets(table: RawTable, kind: KindDefinition) -> list[RawSheet]:
    ignored = set(kind.words["ignored_sheets"])
    usable = [sheet for sheet in table.sheets if sheet.name not in ignored]
    shown = [sheet for sheet in usable if not sheet.hidden]
    return shown or usable or table.sheets


def _best_of_kind(
    kind: KindDefinition,
    heads: Sequence[tuple[RawSheet, list[list[str]]]],
    file_name: str,
    given: Mapping[str, str] | None,
) -> Candidate | None:
    readings = [
        reading
        for sheet, rows in heads
        for index in range(min(len(rows), HEADER_ROWS))
        for reading in _readings(kind, sheet, rows, index, given, len(heads) == 1)
    ]
    best = max(readings, key=lambda each: each.order, default=None)
    if best is None:
        return None
    hinted = _hinted(kind, file_name, best.sheet.name)
    return replace(best, score=best.score + (HINT_WEIGHT if hinted else 0.0))


def _readings(
    kind: KindDefinition,
    sheet: RawSheet,
    rows: list[list[str]],
    index: int,
    given: Mapping[str, str] | None,
    only_sheet: bool,
) -> list[Candidate]:
    """The row at ``index`` read as a header of one row, and with the row below it as a header of two rows."""
    upper = rows[index]
    found = [_reading(kind, sheet, index, upper, [], given, only_sheet)]
    if index + 1 < len(rows):
        lower = rows[index + 1]
        groups = _spread(upper, lower)
        two = _reading(kind, sheet, index + 1, lower, groups, given, only_sheet)
        one = _reading(kind, sheet, index + 1, lower, [], given, only_sheet)
        gains = two and (one is None or len(two.mapping.columns) > len(one.mapping.columns))
        if two and gains and _all_headings(kind, two.headings, lower):
            found.append(replace(two, header_row=index + 1, score=two.score + TWO_ROWS_WEIGHT))
    return [each for each in found if each is not None]


def _reading(
    kind: KindDefinition,
    sheet: RawSheet,
    index: int,
    header: list[str],
    groups: list[str],
    given: Mapping[str, str] | None,
    only_sheet: bool,
) -> Candidate | None:
    width = max(len(header), len(groups))
    header = [*header, *[""] * (width - len(header))]
    headings = make_headings(header, groups, kind.words["other_person_groups"])
    labels = {heading.label for heading in headings}
    if given and not only_sheet and not set(given) & labels:
        return None
    usable = given if given and set(given) <= labels else None
    mapping = match_columns(kind, headings, usable)
    if len(mapping.columns) < min(FEWEST_COLUMNS, len(kind.required)):
        return None
    return Candidate(
        kind=kind,
        sheet=sheet,
        header=[heading.label if heading.keys else "" for heading in headings] if groups else header,
        headings=headings,
        header_row=index + 1,
        first_row=index + 2,
        mapping=mapping,
        marks=_marks(kind, headings, mapping),
        score=_score(kind, headings, mapping),
    )


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """Group names over the cells they were merged across: a blank upper cell above a filled lower one takes the left group."""
    width = max(len(upper), len(lower))
    upper = [*upper, *[""] * (width - len(upper))]
    lower = [*lower, *[""] * (width - len(lower))]
    groups: list[str] = []
    for index, (group, text) in enumerate(zip(upper, lower, strict=True)):
        groups.append(group or (groups[index - 1] if text and index else ""))
    return groups


def _all_headings(kind: KindDefinition, headings: list[Heading], lower: list[str]) -> bool:
    """Whether no filled cell of the lower row looks like data: more than half are known headings, none is a number."""
    filled = [heading for heading in headings if heading.position < len(lower) and lower[heading.position]]
    known = [heading for heading in filled if any(key in kind.alias_index for key in heading.keys)]
    numbers = [text for text in lower if text.replace(".", "").isdigit()]
    return bool(known) and len(known) * 2 > len(filled) and not numbers


def _marks(kind: KindDefinition, headings: list[Heading], mapping: ColumnMapping) -> int:
    """How many of the columns that tell this kind from others are there."""
    found = set(mapping.columns.values())
    keys = {key for heading in headings for key in heading.keys}
    return sum(mark in found or heading_key(mark) in keys for mark in kind.signature)


def _score(kind: KindDefinition, headings: list[Heading], mapping: ColumnMapping) -> float:
    """Columns found; required and telling ones count more, required ones that are missing count against."""
    found = set(mapping.columns.values())
    needed = sum(column.id in found for column in kind.required)
    missing = len(mapping.missing)
    return len(found) + REQUIRED_WEIGHT * (needed - missing) + SIGNATURE_WEIGHT * _marks(kind, headings, mapping)


def _hinted(kind: KindDefinition, file_name: str, sheet_name: str) -> bool:
    text = PurePath(file_name).stem + " " + sheet_name
    return any(hint in text for hint in kind.hints)


def _telling(readings: list[Candidate], file_name: str) -> list[Candidate]:
    """The readings with a mark of their kind: a telling column or the kind's name on file or sheet. Raises E301."""
    telling = [each for each in readings if each.marks or _hinted(each.kind, file_name, each.sheet.name)]
    if telling:
        return telling
    nearest = "；".join(f"{each.kind.name}（{_lacking(each)}）" for each in readings[:3])
    raise Fault("E301", where=f"{file_name} · {readings[0].sheet.name}", file=file_name, nearest=nearest)


def _lacking(reading: Candidate) -> str:
    if reading.mapping.missing:
        return f"缺：{'、'.join(reading.mapping.missing)}"
    return f"没有{'、'.join(reading.kind.signature_names[:3])}等列"


def _check_clear(readings: list[Candidate], file_name: str, where: str) -> None:
    first = readings[0]
    rivals = [each for each in readings[1:] if not each.mapping.missing and first.score - each.score < CLEAR_LEAD]
    if rivals and not first.mapping.missing:
        raise Fault("E304", where=where, file=file_name, first=first.kind.name, second=rivals[0].kind.name)


def _reason(chosen: Candidate, told: bool, others: list[str]) -> str:
    mapping = chosen.mapping
    named = list(mapping.columns)[:NAMED_IN_REASON]
    how = "按指定" if told else "按表头"
    sentence = (
        f"{how}认作“{chosen.kind.name}”：工作表“{chosen.sheet.name}”第 {chosen.header_row} 行是表头，"
        f"认出 {len(mapping.columns)} 列（{'、'.join(named)}{'等' if len(mapping.columns) > len(named) else ''}），必需的列齐全"
    )
    if mapping.extra:
        sentence += f"；另有 {len(mapping.extra)} 列不用"
    if others:
        sentence += f"；没有读的工作表：{'、'.join(others)}"
    return sentence
