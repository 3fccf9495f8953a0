"""Which rows below the header are no data: blank ones, sums, notes, the header repeated on each printed page."""

import re
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.grid import Grid, Texts, as_mask
from notoneless.roster.core.header_text import heading_key, tidy
from notoneless.roster.core.mapping import Heading
from notoneless.roster.core.members import OWN
from notoneless.roster.core.plain import Mask
from notoneless.roster.core.result import SheetHead

NO_MEMBER = "没有这一位成员"
BLANK, ONLY_EXTRA, SUM, NOTE, HEADER = "空行", "只有序号等不用的列", "合计行", "说明行", "重复的表头"
FEW_FILLED = 3
"""A note row has at most so many filled cells (填表人, 审核人, 日期)."""


_PAGE = re.compile(r"第\d+页(共\d+页)?|共\d+页(第\d+页)?")
FEWEST_NUMBERS = 3
_ID_DIGITS = 6
"""A number of persons may stand below the ID numbers of a sum; an ID number has more digits."""


class RowFilter:
    """Says of each row below a header why it is no data, or "" for a data row."""

    def __init__(self, kind: KindDefinition, headings: Sequence[Heading], sheet: SheetHead) -> None:
        mapping = sheet.mapping
        self._positions = sorted(mapping.positions.values())
        self._name_at = mapping.positions.get("name", mapping.positions.get("school_name", self._positions[0]))
        self._id_at = mapping.positions.get("id_no")
        self._own = [mapping.positions[each] for each in OWN if each in mapping.positions] if sheet.member else []
        self._titles = frozenset(map(heading_key, sheet.titles))
        self._header_keys = [frozenset(heading.repeats) for heading in headings]
        self._header_names = {*headings[self._name_at].texts, *sheet.titles}
        self._sums = tuple(map(heading_key, kind.words["sum_rows"]))
        self._notes = tuple(map(heading_key, kind.words["note_rows"]))
        starts = {word[0] for word in chain(self._sums, self._notes)}
        self._starts = frozenset(starts | set(" \u3000\t*★(（【[‘'第共"))
        self._ends = frozenset(word[-1] for word in self._sums)

    def reasons(self, grid: Grid) -> dict[int, str]:
        """Row index → why it is left out; rows that are plainly data are not looked at one by one."""
        found = {at: self.reason(grid.row(at)) for at in np.flatnonzero(self._suspects(grid)).tolist()}
        return {at: reason for at, reason in found.items() if reason}

    def _suspects(self, grid: Grid) -> Mask:
        """Rows that :meth:`reason` may leave out, by how their first cell and their name begin and end."""
        names = grid.column(self._name_at)
        found = _any_letter(names, 0, self._is_odd_beginning)
        found |= as_mask(pc.is_in(names, value_set=pa.array(sorted(self._header_names), pa.string())))
        found |= _any_letter(names, -1, self._ends.__contains__)
        firsts = grid.column(0)
        return (
            found
            | _any_letter(firsts, 0, self._starts.__contains__)
            | _any_letter(firsts, -1, self._ends.__contains__)
        )

    def _is_odd_beginning(self, letter: str) -> bool:
        return not letter or letter in self._starts or letter.isspace() or letter.isdigit()

    def reason(self, row: Sequence[str]) -> str:
        """Why ``row`` (as wide as the header) is left out; "" when it is data."""
        first = row[0]
        name = row[self._name_at]
        if not name or name.isspace():
            return self._reason_without_name(row)
        suspect = name[0] in self._starts or name[-1] in self._ends
        if first and not suspect:
            suspect = first[0] in self._starts or first[-1] in self._ends
        if suspect and not tidy(name):
            return self._reason_without_name(row)
        if suspect and (reason := self._sum_or_note(row)):
            return reason
        if (suspect or name in self._header_names or name.isdigit()) and self._is_header(row):
            return HEADER
        return ""

    def _reason_without_name(self, row: Sequence[str]) -> str:
        filled = [index for index, cell in enumerate(row) if tidy(cell)]
        if not filled:
            return BLANK
        if reason := self._sum_or_note(row):
            return reason
        if self._is_header(row):
            return HEADER
        if self._own and not any(index in filled for index in self._own):
            return NO_MEMBER
        return "" if any(index in filled for index in self._positions) else ONLY_EXTRA

    def _sum_or_note(self, row: Sequence[str]) -> str:
        if self._id_at is not None and sum(letter.isdigit() for letter in row[self._id_at]) >= _ID_DIGITS:
            return ""
        filled = [heading_key(cell) for cell in row if tidy(cell)]
        if any(map(self._is_sum, (filled[0], heading_key(row[self._name_at])))):
            return SUM
        if len(filled) > FEW_FILLED:
            return ""
        note = filled[0].startswith(self._notes) and len(filled[0]) > 1
        return NOTE if note or all(map(_PAGE.fullmatch, filled)) else ""

    def _is_sum(self, cell: str) -> bool:
        if cell in self._sums or cell.endswith(self._sums):
            return True
        return cell.startswith(self._sums) and not cell.strip("".join(self._sums) + "人元名0123456789")

    def _numbers_columns(self, keys: Sequence[str]) -> bool:
        """1, 2, 3… below the headings."""
        if len(keys) < FEWEST_NUMBERS or keys[0] not in ("1", "0"):
            return False
        start = int(keys[0])
        return list(keys) == [str(number) for number in range(start, start + len(keys))]

    def _is_header(self, row: Sequence[str]) -> bool:
        """Whether every filled cell repeats the header at its place or a title above it, or numbers its column."""
        filled = [(at, heading_key(cell)) for at, cell in enumerate(row) if tidy(cell)]
        if self._numbers_columns([key for _, key in filled]):
            return True
        if not all(key in self._header_keys[at] or key in self._titles for at, key in filled):
            return False
        return len(filled) > 1 or bool(filled and (filled[0][1] in self._titles or not tidy(row[self._name_at])))


def _any_letter(cells: pa.StringArray, place: int, is_odd: Callable[[str], bool]) -> Mask:
    """Cells whose first (0) or last (-1) letter is odd; an empty cell has the letter ""."""
    letters = Texts.of(pc.utf8_slice_codeunits(cells, place, 1 if place == 0 else None))
    odd = np.array([is_odd(letter) for letter in letters.different.to_pylist()], np.bool_)
    return odd[letters.codes]
