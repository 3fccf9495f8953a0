"""Columns of a chunk of rows, normalised once per distinct text.

A roster repeats itself: two sexes, fifty-six nations, a few thousand birthdays and addresses. Each text is
judged once and remembered; columns of distinct numbers forget in time, so that memory stays flat over millions
of rows.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from notoneless.roster.core.normalise import Issue

REMEMBERED = 300_000
"""Distinct texts kept per column before the memory starts afresh, about 60 MB at worst."""
MOSTLY_DISTINCT = 0.5
"""A column whose texts repeat less than this (ID numbers) is judged cell by cell: remembering would only cost."""

FEW_KEYS = 500_000
"""Keys kept in a dict, about 90 MB at worst."""
SMALL = 1000
"""So few distinct texts are always remembered."""

T = TypeVar("T")


class Memo(Generic[T]):
    """``judge`` applied to texts with a bounded memory. ``judge`` gives (value, issue or None)."""

    def __init__(self, judge: Callable[[str], tuple[T, Issue | None]]) -> None:
        self._judge = judge
        self._values: dict[str, T] = {}
        self._issues: dict[str, Issue] = {}
        self._distinct = False

    def apply(self, texts: Sequence[str]) -> tuple[list[T], list[tuple[int, Issue]]]:
        """Values in the order of ``texts``, and (index, issue) of the texts that have one."""
        if self._distinct:
            return self._each(texts)
        if len(self._values) > REMEMBERED:
            self._values.clear()
            self._issues.clear()
        distinct = set(texts)
        self._distinct = len(distinct) > max(MOSTLY_DISTINCT * len(texts), SMALL)
        if self._distinct:
            self._values.clear()
            return self._each(texts)
        for text in distinct.difference(self._values):
            value, issue = self._judge(text)
            self._values[text] = value
            if issue is not None:
                self._issues[text] = issue
        values = list(map(self._values.__getitem__, texts))
        if self._issues.keys().isdisjoint(distinct):
            return values, []
        issues = self._issues
        return values, [(index, issues[text]) for index, text in enumerate(texts) if text in issues]

    def _each(self, texts: Sequence[str]) -> tuple[list[T], list[tuple[int, Issue]]]:
        judged = list(map(self._judge, texts))
        issues = [(index, issue) for index, (_, issue) in enumerate(judged) if issue is not None]
        return [value for value, _ in judged], issues


class KeyTable:
    """Keys seen so far with one number each, all of 64 bits.

    The first :data:`FEW_KEYS` stand in a dict, which is fast and takes 180 bytes a key; more of them in flat arrays of
    24 to 48 bytes a key. Two different keys of an 11-million-row file are taken for one with a chance of about 3 in a
    million.
    """

    def __init__(self, few: int | None = None) -> None:
        self._few: dict[int, int] = {}
        self._limit = FEW_KEYS if few is None else few
        self._many: _FlatTable | None = None

    def __len__(self) -> int:
        return len(self._few) if self._many is None else self._many.count

    def add(self, key: int, number: int) -> int | None:
        """The number kept with ``key``, None when it is new and is now kept with ``number``; both 0 to 2**64 - 1."""
        if self._many is not None:
            return self._many.add(key or 1, number)
        before = len(self._few)
        kept = self._few.setdefault(key or 1, number)
        if len(self._few) == before:
            return kept
        if before >= self._limit:
            self._many = _FlatTable(4 * before + 4)
            for each in self._few.items():
                self._many.add(*each)
            self._few.clear()
        return None


class _FlatTable:
    """An open hash table of keys that are not 0."""

    def __init__(self, least: int) -> None:
        self.count = 0
        self._make_room(1 << least.bit_length())

    def _make_room(self, capacity: int) -> None:
        self._keys, self._numbers = _array(capacity), _array(capacity)
        self._mask = capacity - 1

    def add(self, key: int, number: int) -> int | None:
        """As :meth:`KeyTable.add`."""
        keys, mask = self._keys, self._mask
        slot = key & mask
        while keys[slot]:
            if keys[slot] == key:
                return int(self._numbers[slot])
            slot = (slot + 1) & mask
        keys[slot] = key
        self._numbers[slot] = number
        self.count += 1
        if self.count * 3 > len(keys) * 2:
            self._grow()
        return None

    def _grow(self) -> None:
        old = zip(self._keys, self._numbers, strict=True)
        self._make_room(2 * len(self._keys))
        self.count = 0
        for key, number in old:
            if key:
                self.add(key, number)


def _array(capacity: int) -> memoryview:
    return memoryview(bytearray(8 * capacity)).cast("Q")
