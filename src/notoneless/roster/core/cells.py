"""Columns of a chunk of rows: each different text judged once and remembered, and keys seen so far.

Memory stays flat over millions of rows: columns of numbers that never repeat are forgotten in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.roster.core.grid import Texts
from notoneless.roster.core.normalise import Issue, Result
from notoneless.roster.core.plain import Mask, Plain

REMEMBERED = 300_000
"""Different texts kept per column before the memory starts afresh, about 60 MB at worst."""
MOSTLY_DIFFERENT = 0.5
"""Of a column whose texts repeat less than this (ID numbers that are not plain) nothing is remembered."""
SMALL = 1000
"""So few different texts are always remembered."""

Judge = Callable[[str], tuple[Any, Issue | None]]


class Memo:
    """``judge`` applied to texts with a bounded memory."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._known: dict[str, tuple[Any, Issue | None]] = {}

    def __call__(self, texts: Sequence[str], rows: int) -> list[tuple[Any, Issue | None]]:
        """What ``judge`` says of each of these different texts of ``rows`` rows."""
        if len(texts) > max(MOSTLY_DIFFERENT * rows, SMALL):
            return list(map(self._judge, texts))
        known = self._known
        if len(known) > REMEMBERED:
            known.clear()
        for text in texts:
            if text not in known:
                known[text] = self._judge(text)
        return list(map(known.__getitem__, texts))


class Judged(NamedTuple):
    """The judgement of the different texts of a column: their values (Arrow, null: none) and the issues of some."""

    values: pa.Array
    issues: dict[int, Issue]

    def found(self, texts: Texts) -> list[tuple[int, Issue]]:
        """(row index, issue) of the rows whose text has one, in row order."""
        if not self.issues:
            return []
        rows = texts.rows_of(self.issues)
        return [(row, self.issues[code]) for row, code in zip(rows.tolist(), texts.codes[rows].tolist(), strict=True)]


class CellReader:
    """Reads the texts of one column: those that are ``plain`` at once, the others by ``judge``."""

    def __init__(self, judge: Judge, value_type: pa.DataType, plain: Plain | None, empty: pa.Array) -> None:
        self._memo = Memo(judge)
        self._type = value_type
        self._plain = plain
        self._empty = empty

    def read(self, texts: Texts) -> Judged:
        """Values and issues of the different texts."""
        plain = self.plain(texts.different)
        judged = self.judged(texts, plain)
        values = pa.array([value for value, _ in judged.values()], self._type)
        issues = {at: issue for at, (_, issue) in judged.items() if issue is not None}
        if len(judged) < len(plain):
            values = pc.replace_with_mask(texts.different, pa.array(~plain), values)
        return Judged(values, issues)

    def plain(self, texts: pa.StringArray) -> Mask:
        """Which texts need no judgement; a word for “nothing” is never among them."""
        if self._plain is None:
            return np.zeros(len(texts), np.bool_)
        return self._plain(texts) & ~pc.is_in(texts, value_set=self._empty).to_numpy(zero_copy_only=False)

    def judged(self, texts: Texts, plain: Mask) -> Mapping[int, Result]:
        """Place → (value, issue) of the texts that are not plain."""
        places = np.flatnonzero(~plain)
        found = self._memo(texts.different.take(pa.array(places)).to_pylist(), len(texts.codes))
        return dict(zip(places.tolist(), found, strict=True))


class KeyTable:
    """Keys seen so far with one number each, all of 64 bits; 16 bytes a key, in a few sorted runs.

    Two different keys of an 11-million-row file are taken for one with a chance of about 3 in a million.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def __len__(self) -> int:
        return sum(len(keys) for keys, _ in self._runs)

    def add(self, keys: np.ndarray, numbers: np.ndarray) -> tuple[Mask, np.ndarray]:
        """(whether each key had come before, here or in an earlier call, and the number that it came with first)."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        begins = np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(keys)]
        different, first = ordered[begins], numbers[order[begins]]
        known, number = self._look_up(different)
        first = np.where(known, number, first)
        self._remember(different[~known], first[~known])
        group = np.cumsum(begins) - 1
        seen, firsts = np.empty(len(keys), np.bool_), np.empty(len(keys), np.uint64)
        seen[order], firsts[order] = known[group] | ~begins, first[group]
        return seen, firsts

    def _look_up(self, ordered: np.ndarray) -> tuple[Mask, np.ndarray]:
        known, number = np.zeros(len(ordered), np.bool_), np.zeros(len(ordered), np.uint64)
        for keys, numbers in self._runs:
            at = np.minimum(np.searchsorted(keys, ordered), len(keys) - 1)
            same = keys[at] == ordered
            known |= same
            number[same] = numbers[at[same]]
        return known, number

    def _remember(self, keys: np.ndarray, numbers: np.ndarray) -> None:
        """Runs are merged so that each is at least twice as long as the next."""
        while len(keys) and self._runs and len(self._runs[-1][0]) < 2 * len(keys):
            more_keys, more_numbers = self._runs.pop()
            keys, numbers = np.concatenate((more_keys, keys)), np.concatenate((more_numbers, numbers))
            order = np.argsort(keys, kind="stable")
            keys, numbers = keys[order], numbers[order]
        if len(keys):
            self._runs.append((keys, numbers))
