"""A pasted list of names or numbers, as it comes out of a spreadsheet: who was found, who was not, who is several."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from notoneless.common import names
from notoneless.flows.find_children import note_number_search
from notoneless.link.records.queries import list_children
from notoneless.link.records.search import is_number, plain_number
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.sealed import indexes

PASTE_LIMIT = 500
AT_ONCE = 200
LEAST_DIGITS = 7
"""A cell with fewer digits is a class or a running number, not the number of a person."""
CELLS = re.compile(r"[\t,，、;；]+")
CHILD_ID = re.compile(r"C[0-9A-Z]{6,}")


@dataclass(frozen=True)
class Wanted:
    """One pasted line: its number in the paste, the word it is looked up by, and the whole line as pasted."""

    line: int
    word: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Pasted:
    """What became of a pasted list. ``several``: a name that more than one child has, with how many."""

    found: list[str]
    missing: list[Wanted]
    several: list[tuple[Wanted, int]]
    wanted: int
    beyond: int = 0


def find_pasted(user: User, text: str, *, now: dt.datetime) -> Pasted:
    """Look up every line in scope: by its ID or phone number or child id if it has one, else by its whole name.

    Several children of one name are never guessed at: they are told, not taken. Raises E701, E822.
    """
    check_may(user, Permission.CHILD_VIEW)
    everybody = wanted_lines(text)
    wanted = everybody[:PASTE_LIMIT]
    by_word = _children_by_word(user, {one.word for one in wanted})
    found, missing, several = dict[str, None](), [], []
    for one in wanted:
        ids = by_word.get(one.word, [])
        if len(ids) == 1:
            found[ids[0]] = None
        elif ids:
            several.append((one, len(ids)))
        else:
            missing.append(one)
    if numbers := sum(_is_person_number(one.word) for one in wanted):
        note_number_search(user, numbers=numbers, found=len(found), now=now)
    return Pasted(list(found), missing, several, len(wanted), len(everybody) - len(wanted))


def wanted_lines(text: str) -> list[Wanted]:
    """One wanted child a line; a line of several cells is looked up by its number, else by its first cell that is a
    name. A single line of several names is a list of its own. Repeated ones count once."""
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    if len([line for line in lines if line]) == 1 and not ("\t" in text and _has_number(text)):
        lines = [part for part in re.split(r"[\s,，、;；]+", text.strip()) if part]
    known: dict[str, Wanted] = {}
    for number, line in enumerate(lines, start=1):
        if word := _word(line):
            known.setdefault(word, Wanted(number, word, line))
    return list(known.values())


def _has_number(line: str) -> bool:
    return any(_is_person_number(plain_number(cell)) for cell in CELLS.split(line))


def _word(line: str) -> str:
    cells = [cell.strip().strip("'\"‘’“”") for cell in CELLS.split(line) if cell.strip()]
    for cell in cells:
        if CHILD_ID.fullmatch(cell.upper()):
            return cell.upper()
        if _is_person_number(plain_number(cell)):
            return plain_number(cell)
    worded = [names.clean(cell) for cell in cells if not any(one.isdigit() for one in cell)]
    return next((one for one in worded if one), "")


def _is_person_number(word: str) -> bool:
    return is_number(word) and sum(one.isdigit() for one in word) >= LEAST_DIGITS


def _children_by_word(user: User, words: set[str]) -> dict[str, list[str]]:
    """Word → ids of the children that it names."""
    found: dict[str, dict[str, None]] = {}
    marks = {mark: word for word in words if _is_person_number(word) for mark in _marks(word)}
    plain = {word: word for word in words if not _is_person_number(word)}
    for column, keys in (("id_index", marks), ("phone_index", marks), ("name", plain), ("id", plain)):
        for key, child_id in _matches(user, column, sorted(keys)):
            found.setdefault(keys[key], {})[child_id] = None
    return {word: sorted(ids) for word, ids in found.items()}


def _marks(number: str) -> list[str]:
    return [*indexes(number, "id_no"), *indexes(number, "phone")]


def _matches(user: User, field: str, keys: list[str]) -> Iterable[tuple[str, str]]:
    for start in range(0, len(keys), AT_ONCE):
        part = list_children(user).filter(**{f"{field}__in": keys[start : start + AT_ONCE]})
        yield from part.values_list(field, "pk")
