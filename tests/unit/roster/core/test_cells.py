"""Remembering texts and keys: faster, but never another answer."""

from __future__ import annotations

from hypothesis import given
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


def expected(texts: list[str]) -> tuple[list[int], list[tuple[int, Issue]]]:
    return [len(text) for text in texts], [(at, ODD) for at, text in enumerate(texts) if len(text) % 2]


def test_a_text_is_judged_once_over_all_chunks() -> None:
    judge = Judge()
    memo = Memo(judge)
    for _ in range(3):
        assert memo.apply(["男", "女性", "男", ""]) == expected(["男", "女性", "男", ""])
    assert judge.calls == 3


def test_chunks_without_issue_after_one_with() -> None:
    memo = Memo(Judge())
    assert memo.apply(["甲"])[1] == [(0, ODD)]
    assert memo.apply(["甲乙", "甲乙"]) == ([2, 2], [])


def test_columns_of_distinct_numbers_are_not_remembered() -> None:
    judge = Judge()
    memo = Memo(judge)
    texts = [str(number) for number in range(3 * cells.SMALL)]
    for _ in range(2):
        assert memo.apply(texts) == expected(texts)
    assert judge.calls == 2 * len(texts)


def test_memory_starts_afresh_when_full(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(cells, "REMEMBERED", 3)
    judge = Judge()
    memo = Memo(judge)
    for texts in (["1", "22", "3", "44"], ["1", "22"], ["1"]):
        assert memo.apply(texts) == expected(texts)
    assert judge.calls == 6


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))))
def test_key_table_is_a_dictionary(pairs: list[tuple[int, int]]) -> None:
    table, known = KeyTable(few=2), {}
    for key, number in pairs:
        assert table.add(key, number) == known.get(key or 1)
        known.setdefault(key or 1, number)
    assert len(table) == len(known)


def test_key_table_grows() -> None:
    table = KeyTable(few=0)
    for number in range(1, 5000):
        assert table.add(number * 64, number) is None
    assert [table.add(number * 64, 0) for number in range(1, 5000)] == list(range(1, 5000))
