"""Find the header row, the sheets and the kind of a roster file, and say why in one sentence."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePath

from notoneless.common.errors import Fault
from notoneless.files.tables import RawSheet, RawTable
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.header_rows import FEWEST_COLUMNS, HEADER_ROWS, HeaderRows, possible_headers
from notoneless.roster.core.header_text import heading_key
from notoneless.roster.core.mapping import ColumnMapping, match_columns, missing_fault
from notoneless.roster.core.members import member_mappings, numbered
from notoneless.roster.core.questions import (
    Looked,
    Question,
    ask,
    looks_missing,
    missing_questions,
    questions_of,
)
from notoneless.roster.core.shapes import SHAPE_NAMES

REQUIRED_WEIGHT = 2.0
SIGNATURE_WEIGHT = 3.0
HINT_WEIGHT = 2.0
DEEP_WEIGHT = 0.5
SHAPE_WEIGHT = 2.0
CONTRADICTION_WEIGHT = 1.0
CLEAR_LEAD = 1.0
FAR_LEAD = 4.0
SUMMARY_SHEET, KIND_LINE = "汇总", "名册种类"
SUMMARY_ROWS = 12
"""A returned workbook of wrong rows says on this sheet, in a line of this name near its top, which kind it is."""
TELLING_SHAPES = frozenset({"student_no", "cert_no"})
"""Column types that only some kinds have and whose values can hardly be anything else."""
EMPTY, HIDDEN, NO_HEADER, NOT_CHOSEN, NOTES = "空表", "隐藏的表", "没有表头", "没有选它", "说明或汇总"


@dataclass(frozen=True)
class Candidate:
    """One reading of one sheet as one kind. ``marks``: how many columns that tell this kind from others are there;
    ``held``: how many of the columns named by hand; ``members``: one mapping for each person of a row, empty when a
    row is one person.
    """

    kind: KindDefinition
    rows: HeaderRows
    mapping: ColumnMapping
    marks: int
    hinted: bool
    held: int
    score: float
    members: tuple[ColumnMapping, ...] = ()

    @property
    def order(self) -> tuple[int, bool, float]:
        """The columns named by hand first, then complete readings, then by score."""
        return self.held, not self.mapping.missing, self.score

    @property
    def is_telling(self) -> bool:
        """Whether anything but names and numbers speaks for this kind."""
        return bool(self.marks or self.hinted)

    def people(self) -> list[Candidate]:
        """The readings of each person of a row; only this one when a row is one person."""
        return [replace(self, mapping=each) for each in self.members] or [self]

    def names_it(self, hint: str) -> bool:
        """Whether the sheet or a title above the header holds this name of the kind."""
        return hint in " ".join([self.rows.sheet.name, *self.rows.titles])


@dataclass(frozen=True)
class Recognised:
    """The readings of the sheets that are one list, in the order of the file, whether the kind was told, and
    (sheet, reason) of every sheet left out.
    """

    parts: list[Candidate]
    told: bool
    left_out: list[tuple[str, str]]

    @property
    def people(self) -> list[Candidate]:
        """The readings to be walked: each sheet, and of a sheet with families in its rows each member."""
        return [person for part in self.parts for person in part.people()]


def recognise(
    table: RawTable,
    kinds: Mapping[str, KindDefinition],
    *,
    kind: KindDefinition | None = None,
    file_name: str = "",
    given: Mapping[str, str] | None = None,
    sheet: str | None = None,
) -> Recognised:
    """Choose kind (unless given), sheets and header rows. ``sheet``: read that one only.

    Raises Fault E009, E301–E304, E310, E321 (see the catalog).
    """
    kind = kind or _kind_said(table, kinds)
    return _Recognition(table, kinds, kind, file_name, given or {}, sheet).run()


def _kind_said(table: RawTable, kinds: Mapping[str, KindDefinition]) -> KindDefinition | None:
    """The kind that a returned workbook of wrong rows names itself."""
    names = {kind.name: kind for kind in kinds.values()}
    for sheet in table.sheets:
        if sheet.name == SUMMARY_SHEET:
            for row in islice(sheet.rows, SUMMARY_ROWS):
                if len(row) > 2 and row[1] == KIND_LINE:
                    return names.get(row[2])
    return None


class _Recognition:
    """One file on its way to being recognised."""

    def __init__(
        self,
        table: RawTable,
        kinds: Mapping[str, KindDefinition],
        kind: KindDefinition | None,
        file_name: str,
        given: Mapping[str, str],
        sheet: str | None,
    ) -> None:
        self._kinds = list(kinds.values())
        self._told = kind
        self._file_name = file_name
        self._given = given
        self._words = (kind or self._kinds[0]).words
        self._left_out: dict[str, str] = {}
        self._sheets = self._readable(table, sheet)
        self._looked: dict[int, Looked] = {}
        self._headers = {each.name: self._possible(each) for each in self._sheets}

    def run(self) -> Recognised:
        """The whole recognition."""
        chosen = self._choose()
        parts = self._parts(chosen)
        self._check_given(set().union(*(part.rows.labels for part in parts)))
        where = self._where(parts[0])
        questions = [question for part in parts for question in self._questions(part)]
        if questions:
            raise ask(chosen.kind, questions, where)
        return Recognised(parts, self._told is not None, list(self._left_out.items()))

    # ---- sheets

    def _readable(self, table: RawTable, sheet: str | None) -> list[RawSheet]:
        if sheet is not None and table.format != "csv":
            return self._only(table, sheet)
        usable = [each for each in table.sheets if each.name not in self._words["ignored_sheets"]]
        shown = [each for each in usable if not each.hidden]
        chosen = shown or usable or table.sheets
        for each in table.sheets:
            if each not in chosen:
                self._left_out[each.name] = HIDDEN if each.hidden else NOTES
        return chosen

    def _only(self, table: RawTable, sheet: str) -> list[RawSheet]:
        chosen = [each for each in table.sheets if each.name == sheet]
        if not chosen:
            known = "、".join(each.name for each in table.sheets)
            raise Fault("E009", file=self._file_name, sheet=sheet, sheets=known)
        self._left_out |= {each.name: NOT_CHOSEN for each in table.sheets if each.name != sheet}
        return chosen

    def _possible(self, sheet: RawSheet) -> list[HeaderRows]:
        """The rows of a sheet that may be its header: those with a heading of any kind, or one named by hand."""
        return [rows for rows in possible_headers(sheet, self._words) if self._has_headings(rows)]

    def _has_headings(self, rows: HeaderRows) -> bool:
        known = sum(
            not (self._all_keys.isdisjoint(heading.keys) and self._all_keys.isdisjoint(numbered(heading)[1]))
            for heading in rows.headings
        )
        return known >= FEWEST_COLUMNS or not rows.labels.isdisjoint(self._given)

    @functools.cached_property
    def _all_keys(self) -> frozenset[str]:
        return frozenset(key for kind in [*self._kinds, *filter(None, [self._told])] for key in kind.alias_index)

    def _parts(self, chosen: Candidate) -> list[Candidate]:
        """The readings of all sheets that belong to the list; why each other sheet does not goes to ``left_out``."""
        parts = []
        for sheet in self._sheets:
            if sheet.name == chosen.rows.sheet.name:
                parts.append(chosen)
                continue
            reading = self._best(chosen.kind, self._headers[sheet.name])
            reason = self._why_not(chosen, sheet, reading)
            if reason:
                self._left_out[sheet.name] = reason
            elif reading:
                parts.append(reading)
        return parts

    def _why_not(self, chosen: Candidate, sheet: RawSheet, reading: Candidate | None) -> str:
        """Why a sheet is not part of the list; "" when it is."""
        if reading is None or reading.mapping.missing:
            other = self._other_kind(chosen, sheet, reading)
            if other:
                return other
            if reading is None:
                return NO_HEADER if any(map(any, sheet.rows)) else EMPTY
            return f"缺：{'、'.join(reading.mapping.missing)}"
        same = set(reading.mapping.columns) == set(chosen.mapping.columns)
        return "" if same else self._other_kind(chosen, sheet, reading)

    def _other_kind(self, chosen: Candidate, sheet: RawSheet, reading: Candidate | None) -> str:
        """``像“学籍”`` when another kind clearly fits the sheet better."""
        readings = [
            found
            for kind in self._kinds
            if kind.id != chosen.kind.id and (found := self._best(kind, self._headers[sheet.name])) is not None
        ]
        telling = [each for each in readings if each.is_telling and not each.mapping.missing]
        best = max(telling, key=lambda each: each.score, default=None)
        own = reading.score if reading and not reading.mapping.missing else float("-inf")
        return f"像“{best.kind.name}”" if best and best.score - own >= CLEAR_LEAD else ""

    # ---- kind

    def _choose(self) -> Candidate:
        wanted = [self._told] if self._told else self._kinds
        headers = [rows for sheet in self._sheets for rows in self._headers[sheet.name]]
        found = [best for kind in wanted if (best := self._best(kind, headers)) is not None]
        if not found:
            self._check_given(set())
            raise Fault("E303", file=self._file_name, rows=HEADER_ROWS)
        readings = sorted(found, key=lambda each: each.order, reverse=True)
        if self._told is None:
            readings = _likely_first(self._telling(readings))
            self._check_clear(readings)
        chosen = readings[0]
        if chosen.mapping.missing:
            raise self._missing(chosen)
        return chosen

    def _best(self, kind: KindDefinition, headers: Sequence[HeaderRows]) -> Candidate | None:
        """The reading with the best score; of equal ones the first."""
        readings = [reading for rows in headers if (reading := self._reading(kind, rows)) is not None]
        return max(readings, key=lambda each: each.order, default=None)

    def _reading(self, kind: KindDefinition, rows: HeaderRows) -> Candidate | None:
        given = {label: column for label, column in self._given.items() if label in rows.labels}
        if self._told is None and not set(filter(None, given.values())) <= {column.id for column in kind.columns}:
            return None
        mapping = match_columns(kind, rows.headings, given)
        members = tuple(member_mappings(kind, rows.headings, mapping))
        mapping = members[0] if members else mapping
        if len(mapping.columns) < min(FEWEST_COLUMNS, len(kind.columns)):
            return None
        if rows.single and not _gains(kind, rows, mapping):
            return None
        reading = Candidate(
            kind, rows, mapping, _marks(kind, rows, mapping), self._hinted(kind, rows), len(given), 0.0, members
        )
        return replace(reading, score=self._score(reading))

    def _score(self, reading: Candidate) -> float:
        """Columns found; required and telling ones count more, required ones that are missing count against; so do
        values that contradict their heading.
        """
        mapping = reading.mapping
        missing = len(mapping.missing)
        needed = len(reading.kind.required) - missing
        score = len(mapping.columns) + REQUIRED_WEIGHT * (needed - missing) + SIGNATURE_WEIGHT * reading.marks
        score += HINT_WEIGHT * reading.hinted + DEEP_WEIGHT * (reading.rows.single is not None)
        return score + self._value_score(reading)

    def _value_score(self, reading: Candidate) -> float:
        looked = self._look(reading.rows)
        score = 0.0
        for column_id, position in reading.mapping.positions.items():
            column = reading.kind.column(column_id)
            if column.type in SHAPE_NAMES:
                seen = looked.at(position)
                score += SHAPE_WEIGHT * (column.type in TELLING_SHAPES and seen.shape == column.type)
                score -= CONTRADICTION_WEIGHT * seen.contradicts(column)
        return score

    def _look(self, rows: HeaderRows) -> Looked:
        return self._looked.setdefault(id(rows), Looked(rows))

    def _hinted(self, kind: KindDefinition, rows: HeaderRows) -> bool:
        """Whether the name of the file or sheet, or a title above the header, names the kind."""
        text = " ".join([PurePath(self._file_name).stem, rows.sheet.name, *rows.titles])
        return any(hint in text for hint in kind.hints)

    def _telling(self, readings: list[Candidate]) -> list[Candidate]:
        """The readings with a mark of their kind: a telling column or the kind's name on file, sheet or title.
        Raises E301.
        """
        telling = [each for each in readings if each.is_telling]
        if telling:
            return telling
        nearest = "；".join(f"{each.kind.name}（{_lacking(each)}）" for each in readings[:3])
        where = f"{self._file_name} · {readings[0].rows.sheet.name}"
        raise Fault("E301", where=where, file=self._file_name, nearest=nearest)

    def _check_clear(self, readings: list[Candidate]) -> None:
        """Raise E304 when two kinds fit a file almost equally well."""
        first = readings[0]
        rivals = [each for each in readings[1:] if not each.mapping.missing and first.score - each.score < CLEAR_LEAD]
        if rivals and not first.mapping.missing:
            names = {"first": first.kind.name, "second": rivals[0].kind.name}
            raise Fault("E304", where=self._where(first), file=self._file_name, **names)

    # ---- columns

    def _questions(self, part: Candidate) -> list[Question]:
        return questions_of(part.kind, self._look(part.rows), part.mapping, self._given)

    def _missing(self, chosen: Candidate) -> Fault:
        looked = self._look(chosen.rows)
        looks = looks_missing(chosen.kind, looked, chosen.mapping)
        fault = missing_fault(chosen.kind, chosen.mapping, self._where(chosen), looks)
        fault.values["questions"] = missing_questions(looked, looks, chosen.kind)
        return fault

    def _check_given(self, labels: set[str]) -> None:
        """Raise E310 when a column named by hand is in none of the sheets that are read."""
        for label in self._given:
            if label not in labels:
                raise Fault("E310", column=label, reason="不是这份文件的列")

    def _where(self, reading: Candidate) -> str:
        return f"{self._file_name} · {reading.rows.sheet.name} · 第 {reading.rows.header_row} 行"


def _likely_first(readings: list[Candidate]) -> list[Candidate]:
    """A complete reading goes first, unless another that is short of a column fits far better: that list should be
    completed, not taken for something else.
    """
    first, best = readings[0], max(readings, key=lambda each: (each.held, each.score))
    far = best.held == first.held and best.score - first.score >= FAR_LEAD
    return [best, *(each for each in readings if each is not best)] if far else readings


def _gains(kind: KindDefinition, rows: HeaderRows, mapping: ColumnMapping) -> bool:
    """Whether several rows say more than the lowest one alone, and that one is no row of data."""
    alone = match_columns(kind, rows.single.headings) if rows.single else mapping
    if len(mapping.columns) <= len(alone.columns):
        return False
    if any(text.replace(".", "").isdigit() for text in rows.lower):
        return False
    filled = [heading for heading in rows.headings if rows.lower[heading.position]]
    known = [heading for heading in filled if any(key in kind.alias_index for key in heading.keys)]
    return len(known) * 2 > len(filled) or _only_below_groups(rows, mapping)


def _only_below_groups(rows: HeaderRows, mapping: ColumnMapping) -> bool:
    """Whether the lowest row is blank below headings that were merged downwards, the name's among them."""
    position = mapping.positions.get("name")
    return position is not None and not rows.lower[position]


def _marks(kind: KindDefinition, rows: HeaderRows, mapping: ColumnMapping) -> int:
    found = set(mapping.columns.values())
    keys = {key for heading in rows.headings for key in heading.keys}
    return sum(mark in found or heading_key(mark) in keys for mark in kind.signature)


def _lacking(reading: Candidate) -> str:
    if reading.mapping.missing:
        return f"缺：{'、'.join(reading.mapping.missing)}"
    return f"没有{'、'.join(reading.kind.signature_names[:3])}等列"
