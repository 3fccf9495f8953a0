"""Which column of a file is which canonical column: by heading or alias, never by position."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.header_text import bare_heading_key, heading_key

NEAR_ENOUGH = 0.55
"""Similarity (0 to 1, difflib) from which two headings are offered as “是不是”."""
MANY_EXTRA = 12
_GROUP_TAIL = re.compile("(基本|个人|家庭)?(信息|情况|资料)$")


@dataclass(frozen=True)
class Heading:
    """One file column: ``label`` is unique in the file, ``keys`` its ways of being read, best first.

    ``texts`` are its cells as they stand in the header, so that a header repeated further down is known.
    """

    position: int
    label: str
    keys: tuple[str, ...]
    texts: tuple[str, ...] = ()

    @property
    def repeats(self) -> set[str]:
        """The keys its cells may have in a repeated header row, "" included (merged cells)."""
        return {"", *map(heading_key, self.texts)}


@dataclass(frozen=True)
class ColumnMapping:
    """The columns of one file: ``columns`` label → canonical id; ``positions`` canonical id → place in the row
    (from 0).

    ``extra``: labels of columns that are not used; ``missing``: 名称 of required columns not found; ``rivals``:
    canonical id → labels of unused columns that could have been it too.
    """

    columns: dict[str, str] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    rivals: dict[str, list[str]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Plain data without personal values, fit to be stored with the delivery."""
        return {"columns": self.columns, "extra": self.extra, "missing": self.missing}


def make_headings(
    header: Sequence[str], groups: Sequence[Sequence[str]] = (), other_person: Sequence[str] = ()
) -> list[Heading]:
    """Headings of a header row; ``groups`` are the rows above it (topmost first), spread over their merged cells.

    Below a group that names another person (监护人, 父亲…) a heading is read only together with its group, so
    that the guardian's 姓名 is never taken for the child's.
    """
    seen: dict[str, int] = {}
    headings = []
    for position, text in enumerate(header):
        above = [row[position] if position < len(row) else "" for row in groups]
        label = _label([*above, text]) or f"第{position + 1}列"
        seen[label] = seen.get(label, 0) + 1
        unique = label if seen[label] == 1 else f"{label}({seen[label]})"
        headings.append(Heading(position, unique, _keys(text, above, other_person), (text, *above)))
    return headings


def _label(texts: Sequence[str]) -> str:
    parts = dict.fromkeys(part for text in texts if (part := text.strip()))
    return "".join(parts)


def _keys(text: str, above: Sequence[str], other_person: Sequence[str]) -> tuple[str, ...]:
    """The ways of reading a heading, best first: with the groups above it, nearest first, then alone."""
    filled = [each for each in (text, *reversed(above)) if each.strip()]
    if not filled:
        return ()
    own, *groups = dict.fromkeys(filled)
    joined = [key for group in groups for key in _joined(group, own)]
    if len(groups) > 1:
        joined.append(heading_key("".join([*reversed(groups), own])))
    alone = [] if any(word in group for group in groups for word in other_person) else _alone(own)
    return tuple(dict.fromkeys(key for key in [*joined, *alone] if key))


def _alone(text: str) -> list[str]:
    return [heading_key(text), bare_heading_key(text)]


def _joined(group: str, text: str) -> list[str]:
    bare = bare_heading_key(group)
    own = bare_heading_key(text)
    return [heading_key(group + text), bare + own, _GROUP_TAIL.sub("", bare) + own]


