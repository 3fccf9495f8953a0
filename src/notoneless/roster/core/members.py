"""Lists with a whole family in one row: 成员1姓名, 成员1身份证号, 成员2姓名… Each member is read as a row of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.header_text import bare_heading_key, heading_key, narrow
from notoneless.roster.core.mapping import ColumnMapping, Heading

FEWEST_MEMBERS = 2
"""Numbered persons beside a plain 姓名; without one a single person is enough."""
OWN = frozenset({"name", "id_no", "sex", "dob", "nation", "relation", "person_no", "student_no", "student_state"})
"""Columns that belong to one person, never to the household."""
_NUMBER = "([0-9]{1,2}|[一二三四五六七八九十]{1,2})"
_NUMBERED = re.compile(
    f"(?:家庭)?(?:成员|子女|孩子|儿童|人员|家属|人口){_NUMBER}[的:：_/ -]*(?P<rest>.+)|(?P<rest2>.+?)[(_-]?([1-9][0-9]?)[)]?"
)


def member_mappings(kind: KindDefinition, headings: Sequence[Heading], mapping: ColumnMapping) -> list[ColumnMapping]:
    """One mapping for each person that a row may hold; [] when the list is not of that shape.

    A row's plain 姓名 is one of them. What belongs to the household (户号, 住址…) is the same for all.
    """
    groups = _groups(kind, headings) if kind.household else {}
    if len(groups) < (FEWEST_MEMBERS if "name" in mapping.positions else 1):
        return []
    used = {heading.label for group in groups.values() for heading in group.values()}
    shared = {
        column: at
        for column, at in mapping.positions.items()
        if column not in OWN and _label(headings, at) not in used
    }
    people = [mapping.positions] if _label(headings, mapping.positions.get("name")) not in used | {""} else []
    people += [
        {**shared, **{column: heading.position for column, heading in group.items()}} for group in groups.values()
    ]
    extra = [label for label in mapping.extra if label not in used]
    return [_mapping(kind, headings, positions, extra) for positions in people]


def _groups(kind: KindDefinition, headings: Sequence[Heading]) -> dict[str, dict[str, Heading]]:
    """Number → canonical id → heading, of the numbers that have a name."""
    found: dict[str, dict[str, Heading]] = {}
    for heading in headings:
        number, keys = numbered(heading)
        column = next((kind.alias_index[key] for key in keys if key in kind.alias_index), "")
        if column in OWN:
            found.setdefault(number, {}).setdefault(column, heading)
    return {number: group for number, group in found.items() if "name" in group}


def numbered(heading: Heading) -> tuple[str, tuple[str, ...]]:
    """成员2身份证号 → ("2", the keys of 身份证号); ("", ()) for a heading of another shape."""
    match = _NUMBERED.fullmatch(narrow(heading.label)) if heading.keys else None
    if match is None:
        return "", ()
    rest = match["rest"] or match["rest2"]
    return match[1] or match[4], (heading_key(rest), bare_heading_key(rest))


def _label(headings: Sequence[Heading], position: int | None) -> str:
    return next((heading.label for heading in headings if heading.position == position), "")


def _mapping(
    kind: KindDefinition, headings: Sequence[Heading], positions: dict[str, int], extra: list[str]
) -> ColumnMapping:
    by_position = {position: column for column, position in positions.items()}
    return ColumnMapping(
        columns={each.label: by_position[each.position] for each in headings if each.position in by_position},
        positions=dict(positions),
        extra=extra,
        missing=[column.name for column in kind.required if column.id not in positions],
    )
