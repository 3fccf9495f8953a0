"""回头看: the dated looks after a return. How many and how far apart are policy values, given by the caller."""

from __future__ import annotations

import datetime as dt


def recheck_dates(returned: dt.date, *, count: int, interval_days: int) -> list[dt.date]:
    """The due days of ``count`` re-checks, ``interval_days`` apart, the first one interval after the return."""
    return [returned + dt.timedelta(days=interval_days * n) for n in range(1, count + 1)]
