"""Write csv that Chinese Excel opens rightly (UTF-8 with mark) and that cannot run a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write ``header`` and ``rows`` to ``path``; returns the number of rows. None becomes an empty cell."""
    with open(path, "wb") as stream:
        return write_csv_stream(stream, header, rows)


def write_csv_stream(target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """As :func:`write_csv`, into a stream that stays open."""
    count = 0
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([disarm(cell) for cell in header])
    for row in rows:
        writer.writerow([disarm(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def disarm(cell: object) -> str:
    """Cell text with a leading ``'`` where a spreadsheet would start a formula; plain signed numbers stay as
    they are.

    Reading a roster takes a leading ``'`` off again, so an exported file comes back unchanged.
    """
    text = "" if cell is None else str(cell)
    if text.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text
