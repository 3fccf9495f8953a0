"""抽样: what can be drawn from, and what the system says of what was drawn, masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.timezone import localdate

from notoneless.audit.records.actions import Shown, draw_sample
from notoneless.audit.records.models import Sample
from notoneless.audit.records.queries import list_closings
from notoneless.case.records.models import ClosingRequest
from notoneless.case.records.queries import rules_on
from notoneless.check.core import STATE_NAMES, load_checks
from notoneless.check.records import queries as checks
from notoneless.check.records.models import Sweep
from notoneless.common import names
from notoneless.flows.audit_rows import masked_line
from notoneless.flows.check_rows import RowFilter, persons_in_scope, rows_in_scope
from notoneless.org.models import User
from notoneless.policy.places import Places

Described = Callable[[Sequence[str]], dict[str, Shown]]
SEPARATOR = "/"


def draw(
    *, subject: str, seed: str, size: int, by: User, now: dt.datetime, sweep: Sweep | None = None, check_id: str = ""
) -> Sample:
    """Draw a sample of the own place. Children and gaps are those of ``sweep``; ``check_id`` narrows gaps to one check.

    Raises E701, E581–E583; E704 when children or gaps are to be drawn and there is no sweep.
    """
    population, show = _population(subject, by, sweep, check_id)
    return draw_sample(
        subject=subject, population=population, show=show, seed=seed, size=size, by=by, now=now,
        sweep=sweep if subject != Sample.Subject.CLOSING else None, check_id=check_id,
    )  # fmt: skip


def _population(subject: str, user: User, sweep: Sweep | None, check_id: str) -> tuple[list[str], Described]:
    if subject == Sample.Subject.CLOSING:
        return _closings(user)
    if sweep is None:
        return [], lambda _drawn: {}
    if subject == Sample.Subject.CHILD:
        return _children(user, sweep)
    return _gaps(user, sweep, check_id)


def _children(user: User, sweep: Sweep) -> tuple[list[str], Described]:
    persons = persons_in_scope(user, sweep, ())

    def show(drawn: Sequence[str]) -> dict[str, Shown]:
        kept = persons.filter(pc.is_in(persons["child_id"], pa.array(list(drawn)))).to_pylist()
        return {row["child_id"]: Shown(row["child_id"], values=_person(row)) for row in kept}

    return persons["child_id"].to_pylist(), show


def _gaps(user: User, sweep: Sweep, check_id: str) -> tuple[list[str], Described]:
    """Members are named check/child/period."""
    found: dict[str, Shown] = {}
    for check in load_checks().values():
        if check_id in ("", check.id) and checks.has_results(sweep, check.id):
            for row in rows_in_scope(user, sweep, check.id, RowFilter(states=("gap",))).to_pylist():
                line = masked_line(row)
                key = SEPARATOR.join((check.id, row["child_id"], row["period"]))
                values = _person(row) | {"核查": check.name, "记载": "：".join((STATE_NAMES["gap"], line["reason"]))}
                found[key] = Shown(row["child_id"], values=values)
    return list(found), lambda drawn: {one: found[one] for one in drawn}


def _closings(user: User) -> tuple[list[str], Described]:
    closings = list_closings(user)

    def show(drawn: Sequence[str]) -> dict[str, Shown]:
        chosen = closings.filter(pk__in=[int(one) for one in drawn])
        return {str(one.pk): Shown(one.case.child_id, one.case_id, closing_values(one)) for one in chosen}

    return [str(key) for key in closings.values_list("pk", flat=True)], show


def closing_values(closing: ClosingRequest) -> dict[str, str]:
    """What was approved, on which paper, by whom."""
    rules, paper = rules_on(localdate(closing.asked_at)), closing.evidence
    child = closing.case.child
    return {
        "姓名": names.mask_name(child.name),
        "辖区": Places.load().label(child.place_code),
        "学校": child.school_name,
        "记载": "销号：" + rules.outcome_name(closing.outcome),
        "佐证": rules.evidence_kinds.get(paper.kind, paper.kind)
        + f" {paper.number}，{paper.issued_by} {paper.issued_date}",
        "经手": f"{closing.asked_by.display_name}提请，{closing.decided_by.display_name if closing.decided_by else ''}批准",
    }


def _person(row: dict[str, Any]) -> dict[str, str]:
    return {
        "姓名": names.mask_name(row["name"] or ""),
        "辖区": Places.load().label(row["place_code"] or ""),
        "学校": row["school_name"] or "",
    }
