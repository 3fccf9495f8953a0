"""The jobs that run a sweep and that prove one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from notoneless.check.records.queries import get_sweep
from notoneless.flows.sweep import run_sweep
from notoneless.flows.verify import prove_sweep
from notoneless.jobs.registry import Progress


def sweep(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Run one sweep of the place of the person who asked for it; argument ``as_of`` (ISO date)."""
    as_of = dt.date.fromisoformat(arguments["as_of"])
    outcome = run_sweep(as_of=as_of, by=by, now=now, region=by.place_code, progress=progress)
    url = f"/sweep/{outcome.sweep.pk}/"
    if outcome.already:
        return {"url": url, "sentence": "名册没有变化，结果与上次摸排相同"}
    return {"url": url, "sentence": f"摸排完成，新立个案 {outcome.opened_cases:,} 个"}


def verify(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Recompute one sweep and compare file by file; argument ``sweep`` (its id). The verdict stays in the trail."""
    sweep = get_sweep(by, arguments["sweep"])
    report = prove_sweep(sweep, by=by, now=now, progress=progress)
    verdict = {"ok": report.ok, "only_rules_changed": report.only_rules_changed}
    return {"url": f"/sweep/{sweep.pk}/", "sentence": report.sentence, **verdict}
