"""Ledgers (台账): who is on one, filtered and paged; used by the desk, the exports and the command line alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from notoneless.case.core.states import state_name
from notoneless.case.records.models import Case, Gap
from notoneless.check.core import load_checks
from notoneless.common import names, resident_id
from notoneless.flows.categories import CATEGORIES
from notoneless.link.records.models import Child
from notoneless.link.records.queries import list_children
from notoneless.org.models import Place, School, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.sealed import indexes
from notoneless.policy.places import Places, code_range
from notoneless.trail.actions import Action
from notoneless.trail.record import record

EMPTY = "none"
FACETS = ("town", "school", "grade", "check", "state", "category")
FILTERS = ("q", "town", "school", "grade", "state", "check", "category", "sex", "ids")
SAME_NAMED_PLACES = 20


@dataclass(frozen=True)
class Ledger:
    """One ledger: its children are those of an age, or those with an open gap of some kind and case state."""

    id: str
    name: str
    sentence: str
    child: str = ""
    gap_ledgers: tuple[str, ...] = ()
    case_states: tuple[str, ...] = ()

    @property
    def checks(self) -> list[str]:
        """The checks whose gaps put a child on this ledger."""
        return [check_id for check_id, check in load_checks().items() if check.ledger in self.gap_ledgers]


def _load() -> dict[str, Ledger]:
    data = yaml.safe_load((Path(__file__).parent / "ledgers.yaml").read_text(encoding="utf-8"))
    return {key: _ledger(key, fields) for key, fields in data.items()}


def _ledger(key: str, fields: dict[str, Any]) -> Ledger:
    lists = {name: tuple(fields.get(name, ())) for name in ("gap_ledgers", "case_states")}
    return Ledger(id=key, name=fields["name"], sentence=fields["sentence"], child=fields.get("child", ""), **lists)


LEDGERS = _load()
Filters = Mapping[str, Iterable[str]]


def list_ledger(user: User, ledger: Ledger, filters: Filters) -> QuerySet[Child]:
    """Children on a ledger in this person's scope, in the order (place, id) that keyset paging uses. Raises E701."""
    check_may(user, Permission.LEDGER_VIEW)
    children = list_children(user).filter(gone=False)
    if ledger.child:
        children = children.filter(**{ledger.child: True})
    if ledger.gap_ledgers:
        children = children.filter(Exists(_open_gaps(ledger)))
    return _filtered(children, ledger, filters).order_by("place_code", "id")


def _open_gaps(ledger: Ledger) -> QuerySet[Gap]:
    gaps = Gap.objects.filter(child=OuterRef("pk"), state=Gap.State.OPEN)
    if ledger.gap_ledgers:
        gaps = gaps.filter(ledger__in=ledger.gap_ledgers)
    return gaps.filter(case__state__in=ledger.case_states) if ledger.case_states else gaps


def _filtered(children: QuerySet[Child], ledger: Ledger, filters: Filters) -> QuerySet[Child]:
    chosen = {name: [value for value in filters.get(name, []) if value] for name in FILTERS}
    for name, values in chosen.items():
        if values:
            children = children.filter(_CONDITIONS[name](values, ledger))
    return children


def search_condition(words: str) -> Q:
    """A name, pinyin initials, a place, or a whole ID or phone number (found by its keyed hash)."""
    text = names.clean(words)
    if any(character.isdigit() for character in text):
        return Q(id_index__in=indexes(text, "id_no")) | Q(phone_index__in=indexes(text, "phone")) | Q(id=text.upper())
    if text.isascii():
        return Q(initials__startswith=text.upper()) | Q(id=text.upper()) if text else Q(pk__in=[])
    return Q(name__startswith=text) | _in_places_called(text)


def _in_places_called(text: str) -> Q:
    """Children of the places whose name begins so; one character would be half a county."""
    found = Q(pk__in=[])
    if len(text) > 1:
        for low, high in Place.objects.filter(name__startswith=text).values_list("low", "high")[:SAME_NAMED_PLACES]:
            found |= Q(place_code__gte=low, place_code__lt=high)
    return found


