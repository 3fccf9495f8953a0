"""Keyset paging over rows that are already in memory in a total order (a sweep's files), with the same addresses as
the pages of a query."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.http import QueryDict

from notoneless.web.shell.paging import Page, make_page, read_marks, wanted_size


def list_page(rows: Sequence[Any], *, key: Callable[[Any], tuple[str, ...]], query: QueryDict) -> Page:
    """The page of ``rows``, sorted by ``key``, that ``query`` (after=, before=, size=) asks for."""
    return _page(lambda low, high: list(rows[low:high]), [key(row) for row in rows], key, query)


def table_page(table: pa.Table, *, order: Sequence[str], query: QueryDict) -> Page:
    """The page of a table sorted by the text columns ``order``; its rows are dicts."""
    columns = [pc.fill_null(table[name], "").to_pylist() for name in order]

    def key(row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row[name] or "" for name in order)

    def cut(low: int, high: int) -> list[dict[str, Any]]:
        return table.slice(low, high - low).to_pylist()

    return _page(cut, list(zip(*columns, strict=True)), key, query)


def _page(
    cut: Callable[[int, int], list[Any]],
    keys: Sequence[tuple[str, ...]],
    key: Callable[[Any], tuple[str, ...]],
    query: QueryDict,
) -> Page:
    size = wanted_size(query)
    after, before = read_marks(query)
    if after is not None:
        low = bisect.bisect_right(keys, tuple(after))
    elif before is not None:
        low = max(0, bisect.bisect_left(keys, tuple(before)) - size)
    else:
        low = 0
    high = min(len(keys), low + size)
    return make_page(cut(low, high), key=key, query=query, has_previous=low > 0, has_next=high < len(keys))
