"""Units in words: who answers for a case, who hands it to whom, whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from notoneless.case.core.stuck import Reason
from notoneless.case.core.units import unit_of
from notoneless.case.records.models import Case, Consultation, Measure, Referral, Stuck
from notoneless.case.records.queries import rules_on, unit_name
from notoneless.web.case.presenters import role_names


@dataclass(frozen=True)
class ReferralLine:
    """One hand-over: from which unit, to which."""

    referral: Referral
    sender: str
    receiver: str


@dataclass(frozen=True)
class ConsultationLine:
    """One consultation: the bodies in words, the measures that followed."""

    consultation: Consultation
    bodies: str
    measures: list[Measure]


@dataclass(frozen=True)
class StuckLine:
    """One case that does not move: why, for how many days, whose turn it is, what to do, where to do it."""

    stuck: Stuck
    why: str
    days: int
    todo: str
    whose: str
    url: str


def responsible_unit(case: Case) -> str:
    """The unit that answers for the case now."""
    unit = unit_of(case.place_code, case.school_code)
    return unit_name(unit.place_code, unit.school_code)


def referral_lines(rows: Iterable[Referral]) -> list[ReferralLine]:
    """Hand-overs with the names of both units."""
    return [
        ReferralLine(
            one, unit_name(one.from_place, one.from_school), one.to_outside or unit_name(one.to_place, one.to_school)
        )
        for one in rows
    ]


def consultation_lines(case: Case) -> list[ConsultationLine]:
    """Consultations, the newest first."""
    found = case.consultations.select_related("asked_by", "recorded_by").prefetch_related("measures")
    return [
        ConsultationLine(one, rules_on(one.meet_date).body_names(one.bodies), list(one.measures.all()))
        for one in found.order_by("-asked_at", "-pk")
    ]


def stuck_lines(rows: Iterable[Stuck], reasons: Mapping[str, Reason], today: dt.date) -> list[StuckLine]:
    """Stuck cases in words; one that waits for a receiver is opened at its hand-over, which both sides see."""
    shown = [one for one in rows if one.reason in reasons]
    waiting = Referral.objects.filter(case__in=[one.case_id for one in shown], answered_at=None, to_outside="")
    handed = dict(waiting.values_list("case_id", "pk"))
    return [_stuck_line(one, reasons[one.reason], handed.get(one.case_id), today) for one in shown]


def _stuck_line(one: Stuck, reason: Reason, referral_id: int | None, today: dt.date) -> StuckLine:
    unit = unit_of(one.place_code, one.school_code)
    named = one.turn_user.display_name if one.turn_user else role_names([one.turn_role])
    is_handed = reason.turn == "receiver" and referral_id is not None
    url = reverse("case:referral", args=[referral_id]) if is_handed else reverse("case:page", args=[one.case_id])
    whose = f"{unit_name(unit.place_code, unit.school_code)} {named}"
    return StuckLine(one, reason.name, (today - one.since).days, reason.todo, whose, url)