def _towns(values: list[str], _ledger: Ledger) -> Q:
    found = Q(pk__in=[])
    for code in values:
        if code.isdigit() and len(code) in (6, 9, 12):
            low, high = code_range(code)
            found |= Q(place_code__gte=low, place_code__lt=high)
    return found


def _one_of(field: str) -> Any:
    return lambda values, _ledger: Q(**{f"{field}__in": ["" if value == EMPTY else value for value in values]})


def _case_states(values: list[str], _ledger: Ledger) -> Q:
    return Q(Exists(Case.objects.filter(child=OuterRef("pk"), closed_at=None, state__in=values)))


def _checks(values: list[str], ledger: Ledger) -> Q:
    return Q(Exists(_open_gaps(ledger).filter(check_id__in=values)))


def _categories(values: list[str], _ledger: Ledger) -> Q:
    found = Q(pk__in=[])
    for value in values:
        if value in CATEGORIES:
            found |= Q(**{f"is_{value}": True})
        elif value == EMPTY:
            found |= Q(**{f"is_{category}": False for category in CATEGORIES})
    return found


def pasted_condition(parts: Iterable[str]) -> Q:
    """Whole names, child ids, ID or phone numbers of a pasted list."""
    parts = list(parts)
    numbers = [part for part in parts if any(character.isdigit() for character in part)]
    id_marks = [mark for number in numbers for mark in indexes(number, "id_no")]
    phone_marks = [mark for number in numbers for mark in indexes(number, "phone")]
    known = Q(name__in=parts) | Q(id__in=parts)
    return known | Q(id_index__in=id_marks) | Q(phone_index__in=phone_marks)


