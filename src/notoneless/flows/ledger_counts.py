"""The numbers of a ledger: its length and the counts beside its filters, from what the process keeps (following.py).

Children are counted by township; whoever looks at less than a township, or searches by a name, is few enough to be
counted in the database. What needs a case is counted over the open cases.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Count
from django.db.models.functions import Substr

from notoneless.case.core.states import State, state_name
from notoneless.check.core import load_checks
from notoneless.common.wording import Wording
from notoneless.flows.categories import CATEGORIES
from notoneless.flows.find_children import words_condition
from notoneless.flows.following import CHILD_COLUMNS, COUNT_SCHEMA, FOLLOWER, check_bits
from notoneless.flows.ledger import (
    AHEAD,
    CASE_FILTERS,
    CHILD_FILTERS,
    EMPTY,
    FACETS,
    LATE,
    LEDGERS,
    MINE,
    NOBODY,
    SOMEBODY,
    SOON,
    SOON_DAYS,
    Filters,
    Ledger,
    chosen_filters,
)
from notoneless.link.records.models import Child, ChildCount
from notoneless.link.records.queries import list_children
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope
from notoneless.policy.places import Places
from notoneless.roster.core.people import SEX_NAMES

TOWN = 9
CASES = "case"
ALL_CASES = Ledger(id=CASES, name=Wording("个案"), sentence="", gap_ledgers=(CASES,))
"""Every open case in scope, whatever its gaps: what the list of cases counts."""
Counted = list[tuple[str, str, int]]
"""(value, name, children) of one filter."""
CATEGORY_BITS = {name: ChildCount.MARKS[f"is_{name}"] for name in CATEGORIES}
ANY_CATEGORY = sum(CATEGORY_BITS.values())


@dataclass(frozen=True)
class Numbers:
    """How many are listed, and filter → what may be chosen, counted with the other filters applied."""

    total: int
    facets: dict[str, Counted]


def count_ledger(user: User, ledger: Ledger, filters: Filters, today: dt.date) -> Numbers:
    """Length and filter counts of a ledger in this person's scope. Raises E701."""
    check_may(user, Permission.LEDGER_VIEW)
    chosen = chosen_filters(filters)
    key = ("ledger", Scope.of(user), user.pk, ledger.id, *((name, *values) for name, values in chosen.items()), today)
    return FOLLOWER.kept(key, _Counting(user, ledger, chosen, today).numbers)


def length(user: User, ledger: Ledger, today: dt.date) -> int:
    """How many children are on a ledger, without filters. Raises E701."""
    check_may(user, Permission.LEDGER_VIEW)
    work = _Counting(user, ledger, {}, today).total
    return FOLLOWER.kept(("length", Scope.of(user), ledger.id), work, lasting=bool(ledger.child))


def count_by_place(user: User, counted: str, digits: int, today: dt.date) -> dict[str, int]:
    """First ``digits`` of a place code → how many of a ledger (or open cases) live there, in this person's scope."""
    key = ("places", Scope.of(user), counted, digits)
    return FOLLOWER.kept(key, lambda: _by_place(user, counted, digits, today), lasting=counts_by_age(counted))


def _by_place(user: User, counted: str, digits: int, today: dt.date) -> dict[str, int]:
    ledger = _counted(counted)
    counting = _Counting(user, ledger, {}, today)
    if not counting.by_case and digits > TOWN:
        listed = list_children(user).filter(gone=False, **{ledger.child: True}).order_by()
        return dict(listed.values_list("place_code").annotate(Count("pk")))
    return _group(counting.listed, "place", digits)


def count_by_school(user: User, counted: str, schools: Sequence[str], today: dt.date) -> dict[str, int]:
    """School code → how many of a ledger (or open cases) go there, in this person's scope."""
    FOLLOWER.look()
    table = _Counting(user, _counted(counted), {}, today).listed
    numbers, asked = _group(table, "school"), set(schools)
    return {school: number for school, number in numbers.items() if school in asked}


def counts_by_age(counted: str) -> bool:
    """Whether a ledger is one by age, whose numbers only a sweep changes."""
    return bool(_counted(counted).child)


def _counted(counted: str) -> Ledger:
    return LEDGERS.get(counted) or ALL_CASES


