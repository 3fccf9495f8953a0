"""How two folded names differ, in the words of weights.yaml. Pure Python: engines count bytes, not characters."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from notoneless.common import names


def compare_names(left: str, right: str, *, same_sound: bool) -> str:
    """Verdict id for two folded names; symmetric. "none" when one is empty. `same_sound`: their syllables are equal."""
    if not left or not right:
        return "none"
    if left == right:
        return "same"
    one, other = sorted((left, right), key=lambda name: (len(name), name))
    if same_sound and len(one) == len(other):
        return "homophone"
    if len(one) == len(other):
        return _same_length(one, other)
    return _different_length(one, other)


def _same_length(one: str, other: str) -> str:
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if all(_alike(one[i], other[i]) for i in differing):
        return "lookalike"
    if 0 not in differing and len(differing) == 2 and sorted(one) == sorted(other):
        return "swapped"
    if differing == [0] and len(one) >= 3:
        return "surname"
    if len(differing) == 1 and 0 not in differing and len(one) >= 3:
        return "one_char"
    return _shared(one, other)


def _different_length(short: str, long: str) -> str:
    if _latin(short) or _latin(long):
        return (
            "latin" if names.syllables(short).replace(" ", "") == names.syllables(long).replace(" ", "") else "none"
        )
    if len(short) == 1 and long.startswith(short) and len(long) <= 3:
        return "remnant"
    if len(short) >= 4 and long.startswith(short):
        return "damaged"
    if len(short) >= 2 and len(long) - len(short) == 1 and short[0] == long[0] and _is_subsequence(short, long):
        return "damaged"
    return _shared(short, long)


def _shared(one: str, other: str) -> str:
    """A shared surname says nothing: brothers, sisters and half the village have it."""
    return "shared" if set(one[1:]) & set(other[1:]) else "none"


def _alike(one: str, other: str) -> bool:
    shapes = _shapes()
    return bool(shapes.get(one)) and shapes.get(one) == shapes.get(other)


def _latin(name: str) -> bool:
    return any(character.isascii() and character.isalpha() for character in name)


def _is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


@functools.cache
def _shapes() -> Mapping[str, str]:
    """Character → its group of look-alikes."""
    return {character: group for character, _base, _syllable, group in names.character_table() if group}
