"""Writes on doubtful pairs: right, reach, what the reader saw, repeat, trail; and what a second or a blind reader may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.cast import Cast

from notoneless.common.errors import Fault
from notoneless.flows.judge import judge, take_back
from notoneless.flows.pair_risks import risks_of
from notoneless.link.core.review import risks
from notoneless.link.records import judging
from notoneless.link.records.models import Child, LinkDecision, Reading, ReviewPair
from notoneless.link.records.queries import get_decisions_in_force
from notoneless.link.records.readings import (
    count_read_since,
    get_first_reading,
    list_compared,
    list_judged,
    list_waiting,
)
from notoneless.org.models import User
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(cast: Cast) -> User:
    """A second clerk of the same bureau."""
    return cast.person("clerk2", "贺小满", "county_clerk", place_code=c.COUNTY)


@pytest.fixture
def pair() -> ReviewPair:
    child = k.make_child()
    return ReviewPair.objects.create(
        id="PTEST0000001", sweep=k.SWEEP, place_code=child.place_code, left_kind="hukou", left_delivery="D1",
        left_row_no=1, left_key="a" * 24, right_child=child, right_key="b" * 24, step="borderline", weight=3.0,
        reason="有些相符",
    )  # fmt: skip


def decide(pair: ReviewPair, by: User, verdict: str = "same", **more: object) -> ReviewPair:
    return judging.decide_pair(pair=pair, verdict=verdict, reason="问过", by=by, now=c.NOW, **more)


def answer(pair: ReviewPair, by: User, agrees: bool = True, reason: str = "看过户口簿") -> ReviewPair:
    first = get_first_reading(pair)
    reading = first.pk if first else 0
    return judging.second_pair(pair=pair, reading=reading, agrees=agrees, reason=reason, by=by, now=c.NOW)


def refused(code: str, act: Callable[[], object]) -> None:
    """The act is refused and writes nothing."""
    before = (Event.objects.count(), Reading.objects.count(), LinkDecision.objects.count())
    with pytest.raises(Fault, match=code):
        act()
    assert before == (Event.objects.count(), Reading.objects.count(), LinkDecision.objects.count())


def test_a_risky_merge_binds_no_sweep_until_another_person_agrees(cast: Cast, other: User, pair: ReviewPair) -> None:
    decide(pair, cast.clerk, risks=risks()[:2])
    assert (pair.status, get_decisions_in_force().num_rows) == ("second", 0)
    assert list(list_waiting(other)) == [pair]
    assert list(list_waiting(cast.clerk)) == []
    answer(pair, other)
    (decision,) = LinkDecision.objects.all()
    assert (decision.verdict, decision.by, decision.second_by) == ("same", cast.clerk, other)
    assert (pair.status, pair.second_by) == ("same", other)
    said = [(one.action, one.detail) for one in Event.objects.filter(action__startswith="link.")]
    assert said == [
        ("link.decide", {"pair": pair.pk, "verdict": "same", "risks": "two_valid_ids、in_open_case"}),
        ("link.second", {"pair": pair.pk, "answer": "同意"}),
    ]


def test_a_merge_without_risk_and_a_parting_with_risk_count_at_once(cast: Cast, pair: ReviewPair) -> None:
    assert decide(pair, cast.clerk, "different", risks=risks()).status == "different"
    assert get_decisions_in_force().to_pylist()[0]["verdict"] == "different"
    judging.undo_pair(pair=pair, reason="错了", by=cast.clerk, now=c.NOW)
    assert decide(pair, cast.clerk).status == "same"


def test_a_returned_merge_waits_for_a_new_verdict_and_tells_why(cast: Cast, other: User, pair: ReviewPair) -> None:
    decide(pair, cast.clerk, risks=risks())
    refused("E432", lambda: answer(pair, other, agrees=False, reason=" "))
    answer(pair, other, agrees=False, reason="两家人")
    assert (pair.status, pair.decided_by, LinkDecision.objects.count()) == ("open", None, 0)
    assert get_first_reading(pair) is None
    decide(pair, other, risks=risks())
    answer(pair, cast.clerk)
    assert [(one.purpose, one.verdict) for one in Reading.objects.filter(undone_at=None)] == [
        ("second", "returned"),
        ("first", "same"),
        ("second", "same"),
    ]


def test_who_may_not_answer_a_risky_merge(cast: Cast, other: User, pair: ReviewPair) -> None:
    decide(pair, cast.clerk, risks=risks())
    refused("E436", lambda: answer(pair, cast.clerk))
    refused("E704", lambda: answer(pair, cast.stranger))
    refused("E701", lambda: answer(pair, cast.head))
    refused("E431", lambda: decide(pair, other))
    old = get_first_reading(pair)
    assert old is not None
    judging.undo_pair(pair=pair, reason="再想想", by=cast.clerk, now=c.NOW)
    decide(pair, cast.clerk, risks=risks())
    refused(
        "E437",
        lambda: judging.second_pair(pair=pair, reading=old.pk, agrees=True, reason="", by=other, now=c.NOW),
    )
    answer(pair, other)
    refused("E437", lambda: answer(pair, other))


def test_a_judged_pair_is_put_before_another_reader_who_never_saw_the_verdict(
    cast: Cast, other: User, pair: ReviewPair
) -> None:
    decide(pair, cast.clerk, blind=True)
    assert list(list_waiting(cast.clerk)) == []
    assert (list(list_waiting(other)), list(list_judged(other))) == ([pair], [])
    assert list(list_waiting(cast.stranger)) == []
    judging.read_blind(pair=pair, verdict="different", reason="", by=other, now=c.NOW)
    assert (list(list_waiting(other)), list(list_judged(other))) == ([], [pair])
    pair.refresh_from_db()
    assert (pair.status, pair.decided_by) == ("same", cast.clerk)
    assert [(one.against.verdict, one.verdict) for one in list_compared(cast.head)] == [("same", "different")]
    assert list(list_compared(cast.stranger)) == list(list_compared(cast.township_officer)) == []
    refused("E431", lambda: judging.read_blind(pair=pair, verdict="same", reason="", by=other, now=c.NOW))
    assert Event.objects.filter(action="link.blind").get().detail == {"pair": pair.pk, "verdict": "different"}


def test_who_may_not_read_blind(cast: Cast, other: User, pair: ReviewPair) -> None:
    def read(by: User, verdict: str = "same") -> Reading:
        return judging.read_blind(pair=pair, verdict=verdict, reason="", by=by, now=c.NOW)

    refused("E431", lambda: read(other))
    decide(pair, cast.clerk, blind=True)
    refused("E431", lambda: read(cast.clerk))
    refused("E433", lambda: read(other, "perhaps"))
    refused("E701", lambda: read(cast.head))
    refused("E704", lambda: read(cast.stranger))
    refused("E434", lambda: judging.undo_blind(pair=pair, by=other, now=c.NOW))


def test_a_blind_reading_taken_back_may_be_given_again_and_nobody_elses_is_touched(
    cast: Cast, other: User, pair: ReviewPair
) -> None:
    decide(pair, cast.clerk, blind=True)
    judging.read_blind(pair=pair, verdict="different", reason="", by=other, now=c.NOW)
    take_back(pair=pair, by=other, now=c.NOW, blind=True)
    pair.refresh_from_db()
    assert (pair.status, list(list_compared(other)), list(list_waiting(other))) == ("same", [], [pair])
    refused("E701", lambda: judging.undo_blind(pair=pair, by=cast.head, now=c.NOW))
    refused("E704", lambda: judging.undo_blind(pair=pair, by=cast.stranger, now=c.NOW))
    judging.read_blind(pair=pair, verdict="same", reason="", by=other, now=c.NOW)
    assert Event.objects.filter(action="link.undo").get().detail == {"pair": pair.pk, "blind": True}


def test_a_difference_stays_measured_when_the_first_verdict_is_taken_back(
    cast: Cast, other: User, pair: ReviewPair
) -> None:
    decide(pair, cast.clerk, blind=True)
    judging.read_blind(pair=pair, verdict="different", reason="", by=other, now=c.NOW)
    judging.undo_pair(pair=pair, reason="判错了", by=cast.clerk, now=c.NOW)
    assert [(one.against.verdict, one.verdict) for one in list_compared(cast.clerk)] == [("same", "different")]
    assert list(list_waiting(other)) == [pair]


def test_the_day_counts_what_stands(cast: Cast, pair: ReviewPair) -> None:
    midnight = c.NOW - dt.timedelta(hours=9)
    decide(pair, cast.clerk)
    assert count_read_since(cast.clerk, midnight) == 1
    assert count_read_since(cast.clerk, c.NOW + dt.timedelta(days=1)) == 0
    judging.undo_pair(pair=pair, reason="错了", by=cast.clerk, now=c.NOW)
    assert count_read_since(cast.clerk, midnight) == 0


def test_a_failing_trail_saves_nothing(
    cast: Cast, other: User, pair: ReviewPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(pair, cast.clerk, risks=risks())

    def fail(*_a: object, **_k: object) -> None:
        raise Fault("E721")

    monkeypatch.setattr(judging, "record", fail)
    for act in (lambda: answer(pair, other), lambda: judging.undo_pair(pair=pair, reason="", by=other, now=c.NOW)):
        with pytest.raises(Fault, match="E721"):
            act()
    assert (ReviewPair.objects.get().status, Reading.objects.count(), LinkDecision.objects.count()) == (
        "second",
        1,
        0,
    )


def test_the_risks_of_two_children(cast: Cast, pair: ReviewPair) -> None:
    left = Child.objects.create(
        id="C0000000077", name="张小画", place_code=c.FOREIGN_TOWN, id_state="valid", id_index="x", in_school_roll=True,
        first_sweep=k.SWEEP, last_sweep=k.SWEEP,
    )  # fmt: skip
    Child.objects.filter(pk=pair.right_child_id).update(
        id_state="valid", id_index="y", in_school_roll=True, place_code=c.VILLAGE
    )
    assert risks_of(pair, k.TODAY) == []
    pair.left_child = left.pk
    assert [risk.id for risk in risks_of(pair, k.TODAY)] == ["two_valid_ids", "across_counties", "two_rolls"]
    k.open_case(cast.clerk, child_id=pair.right_child_id)
    assert "in_open_case" in {risk.id for risk in risks_of(pair, k.TODAY)}
    Child.objects.filter(pk=left.pk).update(id_index="y", place_code=c.OTHER_TOWN, in_school_roll=False)
    assert [risk.id for risk in risks_of(pair, k.TODAY)] == ["in_open_case"]


def test_one_key_does_what_the_pair_asks_for(cast: Cast, other: User, pair: ReviewPair) -> None:
    def press(by: User, verdict: str, reading: int | None = None) -> None:
        judge(pair=ReviewPair.objects.get(), verdict=verdict, reason="", reading=reading, by=by, now=c.NOW)

    k.open_case(cast.clerk, child_id=pair.right_child_id)
    press(cast.clerk, "same")
    # Whoever had the page open before, and did not see the first verdict, does not agree by chance.
    with pytest.raises(Fault, match="E431"):
        press(other, "same")
    first = get_first_reading(pair)
    assert first is not None
    press(other, "same", first.pk)
    assert ReviewPair.objects.get().second_by == other
