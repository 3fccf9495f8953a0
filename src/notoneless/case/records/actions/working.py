"""What people did: visits are only ever added, papers are sealed, a new placement ends the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.persuasion import is_joint
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, Evidence, Gap, Placement, Visit
from ..queries import get_agreed_date, get_evidence, get_gap, rules_on
from .papers import keep_file, read_file
from .taking import check_open, lock_case, need_past, need_short, need_text, note, take_case


@dataclass(frozen=True)
class VisitReport:
    """What is written down after one visit or call. ``client_id`` is made where it was written, phone or desk."""

    client_id: UUID
    at: dt.datetime
    kind: str
    people: str
    met_whom: str
    bodies: tuple[str, ...]
    guardian_attitude: str = ""
    child_attitude: str = ""
    difficulty: str = ""
    agreed: bool = False
    agreed_date: dt.date | None = None
    next_step: str = ""


SAID = [
    "at", "kind", "people", "bodies", "met_whom", "guardian_attitude", "child_attitude", "difficulty", "agreed",
    "agreed_date", "next_step",
]  # fmt: skip


@transaction.atomic
def record_visit(
    *, case_id: str, report: VisitReport, by: User, now: dt.datetime, corrects_id: int | None = None
) -> Visit:
    """Add one visit or persuasion record. The same ``client_id`` again changes nothing and gives back the first.

    E622 when the same ``client_id`` comes with other words, E612 for a visit in the future, E609 for an empty field,
    E611 for an unknown kind or body, E616 for a closed case. A correction names the visit of this case that it corrects.
    Several bodies together (policy ``persuasion.joint_bodies``) make it 联合劝返. What was agreed last is kept on the case.
    """
    case = lock_case(by=by, case_id=case_id, permission=Permission.CASE_WORK)
    said = _said(report, now)
    known = Visit.objects.filter(client_id=report.client_id).first()
    if known is not None:
        return _same_visit(known, case, said)
    check_open(case)
    if corrects_id is not None and not case.visits.filter(pk=corrects_id).exists():
        raise Fault("E704", where=Wording("走访"))
    visit = Visit.objects.create(
        case=case, client_id=report.client_id, by=by, recorded_at=now, corrects_id=corrects_id, **said
    )
    case.agreed_date = get_agreed_date(case)
    case.save(update_fields=["agreed_date"])
    _note_visit(visit, by, now)
    return visit


@transaction.atomic
def add_evidence(
    *,
    case_id: str,
    kind: str,
    number: str,
    issued_by: str,
    issued_date: dt.date,
    by: User,
    now: dt.datetime,
    gap_id: UUID | str | None = None,
    valid_to: dt.date | None = None,
    note_text: str = "",
    file: bytes | None = None,
    file_name: str = "",
) -> Evidence:
    """Add one paper: kind, number, issuer, date; a scan is optional and kept sealed outside the database.

    E611 for an unknown kind, E612 for a day in the future or an end before the issue, E609 for an empty field,
    E619 for a file that is too large or of a kind not taken, E616 for a closed case.
    """
    case = lock_case(by=by, case_id=case_id, permission=Permission.CASE_WORK)
    check_open(case)
    _check_listed(Wording("佐证种类"), kind, rules_on(issued_date).evidence_kinds)
    need_past(Wording("出具日期"), issued_date, now)
    if valid_to is not None and valid_to < issued_date:
        raise Fault("E612", field=Wording("有效期至"), given=valid_to.isoformat(), hint=Wording("不能早于出具日期"))
    paper = Evidence(
        id=uuid4(),
        case=case,
        gap=_gap_of(case, gap_id, by),
        kind=kind,
        number=need_text(Wording("文号或编号"), number, 100),
        issued_by=need_text(Wording("出具单位"), issued_by, 100),
        issued_date=issued_date,
        valid_to=valid_to,
        note=need_short(Wording("说明"), note_text),
        by=by,
        at=now,
    )
    if file is None:
        _save_evidence(paper, by, now)
        return paper
    with keep_file(paper.pk, file, file_name) as kept:
        paper.file_name, paper.file_type, paper.file_sha256 = kept.name, kept.type, kept.sha256
        _save_evidence(paper, by, now)
    return paper


@transaction.atomic
def open_evidence_file(*, evidence_id: UUID | str, by: User, now: dt.datetime) -> tuple[Evidence, bytes]:
    """The scan of one paper, opened for this person: a sensitive read that leaves its trace. E624 without a scan."""
    paper = get_evidence(by, evidence_id)
    if not paper.file_name:
        raise Fault("E624", where=paper.case_id)
    content = read_file(paper.pk)
    note(Action.EVIDENCE_READ, paper.case, by, now, evidence=str(paper.pk))
    return paper, content


@transaction.atomic
def set_placement(
    *,
    case_id: str,
    version: int,
    kind: str,
    from_date: dt.date,
    by: User,
    now: dt.datetime,
    school_code: str = "",
    note_text: str = "",
) -> Placement:
    """Write how the child is taught from a day on; the placement before ends on that day.

    E611 for an unknown kind, E612 for a day in the future or before the present placement began.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    check_open(case)
    _check_listed(Wording("安置方式"), kind, rules_on(from_date).placements)
    need_past(Wording("起始日期"), from_date, now)
    present = Placement.objects.select_for_update().filter(child=case.child_id, to_date=None).first()
    if present is not None:
        _end(present, from_date)
    placement = Placement.objects.create(
        case=case,
        child_id=case.child_id,
        kind=kind,
        from_date=from_date,
        school_code=school_code,
        note=need_short(Wording("说明"), note_text),
        by=by,
        at=now,
    )
    note(Action.PLACEMENT_SET, case, by, now, placement=placement.pk)
    return placement


