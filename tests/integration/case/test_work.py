"""Owners, plans, measures, visits, papers, placements: what is taken, what is refused, what comes twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Evidence, Placement, Visit
from notoneless.case.records.queries import timeline
from notoneless.common.errors import Fault

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 scan of a stamped paper"


def code_of(act, *args, **arguments) -> str:
    with pytest.raises(Fault) as caught:
        act(*args, **arguments)
    return caught.value.code


def sealed_files() -> list[Path]:
    return [path for path in (Path(settings.DATA_DIR) / "evidence").rglob("*") if path.is_file()]


def test_the_owner_of_a_case_owns_its_open_gaps_but_not_those_of_others(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "enrolled_not_attending", "aid_missed")
    gap = k.gap_of(case, "aid_missed")
    actions.set_plan(**k.fresh_gap(gap), plan="查资助系统", owner_id=cast.principal.pk, by=cast.clerk, now=c.NOW)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW)
    assert k.gap_of(case).owner == cast.teacher
    assert k.gap_of(case, "aid_missed").owner == cast.principal
    actions.assign(**k.fresh(case), owner_id=cast.township_officer.pk, by=cast.principal, now=c.NOW)
    assert k.gap_of(case).owner == cast.township_officer
    assert k.gap_of(case, "aid_missed").owner == cast.principal


@pytest.mark.parametrize("who", ["stranger", "other_principal", "head", "partner", "auditor"])
def test_an_owner_must_be_able_to_work_the_case(cast: c.Cast, who: str) -> None:
    case = k.open_case(cast.clerk)
    owner = getattr(cast, who)
    assert code_of(actions.assign, **k.fresh(case), owner_id=owner.pk, by=cast.clerk, now=c.NOW) == "E613"
    assert code_of(actions.assign, **k.fresh(case), owner_id=10**6, by=cast.clerk, now=c.NOW) == "E613"


def test_two_editors_of_one_version_the_second_is_told(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    first = {"case_id": case.pk, "version": case.version, "now": c.NOW}
    actions.assign(**first, owner_id=cast.teacher.pk, by=cast.principal)
    assert code_of(actions.assign, **first, owner_id=cast.clerk.pk, by=cast.clerk) == "E601"
    case.refresh_from_db()
    assert case.owner == cast.teacher


def test_a_deadline_moves_with_a_reason_and_never_into_the_past(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "enrolled_not_attending", "aid_missed")
    day, gap = k.TODAY + dt.timedelta(days=40), k.gap_of(case)
    change = {"by": cast.clerk, "now": c.NOW}
    actions.change_due_date(**k.fresh_gap(gap), due_date=day, reason="孩子住院", **change)
    case.refresh_from_db()
    assert k.gap_of(case).due_date == day
    assert case.due_date == k.gap_of(case, "aid_missed").due_date
    past = k.TODAY - dt.timedelta(days=1)
    assert code_of(actions.change_due_date, **k.fresh_gap(gap), due_date=past, reason="?", **change) == "E612"
    assert code_of(actions.change_due_date, **k.fresh_gap(gap), due_date=day, reason=" ", **change) == "E609"


def test_a_deadline_of_a_watched_case_leaves_the_day_of_the_next_look(cast: c.Cast) -> None:
    case = k.bring_back(k.open_case(cast.clerk), cast.principal, cast.teacher)
    day = k.TODAY + dt.timedelta(days=400)
    actions.change_due_date(**k.fresh_gap(k.gap_of(case)), due_date=day, reason="?", by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    assert case.due_date == case.next_recheck_date


def test_a_plan_has_several_measures_each_struck_off_once(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    gap = k.gap_of(case)
    texts = ["联系寄宿", "补课", "低保申请"]
    measures = [
        actions.add_measure(gap_id=gap.pk, text=text, by=cast.clerk, now=c.NOW, owner_id=cast.teacher.pk)
        for text in texts
    ]
    done = actions.finish_measure(measure_id=measures[1].pk, result="每周两次", by=cast.teacher, now=k.later(1))
    assert (done.done_by, done.result) == (cast.teacher, "每周两次")
    assert gap.measures.filter(done_at=None).count() == 2
    again = {"measure_id": measures[1].pk, "result": "又一次", "by": cast.teacher, "now": c.NOW}
    assert code_of(actions.finish_measure, **again) == "E617"
    assert code_of(actions.finish_measure, **(again | {"measure_id": 10**6})) == "E704"
    assert any(entry.text == "措施完成：补课，结果：每周两次" for entry in timeline(case))


def test_texts_have_a_beginning_and_an_end(cast: c.Cast) -> None:
    gap = k.gap_of(k.open_case(cast.clerk))
    for text, code in (("  ", "E609"), ("长" * 501, "E627")):
        assert code_of(actions.add_measure, gap_id=gap.pk, text=text, by=cast.clerk, now=c.NOW) == code


def test_an_ended_gap_takes_no_measure(cast: c.Cast) -> None:
    case = k.close(k.open_case(cast.clerk), cast.principal, cast.head, "graduated", "graduation_paper")
    add = {"gap_id": k.gap_of(case).pk, "text": "家访", "by": cast.clerk, "now": c.NOW}
    assert code_of(actions.add_measure, **add) == "E614"


def test_the_same_visit_sent_twice_is_one_visit(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    report = k.visit_report(agreed=True, agreed_date=k.TODAY)
    first = actions.record_visit(case_id=case.pk, report=report, by=cast.teacher, now=c.NOW)
    assert actions.record_visit(case_id=case.pk, report=report, by=cast.teacher, now=k.later(1)) == first
    assert Visit.objects.count() == 1
    other = replace(report, met_whom="祖父")
    assert code_of(actions.record_visit, case_id=case.pk, report=other, by=cast.teacher, now=c.NOW) == "E622"
    second = k.open_case(cast.clerk, child_id="C0000000002")
    assert code_of(actions.record_visit, case_id=second.pk, report=report, by=cast.teacher, now=c.NOW) == "E622"


def test_a_visit_is_corrected_by_another_not_changed(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    wrong = actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.teacher, now=c.NOW)
    right = actions.record_visit(
        case_id=case.pk, report=k.visit_report(met_whom="祖父"), by=cast.teacher, now=c.NOW, corrects_id=wrong.pk
    )
    assert right.corrects == wrong
    assert any("更正前一条" in entry.text for entry in timeline(case))
    stray = {"case_id": case.pk, "report": k.visit_report(), "corrects_id": 10**6}
    assert code_of(actions.record_visit, **stray, by=cast.teacher, now=c.NOW) == "E704"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"at": c.NOW + dt.timedelta(minutes=1)}, "E612"),
        ({"kind": "carrier_pigeon"}, "E611"),
        ({"bodies": ()}, "E609"),
        ({"bodies": ("school", "nobody")}, "E611"),
        ({"agreed": True, "agreed_date": (c.NOW - dt.timedelta(days=1)).date()}, "E612"),
        ({"people": ""}, "E609"),
        ({"met_whom": " "}, "E609"),
        ({"difficulty": "长" * 501}, "E627"),
    ],
)
def test_a_visit_that_cannot_be(cast: c.Cast, change: dict, code: str) -> None:
    case = k.open_case(cast.clerk)
    report = k.visit_report(**change)
    assert code_of(actions.record_visit, case_id=case.pk, report=report, by=cast.teacher, now=c.NOW) == code
    assert Visit.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "rumour"}, "E611"),
        ({"issued_date": k.TODAY + dt.timedelta(days=1)}, "E612"),
        ({"valid_to": k.TODAY - dt.timedelta(days=1)}, "E612"),
        ({"number": ""}, "E609"),
        ({"issued_by": ""}, "E609"),
        ({"file": b"", "file_name": "a.pdf"}, "E619"),
        ({"file": b"MZ program", "file_name": "a.pdf"}, "E619"),
        ({"file": b"%PDF" + bytes(10 * 1024 * 1024), "file_name": "a.pdf"}, "E619"),
    ],
)
def test_a_paper_that_cannot_be(cast: c.Cast, change: dict, code: str) -> None:
    case = k.open_case(cast.clerk)
    paper = {
        "case_id": case.pk, "kind": "school_paper", "number": "7", "issued_by": "中心小学", "issued_date": k.TODAY,
        "by": cast.clerk, "now": c.NOW,
    }  # fmt: skip
    kept = sealed_files()
    assert code_of(actions.add_evidence, **(paper | change)) == code
    assert Evidence.objects.count() == 0
    assert sealed_files() == kept


def test_a_scan_is_sealed_and_opens_only_as_it_was(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.clerk, file=PDF, file_name="../../证明.pdf", gap_id=k.gap_of(case).pk)
    assert (paper.file_name, paper.file_type) == ("证明.pdf", "pdf")
    assert paper.gap == k.gap_of(case)
    path = next(path for path in sealed_files() if path.stem == paper.pk.hex)
    assert PDF not in path.read_bytes()
    assert actions.open_evidence_file(evidence_id=paper.pk, by=cast.principal, now=c.NOW) == (paper, PDF)
    path.unlink()
    assert code_of(actions.open_evidence_file, evidence_id=paper.pk, by=cast.principal, now=c.NOW) == "E624"
    bare = k.add_evidence(case, cast.clerk)
    assert code_of(actions.open_evidence_file, evidence_id=bare.pk, by=cast.principal, now=c.NOW) == "E624"


def test_a_scan_without_a_name_gets_one(cast: c.Cast) -> None:
    paper = k.add_evidence(k.open_case(cast.clerk), cast.clerk, file=PDF)
    assert paper.file_name == "佐证.pdf"


def test_no_scan_is_left_when_its_row_is_not_saved(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case, kept = k.open_case(cast.clerk), sealed_files()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no trail")

    monkeypatch.setattr("notoneless.case.records.actions.working.note", fail)
    with pytest.raises(RuntimeError):
        k.add_evidence(case, cast.clerk, file=PDF, file_name="证明.pdf")
    assert sealed_files() == kept


def test_papers_belong_to_their_case(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    other = k.open_case(cast.clerk, child_id="C0000000002")
    foreign = k.add_evidence(other, cast.clerk, "death_paper")
    ask = {"outcome_id": "dead", "reason": "病故", "by": cast.clerk, "now": c.NOW}
    for evidence, code in ((foreign.pk, "E620"), (uuid4(), "E704"), ("junk", "E704"), ("", "E609")):
        assert code_of(actions.ask_closing, **k.fresh(case), evidence_id=evidence, **ask) == code
    gap = k.gap_of(other).pk
    with pytest.raises(Fault) as caught:
        k.add_evidence(case, cast.clerk, gap_id=gap)
    assert caught.value.code == "E704"


def test_a_new_placement_ends_the_one_before(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    day = k.TODAY - dt.timedelta(days=30)
    place = {"by": cast.clerk, "now": c.NOW}
    actions.set_placement(**k.fresh(case), kind="08", from_date=day, **place)
    actions.set_placement(**k.fresh(case), kind="06", from_date=k.TODAY, school_code=c.SCHOOL, **place)
    assert list(Placement.objects.values_list("kind", "to_date")) == [("08", k.TODAY), ("06", None)]
    assert code_of(actions.set_placement, **k.fresh(case), kind="05", from_date=day, **place) == "E612"
    assert code_of(actions.set_placement, **k.fresh(case), kind="99", from_date=k.TODAY, **place) == "E611"
    tomorrow = k.TODAY + dt.timedelta(days=1)
    assert code_of(actions.set_placement, **k.fresh(case), kind="05", from_date=tomorrow, **place) == "E612"
    assert any(entry.text == f"安置：普通学校随班就读，自 {k.TODAY} 起" for entry in timeline(case))


def test_a_return_is_not_in_the_future(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.principal, cast.teacher)
    actions.set_placement(**k.fresh(case), kind="01", from_date=k.TODAY, by=cast.clerk, now=c.NOW)
    paper = k.add_evidence(case, cast.clerk)
    back = {"returned_date": k.TODAY + dt.timedelta(days=1), "evidence_id": paper.pk, "by": cast.clerk, "now": c.NOW}
    assert code_of(actions.record_return, **k.fresh(case), **back) == "E612"
