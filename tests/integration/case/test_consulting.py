"""会商: one question, several bodies, one decision in words, and the measures that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions, queries
from notoneless.case.records.actions.stuck import find_stuck
from notoneless.case.records.models import Case, Consultation
from notoneless.common.errors import Fault
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
ASKED = {"question": "怎样解决接送", "bodies": ("village", "school"), "meet_date": k.TODAY}
SAID = {"decision": "由村里接送，学校留床位", "deciders": "村支书老王、孙校长", "decided_date": k.TODAY}


@pytest.fixture
def case(cast: c.Cast) -> Case:
    return k.open_case(cast.clerk)


def code_of(act: Callable[..., object], **arguments: Any) -> str:
    with pytest.raises(Fault) as caught, transaction.atomic():
        act(**arguments)
    return caught.value.code


def test_a_decision_brings_its_measures_and_stands_in_the_story(cast: c.Cast, case: Case) -> None:
    by = {"by": cast.principal, "now": c.NOW}
    asked = actions.ask_consultation(case_id=case.pk, **ASKED, **by)
    assert asked.bodies == ["school", "village"]
    gap = k.gap_of(case)
    measures = ["村里派车接送", " ", "学校留床位"]
    actions.record_decision(consultation_id=asked.pk, **SAID, measures=measures, gap_id=gap.pk, **by)
    assert [(one.text, one.consultation) for one in gap.measures.all()] == [
        ("村里派车接送", asked), ("学校留床位", asked)
    ]  # fmt: skip
    told = [entry.text for entry in queries.timeline(case)]
    assert "提请会商（学校、村（社区），2026-11-23）：怎样解决接送" in told
    assert "会商决定（村支书老王、孙校长）：由村里接送，学校留床位" in told
    assert sentence(Event.objects.last()).endswith("的会商决定，随之加措施 2 项")


def test_decided_once_and_one_at_a_time(cast: c.Cast, case: Case) -> None:
    by = {"by": cast.principal, "now": c.NOW}
    asked = actions.ask_consultation(case_id=case.pk, **ASKED, **by)
    assert code_of(actions.ask_consultation, case_id=case.pk, **ASKED, **by) == "E635"
    actions.record_decision(consultation_id=asked.pk, **SAID, **by)
    assert code_of(actions.record_decision, consultation_id=asked.pk, **SAID, **by) == "E636"
    actions.ask_consultation(case_id=case.pk, **ASKED, **by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=asked.pk).update(decision="")


@pytest.mark.parametrize(
    ("change", "code"),
    [({"question": " "}, "E609"), ({"bodies": ()}, "E609"), ({"bodies": ("nobody",)}, "E611")],
)
def test_a_question_that_cannot_be(cast: c.Cast, case: Case, change: dict[str, Any], code: str) -> None:
    wrong = ASKED | change
    assert code_of(actions.ask_consultation, case_id=case.pk, **wrong, by=cast.principal, now=c.NOW) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"decision": ""}, "E609"),
        ({"deciders": ""}, "E609"),
        ({"decided_date": k.later(1).date()}, "E612"),
        ({"measures": ["派车"]}, "E609"),
    ],
)
def test_a_decision_that_cannot_be(cast: c.Cast, case: Case, change: dict[str, Any], code: str) -> None:
    by = {"by": cast.principal, "now": c.NOW}
    asked = actions.ask_consultation(case_id=case.pk, **ASKED, **by)
    wrong = SAID | change
    assert code_of(actions.record_decision, consultation_id=asked.pk, **wrong, **by) == code
    asked.refresh_from_db()
    assert asked.recorded_at is None


def test_measures_go_to_no_gap_of_another_case(cast: c.Cast, case: Case) -> None:
    other = k.open_case(cast.clerk, child_id="C0000000002")
    by = {"by": cast.principal, "now": c.NOW}
    asked = actions.ask_consultation(case_id=case.pk, **ASKED, **by)
    wrong = {"measures": ["派车"], "gap_id": k.gap_of(other).pk}
    assert code_of(actions.record_decision, consultation_id=asked.pk, **SAID, **wrong, **by) == "E704"


def test_a_consultation_that_nobody_decides_is_told(cast: c.Cast, case: Case) -> None:
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW)
    actions.ask_consultation(case_id=case.pk, **ASKED, by=cast.principal, now=c.NOW)
    find_stuck(now=k.later(8))
    assert list(queries.stuck_on(cast.teacher).values_list("reason", flat=True)) == ["consultation_waiting"]
