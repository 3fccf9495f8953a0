"""What a person sees of cases, in which order, and what the sweep is told."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions, queries
from notoneless.case.records.queries import CaseFilter
from notoneless.common.errors import Fault

pytestmark = pytest.mark.django_db


def ids(page: queries.CasePage) -> list[str]:
    return [case.child_id[-1] for case in page.rows]


@pytest.fixture
def three(cast: c.Cast) -> c.Cast:
    """1: SCHOOL, due in 7 days; 2: same town, other school, due in 3; 3: other town, no school, aid, due in 5."""
    k.open_case(cast.clerk)
    k.open_case(
        cast.clerk, child_id="C0000000002", school_code=c.SECOND_SCHOOL, due_date=k.TODAY + dt.timedelta(days=3)
    )
    k.open_case(
        cast.clerk, "aid_missed", child_id="C0000000003", place_code=c.OTHER_TOWN, school_code="", severity=2,
        due_date=k.TODAY + dt.timedelta(days=5),
    )  # fmt: skip
    return cast


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("clerk", ["2", "3", "1"]),
        ("head", ["2", "3", "1"]),
        ("township_officer", ["2", "1"]),
        ("principal", ["1"]),
        ("teacher", ["1"]),
        ("other_principal", ["2"]),
        ("stranger", []),
        ("partner", []),
        ("auditor", []),
        ("admin", []),
    ],
)
def test_everybody_sees_what_lies_in_reach_the_soonest_due_first(three: c.Cast, who: str, seen: list[str]) -> None:
    user = getattr(three, who)
    assert ids(queries.list_cases(user)) == seen
    assert queries.count_cases(user) == len(seen)


def test_pages_follow_one_another_without_a_gap(three: c.Cast) -> None:
    first = queries.list_cases(three.clerk, size=2)
    assert ids(first) == ["2", "3"]
    second = queries.list_cases(three.clerk, after=first.next_after, size=2)
    assert (ids(second), second.next_after) == (["1"], "")
    with pytest.raises(Fault) as caught:
        queries.list_cases(three.clerk, after="yesterday")
    assert caught.value.code == "E612"


def test_filters(three: c.Cast) -> None:
    def seen(**filters: object) -> list[str]:
        return sorted(ids(queries.list_cases(three.clerk, CaseFilter(**filters))))

    case = k.Case.objects.get(child_id="C0000000001")
    actions.assign(**k.fresh(case), owner_id=three.teacher.pk, by=three.clerk, now=c.NOW)
    assert seen(owner_id=three.teacher.pk) == ["1"]
    assert seen(has_owner=False) == ["2", "3"]
    assert seen(check_id="aid_missed") == seen(ledger="aid") == seen(severity=2) == ["3"]
    assert seen(place=("371321101000", "371321102000")) == ["1", "2"]
    assert seen(school_code=c.SECOND_SCHOOL) == seen(due_before=k.TODAY + dt.timedelta(days=4)) == ["2"]
    assert seen(child_id="C0000000003") == ["3"]
    assert seen(state="to_verify", standing="open") == ["1", "2", "3"]
    assert seen(standing="closed") == seen(recheck_before=k.TODAY) == seen(waiting=True) == []
    paper = k.add_evidence(case, three.clerk, "death_paper")
    actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=three.clerk, now=c.NOW
    )
    assert seen(waiting=True) == seen(decidable_by=three.head.pk) == ["1"]
    assert seen(decidable_by=three.clerk.pk) == []


def test_the_first_page_counts_what_its_lists_hold(three: c.Cast) -> None:
    case = k.Case.objects.get(child_id="C0000000001")
    actions.assign(**k.fresh(case), owner_id=three.teacher.pk, by=three.clerk, now=c.NOW)
    paper = k.add_evidence(case, three.principal, "death_paper")
    actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=three.principal, now=c.NOW
    )
    day = k.TODAY + dt.timedelta(days=6)
    counts = queries.get_home_counts(three.clerk, day)
    assert counts == {
        "open": 3, "overdue": 2, "mine": 0, "mine_overdue": 0, "to_verify": 3, "unowned": 2, "rechecks_due": 0,
        "agreed_past": 0, "waiting": 1,
    }  # fmt: skip
    assert len(queries.list_overdue(three.clerk, day).rows) == counts["overdue"]
    assert queries.get_home_counts(three.teacher, k.TODAY + dt.timedelta(days=8))["mine_overdue"] == 1
    assert queries.get_home_counts(three.principal, day)["waiting"] == 0
    assert set(queries.get_home_counts(three.partner, day).values()) == {0}


def test_foreign_and_absent_are_the_same(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.clerk, "death_paper")
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    gap = k.gap_of(case)
    asks = [
        (queries.get_case, case.pk, "A2026-999999"),
        (queries.get_gap, gap.pk, uuid4()),
        (queries.get_gap, gap.pk, "not a uuid"),
        (queries.get_evidence, paper.pk, uuid4()),
        (queries.get_closing_request, request.pk, 10**6),
        (queries.get_closing_request, request.pk, "x"),
    ]
    for get, there, absent in asks:
        assert str(get(cast.head, there).pk) == str(there)
        messages = set()
        for user, key in ((cast.stranger, there), (cast.head, absent)):
            with pytest.raises(Fault) as caught:
                get(user, key)
            messages.add((caught.value.code, caught.value.message))
        assert len(messages) == 1


def test_possible_moves_are_those_of_the_role_with_what_is_missing(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    moves = {move.rule.id: move for move in queries.list_possible_moves(cast.clerk, case, k.TODAY)}
    assert set(moves) == {"confirm", "ask_receiver", "close_mistake", "close_settled"}
    assert moves["confirm"].missing == ("至少一次走访或一份佐证",)
    assert moves["close_mistake"].is_ready
    assert not moves["close_settled"].is_ready
    assert queries.list_possible_moves(cast.teacher, case, k.TODAY) == []
    assert queries.list_possible_moves(cast.stranger, case, k.TODAY) == []
    paper = k.add_evidence(case, cast.clerk, "death_paper")
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    assert queries.list_possible_moves(cast.clerk, case, k.TODAY) == []
    actions.decide_closing(
        request_id=request.pk, version=k.fresh(case)["version"], approved=True, by=cast.head, now=c.NOW
    )
    case.refresh_from_db()
    assert [move.rule.id for move in queries.list_possible_moves(cast.head, case, k.TODAY)] == ["reopen"]


def test_outcomes_to_choose_from(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "enrolled_not_attending", "aid_missed")
    named = {outcome.id for outcome in queries.list_outcomes(case, k.TODAY)}
    assert {"dead", "settled"} <= named
    assert not {"returned", "paid_late", "roster", "placed"} & named
    assert queries.list_gap_outcomes(k.gap_of(case), k.TODAY) == []
    single = {outcome.id for outcome in queries.list_gap_outcomes(k.gap_of(case, "aid_missed"), k.TODAY)}
    assert {"paid_late", "refused_aid"} <= single


def test_possible_owners_can_work_the_case(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    owners = set(queries.list_possible_owners(cast.principal, case))
    assert owners == {cast.clerk, cast.township_officer, cast.principal, cast.teacher}
    assert queries.list_possible_owners(cast.teacher, case) == []


def test_excuses_told_to_the_sweep(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "enrolled_not_attending", "aid_missed")
    k.close(case, cast.principal, cast.head, "dead", "death_paper")
    other = k.open_case(cast.clerk, child_id="C0000000002")
    k.close(other, cast.principal, cast.head, "abroad", "passport_paper")
    rows = queries.get_excuse_facts(k.TODAY)
    assert [(row["child_id"][-1], row["check_id"], row["outcome"]) for row in rows] == [
        ("1", "aid_missed", "dead"),
        ("1", "enrolled_not_attending", "dead"),
        ("2", "enrolled_not_attending", "abroad"),
    ]
    assert {row["evidence_no"] for row in rows} == {"岸校证〔2026〕7号"}
    assert rows[0]["valid_to"] is None
    assert rows[2]["valid_to"] == k.TODAY + dt.timedelta(days=365)
    wider = queries.get_excuse_facts(k.TODAY, {"not_enrolled": "school_age", "aid_undue": "aid"})
    assert ("1", "aid_undue") in {(row["child_id"][-1], row["check_id"]) for row in wider}
    assert len(wider) == len(rows) + 4
    actions.reopen(**k.fresh(other), reason="没有出境记录", by=cast.head, now=k.later(1))
    assert {row["child_id"][-1] for row in queries.get_excuse_facts(k.TODAY)} == {"1"}


def test_placements_and_visits_told_to_the_sweep(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    actions.set_placement(**k.fresh(case), kind="08", from_date=k.TODAY, by=cast.clerk, now=c.NOW)
    assert queries.get_placement_facts() == [
        {"child_id": case.child_id, "kind": "08", "from_date": k.TODAY, "to_date": None, "school_code": ""}
    ]
    wrong = actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.clerk, now=c.NOW)
    actions.record_visit(
        case_id=case.pk, report=k.visit_report(kind="phone"), by=cast.clerk, now=c.NOW, corrects_id=wrong.pk
    )
    visits = queries.get_visit_facts()
    assert [(row["child_id"], row["kind"], row["agreed"]) for row in visits] == [(case.child_id, "phone", False)]


def test_the_timeline_speaks_of_everything_newest_first(cast: c.Cast) -> None:
    case = k.bring_back(k.open_case(cast.clerk), cast.principal, cast.teacher)
    day = dt.datetime.combine(case.rechecks.first().due_date, c.NOW.timetz())
    actions.do_recheck(**k.fresh(case), n=1, in_school=True, by=cast.teacher, now=day, note_text="成绩跟上了")
    entries = queries.timeline(case)
    assert entries == sorted(entries, key=lambda entry: entry.at, reverse=True)
    assert {entry.kind for entry in entries} == {
        "case", "gap", "visit", "evidence", "placement", "measure", "recheck",
    }  # fmt: skip
    assert any(entry.text == "第 1 次复查：在校，成绩跟上了" for entry in entries)
    assert all("{" not in entry.text for entry in entries)


def test_several_cases_split_by_who_can_take_them(three: c.Cast) -> None:
    cases = queries.get_cases(three.clerk, ["A2026-000001", "A2026-000002", "A2026-000003", "A2026-999999"])
    assert [case.child_id[-1] for case in cases] == ["2", "3", "1"]
    assert [case.child_id[-1] for case in queries.get_cases(three.principal, [case.pk for case in cases])] == ["1"]
    k.close(k.Case.objects.get(child_id="C0000000002"), three.clerk, three.head, "graduated", "graduation_paper")
    first = k.Case.objects.get(child_id="C0000000001")
    actions.assign(**k.fresh(first), owner_id=three.township_officer.pk, by=three.clerk, now=c.NOW)
    cases = queries.get_cases(three.clerk, [case.pk for case in cases])
    split = queries.split_for_owner(cases, three.township_officer)
    assert split.taken == []
    assert {case.child_id[-1]: why for case, why in split.left} == {
        "1": "已由这位责任人负责", "2": "已经销号", "3": "这位责任人管不到孩子所在的乡镇或学校",
    }  # fmt: skip
    assert [case.child_id[-1] for case in queries.split_for_owner(cases, three.clerk).taken] == ["3", "1"]
    owners = queries.list_owners_for_any(three.clerk, cases)
    assert {person.username for person in owners} == {"clerk", "town", "principal", "principal2", "teacher_li"}
    assert queries.list_owners_for_any(three.teacher, cases) == []
