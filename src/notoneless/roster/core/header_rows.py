"""Where a header may be: each of the first rows of a sheet, alone or as the lowest of a header of two or three rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from notoneless.files.tables import RawSheet
from notoneless.roster.core.header_text import tidy
from notoneless.roster.core.mapping import Heading, make_headings

HEADER_ROWS = 8
"""Title rows and notes above the header: it is looked for in the first so many rows."""
DEEPEST = 3
"""A header has at most so many rows."""
FEWEST_COLUMNS = 2
FIRST_ROWS = 32
"""So many rows of a sheet are looked at before its kind is decided: the header and the first values below it."""


@dataclass(frozen=True)
class HeaderRows:
    """One possible header. ``header_row`` and ``first_row`` (of data) count from 1; ``titles`` are the filled cells
    above it; ``sample`` holds the first rows below it.

    ``lower`` are the cells of its last row; ``single`` is the reading of that row alone, None when it is itself
    single.
    """

    sheet: RawSheet
    header: list[str]
    headings: list[Heading]
    header_row: int
    first_row: int
    titles: tuple[str, ...]
    lower: list[str]
    sample: list[list[str]]
    single: HeaderRows | None = None

    @property
    def labels(self) -> set[str]:
        """The labels of its columns."""
        return {heading.label for heading in self.headings}


def possible_headers(sheet: RawSheet, words: Mapping[str, tuple[str, ...]]) -> Iterator[HeaderRows]:
    """Every row of the head of ``sheet`` with at least two filled cells, alone and together with the rows above it."""
    raw = list(islice(sheet.rows, FIRST_ROWS))
    rows = [list(map(tidy, row)) for row in raw[: HEADER_ROWS + DEEPEST - 1]]
    seen: set[tuple[str, ...]] = set()
    for index, row in enumerate(rows):
        # A header printed again on each page is the header of its first place.
        if sum(map(bool, row)) < FEWEST_COLUMNS or tuple(row) in seen:
            continue
        seen.add(tuple(row))
        titles = tuple(cell for above in rows[:index] for cell in above if cell)
        sample = raw[index + 1 :]
        single = HeaderRows(sheet, row, make_headings(row), index + 1, index + 2, titles, row, sample)
        if index < HEADER_ROWS:
            yield single
        for depth in range(2, DEEPEST + 1):
            upper = rows[max(index - depth + 1, 0) : index]
            if len(upper) == depth - 1 and upper[0] and index - depth + 1 < HEADER_ROWS and all(map(any, upper)):
                yield _deep(single, upper, words["other_person_groups"])


def _deep(single: HeaderRows, upper: list[list[str]], other_person: Sequence[str]) -> HeaderRows:
    """A header of several rows: ``upper`` (topmost first) above the row of ``single``."""
    width = max(len(single.lower), *map(len, upper))
    lower = [*single.lower, *[""] * (width - len(single.lower))]
    groups: list[list[str]] = []
    below = lower
    for row_no, row in zip(range(single.header_row - 2, -1, -1), reversed(upper), strict=False):
        merged = [(left, right) for top, left, _, right in single.sheet.merged if top == row_no and left < right]
        groups.insert(0, spread(row, below, merged))
        below = [own or under for own, under in zip(groups[0], below, strict=True)]
    headings = make_headings(lower, groups, other_person)
    header = [heading.label if heading.keys else "" for heading in headings]
    return HeaderRows(
        sheet=single.sheet,
        header=header,
        headings=headings,
        header_row=single.header_row - len(upper),
        first_row=single.first_row,
        titles=single.titles,
        lower=lower,
        sample=single.sample,
        single=single,
    )


def spread(upper: Sequence[str], lower: Sequence[str], merged: Sequence[tuple[int, int]] = ()) -> list[str]:
    """Group names over the cells they were merged across: ``merged`` (first and last column, from 0) where the file
    tells, else a blank cell above a filled one takes the group to its left.
    """
    width = max(len(upper), len(lower))
    groups = [*upper, *[""] * (width - len(upper))]
    if merged:
        for left, right in merged:
            groups[left : right + 1] = [groups[left]] * (min(right + 1, width) - left) if left < width else []
        return groups
    for index in range(1, width):
        filled_below = index < len(lower) and lower[index]
        groups[index] = groups[index] or (groups[index - 1] if filled_below else "")
    return groups
