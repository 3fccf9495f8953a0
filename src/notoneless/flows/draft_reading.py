"""By what an upload is read: what its person said, and the first time what its sender is known to mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from notoneless.common.errors import Fault
from notoneless.flows.habits import fitting, habits_for, kinds_with_habits
from notoneless.flows.upload_columns import likeliest_header
from notoneless.roster.core import Correction, load_kinds, read_roster_batches
from notoneless.roster.core.mapping import make_headings
from notoneless.roster.records.models import UploadDraft


@dataclass(frozen=True)
class Reading:
    """Kind ("" = by its headings), columns and corrections; ``habits``: what of it is the sender's habit."""

    kind: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    habits: Mapping[str, Any] = field(default_factory=dict)


def reading_of(draft: UploadDraft, data: bytes) -> Reading:
    """How the draft is to be read. Habits are brought in once: what the person takes out of them stays out."""
    said = [Correction.from_dict(one) for one in draft.corrections]
    if "habits" in draft.result:
        return Reading(draft.kind, draft.mapping, said, draft.result["habits"])
    kinds = kinds_with_habits(draft.sender, place_code=draft.place_code)
    kinds = [kind for kind in kinds if draft.kind in ("", kind)]
    if not kinds:
        return Reading(draft.kind, draft.mapping, said)
    kind, sheets = _kind_and_labels(draft, data, kinds)
    headings, meanings = _still_known(kind, *habits_for(draft.sender, kind, place_code=draft.place_code))
    columns = {
        label: column
        for labels in sheets
        for label, column in fitting(headings, labels).items()
        if label not in draft.mapping
    }
    own = {(one.column, one.written) for one in said}
    brought = [one for one in meanings if (one.column, one.written) not in own]
    habits = {"columns": columns, "corrections": [one.to_dict() for one in brought]}
    return Reading(
        kind=kind if columns or draft.kind else "",
        mapping={**columns, **draft.mapping},
        corrections=sorted([*said, *brought], key=lambda one: (one.column, one.rule, one.written)),
        habits=habits if columns or brought else {},
    )


def _still_known(
    kind: str, headings: Mapping[str, str], meanings: Iterable[Correction]
) -> tuple[dict[str, str], list[Correction]]:
    """Without what speaks of columns that the kind no longer has."""
    known = {column.id for column in load_kinds()[kind].columns} if kind in load_kinds() else set()
    kept = {label: column for label, column in headings.items() if column in ("", *known)}
    return kept, [one for one in meanings if one.column in known]


def _kind_and_labels(draft: UploadDraft, data: bytes, kinds: list[str]) -> tuple[str, list[list[str]]]:
    """The kind of a file and the headings of each sheet; of one that cannot be told, those of the kind among ``kinds``
    whose habits fit it best.
    """
    try:
        head = read_roster_batches(
            data,
            draft.kind or None,
            file_name=draft.file_name,
            mapping=draft.mapping or None,
            sheet=draft.sheet or None,
        ).head
    except Fault:
        return _likely(draft, data, kinds)
    return head.kind.id, [[heading.label for heading in make_headings(sheet.header)] for sheet in head.sheets]


def _likely(draft: UploadDraft, data: bytes, kinds: list[str]) -> tuple[str, list[list[str]]]:
    best: tuple[int, str, list[str]] = (0, draft.kind, [])
    for kind in kinds:
        headings, _ = habits_for(draft.sender, kind, place_code=draft.place_code)
        likely = likeliest_header(data, draft, [kind])
        fits = len(fitting(headings, likely.labels)) if likely else 0
        if likely and fits > best[0]:
            best = fits, kind, likely.labels
    return best[1], [best[2]]
