"""A chunk of rows of one kind → accepted and refused record batches, with every row accounted for."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, compress
from typing import Any, NamedTuple

import pyarrow as pa

from notoneless.common.errors import error_text
from notoneless.common.names import mask_name
from notoneless.common.resident_id import mask
from notoneless.roster.core.cells import KeyTable, Memo
from notoneless.roster.core.corrections import Correction, Corrector
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.evened import evened_rows
from notoneless.roster.core.header_text import tidy
from notoneless.roster.core.normalise import NO_NAME, Issue, normalise, not_after, serial_from_1904, shown
from notoneless.roster.core.people import PlaceFinder, fill_births, fill_sexes, join_address, judge_identity
from notoneless.roster.core.result import REFUSED_SCHEMA, Head, RowProblem, SheetHead, roster_schema
from notoneless.roster.core.suggest import Registers, Suggester

EMPTY_REQUIRED, TOO_WIDE, NOTHING_TO_GO_BY = "E306", "E314", "E317"
WHOLE_ROW = Column(id="", name="")
LISTED_A_CODE = 1_000
"""Problems of one code kept as objects: a common one must not hide a rare one. All are counted, and every refused row
carries its own in the refused table."""
_HASH_MASK = (1 << 64) - 1
SEPARATOR = "\x1f"
Row = Sequence[str]
Found = list[tuple[int, Column, Issue]]


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
        self._index_key = index_key[:64]
        self._empty = frozenset(head.kind.words["empty_cells"])
        mapped = {each for sheet in head.sheets for each in sheet.mapping.positions}
        self._memos = {each: Memo(self._judge(head.kind.column(each))) for each in mapped}
        self._key_columns = [column for column in head.kind.columns if column.key]
        self._several = len(head.sheets) > 1
        self._places = Memo(PlaceFinder(registers.within).judge)
        self._listed: Counter[str] = Counter()
        self._keys_seen = KeyTable()
        self._repeats: dict[bytes, list[int]] = {}

    def _judge(self, column: Column) -> Callable[[str], tuple[Any, Issue | None]]:
        if column.id == "id_no":
            return lambda cell: judge_identity(cell, column)
        if column.type == "date":
            return lambda cell: self._day(cell, column)
        return lambda cell: normalise(cell, column, self._empty)

    def _day(self, cell: str, column: Column) -> tuple[Any, Issue | None]:
        result = normalise(serial_from_1904(cell) if self._date1904 else cell, column, self._empty)
        return not_after(result, self._as_of, column) if self._as_of else result

    def read(self, sheet: SheetHead, row_nos: Sequence[int], rows: Sequence[Row], wide: Sequence[int]) -> Batch:
        """Read ``rows`` of ``sheet`` (all as wide as its header; ``wide``: indexes of rows that were wider)."""
        found: Found = [(index, WHOLE_ROW, _too_wide(sheet)) for index in wide]
        values = self._columns(sheet, rows, found)
        refused = {index for index, column, issue in found if severity(issue, column) == "refuse"}
        keys = self._row_keys(values, len(rows), refused)
        accepted = self._accepted(sheet, values, row_nos, rows, keys)
        self.corrector.end_chunk()
        found.sort(key=lambda each: each[0])
        counts = Counter(issue.code for _, _, issue in found)
        problems = [
            problem_of(sheet, row_nos[index], rows[index], column, issue)
            for index, column, issue in self._first_ones(found)
        ]
        duplicates = len(rows) - len(refused) - accepted.num_rows
        return Batch(accepted, _refused(sheet, found, refused, row_nos, rows), problems, counts, duplicates)

    def _first_ones(self, found: Found) -> Iterator[tuple[int, Column, Issue]]:
        """Those that are among the first of their code in the file."""
        for each in found:
            code = each[2].code
            if self._listed[code] < LISTED_A_CODE:
                self._listed[code] += 1
                yield each

    # ---- values

    def _columns(self, sheet: SheetHead, rows: Sequence[Row], found: Found) -> dict[str, list[Any]]:
        """Canonical id → values, and every issue into ``found``."""
        texts = list(zip(*rows, strict=True)) or [()] * len(sheet.header)
        values: dict[str, list[Any]] = {}
        evened: set[int] = set()
        example = ""
        for column_id, position in sheet.mapping.positions.items():
            column = self._kind.column(column_id)
            odd, odd_cell = evened_rows(texts[position], column)
            evened, example = evened | odd, example or odd_cell
            read_as = self.corrector.apply(column_id, texts[position])
            cells, issues = self._memos[column_id].apply(read_as)
            self.suggester.see_words(column, read_as, (index for index, _ in issues))
            values[column_id] = cells
            found += [(index, column, issue) for index, issue in issues]
            if not column.is_optional_value:
                found += self._empty_cells(column, cells, {index for index, _ in issues})
        self.suggester.see_evened(len(evened), example)
        if self._kind.subject == "person" and "school_name" in values:
            self.suggester.see_schools(values["school_name"])
        self._complete_address(values, len(rows), found)
        if self._kind.subject == "person":
            self._complete_person(values, len(rows), found)
        self._check_any_of(values, found)
        return values

    def _empty_cells(self, column: Column, cells: list[Any], judged: set[int]) -> Found:
        if None not in cells:
            return []
        issue = Issue(NO_NAME if column.type == "name" else EMPTY_REQUIRED, {"column": column.name})
        return [(index, column, issue) for index, value in enumerate(cells) if value is None and index not in judged]

    def _complete_person(self, values: dict[str, list[Any]], size: int, found: Found) -> None:
        none: list[Any] = [None] * size
        identities = values.get("id_no")
        checks = {check.check for check in self._kind.row_checks}
        days, sexes = values.setdefault("dob", none[:]), values.setdefault("sex", none[:])
        if identities is None:
            values["id_no"], values["id_state"] = none, ["missing"] * size
            values["sex"] = [sex or "0" for sex in sexes]
        else:
            bad = {index for index, column, _ in found if column.id == "dob"}
            birth_column, sex_column = self._kind.column("dob"), self._kind.column("sex")
            self.corrector.take_births(days, identities, bad, found)
            births = fill_births(days, identities, birth_column, bad)
            self.suggester.see_births(len(births), births[0][1].values if births else None)
            differing = fill_sexes(sexes, identities, sex_column)
            if "birth_matches_id" in checks:
                found += [(index, birth_column, issue) for index, issue in births]
            if "sex_matches_id" in checks:
                found += [(index, sex_column, issue) for index, issue in differing]
            values["id_no"] = [identity.value or None for identity in identities]
            values["id_state"] = [identity.state for identity in identities]

    def _check_any_of(self, values: dict[str, list[Any]], found: Found) -> None:
        for check in self._kind.row_checks:
            columns = [values[each] for each in check.columns if each in values]
            if check.check != "any_of" or not columns:
                continue
            names = "、".join(self._kind.column(each).name for each in check.columns)
            issue = Issue(NOTHING_TO_GO_BY, {"columns": names})
            found += [(at, WHOLE_ROW, issue) for at, row in enumerate(zip(*columns, strict=True)) if not any(row)]

    def _complete_address(self, values: dict[str, list[Any]], size: int, found: Found) -> None:
        """Join the parts into ``addr`` and find ``addr_code`` where the file gives none."""
        none: list[Any] = [None] * size
        parts = [values.pop(column.id) for column in self._kind.columns if column.into and column.id in values]
        if parts:
            free = values.get("addr", none)
            memo: dict[Any, str | None] = {}
            rows = list(zip(free, *parts, strict=True))
            for row in set(rows):
                memo[row] = join_address(row[1:], row[0])
            values["addr"] = list(map(memo.__getitem__, rows))
        sources = [each for each in self._kind.address_from if each in values]
        if not sources:
            return
        texts = [next(filter(None, row), "") for row in zip(*(values[each] for each in sources), strict=True)]
        codes, issues = self._places.apply(texts)
        given = values.get("addr_code", none)
        values["addr_code"] = [own or code for own, code in zip(given, codes, strict=True)]
        column = self._kind.column(sources[0])
        self.suggester.see_addresses(texts, values["addr_code"])
        found += [(index, column, issue) for index, issue in issues if given[index] is None]

    # ---- rows

    def _row_keys(self, values: dict[str, list[Any]], size: int, refused: set[int]) -> list[str | None]:
        """The key of every accepted row; None for a refused row and for one equal in every value to an earlier
        row.
        """
        none: list[Any] = [None] * size
        mapped = [column.id for column in self._key_columns if column.id in values or column.id in self._memos]
        columns = [values.get(column_id, none) for column_id in mapped]
        keys = zip(*map(_texts, columns), strict=True) if columns else iter([()] * size)
        rows = self._comparable(values, size)
        prefix, row_key = self._kind.id + SEPARATOR, self._row_key
        return [
            None if index in refused else row_key(prefix + SEPARATOR.join(key), hash(row) & _HASH_MASK)
            for index, (key, row) in enumerate(zip(keys, rows, strict=True))
        ]

    def _comparable(self, values: dict[str, list[Any]], size: int) -> Iterable[tuple[Any, ...]]:
        """The values of each row in one order for all sheets, whichever columns each has."""
        if not self._several:
            return zip(*values.values(), strict=True)
        none: list[Any] = [None] * size
        return zip(*(values.get(field.name, none) for field in self._schema), strict=True)

    def _row_key(self, key: str, row: int) -> str | None:
        """24 hex digits: keyed hash of the key columns and, from the second different row with that key on, of
        its count.
        """
        digest = self._hash(key)
        first = self._keys_seen.add(int.from_bytes(digest[:8]), row)
        if first is None:
            return digest.hex()
        rows = self._repeats.setdefault(digest, [first])
        if row in rows:
            return None
        rows.append(row)
        return self._hash(f"{key}{SEPARATOR}{len(rows)}").hex()

    def _hash(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12, key=self._index_key).digest()

    def _accepted(
        self,
        sheet: SheetHead,
        values: dict[str, list[Any]],
        row_nos: Sequence[int],
        rows: Sequence[Row],
        keys: list[str | None],
    ) -> pa.RecordBatch:
        values = {**values, "row_no": list(row_nos), "row_key": keys}
        if None in keys:
            values = {column_id: list(compress(cells, keys)) for column_id, cells in values.items()}
            rows = list(compress(rows, keys))
        values["sheet"] = [sheet.name] * len(rows)
        arrays = [self._array(field, values, rows) for field in self._schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _array(self, field: pa.Field, values: dict[str, list[Any]], rows: Sequence[Row]) -> pa.Array:
        if field.name == "raw":
            return raw_array(rows)
        if field.name not in values:
            return pa.nulls(len(rows), field.type)
        return pa.array(values[field.name], field.type)


def _too_wide(sheet: SheetHead) -> Issue:
    return Issue(TOO_WIDE, {"cells": "更多", "columns": str(len(sheet.header))})


def _refused(
    sheet: SheetHead, found: Found, refused: set[int], row_nos: Sequence[int], rows: Sequence[Row]
) -> pa.RecordBatch:
    order = sorted(refused)
    by_row: dict[int, list[RowProblem]] = {index: [] for index in order}
    for index, column, issue in found:
        if index in by_row:
            by_row[index].append(problem_of(sheet, row_nos[index], rows[index], column, issue))
    problems = list(by_row.values())
    arrays = [
        pa.array([row_nos[index] for index in order], pa.int32()),
        pa.array([sheet.name] * len(order), pa.string()),
        raw_array([rows[index] for index in order]),
        pa.array([[each.code for each in row] for row in problems], pa.list_(pa.string())),
        pa.array([[each.position for each in row] for row in problems], pa.list_(pa.int32())),
        pa.array([[each.sentence for each in row] for row in problems], pa.list_(pa.string())),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=REFUSED_SCHEMA)


def problem_of(sheet: SheetHead, row_no: int, row: Row, column: Column, issue: Issue) -> RowProblem:
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


def _texts(values: list[Any]) -> list[str]:
    """Values as text for a key; each distinct day or amount is written once."""
    if all(type(value) is str for value in values):
        return values
    written = {value: "" if value is None else str(value) for value in set(values)}
    return list(map(written.__getitem__, values))


def raw_array(rows: Sequence[Row]) -> pa.Array:
    """The cells of ``rows`` as list<string>."""
    offsets = pa.array([0, *accumulate(map(len, rows))], pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(list(chain.from_iterable(rows)), pa.string()))
