"""Import a file without a draft in between, for the command line: what its sender always means is known, suggestions
with one possible reading may be accepted at once, and what was said may be remembered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from notoneless.flows.draft_reading import Reading, reading_of
from notoneless.flows.habits import remember_corrections, remember_headings
from notoneless.flows.import_file import Choice, ImportOutcome, Progress, import_file
from notoneless.org.models import User
from notoneless.policy.places import full_code
from notoneless.roster.core import Correction
from notoneless.roster.records.models import UploadDraft


@dataclass(frozen=True)
class Told:
    """What is said about a file. ``mapping``: heading → canonical column, "" for one that is not used."""

    sender: str
    as_of: dt.date
    place_code: str
    kind: str = ""
    legal_basis: str = ""
    sheet: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    supplements: bool = False
    accept: bool = False
    remember: bool = False
    choice: Choice = "good_rows"
    dry_run: bool = False


@dataclass(frozen=True)
class InOneGo:
    """What became of the file, which suggestions were accepted, how many habits are new."""

    outcome: ImportOutcome
    accepted: Sequence[Correction]
    remembered: int


def import_in_one_go(
    *, data: bytes, file_name: str, told: Told, by: User, now: dt.datetime, progress: Progress
) -> InOneGo:
    """Read, correct, import, remember. Raises what ``flows.import_file`` raises."""
    reading = _reading(data, file_name, told)
    accepted: list[Correction] = []
    if told.accept:
        looked = _import(data, file_name, told, reading, reading.corrections, by, now, progress, dry_run=True)
        known = {(one.column, one.written) for one in reading.corrections}
        certain = [one.correction for one in looked.roster.suggestions if one.certain and one.correction]
        accepted = [one for one in certain if (one.column, one.written) not in known]
    corrections = [*reading.corrections, *accepted]
    outcome = _import(data, file_name, told, reading, corrections, by, now, progress, dry_run=told.dry_run)
    remembered = 0
    if told.remember and not told.dry_run:
        remembered = _remember(told, outcome.roster.kind, accepted, by, now)
    return InOneGo(outcome, accepted, remembered)


def _reading(data: bytes, file_name: str, told: Told) -> Reading:
    asked = UploadDraft(
        file_name=file_name,
        kind=told.kind,
        sender=told.sender,
        place_code=full_code(told.place_code),
        sheet=told.sheet,
        mapping=dict(told.mapping),
    )
    return reading_of(asked, data)


def _import(
    data: bytes,
    file_name: str,
    told: Told,
    reading: Reading,
    corrections: Sequence[Correction],
    by: User,
    now: dt.datetime,
    progress: Progress,
    dry_run: bool,
) -> ImportOutcome:
    return import_file(
        source=data,
        file_name=file_name,
        kind=reading.kind or None,
        sender=told.sender,
        as_of=told.as_of,
        place_code=told.place_code,
        legal_basis=told.legal_basis,
        mapping=reading.mapping or None,
        sheet=told.sheet or None,
        corrections=corrections,
        supplements=told.supplements,
        choice=told.choice,
        dry_run=dry_run,
        by=by,
        now=now,
        progress=progress,
    )


def _remember(told: Told, kind: str, accepted: Sequence[Correction], by: User, now: dt.datetime) -> int:
    place = full_code(told.place_code)
    whose = {"sender": told.sender, "place_code": place, "kind": kind}
    count = remember_headings(**whose, mapping=told.mapping, by=by, now=now) if told.mapping else 0
    return count + (remember_corrections(**whose, corrections=accepted, by=by, now=now) if accepted else 0)
