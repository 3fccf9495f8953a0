"""What a person says about an upload before it is imported: columns, sheet, whole or part, corrections.

Each changes the draft in one transaction and leaves one trace; all but whole-or-part need the check again, which the
caller starts in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.flows.draft_result import key_of
from notoneless.flows.habits import remember_corrections, remember_headings
from notoneless.org.models import User
from notoneless.roster.core import Correction
from notoneless.roster.records import actions
from notoneless.roster.records.models import UploadDraft


@transaction.atomic
def match_by_hand(
    draft: UploadDraft,
    *,
    kind: str,
    mapping: Mapping[str, str],
    by: User,
    now: dt.datetime,
    remember: Mapping[str, str] | None = None,
) -> UploadDraft:
    """Keep the kind and columns that the person named; ``remember``: those that this sender always means.

    Raises Fault E701, E702, E333 (decided meanwhile).
    """
    draft = actions.match_draft(draft=draft, kind=kind, mapping=mapping, by=by, now=now)
    if remember:
        remember_headings(
            sender=draft.sender, place_code=draft.place_code, kind=kind, mapping=remember, by=by, now=now
        )
    return draft


@transaction.atomic
def accept(
    draft: UploadDraft, *, chosen: Mapping[str, str], by: User, now: dt.datetime, remember: bool = False
) -> UploadDraft:
    """Accept suggestions: ``chosen`` is their key → what is meant ("" = as proposed).

    Raises Fault E701, E702, E333, E851 (not a suggestion of this draft, or not one of its choices).
    """
    known = {one["key"]: one for one in draft.result.get("suggestions", []) if one["key"]}
    corrections = [_chosen(draft, known.get(key), meant) for key, meant in chosen.items()]
    added = [one.to_dict() for one in corrections]
    draft = actions.correct_draft(draft=draft, added=added, by=by, now=now)
    if remember:
        remember_corrections(
            sender=draft.sender, place_code=draft.place_code, kind=draft.kind, corrections=corrections, by=by, now=now
        )
    return draft


def certain_suggestions(draft: UploadDraft) -> dict[str, str]:
    """Key → "" of the suggestions with only one possible reading, for 全部接受."""
    return {one["key"]: "" for one in draft.result.get("suggestions", []) if one["key"] and one["certain"]}


def undo(draft: UploadDraft, *, keys: Sequence[str], by: User, now: dt.datetime) -> UploadDraft:
    """Take accepted corrections back; keys that are not there change nothing (E701, E702, E333)."""
    removed = [one for one in draft.corrections if key_of(one) in keys]
    return actions.correct_draft(draft=draft, removed=removed, by=by, now=now)


def _chosen(draft: UploadDraft, suggestion: Mapping[str, Any] | None, meant: str) -> Correction:
    if suggestion is None:
        raise Fault("E851", where=draft.file_name)
    correction = Correction.from_dict(suggestion["correction"])
    meant = meant or correction.meant
    allowed = {correction.meant, *suggestion["choices"]}
    if meant not in allowed or (not meant and correction.written):
        raise Fault("E851", where=draft.file_name)
    return Correction(correction.column, correction.rule, correction.written, meant)
