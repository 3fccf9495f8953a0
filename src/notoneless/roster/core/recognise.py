"""Find the header row, the sheet and the kind of a roster file, and say why in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from notoneless.common.errors import Fault
from notoneless.files.tables import RawSheet, RawTable
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.header_rows import FEWEST_COLUMNS, HEADER_ROWS, HeaderRows, possible_headers
from notoneless.roster.core.header_text import heading_key
from notoneless.roster.core.mapping import ColumnMapping, match_columns, missing_fault

REQUIRED_WEIGHT = 2.0
SIGNATURE_WEIGHT = 3.0
HINT_WEIGHT = 2.0
TWO_ROWS_WEIGHT = 0.5
CLEAR_LEAD = 1.0
NAMED_IN_REASON = 6


@dataclass(frozen=True)
class Candidate:
    """One reading of one sheet as one kind. ``marks``: how many columns that tell this kind from others are there."""

    kind: KindDefinition
    rows: HeaderRows
    mapping: ColumnMapping
    marks: int
    hinted: bool
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
    words = wanted[0].words
    headers = [rows for sheet in _readable_sheets(table, words) for rows in possible_headers(sheet, words)]
    found = [best for each in wanted if (best := _best_of_kind(each, headers, file_name, given)) is not None]
    if not found:
        raise Fault("E303", file=file_name, rows=HEADER_ROWS)
    readings = sorted(found, key=lambda each: each.order, reverse=True)
    if kind is None:
        readings = _telling(readings, file_name)
    chosen = readings[0]
    where = f"{file_name} · {chosen.rows.sheet.name} · 第 {chosen.rows.header_row} 行"
    if kind is None:
        _check_clear(readings, file_name, where)
    if chosen.mapping.missing:
        raise missing_fault(chosen.kind, chosen.mapping, where)
    others = [sheet.name for sheet in table.sheets if sheet.name != chosen.rows.sheet.name]
    alike = _alike_sheets(chosen, headers, file_name, given)
    return Recognised(chosen, _reason(chosen, kind is not None, others, alike), others)


def _readable_sheets(table: RawTable, words: Mapping[str, tuple[str, ...]]) -> list[RawSheet]:
    usable = [sheet for sheet in table.sheets if sheet.name not in words["ignored_sheets"]]
    shown = [sheet for sheet in usable if not sheet.hidden]
    return shown or usable or table.sheets


def _best_of_kind(
    kind: KindDefinition, headers: Sequence[HeaderRows], file_name: str, given: Mapping[str, str] | None
) -> Candidate | None:
    """The reading with the best score; of equal ones the first. Raises E310 when ``given`` fits no header."""
    readings = [reading for rows in headers if (reading := _reading(kind, rows, file_name, given)) is not None]
    if given and headers and not readings:
        match_columns(kind, headers[0].headings, given)
    return max(readings, key=lambda each: each.order, default=None)


def _reading(
    kind: KindDefinition, rows: HeaderRows, file_name: str, given: Mapping[str, str] | None
) -> Candidate | None:
    if given and not set(given) <= {heading.label for heading in rows.headings}:
        return None
    mapping = match_columns(kind, rows.headings, given)
    if len(mapping.columns) < min(FEWEST_COLUMNS, len(kind.columns)):
        return None
    if rows.single and not _gains(kind, rows, mapping):
        return None
    marks = _marks(kind, rows, mapping)
    reading = Candidate(kind, rows, mapping, marks, _hinted(kind, rows, file_name), 0.0)
    return replace(reading, score=_score(reading))


def _gains(kind: KindDefinition, rows: HeaderRows, mapping: ColumnMapping) -> bool:
    """Whether two rows say more than the lower one alone, and the lower one is no row of data."""
    alone = match_columns(kind, rows.single.headings) if rows.single else mapping
    if len(mapping.columns) <= len(alone.columns):
        return False
    filled = [heading for heading in rows.headings if rows.lower[heading.position]]
    known = [heading for heading in filled if any(key in kind.alias_index for key in heading.keys)]
    numbers = any(text.replace(".", "").isdigit() for text in rows.lower)
    return not numbers and len(known) * 2 > len(filled)


def _marks(kind: KindDefinition, rows: HeaderRows, mapping: ColumnMapping) -> int:
    found = set(mapping.columns.values())
    keys = {key for heading in rows.headings for key in heading.keys}
    return sum(mark in found or heading_key(mark) in keys for mark in kind.signature)


def _score(reading: Candidate) -> float:
    """Columns found; required and telling ones count more, required ones that are missing count against."""
    missing = len(reading.mapping.missing)
    needed = len(reading.kind.required) - missing
    score = len(reading.mapping.columns) + REQUIRED_WEIGHT * (needed - missing) + SIGNATURE_WEIGHT * reading.marks
    return score + HINT_WEIGHT * reading.hinted + TWO_ROWS_WEIGHT * (reading.rows.single is not None)


def _hinted(kind: KindDefinition, rows: HeaderRows, file_name: str) -> bool:
    """Whether the name of the file or sheet, or a title above the header, names the kind."""
    text = f"{PurePath(file_name).stem} {rows.sheet.name} {rows.titles}"
    return any(hint in text for hint in kind.hints)


def _telling(readings: list[Candidate], file_name: str) -> list[Candidate]:
    """The readings with a mark of their kind: a telling column or the kind's name on file, sheet or title.
    Raises E301.
    """
    telling = [each for each in readings if each.marks or each.hinted]
    if telling:
        return telling
    nearest = "；".join(f"{each.kind.name}（{_lacking(each)}）" for each in readings[:3])
    raise Fault("E301", where=f"{file_name} · {readings[0].rows.sheet.name}", file=file_name, nearest=nearest)


def _lacking(reading: Candidate) -> str:
    if reading.mapping.missing:
        return f"缺：{'、'.join(reading.mapping.missing)}"
    return f"没有{'、'.join(reading.kind.signature_names[:3])}等列"


def _check_clear(readings: list[Candidate], file_name: str, where: str) -> None:
    """Raise E304 when two kinds fit a file almost equally well."""
    first = readings[0]
    rivals = [each for each in readings[1:] if not each.mapping.missing and first.score - each.score < CLEAR_LEAD]
    if rivals and not first.mapping.missing:
        raise Fault("E304", where=where, file=file_name, first=first.kind.name, second=rivals[0].kind.name)


def _alike_sheets(
    chosen: Candidate, headers: Sequence[HeaderRows], file_name: str, given: Mapping[str, str] | None
) -> list[str]:
    """Other sheets that hold a list of the same kind: they must be brought in too, one by one."""
    others = [rows for rows in headers if rows.sheet.name != chosen.rows.sheet.name]
    readings = [reading for rows in others if (reading := _reading(chosen.kind, rows, file_name, given)) is not None]
    return list(dict.fromkeys(each.rows.sheet.name for each in readings if not each.mapping.missing))


def _reason(chosen: Candidate, told: bool, others: list[str], alike: list[str]) -> str:
    labels = list(chosen.mapping.columns)
    named = "、".join(labels[:NAMED_IN_REASON]) + ("等" if len(labels) > NAMED_IN_REASON else "")
    sentence = (
        f"{'按指定' if told else '按表头'}认作“{chosen.kind.name}”：工作表“{chosen.rows.sheet.name}”"
        f"第 {chosen.rows.header_row} 行是表头，认出 {len(labels)} 列（{named}），必需的列齐全"
    )
    if chosen.mapping.extra:
        sentence += f"；另有 {len(chosen.mapping.extra)} 列不用"
    if others:
        sentence += f"；没有读的工作表：{'、'.join(others)}"
    if alike:
        sentence += f"；其中 {'、'.join(alike)} 也是“{chosen.kind.name}”，请指明工作表另行导入"
    return sentence