def _said(report: VisitReport, now: dt.datetime) -> dict[str, object]:
    if report.at > now:
        raise Fault(
            "E612",
            field=Wording("走访时间"),
            given=report.at.isoformat(timespec="minutes"),
            hint=Wording("不能晚于现在"),
        )
    day, rules = localdate(report.at), rules_on(localdate(report.at))
    _check_listed(Wording("走访方式"), report.kind, rules.visit_kinds)
    if not report.bodies:
        raise Fault("E609", field=Wording("参加单位"))
    for body in report.bodies:
        _check_listed(Wording("劝返参加单位"), body, rules.bodies)
    if report.agreed_date is not None and report.agreed_date < day:
        given = report.agreed_date.isoformat()
        raise Fault("E612", field=Wording("约定哪天返校"), given=given, hint=Wording("不能早于走访那一天"))
    return {
        "at": report.at,
        "kind": report.kind,
        "people": need_text(Wording("走访人"), report.people, 200),
        "bodies": [body for body in rules.bodies if body in report.bodies],
        "met_whom": need_text(Wording("见到谁"), report.met_whom, 100),
        "guardian_attitude": need_short(Wording("监护人态度"), report.guardian_attitude),
        "child_attitude": need_short(Wording("孩子态度"), report.child_attitude),
        "difficulty": need_short(Wording("困难"), report.difficulty),
        "agreed": report.agreed,
        "agreed_date": report.agreed_date,
        "next_step": need_short(Wording("下一步"), report.next_step),
    }


def _note_visit(visit: Visit, by: User, now: dt.datetime) -> None:
    rules = rules_on(localdate(visit.at))
    if is_joint(visit.bodies, rules.pack):
        names = rules.body_names(visit.bodies)
        note(Action.VISIT_JOINT, visit.case, by, now, visit=visit.pk, kind=visit.kind, bodies=names)
    else:
        note(Action.VISIT_RECORD, visit.case, by, now, visit=visit.pk, kind=visit.kind)


def _same_visit(known: Visit, case: Case, said: dict[str, object]) -> Visit:
    if known.case_id != case.pk or any(getattr(known, field) != said[field] for field in SAID):
        raise Fault("E622", where=case.pk)
    return known


def _gap_of(case: Case, gap_id: UUID | str | None, by: User) -> Gap | None:
    if gap_id is None:
        return None
    gap = get_gap(by, gap_id)
    if gap.case_id != case.pk:
        raise Fault("E704", where=Wording("缺口"))
    return gap


def _save_evidence(paper: Evidence, by: User, now: dt.datetime) -> None:
    paper.save(force_insert=True)
    note(Action.EVIDENCE_ADD, paper.case, by, now, evidence=str(paper.pk), kind=paper.kind)


def _end(present: Placement, day: dt.date) -> None:
    if day < present.from_date:
        raise Fault(
            "E612", field=Wording("起始日期"), given=day.isoformat(), hint=Wording("不能早于现行安置的起始日期")
        )
    present.to_date = day
    present.save(update_fields=["to_date"])


def _check_listed(name: str, code: str, known: Mapping[str, str]) -> None:
    if code not in known:
        raise Fault("E611", list=name, given=code)
