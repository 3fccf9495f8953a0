"""Two people do the same thing at the same moment, on SQLite and on PostgreSQL: one act happens, once.

Each in a thread with a connection of its own, let go together, several rounds. The loser gets a Fault that a person can
read (or is told that it was done already), never a database error; and no child ever has two open cases.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib import rosters
from tests.lib.cast import Cast, make_cast
from tests.lib.two_counties import case_of, home_county, sweep_county

from notoneless.case.records import actions
from notoneless.case.records.models import Case, ClosingRequest, Gap, Measure, Move, Visit
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.flows.clean_up import clean_up
from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.flows.verify import verify_sweep
from notoneless.link.core.review import risks
from notoneless.link.records.actions import undo_link
from notoneless.link.records.judging import decide_pair, read_blind, second_pair, undo_pair
from notoneless.link.records.models import LinkDecision, Reading, ReviewPair
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.roster.records.models import Delivery
from notoneless.trail.chain import verify_chain
from notoneless.trail.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = 5


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, or its Fault; anything else that is raised fails the test."""
    results: list[object] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            start.wait()
            results[place] = act()
        except Fault as fault:
            results[place] = fault
        except BaseException as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Fault):
            raise result
    return results


def one_won(results: list[object], *codes: str) -> None:
    """Exactly one act went through; the others were refused with one of the codes."""
    refused = [result.code for result in results if isinstance(result, Fault)]
    assert len(refused) == len(results) - 1, results
    assert set(refused) <= set(codes)
    assert verify_chain().whole


def both(act: Callable[[User], object], *people: User) -> list[object]:
    return at_once(*[lambda person=person: act(person) for person in people])


def test_opening_a_case_for_the_same_child(cast: Cast) -> None:
    for turn in range(ROUNDS):
        child = f"C{turn:010d}0"
        k.make_child(child)
        found = [k.found(check, child) for check in ("enrolled_not_attending", "aid_missed")]
        at_once(
            lambda found=found: actions.open_or_join_many(found=found, sweep_id=k.SWEEP, by=cast.clerk, now=c.NOW),
            lambda found=found: actions.open_or_join(found=found[0], by=cast.principal, now=c.NOW),
            lambda found=found: actions.open_or_join(found=found[1], by=cast.township_officer, now=c.NOW),
        )
        case = Case.objects.get(child_id=child, closed_at=None)
        assert case.gaps.count() == Gap.objects.filter(child_id=child).count() == 2
        assert Event.objects.filter(action="case.open", object_id=case.pk).count() == 1
    assert verify_chain().whole


def test_closing_the_same_gap(cast: Cast) -> None:
    for turn in range(ROUNDS):
        case = k.open_case(cast.clerk, "aid_missed", child_id=f"C{turn:010d}1")
        paper = k.add_evidence(case, cast.clerk, "bank_record")
        gap, version = k.gap_of(case, "aid_missed"), k.fresh(case)["version"]

        def close(by: User, gap: Gap = gap, version: int = version, paper: object = paper.pk) -> Gap:
            return actions.close_gap(
                gap_id=gap.pk, version=version, outcome_id="paid_late", evidence_id=paper, reason="已补发",
                by=by, now=c.NOW,
            )  # fmt: skip

        one_won(both(close, cast.clerk, cast.principal), "E601", "E614")
        assert Move.objects.filter(gap=gap, to_state="closed").count() == 1


def test_taking_over_the_same_case(cast: Cast) -> None:
    case = k.open_case(cast.clerk)
    for _ in range(ROUNDS):
        fresh = k.fresh(case)
        results = at_once(
            lambda fresh=fresh: actions.assign(**fresh, owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW),
            lambda fresh=fresh: actions.assign(**fresh, owner_id=cast.principal.pk, by=cast.clerk, now=c.NOW),
        )
        one_won(results, "E601")
        assert k.fresh(case)["version"] == fresh["version"] + 1


