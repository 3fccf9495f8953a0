"""Cells that are evened out while they are read: blanks, full-width letters, apostrophes that mark text."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from notoneless.roster.core.definitions import Column
from notoneless.roster.core.grid import Texts
from notoneless.roster.core.plain import unusual
from notoneless.roster.core.shapes import masked_example

_ANYWHERE = ("\t", "\n", "\r", "\u3000", "\xa0", "\u200b", "\ufeff")
_AT_BEGINNING = (" ", "'", "‘", "’", "＇", "`", '="')
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]")


def evened_rows(texts: Texts, column: Column) -> tuple[np.ndarray, str]:
    """The indexes of the rows whose cell was evened out, and one of them as it may be shown ("" when there is none)."""
    places = np.flatnonzero(unusual(texts.different))
    cells = texts.different.take(pa.array(places)).to_pylist()
    odd = {place: cell for place, cell in zip(places.tolist(), cells, strict=True) if _has_odd(cell, column)}
    if not odd:
        return places[:0], ""
    rows = texts.rows_of(odd)
    return rows, _example(odd[int(texts.codes[rows[0]])])


def _has_odd(text: str, column: Column) -> bool:
    if any(mark in text for mark in _ANYWHERE) or text.endswith(" "):
        return True
    if text.startswith(_AT_BEGINNING):
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
