"""Where a header may be: each of the first rows of a sheet, alone or as the lower half of a header of two rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from notoneless.files.tables import RawSheet
from notoneless.roster.core.header_text import tidy
from notoneless.roster.core.mapping import Heading, make_headings

HEADER_ROWS = 8
"""Title rows and notes above the header: it is looked for in the first so many rows."""
FEWEST_COLUMNS = 2


@dataclass(frozen=True)
class HeaderRows:
    """One possible header. ``header_row`` and ``first_row`` (of data) count from 1; ``titles`` is the text above it.

    ``lower`` are the cells of its last row; ``single`` is the reading of that row alone, None when it is itself
    single.
    """

    sheet: RawSheet
    header: list[str]
    headings: list[Heading]
    header_row: int
    first_row: int
    titles: str
    lower: list[str]
    single: "HeaderRows | None" = None


def possible_headers(sheet: RawSheet, words: Mapping[str, tuple[str, ...]]) -> Iterator[HeaderRows]:
    """Every row of the head of ``sheet`` with at least two filled cells, alone and together with the row above it."""
    rows = [list(map(tidy, row)) for row in islice(sheet.rows, HEADER_ROWS + 1)]
    for index, row in enumerate(rows):
        if sum(map(bool, row)) < FEWEST_COLUMNS:
            continue
        titles = " ".join(cell for above in rows[:index] for cell in above if cell)
        single = HeaderRows(sheet, row, make_headings(row), index + 1, index + 2, titles, row)
        if index < HEADER_ROWS:
            yield single
        if index and any(rows[index - 1]):
            yield _two_rows(single, rows[index - 1], words["other_person_groups"])


def _two_rows(single: HeaderRows, upper: list[str], other_person: Sequence[str]) -> HeaderRows:
    groups = spread(upper, single.lower)
    lower = [*single.lower, *[""] * (len(groups) - len(single.lower))]
    headings = make_headings(lower, groups, other_person)
    header = [heading.label if heading.keys else "" for heading in headings]
    return HeaderRows(
        single.sheet, header, headings, single.header_row - 1, single.first_row, single.titles, lower, single
    )


def spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Group names over the cells they were merged across: a blank cell above a filled one takes the group to its
    left.
    """
    width = max(len(upper), len(lower))
    groups: list[str] = []
    for index in range(width):
        group = upper[index] if index < len(upper) else ""
        filled_below = index < len(lower) and lower[index]
        groups.append(group or (groups[index - 1] if filled_below and index else ""))
    return groups
