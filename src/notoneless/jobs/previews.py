"""The job that tries another value of policy on the last sweep's lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from notoneless.flows.policy_preview import preview as try_value
from notoneless.jobs.registry import Progress


def preview(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Try one value; arguments ``parameter`` and ``value``. Saves nothing but its own answer: counts and child numbers."""
    found = try_value(parameter=arguments["parameter"], value=arguments["value"], by=by, progress=progress)
    sentence = f"{found.parameter} 由 {found.before} 改为 {found.after}：{found.changed:,} 处会变"
    return {"sentence": sentence, "preview": found.to_dict()}
