"""Finding children by what people type: a name, its initials, a number, the last digits of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Q

from notoneless.common import names, resident_id
from notoneless.org.keys import keyring
from notoneless.org.sealed import indexes, normalised

TAIL = 4
"""Digits of an ID number whose keyed hash is kept; of five or six typed ones the last four find, the rest is compared."""
TAIL_PURPOSE = "id_tail"
SOME_DIGITS = re.compile(r"\d{3,5}[\dX]")
ROLL_NUMBER = re.compile(r"[GLJ](?=\d{17}[\dX]$)")
"""A school-roll number is the ID number behind a letter."""


def id_tail(id_no: str) -> str:
    """The keyed hash of the last four digits of an ID number; "" for a text too short to have them."""
    return id_tails([id_no])[0]


def id_tails(id_nos: Sequence[str]) -> list[str]:
    """As :func:`id_tail`, for many numbers: they end in few ways, each is hashed once."""
    plain = [normalised(one, "id_no") for one in id_nos]
    ring, ends = keyring(), {one[-TAIL:] for one in plain if len(one) > TAIL}
    hashes = {end: ring.index(end, TAIL_PURPOSE) for end in ends}
    return [hashes[one[-TAIL:]] if len(one) > TAIL else "" for one in plain]


def plain_number(words: str) -> str:
    """A typed number without blanks, dashes and the letter of a school-roll number, in capital letters."""
    return ROLL_NUMBER.sub("", re.sub(r"[\s\-—]", "", words).upper())


def is_number(words: str) -> bool:
    """Whether the words are looked up as a number of a person; a child's own id (C…) is not one."""
    return any(character.isdigit() for character in words) and not words.strip().upper().startswith("C")


def is_tail(words: str) -> bool:
    """Whether the words are the last four to six digits of an ID number."""
    return bool(SOME_DIGITS.fullmatch(plain_number(words)))


def by_number(words: str) -> Q:
    """Children with this whole ID or phone number, found by its keyed hash."""
    number = plain_number(words)
    return Q(id_index__in=indexes(number, "id_no")) | Q(phone_index__in=indexes(number, "phone"))


def by_tail(words: str) -> Q:
    """Children whose ID number ends with the last four of these digits; the caller compares the others."""
    return Q(id_tail__in=keyring().indexes(plain_number(words)[-TAIL:], TAIL_PURPOSE))


def has_tail(id_no: str, words: str) -> bool:
    """Whether an ID number ends with these digits, the number of today for one of 15 digits."""
    parsed = resident_id.parse(id_no)
    return (parsed.value if parsed.state == "valid" else id_no).upper().endswith(plain_number(words))


def by_name(words: str) -> Q:
    """Children whose name begins so; letters are the initials of a name, or a child's own id."""
    text = names.clean(words)
    if not text:
        return Q(pk__in=[])
    if text.isascii():
        letters = text.upper()
        return Q(pk=letters) if any(one.isdigit() for one in letters) else Q(initials__begins=letters)
    return Q(name__begins=text)
