"""Read one table file to its end in a process of its own and print what that cost, as JSON.

    python tests/lib/read_one.py FILE

Peak memory of the guarded child is that of this process's children; it must be the only one.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time

from notoneless.common.errors import Fault
from notoneless.files.tables import read_table


def main(path: str) -> None:
    started = time.monotonic()
    code, rows = walk(path)
    seconds = time.monotonic() - started
    own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    result = {
        "code": code,
        "rows": rows,
        "seconds": round(seconds, 2),
        "cpu": round(own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime, 2),
        "child_mib": child.ru_maxrss >> 10,
        "own_mib": own.ru_maxrss >> 10,
        "left": children_left(),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def walk(path: str) -> tuple[str, int]:
    """The code of the refusal ("" when there was none) and the rows read; the table is let go on return."""
    rows = 0
    try:
        for sheet in read_table(path).sheets:
            for _row in sheet.rows:
                rows += 1
    except Fault as fault:
        return fault.code, rows
    return "", rows


def children_left() -> int:
    """How many children there still are, dead ones that nobody fetched included."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0
    return 1


if __name__ == "__main__":
    main(sys.argv[1])
