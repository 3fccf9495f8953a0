"""Places near a written name: 岸堤镇柳行叉村 → 柳行岔村, looked for in the township that the address names."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from notoneless.policy.near_names import LIKE, Near, NearNames, is_clear
from notoneless.policy.places import Place, Places, full_code, level_of, spellings, stem_of

_VILLAGE = re.compile(r"[^\u4e00-\u9fff]*(([\u4e00-\u9fff]{2,8}?)(?:村民委员会|村委会|居民委员会|居委会|社区|村))")
_TOWN = re.compile(r"[^\u4e00-\u9fff]*(([\u4e00-\u9fff]{2,5}?)(?:街道|镇|乡))")
SHORT = 2
"""A name of so few characters is proposed only for one of like sound or shape: 王庄 and 张庄 are two villages."""


@dataclass(frozen=True)
class NearPlace:
    """``written``: the part of the address that is no known place; ``places``: those it may mean, nearest first.

    ``clear``: only the first can be meant; ``certain``: and it sounds or looks the same.
    """

    written: str
    places: tuple[Place, ...]
    clear: bool
    certain: bool


class PlaceGuesser:
    """Near places of addresses in which no village (or township) was found. ``within``: where a county is not named."""

    def __init__(self, places: Places, within: str | None) -> None:
        self._places = places
        self._within = full_code(within) if within else None

    def guess(self, address: str) -> NearPlace | None:
        """What a part of ``address`` may mean; None when it names a place elsewhere, or nothing is near."""
        if self._places.is_elsewhere(address):
            return None
        scope = self._places.find(address, self._within) or self._within
        if scope is None or level_of(scope) == "village":
            return None
        rest = self._below(address, scope)
        if level_of(scope) == "town":
            return self._near(_VILLAGE.match(rest), scope, "village")
        if level_of(scope) != "county":
            return None
        return self._near(_TOWN.match(rest), scope, "town") or self._near(_VILLAGE.match(rest), scope, "village")

    def _below(self, address: str, scope: str) -> str:
        """The address behind the lowest name that is known."""
        for place in self._places.ancestors(scope):
            for name in sorted(spellings(place), key=len, reverse=True):
                if name in address:
                    return address.partition(name)[2]
        return address

    def _near(self, found: re.Match[str] | None, scope: str, level: str) -> NearPlace | None:
        if found is None or self._is_known(found[1]):
            return None
        names, by_stem = self._register(scope, level)
        near = [each for each in names.find(found[2]) if each.cost]
        if not near:
            return None
        clear = is_clear(near) and not _doubtful(found[2], near[0]) and len(by_stem[near[0].name]) == 1
        places = tuple(place for each in near for place in by_stem[each.name])
        return NearPlace(found[1], places, clear, clear and near[0].cost <= LIKE)

    def _is_known(self, written: str) -> bool:
        """Whether the name is right somewhere in the same county: then it must not be read as another everywhere."""
        return self._within is not None and self._places.find(written, self._within) is not None

    @functools.cache  # noqa: B019 - a guesser lives as long as one file is read
    def _register(self, scope: str, level: str) -> tuple[NearNames, dict[str, list[Place]]]:
        by_stem: dict[str, list[Place]] = {}
        for place in self._places.below(scope, level):
            by_stem.setdefault(stem_of(place), []).append(place)
        return NearNames(by_stem), by_stem


def _doubtful(written: str, near: Near) -> bool:
    return len(written) <= SHORT and near.cost > LIKE
