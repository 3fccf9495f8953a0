"""Facts for the sweep: what people settled, placed and visited, as plain rows. Not scoped: no person reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from notoneless.case.core.outcomes import Rules

from ..models import Case, Evidence, Gap, Placement, Visit
from .rules import rules_on


def get_excuse_facts(as_of: dt.date, ledgers: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Rows child_id, check_id, outcome, evidence_no, valid_to (date, None for good), in a total order.

    One row for every gap ended with evidence. ``ledgers`` maps check id → ledger: a closed case whose outcome covers
    a ledger (a death covers all, a placement covers schooling) then speaks for the checks that found nothing yet.
    ``valid_to`` is what the paper says, else what the policy pack of ``as_of`` allows.
    """
    rules = rules_on(as_of)
    rows = [_excuse(rules, gap.child_id, gap.check_id, gap.outcome, gap.closing_evidence) for gap in _ended_gaps()]
    rows += _widened(rules, ledgers or {})
    unique = {(row["child_id"], row["check_id"], row["outcome"], row["evidence_no"]): row for row in rows}
    return [unique[key] for key in sorted(unique)]


def get_placement_facts() -> list[dict[str, Any]]:
    """Rows child_id, kind, from_date, to_date (date or None), school_code: every placement ever recorded."""
    rows = Placement.objects.order_by("child_id", "from_date", "pk")
    return [dict(row) for row in rows.values("child_id", "kind", "from_date", "to_date", "school_code")]


def get_visit_facts() -> list[dict[str, Any]]:
    """Rows child_id, at (aware datetime), kind, agreed: every visit, corrected ones left out."""
    rows = Visit.objects.filter(corrections=None).order_by("case__child_id", "at", "pk")
    named = rows.values_list("case__child_id", "at", "kind", "agreed")
    return [dict(zip(("child_id", "at", "kind", "agreed"), row, strict=True)) for row in named]


def get_open_gaps(sweeps: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Rows id, check_id, child_id, period, case_id, still_found: what the next sweep must account for.

    With `sweeps`, only gaps of children last seen by one of these: those of a region.
    """
    rows = Gap.objects.filter(state=Gap.State.OPEN).order_by("check_id", "child_id", "period")
    if sweeps is not None:
        rows = rows.filter(child__last_sweep__in=sweeps)
    return [dict(row) for row in rows.values("id", "check_id", "child_id", "period", "case_id", "still_found")]


def get_vanished_gaps() -> list[dict[str, Any]]:
    """Open gaps that the last sweep did not find again and no roster row closed: each wants a person's look."""
    return [row for row in get_open_gaps() if not row["still_found"]]


def _ended_gaps() -> list[Gap]:
    rows = Gap.objects.exclude(state=Gap.State.OPEN).filter(closing_evidence__isnull=False)
    return list(rows.select_related("closing_evidence"))


def _widened(rules: Rules, ledgers: Mapping[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for case in Case.objects.filter(closed_at__isnull=False).prefetch_related("closing_requests__evidence"):
        outcome = rules.outcomes.get(case.outcome)
        approved = [request for request in case.closing_requests.all() if request.approved]
        if outcome and approved:
            checks = [check for check, ledger in ledgers.items() if outcome.settles(ledger)]
            rows += [_excuse(rules, case.child_id, check, outcome.id, approved[-1].evidence) for check in checks]
    return rows


def _excuse(rules: Rules, child_id: str, check_id: str, outcome: str, paper: Evidence | None) -> dict[str, Any]:
    assert paper is not None, "only gaps ended with evidence are asked for"
    return {
        "child_id": child_id,
        "check_id": check_id,
        "outcome": outcome,
        "evidence_no": paper.number,
        "valid_to": rules.valid_to(outcome, paper.valid_to, paper.issued_date),
    }
