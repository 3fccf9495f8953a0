"""A chunk of rows of one kind → accepted and refused record batches, with every row accounted for."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import error_text
from notoneless.common.names import mask_name
from notoneless.common.resident_id import mask
from notoneless.files.blocks import make_block
from notoneless.roster.core.cells import CellReader, Judge
from notoneless.roster.core.corrections import Correction, Corrector
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.evened import evened_rows
from notoneless.roster.core.grid import Grid, Texts, as_mask, mark_except
from notoneless.roster.core.header_text import tidy
from notoneless.roster.core.keys import RowKeys
from notoneless.roster.core.normalise import NO_NAME, Issue, normalise, not_after, serial_from_1904, shown
from notoneless.roster.core.people import Identities, IdentityReader, fill_births, fill_sexes
from notoneless.roster.core.plain import PLAIN
from notoneless.roster.core.result import ARROW_TYPES, REFUSED_SCHEMA, Head, RowProblem, SheetHead, roster_schema
from notoneless.roster.core.suggest import Registers, Suggester
from notoneless.roster.core.whereabouts import AddressReader

EMPTY_REQUIRED, TOO_WIDE, NOTHING_TO_GO_BY = "E306", "E314", "E317"
WHOLE_ROW = Column(id="", name="")
LISTED_A_CODE = 1_000
"""Problems of one code kept as objects: a common one must not hide a rare one. All are counted, and every refused row
carries its own in the refused table."""
Found = list[tuple[int, Column, Issue]]
Values = dict[str, pa.Array]
"""Canonical id → one value a row, null where there is none."""


class Batch(NamedTuple):
    """One chunk read. ``problem_counts`` counts every problem by code; ``problems`` holds them when asked for."""

    accepted: pa.RecordBatch
    refused: pa.RecordBatch
    problems: list[RowProblem]
    problem_counts: Counter[str]
    duplicates: int


class ChunkReader:
    """Reads the chunks of the sheets of one file in order; remembers texts, and which rows and keys it has seen."""

    def __init__(
        self,
        head: Head,
        *,
        index_key: bytes = b"",
        corrections: Sequence[Correction] = (),
        registers: Registers,
        date1904: bool = False,
    ) -> None:
        self.corrector = Corrector(head.kind, corrections)
        self.suggester = Suggester(head.kind, registers)
        self._kind = head.kind
        self._as_of = head.as_of
        self._date1904 = date1904
        self._schema = roster_schema(head.kind)
        self._empty = frozenset(head.kind.words["empty_cells"])
        self._mapped = {each for sheet in head.sheets for each in sheet.mapping.positions}
        self._readers = {each: self._reader(head.kind.column(each)) for each in self._mapped if each != "id_no"}
        self._identities = IdentityReader(head.kind.column("id_no")) if "id_no" in self._mapped else None
        self._addresses = AddressReader(head.kind, registers.within)
        self._listed: Counter[str] = Counter()
        self._keys = RowKeys(head.kind, index_key)

    def _reader(self, column: Column) -> CellReader:
        value_type = ARROW_TYPES.get(column.type, pa.string())
        return CellReader(self._judge(column), value_type, PLAIN.get(column.type), pa.array(sorted(self._empty)))

    def _judge(self, column: Column) -> Judge:
        if column.type == "date":
            return lambda cell: self._day(cell, column)
        return lambda cell: normalise(cell, column, self._empty)

    def _day(self, cell: str, column: Column) -> tuple[Any, Issue | None]:
        result = normalise(serial_from_1904(cell) if self._date1904 else cell, column, self._empty)
        return not_after(result, self._as_of, column) if self._as_of else result

    def read(self, sheet: SheetHead, row_nos: np.ndarray, grid: Grid, wide: Sequence[int]) -> Batch:
        """Read the rows of ``grid`` of ``sheet`` (``wide``: indexes of rows that were wider than its header)."""
        found: Found = [(index, WHOLE_ROW, _too_wide(sheet)) for index in wide]
        values = self._columns(sheet, grid, found)
        refused = sorted({index for index, column, issue in found if severity(issue, column) == "refuse"})
        keys, places = self._keys.of(values, self._mapped, mark_except(refused, grid.size))
        accepted = self._accepted(sheet, values, row_nos, grid, keys, places)
        self.corrector.end_chunk()
        found.sort(key=lambda each: each[0])
        counts = Counter(issue.code for _, _, issue in found)
        problems = [
            problem_of(sheet, int(row_nos[index]), grid.row(index), column, issue)
            for index, column, issue in self._first_ones(found)
        ]
        duplicates = grid.size - len(refused) - len(places)
        return Batch(accepted, _refused(sheet, found, refused, row_nos, grid), problems, counts, duplicates)

    def _first_ones(self, found: Found) -> Iterator[tuple[int, Column, Issue]]:
        """Those that are among the first of their code in the file."""
        for each in found:
            code = each[2].code
            if self._listed[code] < LISTED_A_CODE:
                self._listed[code] += 1
                yield each

    # ---- values

    def _columns(self, sheet: SheetHead, grid: Grid, found: Found) -> Values:
        """Canonical id → values, and every issue into ``found``."""
        values: Values = {}
        identities: Identities | None = None
        evened = np.zeros(grid.size, np.bool_)
        example = ""
        for column_id, position in sheet.mapping.positions.items():
            column = self._kind.column(column_id)
            texts = Texts.of(grid.column(position))
            odd, odd_cell = evened_rows(texts, column)
            evened[odd] = True
            example = example or odd_cell
            texts = self.corrector.apply(column_id, texts)
            if column_id == "id_no" and self._identities:
                identities, issues = self._identities.read(texts)
                values[column_id] = identities.numbers
            else:
                judged = self._readers[column_id].read(texts)
                values[column_id], issues = texts.spread(judged.values), judged.found(texts)
                self.suggester.see_words(column, texts, judged.issues)
            found += [(index, column, issue) for index, issue in issues]
            if not column.is_optional_value:
                found += _empty_cells(column, values[column_id], {index for index, _ in issues})
        self.suggester.see_evened(int(evened.sum()), example)
        if self._kind.subject == "person" and "school_name" in values:
            self.suggester.see_schools(values["school_name"])
        found += self._addresses.complete(values, grid.size, self.suggester.see_addresses)
        if self._kind.subject == "person":
            self._complete_person(values, identities, grid.size, found)
        self._check_any_of(values, found)
        return values

    def _complete_person(self, values: Values, identities: Identities | None, size: int, found: Found) -> None:
        checks = {check.check for check in self._kind.row_checks}
        days = values.get("dob", pa.nulls(size, pa.date32()))
        sexes = values.get("sex", pa.nulls(size, pa.string()))
        identities = identities or Identities.none(size)
        bad = ~mark_except([index for index, column, _ in found if column.id == "dob"], size)
        birth_column, sex_column = self._kind.column("dob"), self._kind.column("sex")
        days = self.corrector.take_births(days, identities.births, bad, found)
        values["dob"], births = fill_births(days, identities.births, birth_column, bad)
        self.suggester.see_births(len(births), births[0][1].values if births else None)
        values["sex"], differing = fill_sexes(sexes, identities.sexes, sex_column)
        if "birth_matches_id" in checks:
            found += [(index, birth_column, issue) for index, issue in births]
        if "sex_matches_id" in checks:
            found += [(index, sex_column, issue) for index, issue in differing]
        values["id_no"], values["id_state"] = identities.numbers, identities.states

    def _check_any_of(self, values: Values, found: Found) -> None:
        for check in self._kind.row_checks:
            columns = [values[each] for each in check.columns if each in values]
            if check.check != "any_of" or not columns:
                continue
            names = "、".join(self._kind.column(each).name for each in check.columns)
            issue = Issue(NOTHING_TO_GO_BY, {"columns": names})
            nothing = np.logical_and.reduce([as_mask(pc.is_null(cells)) for cells in columns])
            found += [(at, WHOLE_ROW, issue) for at in np.flatnonzero(nothing).tolist()]

    def _accepted(
        self, sheet: SheetHead, values: Values, row_nos: np.ndarray, grid: Grid, keys: pa.Array, places: np.ndarray
    ) -> pa.RecordBatch:
        there: Values = {
            **values,
            "row_no": pa.array(row_nos, pa.int32()),
            "sheet": pa.repeat(sheet.name, grid.size),
            "raw": grid.raw,
        }
        if len(places) < grid.size:
            there = {column: cells.take(pa.array(places)) for column, cells in there.items()}
        there["row_key"] = keys
        arrays = [there.get(field.name, pa.nulls(len(places), field.type)) for field in self._schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


def _empty_cells(column: Column, cells: pa.Array, judged: set[int]) -> Found:
    if not cells.null_count:
        return []
    issue = Issue(NO_NAME if column.type == "name" else EMPTY_REQUIRED, {"column": column.name})
    empty = np.flatnonzero(as_mask(pc.is_null(cells))).tolist()
    return [(index, column, issue) for index in empty if index not in judged]


def _too_wide(sheet: SheetHead) -> Issue:
    return Issue(TOO_WIDE, {"cells": "更多", "columns": str(len(sheet.header))})


def _refused(
    sheet: SheetHead, found: Found, refused: Sequence[int], row_nos: np.ndarray, grid: Grid
) -> pa.RecordBatch:
    rows = {index: grid.row(index) for index in refused}
    by_row: dict[int, list[RowProblem]] = {index: [] for index in refused}
    for index, column, issue in found:
        if index in by_row:
            by_row[index].append(problem_of(sheet, int(row_nos[index]), rows[index], column, issue))
    problems = list(by_row.values())
    arrays = [
        pa.array(row_nos[list(refused)], pa.int32()),
        pa.array([sheet.name] * len(refused), pa.string()),
        make_block(list(rows.values())),
        pa.array([[each.code for each in row] for row in problems], pa.list_(pa.string())),
        pa.array([[each.position for each in row] for row in problems], pa.list_(pa.int32())),
        pa.array([[each.sentence for each in row] for row in problems], pa.list_(pa.string())),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=REFUSED_SCHEMA)


def problem_of(sheet: SheetHead, row_no: int, row: Sequence[str], column: Column, issue: Issue) -> RowProblem:
    """One problem of one row in words."""
    text = error_text(issue.code)
    position = sheet.mapping.positions.get(column.id, -1)
    return RowProblem(
        code=issue.code,
        row_no=row_no,
        sheet=sheet.name,
        column=column.id,
        column_name=column.name,
        position=position,
        value_masked=_masked(tidy(row[position]), column) if position >= 0 else "",
        what=text.say_what(issue.values),
        how=text.say_how(issue.values),
        severity=severity(issue, column),
    )


def severity(issue: Issue, column: Column) -> str:
    """refuse or warn. A column may be strict (``on_bad: refuse``); else the catalog decides, softened where the
    child can still be found without the cell: only a missing name, a damaged key and a shifted row keep a row out.
    """
    if column.on_bad == "refuse":
        return "refuse"
    if error_text(issue.code).severity != "refuse":
        return "warn"
    needed = column.key and issue.code != EMPTY_REQUIRED
    return "refuse" if needed or not column.id or (column.type == "name" and column.required) else "warn"


def _masked(text: str, column: Column) -> str:
    if column.type == "name":
        return mask_name(text)
    if column.type in ("id_no", "student_no", "cert_no", "digits"):
        return mask(text)
    return shown(text)
