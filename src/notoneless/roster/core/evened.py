"""Cells that are evened out while they are read: blanks, full-width letters, apostrophes that mark text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notoneless.roster.core.definitions import Column
from notoneless.roster.core.shapes import masked_example

_END = "\x1f"
_ANYWHERE = ("\t", "\n", "\r", "\u3000", "\xa0", "\u200b", "\ufeff")
_AT_BEGINNING = (" ", "'", "‘", "’", "＇", "`", '="')
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")


def evened_rows(cells: Sequence[str], column: Column) -> tuple[set[int], str]:
    """The indexes of the cells that were evened out, and one of them as it may be shown ("" when there is none).

    Distinct cells are looked at in one text, so that a clean column costs next to nothing.
    """
    distinct = set(cells)
    joined = f"{_END}{_END.join(distinct)}{_END}"
    if not _has_odd(joined, column):
        return set(), ""
    odd = {cell for cell in distinct if _has_odd(f"{_END}{cell}{_END}", column)}
    rows = {index for index, cell in enumerate(cells) if cell in odd}
    return rows, _example(cells[min(rows)]) if rows else ""


def _has_odd(text: str, column: Column) -> bool:
    if any(mark in text for mark in _ANYWHERE) or " " + _END in text:
        return True
    if any(_END + mark in text for mark in _AT_BEGINNING):
        return True
    if column.type != "text" and " " in text:
        return True
    return not text.isascii() and _WIDE.search(text) is not None


def _example(cell: str) -> str:
    """A cell that may be shown: masked, with the number of its blanks."""
    kept = re.sub("[\\s\u3000\xa0\u200b\ufeff]", "", cell)
    if kept == cell:
        return f"“{masked_example(cell)}”"
    return f"“{masked_example(kept)}”里的空格（{len(cell) - len(kept)} 个）"
