"""Prove a sweep: recompute it from its deliveries and compare every file's content hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from django.db import transaction

from notoneless.check.core.facts import FACTS
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows.rules import rules_digest
from notoneless.flows.sweep import COLLECTION, Progress, compute, sweep_files
from notoneless.flows.sweep_inputs import Chosen, SweepInputs, read_previous, read_rosters
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.policy.pack import Pack, load_pack
from notoneless.trail.actions import Action
from notoneless.trail.record import record


@dataclass(frozen=True)
class FileVerdict:
    """One file of the sweep: is what was stored what the inputs give? ``damaged``: it is not what was written then."""

    name: str
    rows: int
    same: bool
    damaged: bool = False

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class VerifyReport:
    """The verdict on a sweep, file by file. ``made_by``: the program that made it, if rules or policy were not today's."""

    sweep: str
    files: list[FileVerdict]
    made_by: str = ""

    @property
    def ok(self) -> bool:
        return bool(self.files) and all(file.same for file in self.files)

    @property
    def different(self) -> list[str]:
        """Names of the files that are not what the inputs give."""
        return [file.name for file in self.files if not file.same]

    @property
    def only_rules_changed(self) -> bool:
        """Whether the files differ although nobody changed them: rules or policy are others now."""
        return bool(self.made_by) and not self.ok and not any(file.damaged for file in self.files)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if self.ok:
            return Wording("与保存的结果逐字节一致")
        if self.only_rules_changed:
            changed = f"按现在的规则重算，{len(self.different)} 个文件不同"
            return f"保存的文件没有被改动；规则或政策参数在这之后变过（当时是 {self.made_by}），{changed}"
        return f"{len(self.different)} 个文件与保存的不一致"


def prove_sweep(sweep: Sweep, *, by: User, now: dt.datetime, progress: Progress | None = None) -> VerifyReport:
    """Verify a sweep and leave the verdict in the trail. Raises what `verify_sweep` raises."""
    report = verify_sweep(sweep, progress=progress)
    with transaction.atomic():
        record(
            Action.SWEEP_VERIFY,
            by=by,
            now=now,
            object_kind="sweep",
            object_id=sweep.pk,
            place_code=sweep.region,
            result=report.sentence,
            different=report.different,
        )
    return report


def verify_sweep(sweep: Sweep, *, progress: Progress | None = None, threads: int | None = None) -> VerifyReport:
    """Recompute a sweep and compare plaintext hashes; writes nothing.

    Rules and policy are those of today; the report says when they were others. Raises E812 when a delivery it rests on
    is gone.
    """
    manifest = lake().manifest(COLLECTION, sweep.pk)
    stored = {file["name"]: file for file in manifest["files"]}
    inputs = inputs_of(sweep)
    comparison = compute(inputs, threads=threads, progress=progress)
    with lake().stage() as stage:
        computed = {name: stage.write_table(name, table) for name, table in sweep_files(inputs, comparison)}
    damaged = set(lake().verify(COLLECTION, sweep.pk))
    return VerifyReport(
        sweep=sweep.pk,
        made_by=_other_rules(manifest, inputs.pack),
        files=[
            FileVerdict(
                name=name,
                rows=stored[name]["rows"] if name in stored else 0,
                damaged=name in damaged,
                same=name in stored
                and name in computed
                and name not in damaged
                and stored[name]["sha256"] == computed[name].sha256,
            )
            for name in sorted(stored.keys() | computed.keys())
        ],
    )


def _other_rules(manifest: Mapping[str, Any], pack: Pack) -> str:
    """The version that made the sweep, when rules or policy have changed since; otherwise empty."""
    if (manifest.get("rules_digest"), manifest["policy_digest"]) == (rules_digest(), pack.digest):
        return ""
    return str(manifest.get("program_version", Wording("更早的版本")))


def inputs_of(sweep: Sweep) -> SweepInputs:
    """The inputs of a past sweep, read back from the lake alone, with the policy of today (E812)."""
    manifest = lake().manifest(COLLECTION, sweep.pk)
    as_of = dt.date.fromisoformat(manifest["as_of"])
    pack = load_pack(manifest["region"], as_of)
    chosen = [Chosen.from_manifest(entry) for entry in manifest["deliveries"]]
    missing = [one.delivery_id for one in chosen if not lake().exists("deliveries", one.delivery_id)]
    previous = manifest["previous"]
    if previous and not lake().exists(COLLECTION, previous):
        missing.append(previous)
    if missing:
        raise Fault("E812", where=sweep.pk, missing="、".join(missing))
    return SweepInputs(
        region=manifest["region"],
        as_of=as_of,
        pack=pack,
        deliveries=[],
        rosters=read_rosters(chosen),
        decisions=_read(sweep, "decisions.parquet"),
        facts={name: _read(sweep, f"facts_{name}.parquet") for name in FACTS},
        previous=previous,
        previous_members=read_previous(previous) if previous else None,
        digest=manifest["inputs_digest"],
    )


def _read(sweep: Sweep, name: str) -> pa.Table:
    return lake().read_table(COLLECTION, sweep.pk, name)
