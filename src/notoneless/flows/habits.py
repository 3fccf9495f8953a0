"""What a sender's lists mean, said once by a person and used for its next lists (送达习惯)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from notoneless.org.models import User
from notoneless.roster.core import Correction
from notoneless.roster.core.corrections import BIRTH_FROM_ID, FRAGMENT, WORD
from notoneless.roster.records.actions import Meaning, keep_habits
from notoneless.roster.records.models import SenderHabit
from notoneless.roster.records.queries import habits_of

Sort = SenderHabit.Sort
RULES = {Sort.WORD: WORD, Sort.FRAGMENT: FRAGMENT, Sort.BIRTH: BIRTH_FROM_ID}
SORTS = {rule: sort for sort, rule in RULES.items()}


def habits_for(sender: str, kind: str, *, place_code: str) -> tuple[dict[str, str], list[Correction]]:
    """(heading → canonical column, "" for one not used; corrections) of a sender's lists of one kind.

    ``place_code``: twelve digits, where the list is for. The mapping may name headings that a file does not have:
    keep those it has (:func:`fitting`) before reading with it.
    """
    mapping, corrections = {}, []
    for habit in habits_of(sender, place_code, kind):
        if habit.sort == Sort.HEADING:
            mapping[habit.written] = habit.column
        else:
            rule = RULES[Sort(habit.sort)]
            corrections.append(Correction(habit.column, rule, habit.written, habit.meant))
    return mapping, corrections


def kinds_with_habits(sender: str, *, place_code: str) -> list[str]:
    """The kinds of that sender's lists of which somebody said something, in order."""
    return sorted(set(habits_of(sender, place_code).values_list("kind", flat=True)))


def fitting(mapping: Mapping[str, str], labels: Iterable[str]) -> dict[str, str]:
    """Those headings of ``mapping`` that a file has; of two for one column the one that stands first in the file."""
    found: dict[str, str] = {}
    for label in labels:
        if label in mapping and (not mapping[label] or mapping[label] not in found.values()):
            found[label] = mapping[label]
    return found


def remember_headings(
    *, sender: str, place_code: str, kind: str, mapping: Mapping[str, str], by: User, now: dt.datetime
) -> int:
    """Remember which column each heading of ``mapping`` is (E701, E702); returns how many were news."""
    meanings = [Meaning(Sort.HEADING, column, label) for label, column in mapping.items()]
    return keep_habits(sender=sender, place_code=place_code, kind=kind, meanings=meanings, by=by, now=now)


def remember_corrections(
    *, sender: str, place_code: str, kind: str, corrections: Iterable[Correction], by: User, now: dt.datetime
) -> int:
    """Remember accepted corrections (E701, E702); returns how many were news."""
    meanings = [Meaning(SORTS[one.rule], one.column, one.written, one.meant) for one in corrections]
    return keep_habits(sender=sender, place_code=place_code, kind=kind, meanings=meanings, by=by, now=now)
