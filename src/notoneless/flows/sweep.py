"""One sweep (摸排): gather → link → check → publish to the lake → one database transaction that makes it current."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from notoneless.check.records import actions as checks
from notoneless.check.records.models import Sweep
from notoneless.check.records.permissions import check_can_run
from notoneless.check.records.queries import get_sweeps_within
from notoneless.engine import open_engine
from notoneless.files.lake import Stage, content_digest
from notoneless.flows.compare import compare
from notoneless.flows.comparison import Comparison
from notoneless.flows.open_gaps import open_gaps
from notoneless.flows.sweep_inputs import SweepInputs, current_with, gather
from notoneless.link.core import plain_batches
from notoneless.link.records import actions as links
from notoneless.link.records.counts import refresh_counts
from notoneless.org.keys import lake, pseudonym_key
from notoneless.org.models import User
from notoneless.policy.places import full_code

COLLECTION = "sweeps"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SweepOutcome:
    """The sweep, and whether it was there already because nothing had changed since."""

    sweep: Sweep
    already: bool
    opened_cases: int = 0
    gaps: dict[str, int] | None = None


def run_sweep(
    *,
    as_of: dt.date,
    by: User,
    now: dt.datetime,
    region: str = "",
    threads: int | None = None,
    progress: Progress | None = None,
) -> SweepOutcome:
    """Run one sweep and make it current.

    Sweeping again over the same inputs changes nothing and says so. Raises E701/E702 (not allowed), E811 (no
    roster), E813 (a gap of the last sweep would vanish: nothing is saved).
    """
    region = full_code(region or settings.REGION)
    check_can_run(by, region)
    tell = progress or _silent
    started = time.monotonic()
    tell("读取名册", 0, 0)
    inputs = gather(region, as_of)
    same = current_with(region, inputs.digest)
    if same is not None:
        return SweepOutcome(sweep=same, already=True)
    comparison = compute(inputs, threads=threads, progress=tell)
    with lake().stage() as stage:
        sweep_id, manifest_digest = publish(stage, inputs, comparison, tell)
        sweep = Sweep(
            id=sweep_id,
            as_of=as_of,
            region=region,
            policy_version=inputs.pack.version,
            policy_digest=inputs.pack.digest,
            manifest_digest=manifest_digest,
            previous_id=inputs.previous or None,
            summary=comparison.summary(),
            seconds=round(time.monotonic() - started, 2),
        )
        return make_current(sweep=sweep, inputs=inputs, comparison=comparison, by=by, now=now, tell=tell)


def compute(inputs: SweepInputs, *, threads: int | None = None, progress: Progress | None = None) -> Comparison:
    """The calculation alone: no database, nothing written. 1 or 2 threads give the same tables."""
    with open_engine(threads=threads, memory=settings.ENGINE_MEMORY, temp_dir=settings.DATA_DIR / "spill") as engine:
        return compare(
            inputs.rosters,
            as_of=inputs.as_of,
            region=inputs.region,
            engine=engine,
            facts=inputs.facts,
            decisions=inputs.decisions,
            previous=inputs.previous_members,
            id_key=pseudonym_key(),
            progress=progress,
            pack=inputs.pack,
        )


def publish(stage: Stage, inputs: SweepInputs, comparison: Comparison, tell: Progress) -> tuple[str, str]:
    """Write the sweep's files beside, rename them into place. Returns (sweep id, digest of all file contents).

    Raises E035 while another process makes the very same sweep.
    """
    tell("保存结果", 0, 0)
    for name, table in sweep_files(inputs, comparison):
        stage.write_table(name, table)
    digest = content_digest(stage.files)
    sweep_id = _sweep_id(inputs, digest)
    # What a run left that died before its transaction makes room.
    lake().discard_unknown(COLLECTION, lambda: Sweep.objects.values_list("pk", flat=True), only=sweep_id)
    stage.publish(COLLECTION, sweep_id, inputs.manifest() | {"content_digest": digest})
    return sweep_id, digest


def _sweep_id(inputs: SweepInputs, digest: str) -> str:
    """Date and ten digits; the sweep before is in it, because going back to old inputs is a new sweep."""
    mark = hashlib.sha256(f"{digest} {inputs.previous}".encode()).hexdigest()[:10]
    return f"{inputs.as_of:%Y%m%d}-{mark}"


def sweep_files(inputs: SweepInputs, comparison: Comparison) -> Iterator[tuple[str, pa.RecordBatchReader]]:
    """Every file of a sweep in writing order: results, then the inputs that live in the database."""
    facts = [(f"facts_{name}.parquet", table) for name, table in sorted(inputs.facts.items())]
    for name, table in [*comparison.files(), ("decisions.parquet", inputs.decisions), *facts]:
        yield name, plain_batches(table)


def make_current(
    *, sweep: Sweep, inputs: SweepInputs, comparison: Comparison, by: User, now: dt.datetime, tell: Progress
) -> SweepOutcome:
    """The one transaction of a sweep: its row and counts, children, doubtful pairs, cases, gaps and trail.

    ``sweep`` is not saved yet. Raises E701/E702 (not allowed), E813 (a gap of the last sweep would vanish).
    """
    with transaction.atomic():
        earlier = get_sweeps_within(sweep.region)
        checks.record_sweep(
            sweep=sweep,
            deliveries=[one.delivery.pk for one in inputs.deliveries],
            counts=[{"place_code": count.pop("township_code"), **count} for count in comparison.counts],
            by=by,
            now=now,
        )
        persons = comparison.persons
        links.record_children(persons=persons, sweep_id=sweep.pk, region=sweep.region, earlier=earlier, progress=tell)
        links.record_merged(merged=dict(comparison.merged))
        refresh_counts()
        links.record_reviews(review=comparison.review, persons=persons, sweep_id=sweep.pk, earlier=earlier)
        opened = open_gaps(
            sweep=sweep,
            comparison=comparison,
            pack=inputs.pack,
            earlier=list(earlier),
            previous_members=inputs.previous_members,
            by=by,
            now=now,
            progress=tell,
        )
        checks.record_gap_counts(sweep=sweep, counts=opened.counts)
    tell("完成", 1, 1)
    return SweepOutcome(sweep=sweep, already=False, opened_cases=opened.cases, gaps=opened.counts)


def _silent(_stage: str, _done: int, _total: int) -> None:
    return None


def sweep_folder(sweep: Sweep) -> Path:
    """Where the sweep's files lie, for the doctor and the auditor."""
    return lake().folder(COLLECTION, sweep.pk)
