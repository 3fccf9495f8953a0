"""From the address to the filters of a ledger and back into words."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import state_name
from notoneless.check.core import load_checks
from notoneless.common.errors import Fault
from notoneless.flows.categories import CATEGORIES
from notoneless.flows.find_children import is_number
from notoneless.flows.ledger import EMPTY, LEDGERS, Ledger
from notoneless.flows.ledger import facets as ledger_facets
from notoneless.org.models import School
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.web.shell.filters import Facet
from notoneless.web.shell.templatetags.desk import grade_name

LABELS = {
    "town": gettext_lazy("乡镇"),
    "school": gettext_lazy("学校"),
    "grade": gettext_lazy("年级"),
    "state": gettext_lazy("个案状态"),
    "check": gettext_lazy("缺口"),
    "category": gettext_lazy("特殊类别"),
}
MOST_VALUES = 30
PASTED = "list"
SESSION_KEY = "pasted_lists"
MOST_LISTS = 5
NO_CHILD = "-"


@dataclass(frozen=True)
class Asked:
    """What the address asks of a ledger: filters as flows.ledger takes them, and the pasted list if one is on."""

    ledger: Ledger
    filters: dict[str, list[str]]
    pasted: list[str] | None

    def conditions(self) -> list[tuple[str, str]]:
        """The filters in words, for the sheet 导出说明 and the printed head."""
        found = [
            (str(label), "、".join(self._names(name))) for name, label in LABELS.items() if self.filters.get(name)
        ]
        if words := self.filters.get("q"):
            found.insert(0, (_("查找"), words[0]))
        if self.pasted is not None:
            found.append((_("粘贴名单"), _("找到 %(number)s 人") % {"number": len(self.pasted)}))
        return found or [(_("条件"), _("全部"))]

    def _names(self, name: str) -> list[str]:
        return [value_name(name, value) for value in self.filters[name]]


def read_address(request: HttpRequest, name: str) -> Asked:
    """The ledger and filters that the address names. Raises E704 for a ledger that does not exist."""
    if name not in LEDGERS:
        raise Fault("E704", where=name)
    filters = {facet: [value for value in request.GET.getlist(facet) if value] for facet in LABELS}
    words = request.GET.get("q", "").strip()
    if words and not is_number(words):
        filters["q"] = [words]
    pasted = request.session.get(SESSION_KEY, {}).get(request.GET.get(PASTED, ""))
    if pasted is not None:
        filters["ids"] = pasted or [NO_CHILD]
    return Asked(LEDGERS[name], filters, pasted)


def keep_pasted(request: HttpRequest, token: str, children: list[str]) -> None:
    """Keep the ids of a pasted list in the session, the newest few lists only: the address carries just the token."""
    kept = [*request.session.get(SESSION_KEY, {}).items(), (token, children)]
    request.session[SESSION_KEY] = dict(kept[-MOST_LISTS:])


def panel_facets(request: HttpRequest, asked: Asked) -> tuple[list[Facet], list[str]]:
    """(facets with counts, names of those of which only the most frequent values are shown)."""
    counted = ledger_facets(request.user, asked.ledger, asked.filters)
    found, cut = [], []
    for name, label in LABELS.items():
        values = [(value, value_name(name, value, shown), number) for value, shown, number in counted.get(name, [])]
        chosen = asked.filters.get(name, [])
        values += [(value, value_name(name, value), 0) for value in chosen if value not in {one[0] for one in values}]
        if len(values) > MOST_VALUES:
            cut.append(str(label))
            frequent = sorted(values, key=lambda one: -one[2])[:MOST_VALUES]
            values = [one for one in values if one in frequent or one[0] in chosen]
        if name == "grade":
            values.sort(key=lambda one: _grade_place(one[0]))
        if values:
            found.append(Facet(name, str(label), values))
    return found, cut


def _grade_place(grade: str) -> int:
    """From the nursery to the last year; what is no grade, or empty, at the end."""
    stages = load_pack(settings.REGION, timezone.localdate()).full_table("school_stages").rows
    return next((number for number, stage in enumerate(stages) if stage["grade"] == grade), len(stages))


def value_name(name: str, value: str, shown: str = "") -> str:
    """A value of a filter in words."""
    if value == EMPTY:
        return _("（空）")
    if name == "town":
        return Places.load().label(value.ljust(12, "0")) or value
    if name == "grade":
        return str(grade_name(value))
    if name == "school":
        return shown or School.objects.filter(code=value).values_list("name", flat=True).first() or value
    if name == "check":
        return load_checks()[value].name if value in load_checks() else value
    return CATEGORIES.get(value, value) if name == "category" else _state_name(value)


def _state_name(value: str) -> str:
    try:
        return state_name(value)
    except (KeyError, ValueError):
        return value


def without(query: QueryDict, *names: str) -> str:
    """The address's query without some of its parts and without paging."""
    kept = query.copy()
    for name in (*names, "after", "before"):
        kept.pop(name, None)
    return kept.urlencode()