def test_asking_for_and_deciding_the_same_closing(cast: Cast) -> None:
    for turn in range(ROUNDS):
        case = k.open_case(cast.clerk, child_id=f"C{turn:010d}2")
        paper, fresh = k.add_evidence(case, cast.principal, "graduation_paper"), k.fresh(case)

        def ask(by: User, fresh: dict[str, object] = fresh, paper: object = paper.pk) -> ClosingRequest:
            return actions.ask_closing(
                **fresh, outcome_id="graduated", evidence_id=paper, reason="已毕业", by=by, now=c.NOW
            )

        one_won(both(ask, cast.principal, cast.township_officer), "E601", "E605")
        request, version = ClosingRequest.objects.get(case=case), k.fresh(case)["version"]

        def decide(by: User, request: ClosingRequest = request, version: int = version) -> object:
            return actions.decide_closing(
                request_id=request.pk, version=version, approved=by == cast.head, reason="还缺材料", by=by, now=c.NOW
            )

        one_won(both(decide, cast.head, cast.clerk), "E601", "E606", "E616")
        case.refresh_from_db()
        request.refresh_from_db()
        assert (case.closed_at is not None) == request.approved


def test_finishing_the_same_measure_and_sending_the_same_visit_twice(cast: Cast) -> None:
    case = k.open_case(cast.clerk)
    for _ in range(ROUNDS):
        measure = actions.add_measure(gap_id=k.gap_of(case).pk, text="联系床位", by=cast.principal, now=c.NOW)

        def finish(by: User, measure: Measure = measure) -> object:
            return actions.finish_measure(measure_id=measure.pk, result="已安排", by=by, now=c.NOW)

        one_won(both(finish, cast.principal, cast.teacher), "E617")
        report = k.visit_report(client_id=uuid4())

        def visit(by: User, report: actions.VisitReport = report) -> object:
            return actions.record_visit(case_id=case.pk, report=report, by=by, now=c.NOW)

        sent = both(visit, cast.teacher, cast.teacher)
        assert [one.pk for one in sent] == [Visit.objects.get(client_id=report.client_id).pk] * 2
    assert verify_chain().whole


def test_judging_the_same_pair_and_taking_the_same_row_out(cast: Cast) -> None:
    child = k.make_child()
    for turn in range(ROUNDS):
        pair = ReviewPair.objects.create(
            id=f"P{turn:011d}", sweep=k.SWEEP, place_code=child.place_code, left_kind="hukou", left_delivery="D1",
            left_row_no=turn, left_key=f"a{turn:023d}", right_child=child, right_key=f"b{turn:023d}",
            step="borderline", weight=3.0, reason="有些相符",
        )  # fmt: skip
        results = at_once(
            lambda pair=pair: decide_pair(pair=pair, verdict="same", reason="", by=cast.clerk, now=c.NOW),
            lambda pair=pair: decide_pair(pair=pair, verdict="different", reason="", by=cast.clerk, now=c.NOW),
        )
        one_won(results, "E431")
        (kept,) = LinkDecision.objects.filter(row_key_a=pair.left_key, undone_at=None)
        pair.refresh_from_db()
        assert kept.verdict == pair.status

        def split(by: User, turn: int = turn) -> object:
            return undo_link(
                child=child, row_key=f"c{turn:023d}", other_key=f"d{turn:023d}", reason="不是", by=by, now=c.NOW
            )

        both(split, cast.clerk, cast.clerk)
        assert LinkDecision.objects.filter(row_key_a=f"c{turn:023d}", undone_at=None).count() == 1
    assert verify_chain().whole


