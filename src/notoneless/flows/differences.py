"""Two comparisons side by side: which gaps are new, gone or unchanged, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import CheckDefinition, load_checks
from notoneless.check.core.lists import list_name
from notoneless.common.wording import Wording, worded

CHANGE_NAMES = {"new": Wording("新增"), "gone": Wording("减少"), "unchanged": Wording("不变")}
CAUSE_NAMES = {
    "unchanged": Wording("仍是缺口"),
    "first_seen": Wording("上次没有此人"),
    "newly_expected": Wording("上次不在应核之列"),
    "new_check": Wording("上次还没有这项核查"),
    "was_met": Wording("上次已落实"),
    "was_excused": Wording("上次有据免除，现不再成立"),
    "was_unknown": Wording("上次不能判定"),
    "came_by_merge": Wording("由另一份档案合并而来"),
    "row_shows": Wording("名册上新有一行"),
    "now_met": Wording("已落实"),
    "now_excused": Wording("有据免除"),
    "now_unknown": Wording("现在不能判定"),
    "over_age": Wording("已超过义务教育年龄"),
    "not_expected": Wording("不再是应核对象"),
    "merged": Wording("与另一份档案合并为一人"),
    "absent": Wording("本次名册里没有此人"),
}


@dataclass(frozen=True)
class Snapshot:
    """The tables of one comparison that a difference needs: persons (child_id, school_age), members, results."""

    persons: pa.Table
    members: pa.Table
    results: Mapping[str, pa.Table]


@dataclass(frozen=True)
class Change:
    """One gap of one child and what became of it. ``cause`` is a key of ``CAUSE_NAMES``; ``reason`` a sentence."""

    check_id: str
    child_id: str
    change: str
    cause: str
    before: str
    after: str
    reason: str
    period: str


@dataclass(frozen=True)
class Differences:
    """All changes, in order of check, change and child."""

    changes: tuple[Change, ...] = field(default_factory=tuple)

    def of(self, change: str) -> list[Change]:
        """The changes of one kind: new, gone or unchanged."""
        return [one for one in self.changes if one.change == change]

    def summary(self) -> list[dict[str, Any]]:
        """How many per check, change and cause."""
        counted = Counter((one.check_id, one.change, one.cause) for one in self.changes)
        return [
            {
                "check_id": check_id,
                "change": change,
                "change_name": CHANGE_NAMES[change],
                "cause": cause,
                "cause_name": CAUSE_NAMES[cause],
                "count": count,
            }
            for (check_id, change, cause), count in sorted(counted.items())
        ]

    def to_dicts(self) -> list[dict[str, str]]:
        """Plain data, one dict per change."""
        return [asdict(one) for one in self.changes]

    def to_table(self) -> pa.Table:
        """The changes as a table."""
        names = list(Change.__dataclass_fields__)
        return pa.Table.from_pylist(self.to_dicts(), schema=pa.schema([(name, pa.string()) for name in names]))


def differences(before: Snapshot, after: Snapshot) -> Differences:
    """Compare the gaps of two comparisons, check by check; a gap is known by its check and child."""
    both = _Both(before, after)
    found = [change for check in load_checks().values() for change in both.changes(check)]
    return Differences(tuple(sorted(found, key=lambda one: (one.check_id, one.change, one.child_id))))


@dataclass(frozen=True)
class _Row:
    state: str
    reason: str
    period: str


_NONE = _Row("", "", "")


class _Both:
    """The two comparisons, with the look-ups that explaining a change needs, for the children that changed only."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._before, self._after = before, after

    def changes(self, check: CheckDefinition) -> Iterator[Change]:
        old, new = self._gaps(self._before, check.id), self._gaps(self._after, check.id)
        for child in old.keys() & new.keys():
            yield _change(check, child, "unchanged", "unchanged", old[child], new[child], new[child].reason)
        yield from self._new(check, new.keys() - old.keys(), new)
        yield from self._gone(check, old.keys() - new.keys(), old)

    def _new(self, check: CheckDefinition, children: set[str], now: Mapping[str, _Row]) -> Iterator[Change]:
        was = _rows_of(self._before.results.get(check.id), children)
        known = _known(self._before.persons, children)
        origin = _moved_rows(self._after.members, self._before.members, children)
        is_new = check.id not in self._before.results
        for child in children:
            then = was.get(child, _NONE)
            if is_new:
                cause, reason = "new_check", now[child].reason
            elif then.state:
                cause, reason = (
                    f"was_{then.state}",
                    worded("上次：{then}；现在：{now}", then=then.reason, now=now[child].reason),
                )
            elif child in known:
                cause, reason = "newly_expected", now[child].reason
            elif child in origin:
                cause, reason = (
                    "came_by_merge",
                    worded("由 {child} 的行合成；{now}", child=origin[child], now=now[child].reason),
                )
            else:
                cause, reason = "first_seen", now[child].reason
            yield _change(check, child, "new", cause, then, now[child], reason)

    def _gone(self, check: CheckDefinition, children: set[str], was: Mapping[str, _Row]) -> Iterator[Change]:
        now = _rows_of(self._after.results.get(check.id), children)
        persons = _known(self._after.persons, children)
        moved = _moved_rows(self._before.members, self._after.members, children - persons.keys())
        shown = self._new_rows(check, {child for child, row in now.items() if row.state == "met"})
        for child in children:
            row = now.get(child, _NONE)
            cause, reason = self._why_gone(child, row, persons, moved, shown)
            yield _change(check, child, "gone", cause, was[child], row, reason)

    def _why_gone(
        self,
        child: str,
        now: _Row,
        persons: Mapping[str, bool | None],
        moved: Mapping[str, str],
        shown: Mapping[str, str],
    ) -> tuple[str, str]:
        if now.state == "met" and child in shown:
            return "row_shows", f"{shown[child]}；{now.reason}"
        if now.state:
            return f"now_{now.state}", now.reason
        if child in moved:
            return "merged", f"{CAUSE_NAMES['merged']}：{moved[child]}"
        if child not in persons:
            return "absent", CAUSE_NAMES["absent"]
        over_age = persons[child] is False and _known(self._before.persons, {child}).get(child) is True
        cause = "over_age" if over_age else "not_expected"
        return cause, CAUSE_NAMES[cause]

    def _new_rows(self, check: CheckDefinition, children: set[str]) -> dict[str, str]:
        """Child → the first row, of a list that the check reads, which it did not have before."""
        kinds = {*check.needs, *check.optional}
        old = {(row["child_id"], row["row_key"]) for row in _members_of(self._before.members, children)}
        found: dict[str, str] = {}
        for row in _members_of(self._after.members, children):
            if row["kind"] in kinds and (row["child_id"], row["row_key"]) not in old:
                place = worded(
                    "{list}（{id} 第 {row} 行）现在有此人",
                    list=list_name(row["kind"]),
                    id=row["delivery_id"],
                    row=row["row_no"],
                )
                found.setdefault(row["child_id"], place)
        return found

    @staticmethod
    def _gaps(snapshot: Snapshot, check_id: str) -> dict[str, _Row]:
        table = snapshot.results.get(check_id)
        if table is None:
            return {}
        return _as_rows(table.filter(pc.equal(table["state"], "gap")))