def match_columns(
    kind: KindDefinition, headings: Sequence[Heading], given: Mapping[str, str] | None = None
) -> ColumnMapping:
    """Match ``headings`` to the columns of ``kind``; ``given`` (file column → canonical id or "" for none) goes
    first.

    A better way of reading a heading wins over a lesser one, then the 名称 over an alias and a first alias over
    a later one, then the left column over the right one; the others stand in ``rivals``.
    Raises Fault E310 when ``given`` names a column that the file or the kind does not have, or one twice.
    """
    taken = _given_columns(kind, headings, given or {})
    decided = set(taken)
    ignored = {heading_key(word) for word in kind.words["ignored_columns"]}
    readings = sorted(
        (level, kind.alias_ranks[key], heading.position, kind.alias_index[key])
        for heading in headings
        if not heading.keys or heading.keys[0] not in ignored
        for level, key in enumerate(heading.keys)
        if key in kind.alias_index
    )
    for _, _, position, column_id in readings:
        if position not in taken and column_id not in taken.values():
            taken[position] = column_id
    labels = {heading.position: heading.label for heading in headings}
    rivals: dict[str, list[str]] = {}
    for _, _, position, column_id in readings:
        by_hand = any(taken[each] == column_id for each in decided)
        if position not in taken and not by_hand and labels[position] not in rivals.setdefault(column_id, []):
            rivals[column_id].append(labels[position])
    return _mapping(kind, headings, taken, ignored, {key: found for key, found in rivals.items() if found})


def _given_columns(kind: KindDefinition, headings: Sequence[Heading], given: Mapping[str, str]) -> dict[int, str]:
    by_label = {heading.label: heading for heading in headings}
    known = {column.id for column in kind.columns}
    taken: dict[int, str] = {}
    for label, column_id in given.items():
        if label not in by_label:
            raise Fault("E310", column=label, reason=Wording("不是这份文件的列"))
        if column_id and column_id not in known:
            raise Fault("E310", column=label, reason=f"指向的“{column_id}”不是“{kind.name}”的列")
        if column_id and column_id in taken.values():
            raise Fault("E310", column=label, reason=f"与另一列都指向“{kind.column(column_id).name}”")
        taken[by_label[label].position] = column_id
    return taken


def _mapping(
    kind: KindDefinition,
    headings: Sequence[Heading],
    taken: Mapping[int, str],
    ignored: set[str],
    rivals: dict[str, list[str]],
) -> ColumnMapping:
    used = {heading.label: taken[heading.position] for heading in headings if taken.get(heading.position)}
    free = [each for each in headings if not taken.get(each.position) and each.keys and each.keys[0] not in ignored]
    found = set(used.values())
    return ColumnMapping(
        columns=used,
        positions={column_id: position for position, column_id in taken.items() if column_id},
        extra=[heading.label for heading in free],
        missing=[column.name for column in kind.required if column.id not in found],
        rivals=rivals,
    )


def near_columns(kind: KindDefinition, missing: Sequence[str], extra: Sequence[str]) -> dict[str, str]:
    """名称 of a missing column → the unused heading that may be meant."""
    found: dict[str, str] = {}
    for column in kind.columns:
        if column.name in missing:
            best = max(((_likeness(column, label), label) for label in extra), default=(0.0, ""))
            if best[0] >= NEAR_ENOUGH:
                found[column.name] = best[1]
    return found


def _likeness(column: Column, label: str) -> float:
    """How alike a heading and the nearest name of a column are; one text holding the other counts as alike."""
    key = heading_key(label)
    best = 0.0
    for name in map(heading_key, column.headings):
        held = len(key) > 1 and len(name) > 1 and (key in name or name in key)
        best = max(best, NEAR_ENOUGH if held else 0.0, difflib.SequenceMatcher(None, name, key).ratio())
    return best


def missing_fault(
    kind: KindDefinition, mapping: ColumnMapping, where: str, looks: Mapping[str, tuple[str, str]] | None = None
) -> Fault:
    """Fault E302: 缺：户主姓名；多：备注2；是不是“户主”？

    ``looks``: 名称 of a missing column → (label of an unused column whose values look like it, the words for that).
    """
    extra = mapping.extra[:MANY_EXTRA]
    more = f" 等 {len(mapping.extra)} 列" if len(mapping.extra) > MANY_EXTRA else ""
    near = {
        name: f"“{name}”是不是“{label}”？"
        for name, label in near_columns(kind, mapping.missing, mapping.extra).items()
    }
    near |= {name: f"“{name}”是不是“{label}”？{says}" for name, (label, says) in (looks or {}).items()}
    return Fault(
        "E302",
        where=where,
        kind=kind.name,
        missing="、".join(mapping.missing),
        extra=("、".join(extra) or Wording("无")) + more,
        near="；".join(near.values()) or Wording("没有相近的列"),
    )
