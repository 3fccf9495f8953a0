"""A long export in a process of its own, as the worker runs it: seconds, CPU seconds, and memory against a short one.

python bench/desk_export.py ROWS FEWER_ROWS     (data folder and database in the environment; started by desk.py)
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402

from notoneless.flows import export_files  # noqa: E402
from notoneless.flows.ledger import LEDGERS  # noqa: E402
from notoneless.flows.ledger_columns import USUAL  # noqa: E402
from notoneless.flows.ledger_file import Wanted, write_export  # noqa: E402
from notoneless.org.models import School, User  # noqa: E402

MIB = 1024


def main() -> None:
    """First the short list, then the long one; memory is the most that each has needed so far."""
    many, few = (int(text) for text in sys.argv[1:3])
    user, told = User.objects.get(username="city"), {}
    for name, rows in (("short", few), ("long", many)):
        told[name] = measured(user, wanted(user, rows))
    print(json.dumps({**told["long"], "short": told["short"]}))


def wanted(user: User, rows: int) -> Wanted:
    """So many schools of the city that their children make up about that many rows."""
    listed = Wanted(LEDGERS["school_age"], {}, ("", "", ""), list(USUAL), [("条件", "全部")], timezone.localdate())
    every = listed.children(user).count()
    schools = list(School.objects.order_by("code").values_list("code", flat=True))
    if rows >= every:
        return listed
    chosen = schools[: max(1, len(schools) * rows // every)]
    return Wanted(listed.ledger, {"school": chosen}, listed.part, listed.columns, listed.conditions, listed.today)


def measured(user: User, asked: Wanted) -> dict[str, float | int]:
    """Write one file and throw it away."""
    export_id, started, before = uuid.uuid4(), time.monotonic(), time.process_time()
    rows = write_export(export_id, asked, by=user, now=timezone.now())
    size = os.path.getsize(export_files.path_of(export_id))
    return {
        "rows": rows,
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - before, 1),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB,
        "bytes": size,
    }


if __name__ == "__main__":
    main()
