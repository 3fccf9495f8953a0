"""Children, gaps and cases for tests of the case stage; everybody in them is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from tests.lib import cast as c

from notoneless.case.core.opening import FoundGap
from notoneless.case.records import actions
from notoneless.case.records.models import Case, Evidence, Gap
from notoneless.link.records.models import Child
from notoneless.org.models import User

TODAY = c.NOW.date()
SWEEP = "S20261123-aaaa0001"
LATER_SWEEP = "S20270301-bbbb0002"
LEDGERS = {
    "not_enrolled": "school_age",
    "enrolled_not_attending": "dropout",
    "suspected_dropout": "suspected",
    "aid_missed": "aid",
    "id_invalid": "data",
}


def later(days: int) -> dt.datetime:
    """The cast's moment, some days on."""
    return c.NOW + dt.timedelta(days=days)


def make_child(child_id: str = "C0000000001", place_code: str = c.VILLAGE, school_code: str = c.SCHOOL) -> Child:
    """One child of the home town's first school."""
    return Child.objects.create(
        id=child_id, name="张小花", sex="2", birth_date=dt.date(2013, 5, 1), place_code=place_code,
        school_code=school_code, first_sweep=SWEEP, last_sweep=SWEEP,
    )  # fmt: skip


def found(check_id: str = "enrolled_not_attending", child_id: str = "C0000000001", **changes: Any) -> FoundGap:
    """One gap as the sweep of the cast's day found it."""
    fields: dict[str, Any] = {
        "period": "2026",
        "ledger": LEDGERS[check_id],
        "reason": "学籍在册，点名不在校",
        "severity": 3,
        "due_date": TODAY + dt.timedelta(days=7),
        "place_code": c.VILLAGE,
        "school_code": c.SCHOOL,
        "seen_date": TODAY,
    }
    return FoundGap(check_id=check_id, child_id=child_id, **(fields | changes))


def open_case(by: User, *check_ids: str, child_id: str = "C0000000001", **changes: Any) -> Case:
    """A child with one open case that holds a gap of each check."""
    if not Child.objects.filter(pk=child_id).exists():
        places = {key: changes[key] for key in ("place_code", "school_code") if key in changes}
        make_child(child_id, **places)
    gaps = [found(check, child_id, **changes) for check in check_ids or ("enrolled_not_attending",)]
    actions.open_or_join_many(found=gaps, sweep_id=SWEEP, by=by, now=c.NOW)
    return Case.objects.get(child_id=child_id, closed_at=None)


def fresh(case: Case) -> dict[str, Any]:
    """``case_id`` and the version as it is now, for the next action."""
    case.refresh_from_db()
    return {"case_id": case.pk, "version": case.version}


def gap_of(case: Case, check_id: str = "enrolled_not_attending") -> Gap:
    """The case's gap of one check."""
    return case.gaps.get(check_id=check_id)


def fresh_gap(gap: Gap) -> dict[str, Any]:
    """``gap_id`` and its case's version as it is now."""
    return {"gap_id": gap.pk, "version": Case.objects.get(pk=gap.case_id).version}


def visit_report(**changes: Any) -> actions.VisitReport:
    """A home visit of the morning."""
    fields: dict[str, Any] = {
        "client_id": uuid4(),
        "at": c.NOW - dt.timedelta(hours=1),
        "kind": "home",
        "people": "李老师、村支书",
        "bodies": ("school", "village"),
        "met_whom": "祖母",
        "guardian_attitude": "支持返校",
        "child_attitude": "怕跟不上",
        "difficulty": "落下两个月的课",
    }
    return actions.VisitReport(**(fields | changes))


def add_evidence(case: Case, by: User, kind: str = "school_paper", now: dt.datetime = c.NOW, **more: Any) -> Evidence:
    """One paper of the case."""
    return actions.add_evidence(
        case_id=case.pk, kind=kind, number="岸校证〔2026〕7号", issued_by="岸堤镇中心小学",
        issued_date=now.date(), by=by, now=now, **more,
    )  # fmt: skip


def bring_to_persuading(case: Case, by: User, owner: User) -> Case:
    """Visited, confirmed, owned, planned: 劝返中."""
    actions.record_visit(case_id=case.pk, report=visit_report(), by=by, now=c.NOW)
    actions.confirm(**fresh(case), by=by, now=c.NOW)
    actions.assign(**fresh(case), owner_id=owner.pk, by=by, now=c.NOW)
    for gap in case.gaps.filter(state=Gap.State.OPEN):
        actions.set_plan(**fresh_gap(gap), plan="送学上门补课，申请住校", by=by, now=c.NOW)
        actions.add_measure(gap_id=gap.pk, text="联系寄宿床位", by=by, now=c.NOW)
    actions.start_persuasion(**fresh(case), by=by, now=c.NOW)
    case.refresh_from_db()
    return case


def bring_back(case: Case, by: User, owner: User) -> Case:
    """… and back at school: 已复学（观察）, with the dates of the looks to come."""
    bring_to_persuading(case, by, owner)
    actions.set_placement(**fresh(case), kind="01", from_date=TODAY, school_code=c.SCHOOL, by=by, now=c.NOW)
    paper = add_evidence(case, by)
    actions.record_return(**fresh(case), returned_date=TODAY, evidence_id=paper.pk, by=by, now=c.NOW)
    case.refresh_from_db()
    return case


def pass_rechecks(case: Case, by: User) -> Case:
    """Every look of the present round, each on its day: in school."""
    for look in case.rechecks.filter(round=case.return_round, done_at=None):
        now = dt.datetime.combine(look.due_date, c.NOW.timetz())
        actions.do_recheck(**fresh(case), n=look.n, in_school=True, by=by, now=now)
    case.refresh_from_db()
    return case


def close(
    case: Case, asker: User, decider: User, outcome: str, kind: str, now: dt.datetime = c.NOW, **paper: Any
) -> Case:
    """Asked by one, approved by another."""
    evidence = add_evidence(case, asker, kind, now, **paper)
    request = actions.ask_closing(
        **fresh(case), outcome_id=outcome, evidence_id=evidence.pk, reason="已查明", by=asker, now=now
    )
    actions.decide_closing(request_id=request.pk, version=fresh(case)["version"], approved=True, by=decider, now=now)
    case.refresh_from_db()
    return case
