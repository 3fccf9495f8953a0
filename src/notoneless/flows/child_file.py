"""Everything about one child on one page: identity by source, disagreements, checks, gaps, case, doubtful pairs.

Opening it is a sensitive read and leaves a trail event; numbers come masked, the whole ones only by `unmask`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from notoneless.case.records.models import Case, Gap
from notoneless.check.core import load_checks
from notoneless.check.records import queries as checks
from notoneless.check.records.models import Sweep
from notoneless.common import phones, resident_id
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows.categories import CATEGORIES
from notoneless.flows.daily_limits import check_daily_limit
from notoneless.link.records import queries as links
from notoneless.link.records.models import Child, LinkDecision, ReviewPair
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.roster.core import load_kinds
from notoneless.roster.core.people import SEX_NAMES, UNKNOWN_SEX
from notoneless.trail.actions import Action
from notoneless.trail.record import record

# Field of the file → (名称, how it is shown). The order is the order on the page.
FIELDS = {
    "name": (Wording("姓名"), "text"),
    "sex": (Wording("性别"), "sex"),
    "dob": (Wording("出生日期"), "text"),
    "id_no": (Wording("身份证号"), "id_no"),
    "nation": (Wording("民族"), "text"),
    "addr": (Wording("住址"), "text"),
    "school_name": (Wording("学校"), "text"),
    "grade": (Wording("年级"), "text"),
    "class_no": (Wording("班级"), "text"),
    "student_no": (Wording("学籍号"), "id_no"),
    "guardian_name": (Wording("监护人"), "text"),
    "phone": (Wording("电话"), "phone"),
    "hukou_status": (Wording("户籍状态"), "code"),
    "roll_status": (Wording("学籍状态"), "code"),
    "present": (Wording("在校"), "code"),
}
COMPARED_BY = {"addr": "addr_code", "school_name": "school_code"}
WHOLE_NUMBERS = {"id_no": Wording("身份证号"), "guardian_phone": Wording("监护人电话")}


@dataclass(frozen=True)
class SourceValue:
    """One value of one field as one roster row has it; ``compared`` is what agreement is judged by, never shown."""

    kind: str
    kind_name: str
    delivery: str
    row_no: int
    row_key: str
    value: str
    compared: str = field(repr=False)


@dataclass(frozen=True)
class FieldValues:
    """One field over all sources; `disagree` when the sources do not say the same."""

    field: str
    name: str
    values: list[SourceValue]

    @property
    def disagree(self) -> bool:
        return len({value.compared for value in self.values}) > 1


@dataclass(frozen=True)
class CheckAnswer:
    """What one check says of this child in the shown sweep."""

    check_id: str
    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class ChildFile:
    """One child's file as one person may see it."""

    child: Child
    sweep: Sweep | None
    sources: list[dict[str, Any]]
    fields: list[FieldValues]
    answers: list[CheckAnswer]
    gaps: list[Gap]
    cases: list[Case]
    reviews: list[ReviewPair]
    decisions: list[LinkDecision]

    @property
    def open_case(self) -> Case | None:
        return next((case for case in self.cases if case.closed_at is None), None)


@transaction.atomic
def open_child_file(user: User, child_id: str, *, now: dt.datetime) -> ChildFile:
    """One child's file. Raises E701 without the right and E704 outside the scope (foreign looks like absent)."""
    check_may(user, Permission.CHILD_VIEW)
    child = links.get_child(user, child_id)
    record(Action.CHILD_VIEW, by=user, now=now, object_kind="child", object_id=child.pk, place_code=child.place_code)
    sweep = checks.get_shown_sweep(user)
    sources = _sources(sweep, child)
    return ChildFile(
        child=child,
        sweep=sweep,
        sources=sources,
        fields=[_field(name, sources) for name in FIELDS if any(_value(row, name) for row in sources)],
        answers=_answers(sweep, child),
        gaps=list(Gap.objects.filter(child=child).order_by("state", "-severity", "check_id")),
        cases=list(Case.objects.filter(child=child).select_related("owner").order_by("-opened_at")),
        reviews=list(ReviewPair.objects.filter(right_child=child).order_by("-weight")),
        decisions=list(links.list_decisions(child)),
    )


