"""Remembering texts and keys: faster, but never another answer."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.roster.core import cells
from notoneless.roster.core.cells import KeyTable, Memo
from notoneless.roster.core.normalise import Issue

ODD = Issue("E307", {})


class Judge:
    """Length of a text; an issue for odd lengths; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, text: str) -> tuple[int, Issue | None]:
        self.calls += 1
        return len(text), ODD if len(text) % 2 else None


def expected(texts: list[str]) -> list[tuple[int, Issue | None]]:
    return [(len(text), ODD if len(text) % 2 else None) for text in texts]


def test_a_text_is_judged_once_over_all_chunks() -> None:
    judge = Judge()
    memo = Memo(judge)
    for _ in range(3):
        assert memo(["男", "女性", ""], 100) == expected(["男", "女性", ""])
    assert judge.calls == 3


def test_texts_that_hardly_repeat_are_not_remembered() -> None:
    judge = Judge()
    memo = Memo(judge)
    texts = [str(number) for number in range(3 * cells.SMALL)]
    for _ in range(2):
        assert memo(texts, len(texts)) == expected(texts)
    assert judge.calls == 2 * len(texts)


def test_memory_starts_afresh_when_full(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(cells, "REMEMBERED", 3)
    judge = Judge()
    memo = Memo(judge)
    for texts in (["1", "22", "3", "44"], ["1", "22"], ["1"]):
        assert memo(texts, len(texts)) == expected(texts)
    assert judge.calls == 6


NUMBERS = st.integers(0, 2**64 - 1) | st.integers(0, 5)


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=40), max_size=8))
def test_key_table_is_a_dictionary(chunks: list[list[tuple[int, int]]]) -> None:
    table, known = KeyTable(), {}
    for pairs in chunks:
        keys, numbers = (np.array([pair[at] for pair in pairs], np.uint64) for at in (0, 1))
        seen, firsts = table.add(keys, numbers)
        for at, (key, number) in enumerate(pairs):
            assert bool(seen[at]) == (key in known)
            assert int(firsts[at]) == known.setdefault(key, number)
    assert len(table) == len(known)


def test_key_table_keeps_few_runs() -> None:
    table = KeyTable()
    for first in range(0, 50_000, 100):
        keys = np.arange(first, first + 100, dtype=np.uint64) * np.uint64(64)
        assert not table.add(keys, keys)[0].any()
    seen, firsts = table.add(np.arange(50_000, dtype=np.uint64) * np.uint64(64), np.zeros(50_000, np.uint64))
    assert seen.all()
    assert (firsts == np.arange(50_000, dtype=np.uint64) * np.uint64(64)).all()
    assert len(table._runs) <= 10
