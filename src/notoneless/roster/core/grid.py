"""Rows of a chunk, all as wide as the header, kept column by column; and a column as its different texts."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Grid:
    """``raw`` holds the rows as ``list<string>``, each with ``width`` cells."""

    def __init__(self, cells: pa.StringArray, width: int) -> None:
        self._cells = cells
        self.width = width
        self.size = len(cells) // width

    @classmethod
    def of(cls, block: pa.ListArray, width: int) -> Grid:
        """A block of rows of any length, cut or filled up with empty cells."""
        lengths = block.value_lengths().to_numpy()
        cells = block.flatten()
        if (lengths == width).all():
            return cls(cells, width)
        starts = np.cumsum(lengths) - lengths
        places = np.arange(width)
        inside = places < lengths[:, None]
        at = np.where(inside, starts[:, None] + places, len(cells))
        with_empty = pa.concat_arrays([cells, pa.array([""])])
        return cls(with_empty.take(pa.array(at.ravel())), width)

    @functools.cached_property
    def raw(self) -> pa.ListArray:
        """The rows."""
        ends = np.arange(0, len(self._cells) + 1, self.width, dtype=np.int32)
        return pa.ListArray.from_arrays(pa.array(ends), self._cells)

    def column(self, position: int) -> pa.StringArray:
        """The cells of one column."""
        return self._cells.take(pa.array(np.arange(position, len(self._cells), self.width, dtype=np.int32)))

    def row(self, index: int) -> list[str]:
        """The cells of one row."""
        cells: list[str] = self._cells.slice(index * self.width, self.width).to_pylist()
        return cells

    def take(self, indexes: np.ndarray) -> Grid:
        """Only these rows."""
        return Grid(self.raw.take(pa.array(indexes)).flatten(), self.width)


class Texts(NamedTuple):
    """A column as its ``different`` texts, in the order in which they first come, and for each row which one it is.

    Nothing is asked twice of a roster that repeats itself: two sexes, fifty-six nations, a few thousand birthdays.
    """

    different: pa.StringArray
    codes: np.ndarray

    @classmethod
    def of(cls, column: pa.Array) -> Texts:
        """Also of a column with nulls, which are one more text then."""
        found = column.dictionary_encode(null_encoding="encode")
        return cls(found.dictionary, found.indices.to_numpy())

    def spread(self, values: pa.Array) -> pa.Array:
        """``values`` of the different texts, for every row."""
        return values.take(pa.array(self.codes))

    def rows_of(self, texts: Iterable[int] | np.ndarray) -> np.ndarray:
        """The indexes of the rows that hold one of these texts, ascending."""
        mark = np.zeros(len(self.different), np.bool_)
        mark[list(texts)] = True
        return np.flatnonzero(mark[self.codes])


def too_wide(block: pa.ListArray, width: int) -> list[int]:
    """The rows that say something right of ``width`` cells."""
    longer = np.flatnonzero(block.value_lengths().to_numpy() > width).tolist()
    return [row for row in longer if any(cell.strip() for cell in block[row].as_py()[width:])]


def mark_except(indexes: Iterable[int], size: int) -> np.ndarray:
    """True for each of ``size`` rows but those."""
    mark = np.ones(size, np.bool_)
    mark[list(indexes)] = False
    return mark


def as_mask(booleans: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """An Arrow array of true, false and null as a mask; null is false."""
    found: np.ndarray = pc.fill_null(booleans, False).to_numpy(zero_copy_only=False)
    return found


def group_rows(columns: Sequence[pa.Array]) -> tuple[np.ndarray, np.ndarray]:
    """(the first row of each group of rows with the same values, the group of each row)."""
    group = np.zeros(len(columns[0]), np.int64)
    first = np.zeros(1, np.int64)
    for column in columns:
        texts = Texts.of(column)
        _, first, group = np.unique(
            group * len(texts.different) + texts.codes, return_index=True, return_inverse=True
        )
    return first, group
