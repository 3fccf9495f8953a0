"""Which rows below the header are no data: blank ones, sums, notes, the header repeated on each printed page."""

from collections.abc import Sequence
from itertools import chain

from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.header_text import heading_key, tidy
from notoneless.roster.core.mapping import ColumnMapping, Heading

BLANK, ONLY_EXTRA, SUM, NOTE, HEADER = "空行", "只有序号等不用的列", "合计行", "说明行", "重复的表头"
FEW_FILLED = 3
"""A note row has at most so many filled cells (填表人, 审核人, 日期)."""


class RowFilter:
    """Says of each row below a header why it is no data, or "" for a data row."""

    def __init__(self, kind: KindDefinition, headings: Sequence[Heading], mapping: ColumnMapping) -> None:
        self._positions = sorted(mapping.positions.values())
        self._name_at = mapping.positions.get("name", mapping.positions.get("school_name", self._positions[0]))
        self._id_at = mapping.positions.get("id_no")
        self._header_keys = [frozenset(heading.repeats) for heading in headings]
        self._header_names = headings[self._name_at].texts
        self._sums = tuple(map(heading_key, kind.words["sum_rows"]))
        self._notes = tuple(map(heading_key, kind.words["note_rows"]))
        self._starts = frozenset(word[0] for word in chain(self._sums, self._notes)) | set(" \u3000\t*★(（【[‘'")

    def reason(self, row: Sequence[str]) -> str:
        """Why ``row`` (as wide as the header) is left out; "" when it is data."""
        first = row[0]
        name = row[self._name_at]
        if not name or name.isspace():
            return self._reason_without_name(row)
        suspect = name[0] in self._starts or (first and first[0] in self._starts)
        if suspect and (reason := self._sum_or_note(row)):
            return reason
        if (suspect or name in self._header_names) and self._is_header(row):
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
        return "" if any(index in filled for index in self._positions) else ONLY_EXTRA

    def _sum_or_note(self, row: Sequence[str]) -> str:
        if self._id_at is not None and any(letter.isdigit() for letter in row[self._id_at]):
            return ""
        filled = [heading_key(cell) for cell in row if tidy(cell)]
        for cell in (filled[0], heading_key(row[self._name_at])):
            if cell in self._sums or (
                cell.startswith(self._sums) and not cell.strip("".join(self._sums) + "人元名0123456789")
            ):
                return SUM
        if len(filled) <= FEW_FILLED and filled[0].startswith(self._notes) and len(filled[0]) > 1:
            return NOTE
        return ""

    def _is_header(self, row: Sequence[str]) -> bool:
        keys = [(heading_key(row[at]), self._header_keys[at]) for at in self._positions]
        return all(key in allowed for key, allowed in keys) and sum(bool(key) for key, _ in keys) > 1