@transaction.atomic
def unmask(user: User, child_id: str, *, field: str, reason: str, now: dt.datetime) -> str:
    """One whole number of a child (a key of ``WHOLE_NUMBERS``), for a purpose that stays in the trail.

    Raises E701, E704, E821 (no purpose), E822 (the day's limit is reached).
    """
    check_may(user, Permission.CHILD_UNMASK)
    child = links.get_child(user, child_id)
    if field not in WHOLE_NUMBERS:
        raise Fault("E704", where=field)
    if not reason.strip():
        raise Fault("E821", where=child.pk)
    check_daily_limit(Action.CHILD_UNMASK, by=user, now=now)
    record(
        Action.CHILD_UNMASK,
        by=user,
        now=now,
        object_kind="child",
        object_id=child.pk,
        place_code=child.place_code,
        field=WHOLE_NUMBERS[field],
        purpose=reason.strip()[:200],
    )
    return str(getattr(child, field))


def categories(child: Child) -> list[str]:
    """The special groups that some list puts the child in, in words."""
    return [name for key, name in CATEGORIES.items() if getattr(child, f"is_{key}")]


def list_sources(user: User, child: Child) -> list[dict[str, Any]]:
    """The roster rows that make up a child, for a page that reached the child already (its case) and left its trace."""
    return _sources(checks.get_shown_sweep(user), child)


def _sources(sweep: Sweep | None, child: Child) -> list[dict[str, Any]]:
    """Members with their rows, in the order of the kinds; children of an earlier sweep show that sweep's rows."""
    if sweep is None:
        return []
    order = {kind_id: place for place, kind_id in enumerate(load_kinds())}
    members = links.get_sources(checks.get_last_sweep(child), child.pk)
    return sorted(members, key=lambda m: (order.get(m["kind"], len(order)), m["delivery_id"], m["row_no"]))


def _field(name: str, sources: list[dict[str, Any]]) -> FieldValues:
    kinds = load_kinds()
    title, shown_as = FIELDS[name]
    given = [source for source in sources if _value(source, name)]
    compared_by = _compared_by(name, given)
    values = [
        SourceValue(
            source["kind"],
            kinds[source["kind"]].name,
            source["delivery_id"],
            source["row_no"],
            source["row_key"],
            shown(_value(source, name), shown_as),
            "".join(_value(source, compared_by).split()),
        )
        for source in given
    ]
    return FieldValues(name, title, values)


def _value(source: dict[str, Any], name: str) -> str:
    found = source["row"].get(name)
    return "" if found is None else str(found)


def _compared_by(name: str, sources: list[dict[str, Any]]) -> str:
    """An address is compared by its village, a school by its code, when every source has one; else as written."""
    better = COMPARED_BY.get(name, name)
    return better if all(_value(source, better) for source in sources) else name


def shown(value: str, shown_as: str) -> str:
    """A value fit for the screen: numbers masked, codes in words."""
    if shown_as == "id_no":
        return resident_id.mask(value)
    if shown_as == "phone":
        return phones.mask(value)
    if shown_as == "sex":
        return SEX_NAMES.get(value, "" if value == UNKNOWN_SEX else value)
    return CODE_NAMES.get(value, value) if shown_as == "code" else value


CODE_NAMES = {
    "normal": Wording("正常"),
    "moved_out": Wording("迁出"),
    "dead": Wording("死亡"),
    "cancelled": Wording("注销"),
    "active": Wording("在读"),
    "leave": Wording("休学"),
    "transferred_out": Wording("转出"),
    "graduated": Wording("毕业"),
    "1": Wording("是"),
    "0": Wording("否"),
}


def _answers(sweep: Sweep | None, child: Child) -> list[CheckAnswer]:
    if sweep is None:
        return []
    definitions = load_checks()
    rows = checks.get_results_of_child(sweep, child.pk, list(definitions))
    return [
        CheckAnswer(row["check_id"], definitions[row["check_id"]].name, row["state"], row["reason"] or "")
        for row in rows
    ]
