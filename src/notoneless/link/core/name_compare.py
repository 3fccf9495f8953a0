"""How two folded names differ, in the words of weights.yaml. Pure Python: engines count bytes, not characters."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence

from notoneless.common import names

_LATIN_RUN = re.compile("[a-z]+")
_TOKEN = re.compile("[a-z]+|[^a-z]")
_UNKNOWN = "x"
"""One letter written for a character that nobody could type (李x明)."""
FOREIGN_LENGTH = names.LONGEST_PLAIN + 1
"""So many characters, mostly of a minority name without its dots; such names are cut off and shortened."""


def compare_names(left: str, right: str, *, same_sound: bool) -> str:
    """Verdict id for two folded names; symmetric. "none" when one is empty. `same_sound`: their syllables are equal.

    A surname of two characters counts as one: 欧阳小花 and 王小花 differ in the surname only, 欧阳花 and 欧阳梅 in all else.
    """
    if not left or not right:
        return "none"
    if left == right:
        return "same"
    one, other = sorted((left, right), key=lambda name: (len(name), name))
    if same_sound and len(one) == len(other):
        return "homophone"
    if _LATIN_RUN.search(one) or _LATIN_RUN.search(other):
        return _with_letters(one, other)
    ones, others = _characters(one), _characters(other)
    if len(ones) == len(others):
        return _same_length(ones, others)
    return _different_length(one, other)


def _characters(name: str) -> tuple[str, ...]:
    """The characters of a name, a surname of two in one piece."""
    return (name[:2], *name[2:]) if names.has_compound_surname(name) else tuple(name)


def _same_length(one: Sequence[str], other: Sequence[str]) -> str:
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if all(_alike(one[i], other[i]) for i in differing):
        return "lookalike"
    if 0 not in differing and len(differing) == 2 and sorted(one) == sorted(other):
        return "swapped"
    if differing == [0] and len(one) >= 3:
        return "surname"
    if len(differing) == 1 and 0 not in differing and len(one) >= 3:
        return "one_char"
    if len(one) >= FOREIGN_LENGTH and "".join(one) in "".join(other) * 2:
        return "swapped"
    return _shared(one, other)


def _different_length(short: str, long: str) -> str:
    if len(short) == 1 and long.startswith(short) and len(long) <= 3:
        return "remnant"
    if len(short) >= 4 and long.startswith(short):
        return "damaged"
    if short[0] == long[0] and _is_subsequence(short, long):
        if len(short) >= 2 and len(long) - len(short) == 1:
            return "damaged"
        if len(short) >= 3 and len(long) >= FOREIGN_LENGTH:
            return "damaged"
    return _shared(_characters(short), _characters(long))


def _shared(one: Sequence[str], other: Sequence[str]) -> str:
    """A shared surname says nothing: brothers, sisters and half the village have it."""
    return "shared" if set(one[1:]) & set(other[1:]) else "none"


def _with_letters(one: str, other: str) -> str:
    """Two names of which one at least has letters: written in pinyin, wholly or where a character could not be typed."""
    if names.syllables(one).replace(" ", "") == names.syllables(other).replace(" ", ""):
        return "latin"
    spelt, plain = (one, other) if _LATIN_RUN.search(one) else (other, one)
    if _LATIN_RUN.search(plain):
        return "none"
    tokens = _TOKEN.findall(spelt)
    if _spells(tokens, plain, initials=False):
        return "latin"
    some_character = any(not token.isascii() for token in tokens)
    return "damaged" if some_character and _spells(tokens, plain, initials=True) else "none"


def _spells(tokens: Sequence[str], plain: str, *, initials: bool) -> bool:
    """Whether characters and runs of letters say the plain name; with `initials` a run may be first letters, or x."""
    if not tokens or not plain:
        return not tokens and not plain
    head, rest = tokens[0], tokens[1:]
    if not head.isascii():
        return head == plain[0] and _spells(rest, plain[1:], initials=initials)
    return any(
        _says(head, plain[:taken], initials=initials) and _spells(rest, plain[taken:], initials=initials)
        for taken in range(1, min(len(plain), len(head)) + 1)
    )


def _says(run: str, characters: str, *, initials: bool) -> bool:
    readings = [names.sounds_like(character) for character in characters]
    if any("".join(sounds) == run for sounds in itertools.product(*readings)):
        return True
    if not initials or len(run) != len(characters):
        return False
    return run == _UNKNOWN or all(
        any(sound.startswith(letter) for sound in sounds) for letter, sounds in zip(run, readings, strict=True)
    )


def _alike(one: str, other: str) -> bool:
    shapes = _shapes()
    return len(one) == len(other) and all(
        a == b or (bool(shapes.get(a)) and shapes.get(a) == shapes.get(b)) for a, b in zip(one, other, strict=True)
    )


def _is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)


@functools.cache
def _shapes() -> Mapping[str, str]:
    """Character → its group of look-alikes."""
    return {character: group for character, _base, _syllable, group in names.character_table() if group}
