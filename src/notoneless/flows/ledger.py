"""Ledgers (台账): who is on one, as a query; the desk, the exports and the command line start from it.

The numbers beside the list come from ledger_counts.py, its pages from ledger_pages.py, its columns from
ledger_columns.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Exists, OuterRef, Q, QuerySet

from notoneless.case.records.models import Case, Gap
from notoneless.check.core import load_checks
from notoneless.common.wording import wordings
from notoneless.flows.categories import CATEGORIES
from notoneless.flows.find_children import words_condition
from notoneless.link.records.models import Child
from notoneless.link.records.queries import list_children
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.policy.places import code_range

EMPTY = "none"
CHILD_FILTERS = ("town", "school", "grade", "category", "sex")
CASE_FILTERS = ("state", "check", "due", "owner")
FACETS = ("town", "school", "grade", "category", "check", "state", "due", "owner", "sex")
FILTERS = ("q", "ids", *FACETS)
LATE, SOON, AHEAD = "late", "soon", "ahead"
SOON_DAYS = 7  # a week, as a clerk plans it; no deadline follows from it
MINE, NOBODY, SOMEBODY = "mine", "nobody", "somebody"


@dataclass(frozen=True)
class ShippedView:
    """A view that comes with a ledger; people of the roles in ``first`` see it first."""

    name: str
    query: str
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """One ledger: its children are those of an age, or those with an open gap of some kind and case state."""

    id: str
    name: str
    sentence: str
    child: str = ""
    gap_ledgers: tuple[str, ...] = ()
    case_states: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    views: tuple[ShippedView, ...] = ()

    def first_query(self, role: str) -> str:
        """The conditions with which people of a role come in from the menu."""
        return next((view.query for view in self.views if role in view.first), "")

    @property
    def checks(self) -> list[str]:
        """The checks whose gaps put a child on this ledger; of a ledger by age, every check."""
        wanted = self.gap_ledgers
        return [check_id for check_id, check in load_checks().items() if not wanted or check.ledger in wanted]


def _load() -> dict[str, Ledger]:
    data = yaml.safe_load((Path(__file__).parent / "ledgers.yaml").read_text(encoding="utf-8"))
    return {key: _ledger(key, fields) for key, fields in wordings(data, "name", "sentence").items()}


def _ledger(key: str, fields: dict[str, Any]) -> Ledger:
    return Ledger(
        id=key,
        name=fields["name"],
        sentence=fields["sentence"],
        child=fields.get("child", ""),
        gap_ledgers=tuple(fields.get("gap_ledgers", ())),
        case_states=tuple(fields.get("case_states", ())),
        columns=tuple(fields.get("columns", ())),
        views=tuple(ShippedView(one["name"], one["query"], tuple(one.get("first", ()))) for one in fields["views"]),
    )


LEDGERS = _load()
Filters = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Asking:
    """Who asks and when: some filters mean "mine" or "overdue today"."""

    user: User
    ledger: Ledger
    today: dt.date


def list_ledger(user: User, ledger: Ledger, filters: Filters, today: dt.date) -> QuerySet[Child]:
    """Children on a ledger in this person's scope, in the order (place, id) that keyset paging uses. Raises E701."""
    check_may(user, Permission.LEDGER_VIEW)
    children = list_children(user).filter(gone=False)
    if ledger.child:
        children = children.filter(**{ledger.child: True})
    if ledger.gap_ledgers:
        children = children.filter(Exists(_open_gaps(ledger)))
    return _filtered(children, Asking(user, ledger, today), filters).order_by("place_code", "id")


def chosen_filters(filters: Filters) -> dict[str, list[str]]:
    """The filters that narrow something, without empty values and unknown names."""
    found = {name: [value for value in filters.get(name, []) if value] for name in FILTERS}
    return {name: values for name, values in found.items() if values}


def _open_gaps(ledger: Ledger) -> QuerySet[Gap]:
    gaps = Gap.objects.filter(child=OuterRef("pk"), state=Gap.State.OPEN, check_id__in=ledger.checks)
    return gaps.filter(case__state__in=ledger.case_states) if ledger.case_states else gaps


def _filtered(children: QuerySet[Child], asking: Asking, filters: Filters) -> QuerySet[Child]:
    for name, values in chosen_filters(filters).items():
        children = children.filter(_CONDITIONS[name](values, asking))
    return children


def _towns(values: list[str], _asking: Asking) -> Q:
    found = Q(pk__in=[])
    for code in values:
        if code.isdigit() and len(code) in (6, 9, 12):
            low, high = code_range(code)
            found |= Q(place_code__gte=low, place_code__lt=high)
    return found


def _one_of(field: str) -> Callable[[list[str], Asking], Q]:
    return lambda values, _asking: Q(**{f"{field}__in": ["" if value == EMPTY else value for value in values]})


def _case_with(condition: Q) -> Q:
    return Q(Exists(Case.objects.filter(condition, child=OuterRef("pk"), closed_at=None)))


def _dues(values: list[str], asking: Asking) -> Q:
    today, week = asking.today, asking.today + dt.timedelta(days=SOON_DAYS)
    spans = {
        LATE: Q(due_date__lt=today), SOON: Q(due_date__gte=today, due_date__lte=week), AHEAD: Q(due_date__gt=week),
    }  # fmt: skip
    return _case_with(_any_of(spans, values))


def _owners(values: list[str], asking: Asking) -> Q:
    owners = {MINE: Q(owner=asking.user), NOBODY: Q(owner=None), SOMEBODY: Q(owner__isnull=False)}
    return _case_with(_any_of(owners, values))


def _any_of(conditions: Mapping[str, Q], values: list[str]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= conditions.get(value, Q(pk__in=[]))
    return found


def _checks(values: list[str], asking: Asking) -> Q:
    return Q(Exists(_open_gaps(asking.ledger).filter(check_id__in=values)))


def _categories(values: list[str], _asking: Asking) -> Q:
    nothing = Q(**{f"is_{category}": False for category in CATEGORIES})
    return _any_of({EMPTY: nothing, **{name: Q(**{f"is_{name}": True}) for name in CATEGORIES}}, values)


_CONDITIONS: dict[str, Callable[[list[str], Asking], Q]] = {
    "q": lambda values, _asking: words_condition(values[0]),
    "ids": lambda values, _asking: Q(pk__in=values),
    "town": _towns,
    "school": _one_of("school_code"),
    "grade": _one_of("grade"),
    "category": _categories,
    "sex": _one_of("sex"),
    "state": lambda values, _asking: _case_with(Q(state__in=values)),
    "check": _checks,
    "due": _dues,
    "owner": _owners,
}


@dataclass(frozen=True)
class LedgerRow:
    """One child as a ledger shows it, with the open case and its gaps if there are any."""

    child: Child
    case: Case | None
    gaps: list[Gap]

    @property
    def categories(self) -> list[str]:
        return [name for key, name in CATEGORIES.items() if getattr(self.child, f"is_{key}")]


def attach(children: Iterable[Child]) -> list[LedgerRow]:
    """Add the open case and open gaps of each child: two queries, whatever the page size."""
    listed = list(children)
    ids = [child.pk for child in listed]
    cases = {
        case.child_id: case for case in Case.objects.filter(child__in=ids, closed_at=None).select_related("owner")
    }
    gaps: dict[str, list[Gap]] = {}
    for gap in Gap.objects.filter(child__in=list(cases), state=Gap.State.OPEN).order_by("-severity", "check_id"):
        gaps.setdefault(gap.child_id, []).append(gap)
    return [LedgerRow(child, cases.get(child.pk), gaps.get(child.pk, [])) for child in listed]