def case_rows(user: User, ledger: Ledger, filters: Filters, today: dt.date) -> pa.Table:
    """The rows of following.CASE_SCHEMA that a list asked for by case holds, sorted by place and child."""
    FOLLOWER.look()
    counting = _Counting(user, ledger, chosen_filters(filters), today)
    return counting.narrowed(counting.cases, "")


def by_case(ledger: Ledger, filters: Filters) -> bool:
    """Whether a list is one of open cases: such ledgers, and any ledger narrowed by something of a case."""
    return bool(ledger.gap_ledgers or chosen_filters(filters).keys() & set(CASE_FILTERS))


class _Counting:
    """One question: who looks at which ledger with which filters."""

    def __init__(self, user: User, ledger: Ledger, filters: Mapping[str, list[str]], today: dt.date) -> None:
        self.user, self.ledger, self.filters, self.today = user, ledger, filters, today
        self.scope = Scope.of(user)
        bits = check_bits()
        self.check_bits = {check_id: bits[check_id] for check_id in ledger.checks}
        self.by_case = by_case(ledger, filters)

    def numbers(self) -> Numbers:
        return Numbers(self.total(), {name: self._facet(name) for name in FACETS})

    def total(self) -> int:
        return _sum(self.listed)

    @property
    def listed(self) -> pa.Table:
        """What the list holds, as cases or as counts of children."""
        return self._cases_with_all if self.by_case else self._children_with_all

    @functools.cached_property
    def cases(self) -> pa.Table:
        """Open cases in scope that are on the ledger, without the filters."""
        table = self._in_scope(FOLLOWER.cases().around(self.scope.low or "0", self.scope.high or "a"))
        table = table.filter(self._on_ledger(table))
        ids = self._ids()
        return table if ids is None else table.filter(pc.is_in(table["child"], pa.array(sorted(ids), pa.string())))

    @functools.cached_property
    def children(self) -> pa.Table:
        """Counts of children in scope that are on the ledger by age, without the filters."""
        table = self._asked() if self._is_fine() else FOLLOWER.counts().around(self.scope.low, self.scope.high)
        table = self._in_scope(table)
        return table.filter(_has(table["marks"], ChildCount.MARKS[self.ledger.child]))

    def narrowed(self, table: pa.Table, without: str) -> pa.Table:
        """The rows that all filters but one let through; the counts of children know no filters of cases."""
        names = [name for name in self.filters if name in FACETS and name != without and self._knows(table, name)]
        for name in names:
            table = table.filter(_MASKS[name](self, table, self.filters[name]))
        return table

    def _knows(self, table: pa.Table, name: str) -> bool:
        return name in CHILD_FILTERS or "state" in table.schema.names

    def _facet(self, name: str) -> Counted:
        table = self.cases if self.by_case or name in CASE_FILTERS else self.children
        rows = self.narrowed(table, name) if name in self.filters else self._with_all(table)
        return _FACETS[name](self, rows)

    def _with_all(self, table: pa.Table) -> pa.Table:
        return self._cases_with_all if table is self.cases else self._children_with_all

    @functools.cached_property
    def _cases_with_all(self) -> pa.Table:
        return self.narrowed(self.cases, "")

    @functools.cached_property
    def _children_with_all(self) -> pa.Table:
        return self.narrowed(self.children, "")

    def _in_scope(self, table: pa.Table) -> pa.Table:
        if self.scope.empty:
            return table.slice(0, 0)
        if self.scope.low:
            cut = TOWN if table.schema == COUNT_SCHEMA else None
            low, high = self.scope.low[:cut], self.scope.high[:cut]
            table = table.filter(_where(table, "place", _between(low, high))) if low < high else table
        return table.filter(_where(table, "school", _among([self.scope.school]))) if self.scope.school else table

    def _on_ledger(self, table: pa.Table) -> pa.Array:
        if self.ledger.child:
            return _has(table["marks"], ChildCount.MARKS[self.ledger.child])
        if self.ledger is ALL_CASES:
            return pa.array([True] * len(table), pa.bool_())
        found = _has(table["checks"], sum(self.check_bits.values()))
        if self.ledger.case_states:
            found = pc.and_(found, _where(table, "state", _among(self.ledger.case_states)))
        return found

    def _is_fine(self) -> bool:
        """Whether the question is finer than the kept counts: a village, one school, a name, a pasted list."""
        scope = self.scope
        return bool("q" in self.filters or "ids" in self.filters or scope.school or scope.low[TOWN:].strip("0"))

    def _asked(self) -> pa.Table:
        """The same table, counted in the database."""
        children = list_children(self.user).filter(gone=False)
        if words := self.filters.get("q"):
            children = children.filter(words_condition(words[0]))
        if ids := self.filters.get("ids"):
            children = children.filter(pk__in=ids)
        columns = CHILD_COLUMNS[1:]
        rows = children.order_by().annotate(town=Substr("place_code", 1, TOWN)).values_list("town", *columns)
        marks = ChildCount.MARKS.values()
        found = [
            (*texts, sum(bit for bit, flag in zip(marks, flags, strict=True) if flag), number)
            for (*texts, flags, number) in (
                (*row[:4], row[4:-1], row[-1]) for row in rows.annotate(number=Count("pk"))
            )
        ]
        columns_found = list(zip(*found, strict=True)) or [()] * len(COUNT_SCHEMA)
        return pa.table(
            [pa.array(column, one.type) for column, one in zip(columns_found, COUNT_SCHEMA, strict=True)],
            schema=COUNT_SCHEMA,
        )

    def _ids(self) -> set[str] | None:
        """Children that a name or a pasted list leaves; None when there is neither."""
        found = set(self.filters["ids"]) if "ids" in self.filters else None
        if words := self.filters.get("q"):
            named = list_children(self.user).filter(words_condition(words[0]), cases__closed_at=None)
            ids = set(named.values_list("pk", flat=True))
            found = ids if found is None else found & ids
        return found