def _change(check: CheckDefinition, child: str, change: str, cause: str, was: _Row, now: _Row, reason: str) -> Change:
    return Change(check.id, child, change, cause, was.state, now.state, reason, now.period or was.period)


def _as_rows(table: pa.Table) -> dict[str, _Row]:
    return {row["child_id"]: _Row(row["state"], row["reason"], row["period"]) for row in table.to_pylist()}


def _rows_of(table: pa.Table | None, children: set[str]) -> dict[str, _Row]:
    return _as_rows(_only(table, children)) if table is not None and children else {}


def _known(persons: pa.Table, children: set[str]) -> dict[str, bool | None]:
    """Child → is it of school age, for those of the children that the comparison holds."""
    rows = _only(persons.select(["child_id", "school_age"]), children).to_pylist() if children else []
    return {row["child_id"]: row["school_age"] for row in rows}


def _members_of(members: pa.Table, children: set[str]) -> list[dict[str, Any]]:
    columns = ["child_id", "kind", "delivery_id", "row_no", "row_key"]
    return _only(members.select(columns), children).to_pylist() if children else []


def _moved_rows(source: pa.Table, target: pa.Table, children: set[str]) -> dict[str, str]:
    """Child of ``source`` → the other child of ``target`` that holds most of its rows (the smaller id on a tie)."""
    own = {row["row_key"]: row["child_id"] for row in _members_of(source, children)}
    if not own:
        return {}
    there = target.filter(pc.is_in(target["row_key"], pa.array(sorted(own), pa.string())))
    votes: dict[str, Counter[str]] = {}
    for key, holder in zip(there["row_key"].to_pylist(), there["child_id"].to_pylist(), strict=True):
        if holder != own[key]:
            votes.setdefault(own[key], Counter())[holder] += 1
    return {child: min(count, key=lambda one: (-count[one], one)) for child, count in votes.items()}


def _only(table: pa.Table, children: set[str]) -> pa.Table:
    return table.filter(pc.is_in(table["child_id"], pa.array(sorted(children), pa.string())))
