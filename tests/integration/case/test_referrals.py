"""移交: proposed, accepted or sent back; the sender keeps the duty until it is accepted, and nothing lies between two."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.core.units import Unit, same_unit, unit_of
from notoneless.case.records import actions, queries
from notoneless.case.records.models import Case, Referral
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
WHY = {"reason": "九月起在那里借读"}


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """One case of the first school."""
    return k.open_case(cast.clerk)


def refer(case: Case, by: User, to_place: str = "", to_school: str = "") -> Referral:
    return actions.refer(**k.fresh(case), to_place=to_place, to_school=to_school, by=by, now=c.NOW, **WHY)


def code_of(act: Callable[..., object], *args: object, **arguments: Any) -> str:
    with pytest.raises(Fault) as caught, transaction.atomic():
        act(*args, **arguments)
    return caught.value.code


def sees(user: User, case: Case) -> bool:
    return queries.find_cases(user, queries.CaseFilter()).filter(pk=case.pk).exists()


def test_until_it_is_accepted_the_sender_works_it_and_the_receiver_only_sees_the_proposal(
    cast: c.Cast, case: Case
) -> None:
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.principal, now=c.NOW)
    assert not sees(cast.other_principal, case)
    assert list(queries.incoming_referrals(cast.other_principal)) == [referral]
    assert list(queries.outgoing_referrals(cast.principal)) == [referral]
    assert list(queries.incoming_referrals(cast.teacher)) == []
    assert code_of(actions.read_referral, referral_id=referral.pk, by=cast.stranger, now=c.NOW) == "E704"


def test_acceptance_moves_scope_and_takes_off_owners_who_do_not_reach_it(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    actions.accept_referral(
        referral_id=referral.pk, owner_id=cast.other_principal.pk, by=cast.other_principal, now=c.NOW
    )
    case.refresh_from_db()
    assert (case.school_code, case.owner) == (c.SECOND_SCHOOL, cast.other_principal)
    gap = k.gap_of(case)
    assert (gap.owner, gap.measures.get().owner) == (cast.other_principal, cast.other_principal)
    assert sees(cast.other_principal, case)
    assert not sees(cast.principal, case)
    assert sees(cast.clerk, case)
    told = [entry.text for entry in queries.timeline(case)]
    assert f"移交给 岸堤镇初级中学：{WHY['reason']}" in told
    assert "岸堤镇初级中学 接收" in told
    assert sentence(Event.objects.last()).endswith(f"接收移交来的个案 {case.pk}")


def test_a_case_goes_to_the_next_county_of_this_installation(cast: c.Cast, case: Case) -> None:
    referral = refer(case, cast.clerk, c.FOREIGN_TOWN)
    assert not sees(cast.stranger, case)
    actions.accept_referral(referral_id=referral.pk, by=cast.stranger, now=c.NOW)
    assert sees(cast.stranger, case)
    assert not any(sees(person, case) for person in (cast.clerk, cast.principal, cast.township_officer))


def test_sent_back_it_stays_where_it_was_with_the_reason(cast: c.Cast, case: Case) -> None:
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    back = {"referral_id": referral.pk, "by": cast.other_principal, "now": c.NOW}
    assert code_of(actions.return_referral, **back, reason=" ") == "E609"
    actions.return_referral(**back, reason="查无此生")
    assert sees(cast.principal, case)
    assert not sees(cast.other_principal, case)
    assert code_of(actions.return_referral, **back, reason="再退") == "E704"
    assert "岸堤镇初级中学 退回移交：查无此生" in [entry.text for entry in queries.timeline(case)]


def test_withdrawn_by_the_sender_it_cannot_be_accepted_any_more(cast: c.Cast, case: Case) -> None:
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    actions.withdraw_referral(referral_id=referral.pk, reason="写错了学校", by=cast.principal, now=c.NOW)
    late = {"referral_id": referral.pk, "now": c.NOW}
    assert code_of(actions.accept_referral, **late, by=cast.other_principal) == "E704"
    assert code_of(actions.withdraw_referral, **late, by=cast.principal, reason="再撤") == "E632"
    refer(case, cast.principal, c.TOWN)


def test_the_one_who_proposed_it_does_not_accept_it_not_even_in_the_database(cast: c.Cast, case: Case) -> None:
    referral = refer(case, cast.clerk, to_school=c.SECOND_SCHOOL)
    assert code_of(actions.accept_referral, referral_id=referral.pk, by=cast.clerk, now=c.NOW) == "E633"
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(answer="accepted", answered_by=cast.clerk, answered_at=c.NOW)
    actions.accept_referral(referral_id=referral.pk, by=cast.head, now=c.NOW)


def test_one_thing_waits_at_a_time(cast: c.Cast, case: Case) -> None:
    paper = k.add_evidence(case, cast.principal, "graduation_paper")
    closing = {
        "outcome_id": "graduated",
        "evidence_id": paper.pk,
        "reason": "已毕业",
        "by": cast.principal,
        "now": c.NOW,
    }
    refer(case, cast.principal, c.TOWN)
    assert code_of(refer, case, cast.principal, to_school=c.SECOND_SCHOOL) == "E628"
    assert code_of(actions.ask_closing, **k.fresh(case), **closing) == "E628"
    outside = {"receiver": "河南某县", "by": cast.principal, "now": c.NOW, **WHY}
    assert code_of(actions.refer_outside, **k.fresh(case), **outside) == "E628"
    waiting = case.referrals.get()
    actions.withdraw_referral(referral_id=waiting.pk, reason="先销号", by=cast.principal, now=c.NOW)
    actions.ask_closing(**k.fresh(case), **closing)
    assert code_of(refer, case, cast.principal, c.TOWN) == "E605"


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ({"to_place": "371399000000"}, "E629"),
        ({"to_school": "9999999999"}, "E629"),
        ({"to_place": c.VILLAGE}, "E629"),
        ({"to_school": c.SCHOOL}, "E630"),
    ],
)
def test_a_receiver_that_cannot_be(cast: c.Cast, case: Case, to: dict[str, str], code: str) -> None:
    assert code_of(refer, case, cast.principal, **to) == code


def test_a_unit_where_nobody_could_accept_gets_no_case(cast: c.Cast, case: Case) -> None:
    User.objects.filter(place_code=c.FOREIGN_COUNTY).update(is_active=False)
    assert code_of(refer, case, cast.clerk, c.FOREIGN_TOWN) == "E631"


def test_a_case_accepted_stays_with_its_receiver_when_a_sweep_finds_the_child_where_it_was(
    cast: c.Cast, case: Case
) -> None:
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    actions.accept_referral(
        referral_id=referral.pk, owner_id=cast.other_principal.pk, by=cast.other_principal, now=c.NOW
    )
    more = k.found("suspected_dropout", due_date=k.TODAY)
    actions.open_or_join_many(found=[more], sweep_id=k.LATER_SWEEP, by=cast.clerk, now=k.later(30))
    case.refresh_from_db()
    assert (case.school_code, case.owner) == (c.SECOND_SCHOOL, cast.other_principal)
    assert case.gaps.count() == 2


def test_woken_after_a_closing_it_follows_the_child_again(cast: c.Cast, case: Case) -> None:
    referral = refer(case, cast.principal, to_school=c.SECOND_SCHOOL)
    actions.accept_referral(referral_id=referral.pk, by=cast.other_principal, now=c.NOW)
    k.close(case, cast.other_principal, cast.head, "graduated", "graduation_paper")
    again = k.found(seen_date=k.later(30).date())
    actions.open_or_join_many(found=[again], sweep_id=k.LATER_SWEEP, by=cast.clerk, now=k.later(31))
    case.refresh_from_db()
    assert (case.school_code, case.referred_at) == (c.SCHOOL, None)


def test_a_receiver_outside_answers_through_the_sender(cast: c.Cast, case: Case) -> None:
    by = {"by": cast.principal, "now": c.NOW}
    actions.refer_outside(**k.fresh(case), receiver="河南某县教体局", **WHY, **by)
    assert list(queries.incoming_referrals(cast.head)) == []
    possible = {one.rule.id: one.missing for one in queries.list_possible_moves(cast.principal, case, k.TODAY)}
    case.refresh_from_db()
    possible = {one.rule.id: one.missing for one in queries.list_possible_moves(cast.principal, case, k.TODAY)}
    assert possible["close_transferred"] == ("已登记接收方确认",)
    actions.answer_outside(**k.fresh(case), accepted=True, reason="九月已入学", **by)
    assert code_of(actions.answer_outside, **k.fresh(case), accepted=True, reason="又说一遍", **by) == "E632"
    case.refresh_from_db()
    possible = {one.rule.id: one.missing for one in queries.list_possible_moves(cast.principal, case, k.TODAY)}
    assert possible["close_transferred"] == ()
    actions.answer_outside(**k.fresh(case), accepted=False, reason="回执一直没有来", **by)
    case.refresh_from_db()
    assert case.state == "to_verify"


class Walk:
    """Random acts of random people on one case, and beside it what the one responsible unit must be."""

    UNITS = ("", c.SCHOOL), ("", c.SECOND_SCHOOL), ("", c.FOREIGN_SCHOOL), (c.TOWN, ""), (c.OTHER_TOWN, ""), \
        (c.COUNTY, ""), (c.FOREIGN_TOWN, ""), (c.FOREIGN_COUNTY, "")  # fmt: skip

    def __init__(self, cast: c.Cast, seed: int) -> None:
        self.cast, self.random = cast, random.Random(seed)
        foreign_head = cast.person("stranger_head", "邻县老靳", "county_head", place_code=c.FOREIGN_COUNTY)
        self.people = [
            cast.clerk, cast.head, cast.township_officer, cast.principal, cast.other_principal, cast.teacher,
            cast.stranger, foreign_head,
        ]  # fmt: skip
        self.case = k.open_case(cast.clerk)
        self.unit = unit_of(self.case.place_code, self.case.school_code)
        self.day = 0

    def step(self) -> None:
        """One act, tried by somebody; most are refused, which must change nothing."""
        act = self.random.choice(
            [self.refer, self.refer, self.accept, self.accept, self.send_back, self.withdraw, self.assign, self.outside,
             self.answer, self.sweep, self.close, self.reopen]
        )  # fmt: skip
        self.day += 1
        self.who = {"by": self.random.choice(self.people), "now": k.later(self.day)}
        try:
            with transaction.atomic():
                act()
        except Fault:
            pass
        self.case.refresh_from_db()

    def waiting(self) -> Referral:
        found = self.case.referrals.filter(answered_at=None).first()
        if found is None:
            raise Fault("E632")
        return found

    def refer(self) -> None:
        place, school = self.random.choice(self.UNITS)
        actions.refer(**k.fresh(self.case), to_place=place, to_school=school, **WHY, **self.who)

    def accept(self) -> None:
        waiting = self.waiting()
        owner = self.random.choice([None, self.random.choice(self.people).pk])
        actions.accept_referral(referral_id=waiting.pk, owner_id=owner, **self.who)
        self.unit = unit_of(waiting.to_place, waiting.to_school)

    def send_back(self) -> None:
        actions.return_referral(referral_id=self.waiting().pk, **WHY, **self.who)

    def withdraw(self) -> None:
        actions.withdraw_referral(referral_id=self.waiting().pk, **WHY, **self.who)

    def assign(self) -> None:
        actions.assign(**k.fresh(self.case), owner_id=self.random.choice(self.people).pk, **self.who)

    def outside(self) -> None:
        actions.refer_outside(**k.fresh(self.case), receiver="河南某县", **WHY, **self.who)

    def answer(self) -> None:
        actions.answer_outside(**k.fresh(self.case), accepted=self.random.random() < 0.5, **WHY, **self.who)

    def sweep(self) -> None:
        """The rosters show the child somewhere; only a case that nobody accepted, or one just woken, follows them."""
        place, school = self.random.choice([(c.VILLAGE, c.SCHOOL), (c.VILLAGE, ""), (c.OTHER_TOWN, "")])
        was_closed, followed = self.case.closed_at is not None, self.case.referred_at is None
        seen = replace(k.found(place_code=place, school_code=school), seen_date=k.later(self.day).date())
        clerk = {**self.who, "by": self.cast.clerk}
        actions.open_or_join_many(found=[seen], sweep_id=f"S{self.day}", **clerk)
        self.case.refresh_from_db()
        woken = was_closed and self.case.closed_at is None
        if woken or (followed and not was_closed):
            self.unit = unit_of(place, school)

    def close(self) -> None:
        by, now = self.who["by"], self.who["now"]
        k.close(self.case, by, self.random.choice(self.people), "graduated", "graduation_paper", now)

    def reopen(self) -> None:
        actions.reopen(**k.fresh(self.case), **WHY, **self.who)

    def check(self) -> None:
        """One unit, the expected one; one county sees it, at most one school; its owner, if any, reaches it."""
        assert same_unit(unit_of(self.case.place_code, self.case.school_code), self.unit)
        assert sees(self.cast.clerk, self.case) != sees(self.cast.stranger, self.case)
        schools = [person for person in (self.cast.principal, self.cast.other_principal) if sees(person, self.case)]
        assert len(schools) <= 1
        assert self.case.referrals.filter(answered_at=None).count() <= 1
        if self.case.closed_at is None:
            assert queries.list_receiving_staff(self.unit), "nobody could act for the unit"
            assert self.case.owner is None or sees(self.case.owner, self.case)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_people_do_a_case_has_exactly_one_responsible_unit(cast: c.Cast, seed: int) -> None:
    walk = Walk(cast, seed)
    units: set[Unit] = set()
    for _ in range(60):
        walk.step()
        walk.check()
        units.add(walk.unit)
    assert len(units) > 1, "nothing ever moved: the walk proves nothing"


def test_cases_that_waited_before_referrals_were_kept_get_theirs(cast: c.Cast) -> None:
    """Also one without a move into that state, and one that nobody has ever touched."""
    sent = k.bring_to_persuading(k.open_case(cast.clerk), cast.principal, cast.teacher)
    actions.refer_outside(**k.fresh(sent), receiver="河南某县", reason="随父母去了", by=cast.principal, now=c.NOW)
    without_move = k.open_case(cast.clerk, child_id="C0000000002")
    Case.objects.filter(pk=without_move.pk).update(state="transferring")
    untouched = Case.objects.create(
        id="A2026-900001", child=k.make_child("C0000000003"), place_code=c.TOWN, state="transferring", severity=1,
        opened_at=c.NOW, due_date=k.TODAY,
    )  # fmt: skip
    Referral.objects.all().delete()
    migration = import_module("notoneless.case.records.migrations.0004_referral")
    migration.write_down_what_waits(apps, None)
    written = {one.case_id: (one.to_outside, one.asked_by) for one in Referral.objects.all()}
    assert written == {sent.pk: ("随父母去了", cast.principal), without_move.pk: ("—", cast.clerk)}
    assert untouched.pk not in written
