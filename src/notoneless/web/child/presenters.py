"""A child's file as the page lays it out: what we know, source by source, and where the sources disagree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import state_name
from notoneless.case.records.models import Case, Gap
from notoneless.case.records.queries import timeline
from notoneless.check.core import STATE_NAMES, load_checks
from notoneless.common import phones
from notoneless.flows.child_file import ChildFile, FieldValues
from notoneless.link.core import definitions
from notoneless.link.records.models import LinkDecision
from notoneless.roster.core import load_kinds
from notoneless.web.shell.templatetags.desk import grade_name

STATUS_KINDS = {"met": "done", "gap": "bad", "excused": "doing", "unknown": "warn"}
STATE_ORDER = {"gap": 0, "unknown": 1, "excused": 2, "met": 3}
# How one roster row names a relative: the columns of the name, of the relation, of the phone; how the relation reads.
# 与户主关系 says what the child is to the head, so it must not stand behind the head's name alone.
OF_HEAD = gettext_lazy("户主或申请人，孩子是其%(relation)s")
FAMILY_COLUMNS = (
    ("guardian_name", "guardian_relation", "phone", "%(relation)s"),
    ("hh_head", "relation", "", OF_HEAD),
    ("head_name", "relation", "", OF_HEAD),
)


@dataclass(frozen=True)
class ShownValue:
    """One value with the rows it stands in: name of the list, row number, row key."""

    value: str
    sources: list[tuple[str, int, str]]


@dataclass(frozen=True)
class FieldLine:
    """One field: its different values, each with its sources; more than one means disagreement."""

    name: str
    values: list[ShownValue]

    @property
    def disagree(self) -> bool:
        """The sources do not say the same."""
        return len(self.values) > 1


@dataclass(frozen=True)
class MemberLine:
    """A roster row that was found to be this child."""

    kind: str
    delivery: str
    row_no: int
    row_key: str
    step: str
    reason: str


@dataclass(frozen=True)
class Relative:
    """One grown-up as a roster row names them."""

    name: str
    relation: str
    phone: str
    source: str


@dataclass(frozen=True)
class TimelineLine:
    """One line for shell/timeline.html."""

    at: dt.datetime
    text: str
    who: str
    more: str = field(default="")


def field_lines(fields: list[FieldValues]) -> list[FieldLine]:
    """Values grouped: what counts as the same stands once, with all its sources, as the first of them writes it."""
    return [FieldLine(one.name, _grouped(one)) for one in fields]


def _grouped(one: FieldValues) -> list[ShownValue]:
    found: dict[str, ShownValue] = {}
    for value in one.values:
        text = str(grade_name(value.value)) if one.field == "grade" else value.value
        if value.compared not in found and any(text == other.value for other in found.values()):
            text = _("%(value)s（遮住的几位不同）") % {"value": text}
        group = found.setdefault(value.compared, ShownValue(text, []))
        group.sources.append((value.kind_name, value.row_no, value.row_key))
    return list(found.values())


def member_lines(sources: list[dict[str, Any]]) -> list[MemberLine]:
    """Which rows make up the child, by which step and why."""
    kinds = load_kinds()
    return [
        MemberLine(
            kinds[one["kind"]].name,
            one["delivery_id"],
            one["row_no"],
            one["row_key"],
            step_name(one["step"]),
            one["reason"],
        )
        for one in sources
    ]


def step_name(step: str) -> str:
    """What a step of linking is called; steps of old sweeps that are no more keep their id."""
    steps = definitions.steps()
    return steps[step].name if step in steps else step


def relatives(sources: list[dict[str, Any]]) -> list[Relative]:
    """The grown-ups that the child's rows name, each name once per list."""
    kinds, found = load_kinds(), dict[tuple[str, str], Relative]()
    for source in sources:
        for *columns, sentence in FAMILY_COLUMNS:
            name, relation, phone = (_text(source["row"], column) for column in columns)
            relation = str(sentence) % {"relation": relation} if relation else ""
            kind = kinds[source["kind"]].name
            if name and (name, kind) not in found:
                found[name, kind] = Relative(name, relation, phones.mask(phone) if phone else "", kind)
    return list(found.values())


def _text(row: Mapping[str, Any], column: str) -> str:
    return str(row.get(column) or "") if column else ""


def answer_lines(file: ChildFile) -> list[dict[str, str]]:
    """What every check says, the open ones first."""
    answers = sorted(file.answers, key=lambda one: STATE_ORDER[one.state])
    return [
        {
            "check_id": one.check_id,
            "name": one.name,
            "state": STATE_NAMES[one.state],
            "kind": STATUS_KINDS[one.state],
            "reason": one.reason,
        }
        for one in answers
    ]


def gap_lines(gaps: list[Gap]) -> list[tuple[Gap, str, str]]:
    """(gap, name of its check, mark of its state)."""
    kinds = {Gap.State.OPEN: "bad", Gap.State.CLOSED: "done", Gap.State.EXCUSED: "off"}
    checks = load_checks()
    return [(gap, checks[gap.check_id].name, kinds[Gap.State(gap.state)]) for gap in gaps]


def case_lines(cases: list[Case]) -> list[tuple[Case, str]]:
    """(case, its state in words)."""
    return [(case, state_name(case.state)) for case in cases]


def story(file: ChildFile) -> list[TimelineLine]:
    """Everything recorded in the child's cases and about its links, newest first."""
    lines = [TimelineLine(entry.at, entry.text, entry.who) for case in file.cases for entry in timeline(case)]
    lines += [line for decision in file.decisions for line in _verdict_story(decision)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _verdict_story(decision: LinkDecision) -> list[TimelineLine]:
    said = TimelineLine(
        decision.at,
        _("判定两行：%(verdict)s") % {"verdict": decision.get_verdict_display()},
        decision.by.display_name,
        decision.reason,
    )
    if decision.undone_at is None or decision.undone_by is None:
        return [said]
    text = _("撤销判定：%(verdict)s") % {"verdict": decision.get_verdict_display()}
    return [said, TimelineLine(decision.undone_at, text, decision.undone_by.display_name, decision.undo_reason)]