def test_answering_the_same_merge_and_reading_the_same_pair_blind(cast: Cast) -> None:
    child = k.make_child()
    others = [cast.person(f"clerk{n}", f"贺小满{n}", "county_clerk", place_code=c.COUNTY) for n in (2, 3)]
    for turn in range(ROUNDS):
        pair = ReviewPair.objects.create(
            id=f"P{turn:011d}", sweep=k.SWEEP, place_code=child.place_code, left_kind="hukou", left_delivery="D1",
            left_row_no=turn, left_key=f"a{turn:023d}", right_child=child, right_key=f"b{turn:023d}",
            step="borderline", weight=3.0, reason="有些相符",
        )  # fmt: skip
        decide_pair(pair=pair, verdict="same", reason="", by=cast.clerk, now=c.NOW, risks=risks())
        first = Reading.objects.get(pair=pair.pk).pk

        def answer(by: User, pair: ReviewPair = pair, first: int = first) -> object:
            agrees = by == others[0]
            return second_pair(pair=pair, reading=first, agrees=agrees, reason="看过", by=by, now=c.NOW)

        one_won(both(answer, *others), "E437")
        pair.refresh_from_db()
        agreed = LinkDecision.objects.filter(row_key_a=pair.left_key, undone_at=None).count() == 1
        assert (pair.status == "same") == agreed
        if agreed:
            undo_pair(pair=pair, reason="", by=cast.clerk, now=c.NOW)
        decide_pair(pair=pair, verdict="different", reason="", by=cast.clerk, now=c.NOW, blind=True)
        readers = [cast.person(f"blind{turn}{n}", f"乔生{n}", "county_clerk", place_code=c.COUNTY) for n in (1, 2)]

        def read(by: User, pair: ReviewPair = pair) -> object:
            return read_blind(pair=pair, verdict="same", reason="", by=by, now=c.NOW)

        one_won(both(read, *readers), "E431")
        assert Reading.objects.filter(pair=pair.pk, purpose="blind").count() == 1
    assert verify_chain().whole


def test_importing_the_same_file(cast: Cast) -> None:
    for turn in range(ROUNDS):
        day = rosters.AS_OF - dt.timedelta(days=turn)

        def send(by: User, day: dt.date = day) -> object:
            return import_file(
                source=rosters.hukou(rosters.CAST), file_name="户籍.csv", sender="县局", as_of=day,
                place_code=c.COUNTY, by=by, now=c.NOW,
            )  # fmt: skip

        results = both(send, cast.clerk, cast.clerk)
        (delivery,) = Delivery.objects.filter(as_of=day)
        assert lake().verify("deliveries", delivery.pk) == []
        for result in results:
            assert result.code in ("E030", "E035") if isinstance(result, Fault) else result.delivery == delivery
    assert clean_up().directories == []


def test_two_sweeps_of_different_days_end_with_one_current_one(cast: Cast) -> None:
    county = home_county(cast)
    sweep_county(county)
    days = [rosters.AS_OF + dt.timedelta(days=turn) for turn in (1, 2)]
    at_once(*[lambda day=day: run_sweep(as_of=day, by=cast.clerk, now=c.NOW, region=c.COUNTY) for day in days])
    (current,) = Sweep.objects.filter(status="current")
    assert current.as_of in days
    assert Sweep.objects.count() == 3
    assert Case.objects.filter(closed_at=None).count() == len(set(Case.objects.values_list("child_id", flat=True)))
    assert verify_chain().whole


def test_two_sweeps_of_the_same_lists(cast: Cast) -> None:
    county = home_county(cast)
    sweep_county(county)
    for turn in (1, 2):
        day = rosters.AS_OF + dt.timedelta(days=turn)

        def sweep(by: User, day: dt.date = day) -> object:
            return run_sweep(as_of=day, by=by, now=c.NOW, region=c.COUNTY)

        results = both(sweep, cast.clerk, cast.clerk)
        (current,) = Sweep.objects.filter(status="current")
        assert current.as_of == day
        assert verify_sweep(current).ok
        for result in results:
            assert result.code in ("E030", "E035", "E815") if isinstance(result, Fault) else result.sweep == current
    assert case_of(county, county.away).gaps.count() == 1
    assert clean_up().directories == []
    assert verify_chain().whole
