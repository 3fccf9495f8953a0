"""Corrections: what a person said a writing means, applied while a list is read. The original cells stay as sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.grid import Texts, as_mask
from notoneless.roster.core.header_text import narrow, tidy
from notoneless.roster.core.plain import Mask

WORD, FRAGMENT, BIRTH_FROM_ID = "word", "fragment", "birth_from_id"
RULES = (WORD, FRAGMENT, BIRTH_FROM_ID)
ADDRESS = "addr"
_HELD = "\x00"


@dataclass(frozen=True)
class Correction:
    """One accepted reading. ``column`` is a canonical id; ``rule`` says what ``written`` is:

    word: the whole cell (blanks and full width evened out) is read as ``meant``; fragment: this part of the cell is
    read as ``meant`` (with column ``addr`` in every column that gives the address); birth_from_id: the birth date is
    taken from a valid ID number wherever the cell is unreadable, required and empty, or differs.
    """

    column: str
    rule: str
    written: str = ""
    meant: str = ""

    def to_dict(self) -> dict[str, str]:
        """Plain data, fit to be stored."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Correction:
        """The correction that :meth:`to_dict` wrote. Raises Fault E320 when the data has another shape."""
        try:
            return cls(**{key: str(value) for key, value in data.items()})
        except TypeError as error:
            raise Fault("E320", column="、".join(map(str, data)), reason=Wording("写法不认识")) from error


class Corrector:
    """Applies corrections to the columns of chunks and counts the rows that each one changed (``counts``).

    Raises Fault E320 for a rule that does not exist, a column that the kind does not have, or an empty writing.
    """

    def __init__(self, kind: KindDefinition, corrections: Iterable[Correction]) -> None:
        self.counts: Counter[Correction] = Counter()
        self.births: Correction | None = None
        self._words: dict[str, dict[str, Correction]] = defaultdict(dict)
        self._fragments: dict[str, list[Correction]] = defaultdict(list)
        self._rows: dict[Correction, set[int]] = defaultdict(set)
        for correction in corrections:
            self._add(kind, correction)

    def _add(self, kind: KindDefinition, correction: Correction) -> None:
        _check(kind, correction)
        self.counts[correction] += 0
        if correction.rule == BIRTH_FROM_ID:
            self.births = correction
        elif correction.rule == WORD:
            self._words[correction.column][tidy(narrow(correction.written))] = correction
        else:
            for column_id in fragment_columns(kind, correction.column):
                self._fragments[column_id].append(correction)

    def apply(self, column_id: str, texts: Texts) -> Texts:
        """The cells of one column of a chunk as they are to be read."""
        words, fragments = self._words.get(column_id), self._fragments.get(column_id)
        if not words and not fragments:
            return texts
        read = texts.different.to_pylist()
        changed: dict[Correction, list[int]] = defaultdict(list)
        for place, cell in enumerate(read):
            meant, by = _read_as(tidy(narrow(cell)), words or {}, fragments or ())
            for correction in by:
                read[place] = meant
                changed[correction].append(place)
        for correction, places in changed.items():
            self._rows[correction].update(texts.rows_of(places).tolist())
        return Texts(pa.array(read, pa.string()), texts.codes) if changed else texts

    def take_births(self, days: pa.Array, own: pa.Array, bad: Mask, found: list[Any]) -> pa.Array:
        """The days, with the birthday of a valid ID number (``own``) in place of a bad or different date; the problems
        of those cells are taken out of ``found`` (row index, column, issue).
        """
        births = self.births
        if births is None:
            return days
        taken = as_mask(pc.is_valid(own)) & (bad | as_mask(pc.not_equal(days, own)))
        rows = set(np.flatnonzero(taken).tolist())
        found[:] = [each for each in found if each[1].id != births.column or each[0] not in rows]
        self._rows[births] |= rows
        return pc.if_else(pa.array(taken), own, days)

    def end_chunk(self) -> None:
        """Count the rows of the chunk just read."""
        for correction, rows in self._rows.items():
            self.counts[correction] += len(rows)
        self._rows.clear()


def fragment_columns(kind: KindDefinition, column_id: str) -> list[str]:
    """The columns in which a fragment of ``column_id`` is looked for: for ``addr`` all that give the address."""
    if column_id != ADDRESS:
        return [column_id]
    return [
        column.id for column in kind.columns if column.into == ADDRESS or column.id in (ADDRESS, *kind.address_from)
    ]


def _check(kind: KindDefinition, correction: Correction) -> None:
    known = {column.id for column in kind.columns}
    if correction.rule not in RULES:
        reason = f"的规则“{correction.rule}”不认识"
    elif correction.column not in known:
        reason = f"不是“{kind.name}”的列"
    elif correction.rule != BIRTH_FROM_ID and not (correction.written.strip() and correction.meant.strip()):
        reason = Wording("没有写明哪种写法读作什么")
    elif correction.rule == BIRTH_FROM_ID and correction.column != "dob":
        reason = Wording("不是出生日期")
    else:
        return
    raise Fault("E320", column=correction.column, reason=reason)


def _read_as(
    cell: str, words: Mapping[str, Correction], fragments: Iterable[Correction]
) -> tuple[str, list[Correction]]:
    """The text that ``cell`` is read as, and the corrections that changed it."""
    if word := words.get(cell):
        return word.meant, [word]
    by = []
    for correction in fragments:
        read = _replace(cell, correction)
        if read != cell:
            cell = read
            by.append(correction)
    return cell, by


def _replace(cell: str, correction: Correction) -> str:
    """``cell`` with the fragment replaced, but not where it stands inside its own right writing already."""
    written, meant = correction.written, correction.meant
    if written not in cell:
        return cell
    if written not in meant:
        return cell.replace(written, meant)
    return cell.replace(meant, _HELD).replace(written, meant).replace(_HELD, meant)
