"""What belongs to a person's row as a whole: the ID number with what it says of birth and sex."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common import documents, resident_id, student_no
from notoneless.common.resident_id import ResidentId, mask
from notoneless.common.wording import Wording
from notoneless.roster.core.cells import Judged, Memo
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.grid import Texts, as_mask
from notoneless.roster.core.normalise import Issue
from notoneless.roster.core.plain import Mask, read_ids

BIRTH_DIFFERS, SEX_DIFFERS, BIRTH_TAKEN, UPGRADED = "E210", "E211", "E212", "E109"
STUDENT_NO, CERTIFICATE, OTHER_DOCUMENT = "E322", "E111", "E110"
UNKNOWN_SEX = "0"
SEX_NAMES = {"1": Wording("男"), "2": Wording("女")}


def judge_identity(cell: str, column: Column) -> tuple[ResidentId, Issue | None]:
    """Read the ID cell; a wrong number is kept as typed, for it may be repaired when persons are linked; of a student
    number the ID number inside is taken.

    Only a valid number says anything of birth and sex; no number and a placeholder have the value "".
    """
    found = resident_id.parse(cell)
    if found.state in ("bad_chars", "bad_length"):
        other = _other_document(cell, found, column)
        if other:
            return other
    code = UPGRADED if found.upgraded else found.problem_code
    if not code:
        return found, None
    issue = Issue(code, {"column": column.name, "masked": found.masked})
    if found.state == "valid":
        return found, issue
    kept = "" if found.state in ("missing", "placeholder") else found.value
    return ResidentId(found.state, kept), issue


def _other_document(cell: str, found: ResidentId, column: Column) -> tuple[ResidentId, Issue] | None:
    """A cell of ID numbers that holds the number of another document: the ID number inside it, or the number as typed."""
    document = documents.recognise(cell)
    inside = {
        STUDENT_NO: student_no.parse(cell).resident_id if document.kind == documents.STUDENT else "",
        CERTIFICATE: document.value[: resident_id.LENGTH] if document.kind == documents.DISABILITY else "",
    }
    for code, value in inside.items():
        if value:
            return resident_id.parse(value), Issue(code, {"column": column.name, "masked": mask(value)})
    if document.repairable:
        return None
    values = {"column": column.name, "masked": found.masked, "kind": document.name}
    return ResidentId(found.state, found.value), Issue(OTHER_DOCUMENT, values)


class Identities(NamedTuple):
    """What the ID cells say, one value a row: ``births`` and ``sexes`` (1, 2) only where the number is valid."""

    numbers: pa.Array
    states: pa.Array
    births: pa.Array
    sexes: pa.Array

    @classmethod
    def none(cls, size: int) -> Identities:
        """Of a list without ID numbers."""
        nothing = pa.nulls(size, pa.string())
        return cls(nothing, pa.repeat("missing", size), pa.nulls(size, pa.date32()), nothing)


class IdentityReader:
    """Reads the ID cells of one column: valid numbers at once, the others one by one."""

    def __init__(self, column: Column) -> None:
        self._memo = Memo(lambda cell: judge_identity(cell, column))

    def read(self, texts: Texts) -> tuple[Identities, list[tuple[int, Issue]]]:
        """What the cells say, and (row index, issue) where something is wrong."""
        plain, births, sexes = read_ids(texts.different)
        places, odd = np.flatnonzero(~plain), pa.array(~plain)
        judged = self._memo(texts.different.take(pa.array(places)).to_pylist(), len(texts.codes))
        others = [identity for identity, _ in judged]
        parts = (
            (texts.different, [each.value or None for each in others]),
            (pa.repeat("valid", len(plain)), [each.state for each in others]),
            (births, [each.birth for each in others]),
            (sexes, [each.sex or None for each in others]),
        )
        read = [pc.replace_with_mask(whole, odd, pa.array(values, whole.type)) for whole, values in parts]
        issues = {at: issue for at, (_, issue) in zip(places.tolist(), judged, strict=True) if issue is not None}
        return Identities(*map(texts.spread, read)), Judged(read[0], issues).found(texts)


def fill_births(
    days: pa.Array, births: pa.Array, column: Column, bad: Mask
) -> tuple[pa.Array, list[tuple[int, Issue]]]:
    """The days, with the birthday of a valid ID number where a row has none.

    Gives an issue for rows whose written date was unreadable (``bad``) and for dates that differ from the number.
    """
    known, none = as_mask(pc.is_valid(births)), as_mask(pc.is_null(days))
    differing = np.flatnonzero(known & ((none & bad) | as_mask(pc.not_equal(days, births))))
    issues = []
    for index in differing.tolist():
        values = {"column": column.name, "value": str(days[index]), "id_value": str(births[index])}
        issues.append((index, Issue(BIRTH_TAKEN if none[index] else BIRTH_DIFFERS, values)))
    return pc.coalesce(days, births), issues


def fill_sexes(sexes: pa.Array, own: pa.Array, column: Column) -> tuple[pa.Array, list[tuple[int, Issue]]]:
    """The sexes, with that of a valid ID number (``own``) where a row has none, else 0; an issue where the two differ."""
    written = as_mask(pc.not_equal(sexes, UNKNOWN_SEX))
    differing = np.flatnonzero(written & as_mask(pc.not_equal(sexes, own)))
    issues = []
    for index in differing.tolist():
        said, numbered = SEX_NAMES[str(sexes[index])], SEX_NAMES[str(own[index])]
        issues.append((index, Issue(SEX_DIFFERS, {"column": column.name, "value": said, "id_value": numbered})))
    return pc.if_else(pa.array(written), sexes, pc.coalesce(own, UNKNOWN_SEX)), issues
