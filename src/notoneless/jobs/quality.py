"""The job that measures a delivery anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from notoneless.flows.quality import measure_again
from notoneless.jobs.registry import Progress
from notoneless.roster.records.queries import get_delivery


def measure(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Measure one delivery; argument ``delivery`` (its id). The same rows give the same counts."""
    progress("计算名册质量")
    delivery = measure_again(delivery=get_delivery(by, arguments["delivery"]), by=by, now=now)
    return {"url": f"/roster/{delivery.pk}/quality/", "sentence": f"批次 {delivery.pk} 的质量已重新计算"}
