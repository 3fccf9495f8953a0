"""Columns of a chunk of rows, normalised once per distinct text.

A roster repeats itself: two sexes, fifty-six nations, a few thousand birthdays and addresses. Each text is judged once and
remembered; columns of distinct numbers forget in time, so that memory stays flat over millions of rows.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from notoneless.roster.core.normalise import Issue

REMEMBERED = 300_000
"""Distinct texts kept per column before the memory starts afresh, about 60 MB at worst."""

T = TypeVar("T")


class Memo(Generic[T]):
    """``judge`` applied to texts with a bounded memory. ``judge`` gives (value, issue or None)."""

    def __init__(self, judge: Callable[[str], tuple[T, Issue | None]]) -> None:
        self._judge = judge
        self._values: dict[str, T] = {}
        self._issues: dict[str, Issue] = {}

    def apply(self, texts: Sequence[str]) -> tuple[list[T], list[tuple[int, Issue]]]:
        """Values in the order of ``texts``, and (index, issue) of the texts that have one."""
        if len(self._values) > REMEMBERED:
            self._values.clear()
            self._issues.clear()
        distinct = set(texts)
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


class DigestSet:
    """A set of 64-bit numbers in one flat array: 12 bytes each on average, where a Python set takes 80.

    Two different rows of an 11-million-row file share a digest with a chance of about 3 in a million.
    """

    def __init__(self, capacity: int = 1 << 17) -> None:
        self._slots = self._empty(capacity)
        self._mask = capacity - 1
        self._count = 0

    @staticmethod
    def _empty(capacity: int) -> Any:
        return memoryview(bytearray(8 * capacity)).cast("Q")

    def __len__(self) -> int:
        return self._count

    def add(self, digest: int) -> bool:
        """Add ``digest`` (0 to 2**64 - 1); True when it was there already."""
        digest = digest or 1
        slots, mask = self._slots, self._mask
        slot = digest & mask
        while slots[slot]:
            if slots[slot] == digest:
                return True
            slot = (slot + 1) & mask
        slots[slot] = digest
        self._count += 1
        if self._count * 3 > len(slots) * 2:
            self._grow()
        return False

    def _grow(self) -> None:
        old = self._slots
        self._slots = self._empty(2 * len(old))
        self._mask = 2 * len(old) - 1
        slots, mask = self._slots, self._mask
        for digest in filter(None, old):
            slot = digest & mask
            while slots[slot]:
                slot = (slot + 1) & mask
            slots[slot] = digest