_CONDITIONS = {
    "q": lambda values, _ledger: search_condition(values[0]),
    "town": _towns,
    "school": _one_of("school_code"),
    "grade": _one_of("grade"),
    "state": _case_states,
    "check": _checks,
    "category": _categories,
    "sex": _one_of("sex"),
    "ids": lambda values, _ledger: Q(pk__in=values),
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
    cases = {
        case.child_id: case for case in Case.objects.filter(child__in=listed, closed_at=None).select_related("owner")
    }
    gaps: dict[str, list[Gap]] = {}
    for gap in Gap.objects.filter(child__in=listed, state=Gap.State.OPEN).order_by("-severity", "check_id"):
        gaps.setdefault(gap.child_id, []).append(gap)
    return [LedgerRow(child, cases.get(child.pk), gaps.get(child.pk, [])) for child in listed]


def facets(user: User, ledger: Ledger, filters: Filters) -> dict[str, list[tuple[str, str, int]]]:
    """Choices beside the list: filter → [(value, name, count)], counted with the other filters applied."""
    return {name: _facet(user, ledger, filters, name) for name in FACETS}


def _facet(user: User, ledger: Ledger, filters: Filters, name: str) -> list[tuple[str, str, int]]:
    others = {key: values for key, values in filters.items() if key != name}
    children = list_ledger(user, ledger, others).order_by()
    if name == "town":
        return _count_towns(children)
    if name == "category":
        return _count_categories(children)
    if name == "check":
        return _count_checks(children, ledger)
    if name == "state":
        cases = (
            Case.objects.filter(child__in=children, closed_at=None).values_list("state").annotate(number=Count("pk"))
        )
        return [(value, state_name(value), count) for value, count in sorted(cases)]
    if name == "school":
        return _count_schools(children)
    rows = children.values_list("grade").annotate(number=Count("pk")).order_by("-number", "grade")
    return [(value or EMPTY, value or "（空）", count) for value, count in rows]


def _count_schools(children: QuerySet[Child]) -> list[tuple[str, str, int]]:
    """By the directory's name; a school outside it by the name that the lists give it."""
    names_of = _school_names()
    rows = children.values_list("school_code").annotate(number=Count("pk"), name=Max("school_name"))
    return [
        (code or EMPTY, names_of.get(code) or (name if code else "") or code or "（空）", count)
        for code, count, name in rows.order_by("-number", "school_code")
    ]


def _count_checks(children: QuerySet[Child], ledger: Ledger) -> list[tuple[str, str, int]]:
    gaps = Gap.objects.filter(child__in=children, state=Gap.State.OPEN)
    if ledger.gap_ledgers:
        gaps = gaps.filter(ledger__in=ledger.gap_ledgers)
    counted = gaps.order_by().values_list("check_id").annotate(number=Count("child", distinct=True))
    checks = load_checks()
    return [(value, checks[value].name, count) for value, count in sorted(counted) if value in checks]


def _count_towns(children: QuerySet[Child]) -> list[tuple[str, str, int]]:
    counts: dict[str, int] = {}
    for place_code, count in children.values_list("place_code").annotate(Count("pk")):
        counts[place_code[:9]] = counts.get(place_code[:9], 0) + count
    places = Places.load()
    return [(code, places.label(code) or "（空）", count) for code, count in sorted(counts.items())]


def _count_categories(children: QuerySet[Child]) -> list[tuple[str, str, int]]:
    counted = children.aggregate(
        **{key: Count("pk", filter=Q(**{f"is_{key}": True})) for key in CATEGORIES},
        none=Count("pk", filter=_categories([EMPTY], LEDGERS["school_age"])),
    )
    found = [(key, name, counted[key]) for key, name in CATEGORIES.items()]
    return [*found, (EMPTY, "（空）", counted["none"])]


def _school_names() -> dict[str, str]:
    return dict(School.objects.values_list("code", "name"))


HEADER = [
    "孩子编号", "姓名", "性别", "出生日期", "身份证号", "辖区", "学校", "年级", "班级", "类别", "缺口", "原因",
    "个案", "个案状态", "责任人", "截止日期",
]  # fmt: skip
SEX_NAMES = {"1": "男", "2": "女"}


@transaction.atomic
def ledger_rows(
    user: User, ledger: Ledger, children: QuerySet[Child], *, now: dt.datetime
) -> tuple[list[str], list[list[str]]]:
    """(header, rows) for an export of exactly what is listed; IDs masked. Leaves a trail event. Raises E701."""
    check_may(user, Permission.LEDGER_EXPORT)
    checks = load_checks()
    rows: list[list[str]] = []
    for chunk in _chunks(children):
        rows += [_cells(row, checks) for row in attach(chunk)]
    record(
        Action.LEDGER_EXPORT,
        by=user,
        now=now,
        object_kind="ledger",
        object_id=ledger.id,
        place_code=user.place_code,
        ledger=ledger.name,
        rows=len(rows),
    )
    return HEADER, rows


def _chunks(children: QuerySet[Child], size: int = 2000) -> Iterable[list[Child]]:
    last: tuple[str, str] | None = None
    while True:
        chunk = list(after(children, last)[:size])
        if not chunk:
            return
        yield chunk
        last = (chunk[-1].place_code, chunk[-1].pk)


def after(children: QuerySet[Child], last: tuple[str, str] | None) -> QuerySet[Child]:
    """Keyset paging: what comes after (place_code, id). The lower bound alone would read everything before."""
    if last is None:
        return children
    place_code, child_id = last
    return children.filter(place_code__gte=place_code).exclude(place_code=place_code, id__lte=child_id)


def _cells(row: LedgerRow, checks: Mapping[str, Any]) -> list[str]:
    child, case = row.child, row.case
    return [
        child.pk,
        child.name,
        SEX_NAMES.get(child.sex, ""),
        child.birth_date.isoformat() if child.birth_date else "",
        resident_id.mask(str(child.id_no)) if child.id_no else "",
        Places.load().label(child.place_code),
        child.school_name,
        child.grade,
        child.class_no,
        "、".join(row.categories),
        "、".join(checks[gap.check_id].name for gap in row.gaps),
        "；".join(gap.reason for gap in row.gaps),
        case.pk if case else "",
        state_name(case.state) if case else "",
        case.owner.display_name if case and case.owner else "",
        case.due_date.isoformat() if case else "",
    ]
