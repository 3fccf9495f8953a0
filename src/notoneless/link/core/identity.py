"""Names for children that stay the same from sweep to sweep, and names for questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from notoneless.common.errors import Fault

_LETTERS = 11
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def name_children(
    persons: Sequence[tuple[int, str]], kept: Iterable[tuple[int, str, int]], taken: Iterable[str], id_key: bytes
) -> dict[int, str]:
    """pid → child_id for every person.

    `persons`: (pid, smallest row_key). `kept`: (pid, child_id of the last sweep, rows in common); a name goes to the
    person with most of its rows, and one person keeps one name. `taken`: all names of the last sweep, never given
    anew. Raises E406 without a key.
    """
    if not id_key:
        raise Fault("E406")
    first_key = dict(persons)
    names: dict[int, str] = {}
    used: set[str] = set()
    for pid, name, _ in sorted(kept, key=lambda one: (-one[2], one[1], first_key[one[0]], one[0])):
        if pid not in names and name not in used:
            names[pid] = name
            used.add(name)
    used.update(taken)
    for pid, key in sorted(persons, key=lambda person: (person[1], person[0])):
        if pid not in names:
            names[pid] = _mint(key, id_key, used)
            used.add(names[pid])
    return names


def pair_id(left_key: str, right_key: str, id_key: bytes) -> str:
    """The name of a question about two rows; the same two rows always give the same name."""
    return "P" + _hash("|".join(sorted((left_key, right_key))), id_key)


def _mint(key: str, id_key: bytes, used: set[str]) -> str:
    attempt = 0
    while (name := "C" + _hash(f"{key}|{attempt}" if attempt else key, id_key)) in used:
        attempt += 1
    return name


def _hash(text: str, id_key: bytes) -> str:
    number = int.from_bytes(hashlib.blake2b(text.encode(), key=id_key[:64], digest_size=8).digest(), "big")
    return "".join([_ALPHABET[number >> shift & 31] for shift in range(0, 5 * _LETTERS, 5)])
