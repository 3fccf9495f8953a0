"""From the address of the list of cases to its query, its tabs and its filters; the home page counts with the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import State, state_name
from notoneless.case.records.models import Case, ClosingRequest, Gap
from notoneless.case.records.queries import CaseFilter, find_cases, get_home_counts
from notoneless.link.records.models import Child
from notoneless.org.models import School, User
from notoneless.org.permissions import Permission, may
from notoneless.policy.places import Places, code_range
from notoneless.web.case.presenters import check_name
from notoneless.web.shell.filters import EMPTY, Facet

MOST_VALUES = 30
TOWN = 9
"""Digits of a place code that name the township."""

WAITING = "waiting"

VIEWS: dict[str, str | Promise] = {
    "open": gettext_lazy("未销"),
    "mine": gettext_lazy("我的个案"),
    "overdue": gettext_lazy("逾期"),
    "unowned": gettext_lazy("待派单"),
    "to_verify": gettext_lazy("待核实"),
    "recheck": gettext_lazy("待复查"),
    "agreed": gettext_lazy("约期已过"),
    "approve": gettext_lazy("待我审批"),
    "closed": gettext_lazy("已销"),
    "mine_overdue": gettext_lazy("我的逾期"),
}
COUNTED = {
    "open": "open",
    "mine": "mine",
    "overdue": "overdue",
    "unowned": "unowned",
    "to_verify": "to_verify",
    "recheck": "rechecks_due",
    "agreed": "agreed_past",
    "approve": "waiting",
    "mine_overdue": "mine_overdue",
}
"""View → its count in ``get_home_counts``."""

LABELS = {
    "state": gettext_lazy("状态"),
    "check": gettext_lazy("缺口"),
    "asked": gettext_lazy("销号申请"),
    "owner": gettext_lazy("责任人"),
    "school": gettext_lazy("学校"),
    "town": gettext_lazy("乡镇"),
}


@dataclass(frozen=True)
class Tab:
    """One ready-made list with how many cases are in it."""

    id: str
    name: str
    count: int | None
    url: str
    current: bool


def view_url(view: str) -> str:
    """The address of one ready-made list."""
    return f"{reverse('case:list')}?view={view}"


def chosen_view(query: QueryDict) -> str:
    """The ready-made list that an address names; all open cases otherwise."""
    wanted = query.get("view", "")
    return wanted if wanted in VIEWS else "open"


def view_filter(view: str, user: User, today: dt.date) -> CaseFilter:
    """The same conditions that ``get_home_counts`` counts with."""
    return {
        "mine": CaseFilter(standing="open", owner_id=user.pk),
        "mine_overdue": CaseFilter(standing="open", owner_id=user.pk, due_before=today),
        "overdue": CaseFilter(standing="open", due_before=today),
        "unowned": CaseFilter(standing="open", has_owner=False),
        "to_verify": CaseFilter(state=State.TO_VERIFY.value),
        "recheck": CaseFilter(standing="open", recheck_before=today),
        "agreed": CaseFilter(standing="open", agreed_before=today),
        "approve": CaseFilter(decidable_by=user.pk),
        "closed": CaseFilter(standing="closed"),
    }.get(view, CaseFilter(standing="open"))


def tabs(user: User, query: QueryDict, today: dt.date) -> list[Tab]:
    """The ready-made lists this person has a use for."""
    counts, now = get_home_counts(user, today), chosen_view(query)
    hidden = set() if may(user, Permission.CASE_APPROVE) else {"approve"}
    hidden |= set() if may(user, Permission.CASE_WORK) else {"mine"}
    hidden |= {"mine_overdue"}
    shown = [view for view in VIEWS if view == now or view not in hidden]
    return [
        Tab(view, str(VIEWS[view]), counts.get(COUNTED.get(view, "")), view_url(view), view == now) for view in shown
    ]


def asked_cases(user: User, query: QueryDict, today: dt.date, *, without: str = "") -> QuerySet[Case]:
    """The cases that an address asks for; ``without`` leaves one filter out, to count its values."""
    rows = find_cases(user, view_filter(chosen_view(query), user, today))
    for param, condition in CONDITIONS.items():
        values = [value for value in query.getlist(param) if value]
        if values and param != without:
            rows = rows.filter(condition(values))
    return rows


def facets(user: User, query: QueryDict, today: dt.date) -> list[Facet]:
    """Filters with counts; one that could change nothing is not shown."""
    found = []
    for param, label in LABELS.items():
        counted = dict(_counted(param, asked_cases(user, query, today, without=param)))
        chosen = [value for value in query.getlist(param) if value]
        counts = {**dict.fromkeys(chosen, 0), **counted}
        if len(counts) > 1 or chosen:
            names = _names(param, counts)
            most = sorted(counts, key=lambda value: (value not in chosen, -counts[value]))[:MOST_VALUES]
            values = [(value, names[value], counts[value]) for value in _in_order(param, most, names)]
            found.append(Facet(param, str(label), values))
    return found


def _counted(param: str, rows: QuerySet[Case]) -> list[tuple[str, int]]:
    """(value, cases) of one filter over these cases."""
    if param == "check":
        gaps = Gap.objects.filter(case__in=rows.values("pk")).order_by()
        return list(gaps.values_list("check_id").annotate(Count("case", distinct=True)))
    if param == "asked":
        waiting = rows.filter(CONDITIONS["asked"]([WAITING])).count()
        return [(WAITING, waiting)] if waiting else []
    column = {"state": F("state"), "owner": F("owner_id"), "school": F("school_code")}.get(param)
    column = column or Substr("place_code", 1, TOWN)
    counted = rows.order_by().annotate(value=column).values_list("value").annotate(Count("pk"))
    return [(EMPTY if value in ("", None) else str(value), number) for value, number in counted]


def _names(param: str, values: Iterable[str]) -> dict[str, str]:
    """The values of a filter in words."""
    known: Mapping[Any, str] = {}
    if param == "state":
        known = {state.value: state_name(state) for state in State}
    elif param == "check":
        known = {value: check_name(value) for value in values}
    elif param == "asked":
        known = {WAITING: _("等审批")}
    elif param == "owner":
        people = User.objects.filter(pk__in=[value for value in values if value.isdecimal()])
        known = {str(pk): name for pk, name in people.values_list("pk", "display_name")}
    elif param == "school":
        in_rosters = Child.objects.filter(school_code__in=list(values)).exclude(school_name="")
        known = dict(in_rosters.values_list("school_code", "school_name").distinct())
        known |= dict(School.objects.filter(code__in=list(values)).values_list("code", "name"))
    elif param == "town":
        known = {value: Places.load().label(value.ljust(12, "0")) for value in values}
    nothing = {"owner": _("无责任人"), "school": _("不在学校")}.get(param, _("（空）"))
    return {value: nothing if value == EMPTY else known.get(value) or value for value in values}


def _in_order(param: str, values: list[str], names: Mapping[str, str]) -> list[str]:
    """States as they follow one another, everything else as counted."""
    order = [state.value for state in State]
    return (
        sorted(values, key=lambda value: order.index(value) if value in order else 99) if param == "state" else values
    )


def _owners(values: list[str]) -> Q:
    found = Q(owner_id__in=[int(value) for value in values if value.isdecimal()])
    return found | Q(owner=None) if EMPTY in values else found


def _towns(values: list[str]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        if value.isdigit() and len(value) == TOWN:
            low, high = code_range(value)
            found |= Q(place_code__gte=low, place_code__lt=high)
    return found


CONDITIONS: dict[str, Callable[[list[str]], Q]] = {
    "state": lambda values: Q(state__in=values),
    "check": lambda values: Q(pk__in=Gap.objects.filter(check_id__in=values).values("case")),
    "asked": lambda values: Q(pk__in=ClosingRequest.objects.filter(decided_at=None).values("case")),
    "owner": _owners,
    "school": lambda values: Q(school_code__in=["" if value == EMPTY else value for value in values]),
    "town": _towns,
}
