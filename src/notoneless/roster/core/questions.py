"""Columns that cannot be told by their headings: they are asked, never guessed (Fault E321).

Three things are asked: two columns that could both be one column of the kind, a column whose values contradict its
heading, and a column without a heading whose values look like a number that the list is short of. Answers come back
as the caller's ``mapping``; a column that was answered is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.header_rows import HeaderRows
from notoneless.roster.core.mapping import ColumnMapping, Heading
from notoneless.roster.core.normalise import normalise
from notoneless.roster.core.shapes import SHAPE_NAMES, Seen, look_at, masked_example

Question = dict[str, Any]
"""``label``, ``sheet``, ``examples`` (masked), ``choices``: [{``column``: canonical id or "" for none, ``name``,
``why``}].
"""
ASKED_TYPES = frozenset({"name", "id_no", "student_no", "cert_no", "date", "fen", "term"})
"""Two columns that could be one are asked for these types only: a wrong one would take one person for another."""
OWN_NUMBERS = ("id_no", "student_no", "cert_no")
EXAMPLES = 3
NOT_USED = {"column": "", "name": Wording("不用这一列"), "why": ""}


class Looked:
    """What the columns below one header hold; each is looked at once."""

    def __init__(self, rows: HeaderRows) -> None:
        self.rows = rows
        self._seen: dict[int, Seen] = {}

    def at(self, position: int) -> Seen:
        """The values of one column."""
        if position not in self._seen:
            self._seen[position] = look_at(self.rows.sample, position)
        return self._seen[position]


def questions_of(
    kind: KindDefinition, looked: Looked, mapping: ColumnMapping, given: Mapping[str, str]
) -> list[Question]:
    """What must be asked of one sheet before it is read as ``kind``; [] when everything is plain."""
    asked = _Asked(kind, looked, mapping, given)
    found = [*asked.rivals(), *asked.contradictions(), *asked.unnamed()]
    return list({question["label"]: question for question in reversed(found)}.values())[::-1]


def ask(kind: KindDefinition, questions: Sequence[Question], where: str) -> Fault:
    """Fault E321; its ``values["questions"]`` hold the questions."""
    labels = "、".join(dict.fromkeys(question["label"] for question in questions))
    return Fault("E321", where=where, kind=kind.name, columns=labels, questions=list(questions))


def looks_missing(kind: KindDefinition, looked: Looked, mapping: ColumnMapping) -> dict[str, tuple[str, str]]:
    """名称 of a missing column → (label of an unused column whose values have its shape, the words for that)."""
    used = set(mapping.positions.values())
    free = [heading for heading in looked.rows.headings if heading.position not in used]
    found: dict[str, tuple[str, str]] = {}
    for column in kind.columns:
        if column.name in mapping.missing and column.type in SHAPE_NAMES:
            for heading in free:
                if looked.at(heading.position).shape == column.type:
                    found.setdefault(column.name, (heading.label, looked.at(heading.position).says()))
    return found


def missing_questions(looked: Looked, looks: Mapping[str, tuple[str, str]], kind: KindDefinition) -> list[Question]:
    """The same as questions, so that one click answers them."""
    by_label = {heading.label: heading for heading in looked.rows.headings}
    columns = {column.name: column for column in kind.columns}
    return [
        _question(looked, by_label[label], [_choice(columns[name], says), NOT_USED])
        for name, (label, says) in looks.items()
    ]


class _Asked:
    """The three sorts of question over one sheet."""

    def __init__(
        self, kind: KindDefinition, looked: Looked, mapping: ColumnMapping, given: Mapping[str, str]
    ) -> None:
        self._kind = kind
        self._looked = looked
        self._mapping = mapping
        self._by_label = {heading.label: heading for heading in looked.rows.headings}
        self._at = {heading.position: heading for heading in looked.rows.headings}
        self._given = given
        self._empty = frozenset(kind.words["empty_cells"])

    def rivals(self) -> Iterable[Question]:
        """Two columns that could be one, when their values are of its sort and differ."""
        for column_id, labels in self._mapping.rivals.items():
            column = self._kind.column(column_id)
            if column.type not in ASKED_TYPES or not (column.key or column.required):
                continue
            position = self._mapping.positions.get(column_id)
            taken = self._at.get(-1 if position is None else position)
            if taken is None or taken.label in self._given:
                continue
            rivals = [label for label in labels if self._differ(column, taken, self._by_label[label])]
            for label in [taken.label, *rivals] if rivals else []:
                why = f"{'、'.join([taken.label, *rivals])} 都可能是“{column.name}”，内容不同"
                yield _question(self._looked, self._by_label[label], [_choice(column, why), NOT_USED])

    def _differ(self, column: Column, taken: Heading, rival: Heading) -> bool:
        fits, differs = 0, 0
        rows = self._looked.rows.sample
        for row in rows:
            own, other = (self._value(row, each.position, column) for each in (taken, rival))
            fits += other is not None
            differs += own is not None and other is not None and own != other
        filled = len(self._looked.at(rival.position).cells)
        return bool(differs) and fits * 2 >= filled

    def _value(self, row: Sequence[str], position: int, column: Column) -> Any:
        value, issue = normalise(row[position] if position < len(row) else "", column, self._empty)
        return None if issue else value

    def contradictions(self) -> Iterable[Question]:
        """Columns whose values are plainly of another sort than their heading."""
        for label, column_id in self._mapping.columns.items():
            heading, column = self._by_label[label], self._kind.column(column_id)
            seen = self._looked.at(heading.position)
            if label in self._given or not seen.contradicts(column) or self._tolerated(column, seen):
                continue
            fitting = [_choice(other, seen.says()) for other in self._fitting(seen.shape) if other is not column]
            yield _question(self._looked, heading, [*fitting, _choice(column, Wording("表头这样写")), NOT_USED])

    def _tolerated(self, column: Column, seen: Seen) -> bool:
        """G + ID in the ID column is read as the ID when the list has no other place for student numbers."""
        return column.type == "id_no" and seen.shape == "student_no" and not self._free(self._fitting("student_no"))

    def unnamed(self) -> Iterable[Question]:
        """Columns without a heading whose values look like a number of the person that the list is short of."""
        for heading in self._looked.rows.headings:
            if heading.keys or heading.label in self._given:
                continue
            seen = self._looked.at(heading.position)
            free = self._free(self._fitting(seen.shape)) if seen.shape in OWN_NUMBERS else []
            if free:
                yield _question(self._looked, heading, [*(_choice(each, seen.says()) for each in free), NOT_USED])

    def _fitting(self, shape: str) -> list[Column]:
        """The columns of the kind for values of that shape: the person's own number, or all of a type."""
        if shape in OWN_NUMBERS:
            return [column for column in self._kind.columns if column.id == shape and column.type == shape]
        return [column for column in self._kind.columns if shape in (column.id, column.type)]

    def _free(self, columns: Iterable[Column]) -> list[Column]:
        return [column for column in columns if column.id not in self._mapping.positions]


def _choice(column: Column, why: str) -> dict[str, str]:
    return {"column": column.id, "name": column.name, "why": why}


def _question(looked: Looked, heading: Heading, choices: list[dict[str, str]]) -> Question:
    cells = dict.fromkeys(looked.at(heading.position).cells)
    examples = [masked_example(cell) for cell in list(cells)[:EXAMPLES]]
    return {"label": heading.label, "sheet": looked.rows.sheet.name, "examples": examples, "choices": choices}