def _sum(table: pa.Table) -> int:
    return pc.sum(table["number"]).as_py() or 0


def _has(column: pa.ChunkedArray, bits: int) -> pa.Array:
    return pc.not_equal(pc.bit_wise_and(column, pa.scalar(bits, column.type)), 0)


def _group(table: pa.Table, column: str, digits: int | None = None) -> dict[str, int]:
    """Value, or its first ``digits``, → how many."""
    coded = table[column].combine_chunks()
    values = coded.dictionary.to_pylist()
    sums = np.bincount(coded.indices.to_numpy(), weights=table["number"].to_numpy(), minlength=len(values))
    found: dict[str, int] = {}
    for value, number in zip(values, sums.astype(int).tolist(), strict=True):
        if number:
            found[value[:digits]] = found.get(value[:digits], 0) + number
    return found


def _where(table: pa.Table, column: str, test: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """The rows whose text passes: each text that occurs is tested once."""
    coded = table[column].combine_chunks()
    return test(coded.dictionary).take(coded.indices)


def _among(values: Sequence[str]) -> Callable[[pa.Array], pa.Array]:
    return lambda texts: pc.is_in(texts, pa.array(values, pa.string()))


def _between(low: str, high: str) -> Callable[[pa.Array], pa.Array]:
    return lambda texts: pc.and_(pc.greater_equal(texts, low), pc.less(texts, high))


def _any(table: pa.Table, masks: Mapping[str, pa.Array], values: list[str]) -> pa.Array:
    found = pa.array([False] * len(table), pa.bool_())
    for value in values:
        if value in masks:
            found = pc.or_(found, masks[value])
    return found


def _is_one_of(column: str) -> Callable[[_Counting, pa.Table, list[str]], pa.Array]:
    def mask(_counting: _Counting, table: pa.Table, values: list[str]) -> pa.Array:
        return _where(table, column, _among(["" if value == EMPTY else value for value in values]))

    return mask


def _in_towns(_counting: _Counting, table: pa.Table, values: list[str]) -> pa.Array:
    starts = tuple(
        value.rstrip("0") if len(value) > TOWN else value
        for value in values
        if value.isdigit() and len(value) in (6, 9, 12)
    )
    return _where(
        table, "place", lambda texts: pa.array([text.startswith(starts) for text in texts.to_pylist()], pa.bool_())
    )


def _category_masks(table: pa.Table) -> dict[str, pa.Array]:
    masks = {name: _has(table["marks"], bit) for name, bit in CATEGORY_BITS.items()}
    return {**masks, EMPTY: pc.invert(_has(table["marks"], ANY_CATEGORY))}


def _due_masks(counting: _Counting, table: pa.Table) -> dict[str, pa.Array]:
    today, week = counting.today, counting.today + dt.timedelta(days=SOON_DAYS)
    late, ahead = pc.less(table["due"], pa.scalar(today)), pc.greater(table["due"], pa.scalar(week))
    return {LATE: late, SOON: pc.invert(pc.or_(late, ahead)), AHEAD: ahead}


def _owner_masks(counting: _Counting, table: pa.Table) -> dict[str, pa.Array]:
    nobody = pc.equal(table["owner"], 0)
    return {NOBODY: nobody, MINE: pc.equal(table["owner"], counting.user.pk), SOMEBODY: pc.invert(nobody)}


def _check_masks(counting: _Counting, table: pa.Table) -> dict[str, pa.Array]:
    return {check_id: _has(table["checks"], bit) for check_id, bit in counting.check_bits.items()}


_MASKS: dict[str, Callable[[_Counting, pa.Table, list[str]], pa.Array]] = {
    "town": _in_towns,
    "school": _is_one_of("school"),
    "grade": _is_one_of("grade"),
    "sex": _is_one_of("sex"),
    "state": _is_one_of("state"),
    "category": lambda _counting, table, values: _any(table, _category_masks(table), values),
    "check": lambda counting, table, values: _any(table, _check_masks(counting, table), values),
    "due": lambda counting, table, values: _any(table, _due_masks(counting, table), values),
    "owner": lambda counting, table, values: _any(table, _owner_masks(counting, table), values),
}


def _count_masks(table: pa.Table, masks: Mapping[str, pa.Array], names: Mapping[str, str]) -> Counted:
    return [(value, names[value], _sum(table.filter(masks[value]))) for value in names]


def _towns(_counting: _Counting, table: pa.Table) -> Counted:
    places, counted = Places.load(), _group(table, "place", TOWN)
    return [(code, places.label(code) or Wording("（空）"), number) for code, number in sorted(counted.items())]


def _schools(_counting: _Counting, table: pa.Table) -> Counted:
    """By the directory's name; a school outside it by the name that the lists give it."""
    counted = sorted(_group(table, "school").items(), key=lambda one: (-one[1], one[0]))
    return [(code or EMPTY, school_name(code), number) for code, number in counted]


def school_name(code: str) -> str:
    """The directory's name of a school, else the one in the lists; （空） for none."""
    known = FOLLOWER.school_names()
    if code and code not in known:
        known[code] = Child.objects.filter(school_code=code).values_list("school_name", flat=True).first() or code
    return known[code] if code else Wording("（空）")


def _grades(_counting: _Counting, table: pa.Table) -> Counted:
    return [
        (value or EMPTY, value or Wording("（空）"), number)
        for value, number in sorted(_group(table, "grade").items())
    ]


def _sexes(_counting: _Counting, table: pa.Table) -> Counted:
    counted = _group(table, "sex")
    return [(value, name, counted.get(value, 0)) for value, name in SEX_NAMES.items()]


def _states(_counting: _Counting, table: pa.Table) -> Counted:
    counted = _group(table, "state")
    return [(state.value, state_name(state), counted[state.value]) for state in State if state.value in counted]


def _checks(counting: _Counting, table: pa.Table) -> Counted:
    names = {check_id: load_checks()[check_id].name for check_id in sorted(counting.check_bits)}
    return [one for one in _count_masks(table, _check_masks(counting, table), names) if one[2]]


DUES = {LATE: Wording("逾期"), SOON: Wording("7 天内"), AHEAD: Wording("7 天以后")}
OWNERS = {NOBODY: Wording("待派单"), MINE: Wording("我负责"), SOMEBODY: Wording("已有责任人")}
_FACETS: dict[str, Callable[[_Counting, pa.Table], Counted]] = {
    "town": _towns,
    "school": _schools,
    "grade": _grades,
    "category": lambda _counting, table: _count_masks(
        table, _category_masks(table), {**CATEGORIES, EMPTY: Wording("（空）")}
    ),
    "check": _checks,
    "state": _states,
    "due": lambda counting, table: _count_masks(table, _due_masks(counting, table), DUES),
    "owner": lambda counting, table: _count_masks(table, _owner_masks(counting, table), OWNERS),
    "sex": _sexes,
}
