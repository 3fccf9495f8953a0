"""Names near a written one: one wrong, missing or superfluous character, or any number of like-sounding ones.

柳行叉 is near 柳行岔 (same sound), 岸提 is one character away from 岸堤. Found through an index, not by comparing all.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from notoneless.common.names import CharacterRow, character_table

SAME_BASE, LIKE, OTHER = 0.1, 0.3, 1.0
"""Cost of one character for another: a variant of it, one of like sound or shape, any other (or one too many)."""
FARTHEST = 1.5
CLEAR_LEAD = 0.5
"""By so much the nearest name must lead for the others not to be thought of."""
MANY = 6


class Near(NamedTuple):
    """A name near the written one and how far it is (0 for the same; 1 for one other character)."""

    cost: float
    name: str


class NearNames:
    """Names of a register, found by writings that are near them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_key: Mapping[tuple[str, ...], set[str]] = defaultdict(set)
        for name in names:
            for key in _keys(name):
                self._by_key[key].add(name)

    def find(self, written: str) -> list[Near]:
        """The names near ``written``, nearest first, at most :data:`MANY`."""
        found = {name for key in _keys(written) for name in self._by_key.get(key, ())}
        near = sorted(Near(distance(written, name), name) for name in found)
        return [each for each in near if each.cost <= FARTHEST][:MANY]


def is_clear(near: list[Near]) -> bool:
    """Whether the first leads the second so far that only it can be meant."""
    return bool(near) and (len(near) == 1 or near[1].cost - near[0].cost >= CLEAR_LEAD)


def distance(left: str, right: str) -> float:
    """Weighted edit distance of two short names."""
    before = [OTHER * index for index in range(len(right) + 1)]
    for row, char in enumerate(left, start=1):
        line = [OTHER * row]
        for column, other in enumerate(right, start=1):
            changed = before[column - 1] + _change(char, other)
            line.append(min(changed, before[column] + OTHER, line[-1] + OTHER))
        before = line
    return round(before[-1], 2)


def _change(char: str, other: str) -> float:
    if char == other:
        return 0.0
    left, right = _characters().get(char), _characters().get(other)
    if left is None or right is None:
        return OTHER
    if left.base == right.base:
        return SAME_BASE
    same_sound = left.syllable and left.syllable == right.syllable
    same_shape = left.shape_group and left.shape_group == right.shape_group
    return LIKE if same_sound or same_shape else OTHER


def _keys(name: str) -> Iterator[tuple[str, ...]]:
    """The sounds of a name, whole and with each one left out."""
    sounds = tuple(_sound(char) for char in name)
    yield sounds
    for index in range(len(sounds)):
        yield sounds[:index] + sounds[index + 1 :]


def _sound(char: str) -> str:
    found = _characters().get(char)
    return found.syllable or char if found else char


@functools.cache
def _characters() -> dict[str, CharacterRow]:
    return {row.char: row for row in character_table()}
