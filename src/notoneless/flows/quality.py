"""The quality of a delivery (质量): its rows are counted while they are read, and the counts kept with it.

The lists may have millions of rows: they are counted in batches, and compared column by column.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.roster.core.definitions import KindDefinition, load_kinds
from notoneless.roster.core.precedence import in_places
from notoneless.roster.core.quality import ABOUT_THE_ROW, Pairing, Tally, differing, measured_columns, pair_rows
from notoneless.roster.records.measuring import record_quality
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.precedence import get_list_before
from notoneless.roster.records.queries import COLLECTION, ROWS, read_rows

BATCH_ROWS = 65_536
logger = logging.getLogger("notoneless.flows")


@dataclass(frozen=True)
class Beside:
    """A list beside the one before it: ``within`` is set when only that place's rows of the earlier are compared."""

    now: Delivery
    earlier: Delivery
    within: str
    pairing: Pairing

    def column(self, name: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """One column of both lists, the rows in the order that ``pairing`` counts."""
        return read_rows(self.now, [name])[name], rows_within(self.earlier, [name], self.within)[name]


def measure(delivery: Delivery) -> dict[str, Any]:
    """The counts that ``Delivery.quality`` holds; writes nothing.

    Those of ``Tally.result`` and ``compared``: None for a first list or a supplement, else ``with`` (delivery id),
    ``as_of``, ``within``, ``new``, ``gone``, ``changed``, ``same`` rows, ``columns`` (column → changed cells) and
    ``keys`` (key columns that only one of the two lists has: then rows cannot be compared). Holds no personal data.
    """
    tally = Tally(load_kinds()[delivery.kind], delivery.place_code)
    for batch in _batches(delivery):
        tally.add(batch)
    return _measured(delivery, tally)


def _measured(delivery: Delivery, tally: Tally) -> dict[str, Any]:
    found = set_beside(delivery)
    return {**tally.result(), "compared": _compared(found, load_kinds()[delivery.kind]) if found else None}


class RunningTally:
    """Counts the rows of a list while they are imported. What fails here is a line in the log and leaves no counts,
    for an import does not fail for its statistics.
    """

    def __init__(self, kind: KindDefinition, place_code: str) -> None:
        self._tally: Tally | None = Tally(kind, place_code)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the next accepted rows."""
        if self._tally is not None:
            try:
                self._tally.add(batch)
            except Exception:
                logger.exception("the rows of a list could not be counted")
                self._tally = None

    def measure(self, delivery: Delivery) -> dict[str, Any]:
        """As :func:`measure`, from the rows counted; {} when something failed."""
        if self._tally is None:
            return {}
        try:
            return _measured(delivery, self._tally)
        except Exception:
            logger.exception("the quality of delivery %s could not be measured", delivery.pk)
            return {}


def measure_again(*, delivery: Delivery, by: User, now: dt.datetime) -> Delivery:
    """Measure a delivery anew and keep the counts (E701, E702)."""
    return record_quality(delivery=delivery, quality=measure(delivery), by=by, now=now)


def set_beside(delivery: Delivery) -> Beside | None:
    """The delivery beside the whole list before it; None when there is none, or when it is a supplement."""
    if delivery.supplements:
        return None
    earlier = get_list_before(
        kind=delivery.kind,
        sender=delivery.sender,
        place_code=delivery.place_code,
        as_of=delivery.as_of,
        before=delivery,
    )
    if earlier is None:
        return None
    within = "" if earlier.place_code == delivery.place_code else delivery.place_code
    now_keys = read_rows(delivery, ["row_key"])["row_key"]
    return Beside(
        delivery, earlier, within, pair_rows(now_keys, rows_within(earlier, ["row_key"], within)["row_key"])
    )


def rows_within(delivery: Delivery, columns: list[str], place: str) -> pa.Table:
    """Columns of a delivery's rows, only of those in ``place`` when one is named."""
    if not place:
        return read_rows(delivery, columns)
    table = read_rows(delivery, list(dict.fromkeys([*columns, "addr_code"])))
    return table.filter(in_places(table["addr_code"], [place])).select(columns)


def compared_columns(found: Beside, kind: KindDefinition) -> list[str]:
    """The columns that can differ between two rows of one key: all that both lists have, but the key itself."""
    keys = {column.id for column in kind.columns if column.key}
    there = columns_of(found.now) & columns_of(found.earlier)
    return [name for name in measured_columns(kind) if name in there - keys - ABOUT_THE_ROW]


def _compared(found: Beside, kind: KindDefinition) -> dict[str, Any]:
    pairs = len(found.pairing.now)
    changed = pa.array([False] * pairs)
    columns: dict[str, int] = {}
    for name in compared_columns(found, kind):
        differs = differing(*found.column(name), found.pairing)
        if number := pc.sum(differs).as_py() or 0:
            columns[name] = number
            changed = pc.or_(changed, differs)
    rows = pc.sum(changed).as_py() or 0
    return {
        "with": found.earlier.pk,
        "as_of": found.earlier.as_of.isoformat(),
        "within": found.within,
        "new": len(found.pairing.new),
        "gone": len(found.pairing.gone),
        "changed": rows,
        "same": pairs - rows,
        "columns": columns,
        "keys": _keys_of_one(found, kind),
    }


def _keys_of_one(found: Beside, kind: KindDefinition) -> list[str]:
    """Key columns that stand in one of the two files only; a birth date that is missing comes from the ID."""
    keys = {column.id for column in kind.columns if column.key} - {"dob"}
    return sorted(keys & (matched(found.now) ^ matched(found.earlier)))


def matched(delivery: Delivery) -> set[str]:
    """Canonical columns that the delivery's file had, on whichever sheet."""
    mappings = [delivery.mapping, *(sheet.get("mapping", {}) for sheet in delivery.sheets)]
    return {column for mapping in mappings for column in mapping.get("columns", {}).values() if column}


def columns_of(delivery: Delivery) -> set[str]:
    """The columns of the accepted rows as they lie in the lake."""
    return set(lake().manifest(COLLECTION, delivery.pk)["columns"])


def _batches(delivery: Delivery) -> Iterator[pa.RecordBatch]:
    wanted = [name for name in lake().manifest(COLLECTION, delivery.pk)["columns"] if name not in ABOUT_THE_ROW]
    with lake().open(COLLECTION, delivery.pk, ROWS) as source:
        yield from pq.ParquetFile(pa.PythonFile(source, mode="r")).iter_batches(
            BATCH_ROWS, columns=wanted, use_threads=False
        )
