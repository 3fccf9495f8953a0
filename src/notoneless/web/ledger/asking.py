"""From the address to the filters of a ledger and back into words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import state_name
from notoneless.check.core import load_checks
from notoneless.common.errors import Fault
from notoneless.flows.categories import CATEGORIES
from notoneless.flows.ledger import EMPTY, FACETS, LEDGERS, Ledger
from notoneless.flows.ledger_columns import grade_names
from notoneless.flows.ledger_counts import DUES, OWNERS, Numbers, school_name
from notoneless.link.records.search import is_number
from notoneless.org.models import User
from notoneless.policy.places import Places
from notoneless.roster.core.people import SEX_NAMES
from notoneless.web.shell.filters import PAGING, Facet
from notoneless.web.shell.narrowing import Part, chosen_part, narrow

LABELS: dict[str, str | Promise] = {
    "town": gettext_lazy("乡镇"),
    "school": gettext_lazy("学校"),
    "grade": gettext_lazy("年级"),
    "check": gettext_lazy("缺口"),
    "state": gettext_lazy("个案状态"),
    "due": gettext_lazy("期限"),
    "owner": gettext_lazy("责任人"),
    "category": gettext_lazy("特殊类别"),
    "sex": gettext_lazy("性别"),
}
MOST_VALUES = 30
PASTED = "list"
SESSION_KEY = "pasted_lists"
MOST_LISTS = 5
NO_CHILD = "-"


@dataclass(frozen=True)
class Asked:
    """What the address asks of a ledger: who looks at which part, filters as flows.ledger takes them, and the pasted
    list if one is on."""

    user: User
    part: Part
    ledger: Ledger
    filters: dict[str, list[str]]
    pasted: list[str] | None
    today: dt.date

    def conditions(self) -> list[tuple[str, str]]:
        """The filters in words, for the sheet 导出说明 and the printed head."""
        found = [
            (str(label), "、".join(str(value_name(name, value)) for value in self.filters[name]))
            for name, label in LABELS.items()
            if self.filters.get(name)
        ]
        if words := self.filters.get("q"):
            found.insert(0, (_("查找"), words[0]))
        if self.part.code:
            found.insert(0, (_("辖区与学校"), self.part.name or self.part.code))
        if self.pasted is not None:
            found.append((_("粘贴名单"), _("找到 %(number)s 人") % {"number": len(self.pasted)}))
        return found or [(_("条件"), _("全部"))]


def read_address(request: HttpRequest, name: str) -> Asked:
    """The ledger and filters that the address names. Raises E704 for a ledger that does not exist."""
    return read_query(request, name, request.GET)


def read_query(request: HttpRequest, name: str, query: QueryDict) -> Asked:
    """As :func:`read_address`, for a list whose conditions were kept in another page's address."""
    if name not in LEDGERS:
        raise Fault("E704", where=name)
    filters = {facet: [value for value in query.getlist(facet) if value] for facet in FACETS}
    words = query.get("q", "").strip()
    if words and not is_number(words):
        filters["q"] = [words]
    token = query.get(PASTED, "")
    pasted = request.session.get(SESSION_KEY, {}).get(token) if token else None
    if pasted is not None:
        filters["ids"] = pasted or [NO_CHILD]
    part = chosen_part(query)
    return Asked(narrow(request.user, part), part, LEDGERS[name], filters, pasted, timezone.localdate())


def keep_pasted(request: HttpRequest, token: str, children: list[str]) -> None:
    """Keep the ids of a pasted list in the session, the newest few lists only: the address carries just the token."""
    kept = [*request.session.get(SESSION_KEY, {}).items(), (token, children)]
    request.session[SESSION_KEY] = dict(kept[-MOST_LISTS:])


def panel_facets(asked: Asked, numbers: Numbers) -> tuple[list[Facet], list[str]]:
    """(filters with their counts, names of those of which only the most frequent values are shown).

    A filter that could change nothing is not shown.
    """
    found, cut = [], []
    for name, label in LABELS.items():
        counted, chosen = numbers.facets.get(name, []), asked.filters.get(name, [])
        if not chosen and sum(number > 0 for _value, _name, number in counted) < 2:
            continue
        listed = [one for one in counted if one[2] or one[0] in chosen]
        values = [(value, value_name(name, value, shown), number) for value, shown, number in listed]
        known = {value for value, _shown, _number in values}
        values += [(value, value_name(name, value), 0) for value in chosen if value not in known]
        if len(values) > MOST_VALUES:
            cut.append(str(label))
            frequent = {one[0] for one in sorted(values, key=lambda one: -one[2])[:MOST_VALUES]}
            values = [one for one in values if one[0] in frequent or one[0] in chosen]
        if name == "grade":
            values.sort(key=lambda one: _grade_place(one[0]))
        found.append(Facet(name, str(label), values))
    return found, cut


def _grade_place(grade: str) -> int:
    """From the nursery to the last year; what is no grade, or empty, at the end."""
    grades = list(grade_names(timezone.localdate()))
    return grades.index(grade) if grade in grades else len(grades)


def value_name(name: str, value: str, shown: str = "") -> str:
    """A value of a filter in words."""
    return _("（空）") if value == EMPTY else _NAMES[name](value, shown) or value


def _check_name(value: str, _shown: str) -> str:
    return load_checks()[value].name if value in load_checks() else ""


def _state_name(value: str, _shown: str) -> str:
    try:
        return state_name(value)
    except (KeyError, ValueError):
        return ""


_NAMES: dict[str, Callable[[str, str], str]] = {
    "town": lambda value, _shown: Places.load().label(value.ljust(12, "0")),
    "school": lambda value, shown: shown or school_name(value),
    "grade": lambda value, _shown: grade_names(timezone.localdate()).get(value, ""),
    "check": _check_name,
    "state": _state_name,
    "due": lambda value, _shown: DUES.get(value, ""),
    "owner": lambda value, _shown: OWNERS.get(value, ""),
    "category": lambda value, _shown: CATEGORIES.get(value, ""),
    "sex": lambda value, _shown: SEX_NAMES.get(value, ""),
}


def without(query: QueryDict, *names: str) -> str:
    """The address's query without some of its parts and without paging."""
    kept = query.copy()
    for name in (*names, *PAGING):
        kept.pop(name, None)
    return kept.urlencode()
