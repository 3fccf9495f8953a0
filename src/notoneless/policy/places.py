"""Places (辖区): the tree of 12-digit statistical codes, and finding a place in an address.

Source of the structure: policy.md §5.1 (省 2 + 市 2 + 县 2 + 乡 3 + 村 3); source of the data: ``data/README.md``.
"""

from __future__ import annotations

import csv
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from notoneless.common.errors import Fault

DATA = Path(__file__).parent / "data" / "divisions.csv"
CODE_LENGTH = 12
LEVEL_DIGITS = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}
LEVELS = tuple(LEVEL_DIGITS)
NO_TOWN = "乡镇不明"

_Candidate = tuple[str, str | None, bool]
"""A written name, the code it stands for (None: several places have it), and whether it counts only at the start."""

_CACHE_LIMIT = 200_000
_DIGITS = str.maketrans("", "", "0123456789０１２３４５６７８９ \u3000")
_OTHER_PROVINCE = re.compile(r"^([\u4e00-\u9fff]{2,7}?(?:省|自治区))")
_OTHER_CITY = re.compile(r"^([\u4e00-\u9fff]{2,3}市)")
_VILLAGE_TAILS = (
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("居民委员会", ""),
    ("居民委员", ""),
    ("居委会", ""),
    ("居会", ""),
)
_TOWN_TAILS = ("街道", "镇", "乡")
_TOWN_WORDS = ("街道", "镇", "乡", "办事处")


@dataclass(frozen=True, slots=True)
class Place:
    """One node of the tree. ``level`` is one of :data:`LEVELS`; ``parent`` is "" at the top."""

    code: str
    name: str
    level: str
    parent: str

    @property
    def short_name(self) -> str:
        """The name as people write it in an address: 柳行岔村委会 → 柳行岔村. Other levels stay."""
        if self.level != "village":
            return self.name
        for tail, put in _VILLAGE_TAILS:
            if self.name.endswith(tail):
                bare = self.name.removesuffix(tail)
                return bare if put and bare.endswith(put) else bare + put
        return self.name


def level_of(code: str) -> str:
    """Level of a full 12-digit code by its trailing zero segments (``371321101000`` → ``town``)."""
    for level in reversed(LEVELS[1:]):
        upper = LEVEL_DIGITS[LEVELS[LEVELS.index(level) - 1]]
        if code[upper : LEVEL_DIGITS[level]].strip("0"):
            return level
    return "province"


def full_code(code: str) -> str:
    """A code of 2, 4, 6, 9 or 12 digits padded to 12. Raises E525 for anything else."""
    if not code.isdigit() or len(code) not in LEVEL_DIGITS.values():
        raise Fault("E525", where=code, place=code)
    return code.ljust(CODE_LENGTH, "0")


def code_range(code: str) -> tuple[str, str]:
    """Half-open text interval ``low <= place_code < high`` of a place and all below it. Raises E525.

    Of :func:`no_town`'s code: of those who live in the county, nobody knows where.
    """
    low = full_code(code)
    prefix = code if is_no_town(code) else low[: LEVEL_DIGITS[level_of(low)]]
    following = str(int(prefix) + 1).zfill(len(prefix))
    return low, following.ljust(CODE_LENGTH, "0")


def no_town(county: str) -> str:
    """Nine digits for those of a county whose township nobody knows: ``371321000``; their own code is the county's."""
    return county[: LEVEL_DIGITS["county"]] + "000"


def is_no_town(code: str) -> bool:
    """Whether a code is one of :func:`no_town`."""
    return len(code) == LEVEL_DIGITS["town"] and code == no_town(code)


def town_of(code: str) -> str:
    """Code of the township that holds ``code``; a county or higher code stays as it is."""
    return code[:9] + "000"


class Places:
    """All places of the pack, looked up by code or found in the text of an address."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_code = {place.code: place for place in places}
        self._children: dict[str, list[Place]] = defaultdict(list)
        for place in self._by_code.values():
            self._children[place.parent].append(place)
        self._finder = _Finder(self)

    @classmethod
    @functools.cache
    def load(cls, path: Path = DATA) -> Places:
        """The shipped divisions; read once a process."""
        with path.open(encoding="utf-8", newline="") as file:
            return cls([Place(r["code"], r["name"], r["level"], r["parent_code"]) for r in csv.DictReader(file)])

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Place:
        """The place of a code of 2–12 digits. Raises E525 (not a code) or E526 (no such place)."""
        full = full_code(code)
        if full not in self._by_code:
            raise Fault("E526", where=code, place=code)
        return self._by_code[full]

    def children(self, code: str) -> list[Place]:
        """The places right below, in code order; ``""`` gives the roots."""
        return sorted(self._children.get(full_code(code) if code else "", []), key=lambda place: place.code)

    def ancestors(self, code: str) -> list[Place]:
        """The place itself and those above it that are known, lowest first; an unknown village begins at its town."""
        full = full_code(code)
        codes = [full[: LEVEL_DIGITS[level]].ljust(CODE_LENGTH, "0") for level in reversed(LEVELS)]
        return [self._by_code[one] for one in dict.fromkeys(codes) if one in self._by_code]

    def label(self, code: str | None) -> str:
        """How a reader calls it: 岸堤镇柳行岔村, 岸堤镇, 沂南县, 沂南县乡镇不明; "" when the code is empty or unknown."""
        if not code or not code.isdigit() or len(code) not in LEVEL_DIGITS.values():
            return ""
        known = self.ancestors(code)
        local = [place.short_name for place in known if place.level in ("town", "village")]
        unknown = NO_TOWN if is_no_town(code) else ""
        return "".join(reversed(local)) or (known[0].name + unknown if known else "")

    def find(self, text: str | None, within: str | None = None) -> str | None:
        """The lowest place named in an address, or None.

        ``within`` says where to look when the text names no county itself. Names are matched longest first; a village
        without its township counts only when it is the only one of that name there. A text that begins with another
        province or city finds nothing, for village names repeat across the country.
        """
        return self._finder.find(text or "", full_code(within) if within else None)

    def is_elsewhere(self, text: str) -> bool:
        """Whether an address begins with a province or city that is not ours."""
        return self._finder.is_elsewhere(text)

    def below(self, code: str, level: str) -> list[Place]:
        """All places of ``level`` inside ``code``, in code order."""
        low, high = code_range(code)
        found = [place for place in self._by_code.values() if place.level == level and low <= place.code < high]
        return sorted(found, key=lambda place: place.code)


class _Finder:
    """The search behind :meth:`Places.find`, with a bounded memory of texts already seen (house numbers removed)."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._names: dict[tuple[str, str], list[_Candidate]] = {}
        self._seen: dict[tuple[str, str | None], str | None] = {}

    def find(self, text: str, within: str | None) -> str | None:
        key = (text.translate(_DIGITS), within)
        if key not in self._seen:
            if len(self._seen) >= _CACHE_LIMIT:
                self._seen.clear()
            self._seen[key] = self._search(*key)
        return self._seen[key]

    def _search(self, text: str, within: str | None) -> str | None:
        if not text or self.is_elsewhere(text):
            return None
        county, rest = self._first(text, "", "county")
        scope = county or within
        if scope is None:
            return None
        if level_of(scope) in ("province", "city", "county"):
            town, rest = self._first(rest, scope, "town")
            scope = town or scope
        village, _ = self._first(rest, scope, "village")
        named = scope if level_of(scope) == "town" and scope != within else county
        return village or named

    def is_elsewhere(self, text: str) -> bool:
        """Whether the text begins with a province or city that is not ours."""
        rest = text
        for pattern, level in ((_OTHER_PROVINCE, "province"), (_OTHER_CITY, "city")):
            found = pattern.match(rest)
            if found and found[1] not in self._names_of_level(level):
                return True
            rest = rest[found.end() :] if found else rest
        return False

    @functools.cache  # noqa: B019 - one finder a process, two levels
    def _names_of_level(self, level: str) -> frozenset[str]:
        return frozenset(place.name for place in self._places if place.level == level)

    def _first(self, text: str, scope: str, level: str) -> tuple[str | None, str]:
        """Code of the longest name found in the text (None when not found or not unique), and the text without it.

        What followed the name comes first in that text, so that the lower place is expected at its beginning.
        """
        for name, code, at_start in self._candidates(scope, level):
            if text.startswith(name) if at_start else name in text:
                before, _, after = text.partition(name)
                return code, f"{after}|{before}"
        return None, text

    def _candidates(self, scope: str, level: str) -> list[_Candidate]:
        key = (scope, level)
        if key not in self._names:
            codes: dict[tuple[str, bool], set[str]] = defaultdict(set)
            for place in self._in_scope(scope, level):
                for name in spellings(place):
                    codes[name, False].add(place.code)
                if scope and level_of(scope) == "town":
                    codes[stem_of(place), True].add(place.code)
            ordered = sorted(codes, key=lambda one: (-len(one[0]), one))
            found = [(name, codes[name, at_start], at_start) for name, at_start in ordered if len(name) > 1]
            self._names[key] = [(name, min(of) if len(of) == 1 else None, start) for name, of, start in found]
        return self._names[key]

    def _in_scope(self, scope: str, level: str) -> list[Place]:
        if scope:
            return self._places.below(scope, level)
        return [place for place in self._places if place.level == level]


def spellings(place: Place) -> set[str]:
    """Ways in which a place is written."""
    names = {place.name, place.short_name}
    if place.level == "town":
        for tail in _TOWN_TAILS:
            if place.name.endswith(tail):
                names |= {place.name.removesuffix(tail) + word for word in _TOWN_WORDS}
    return names


def stem_of(place: Place) -> str:
    """柳行岔 for 柳行岔村, 岸堤 for 岸堤镇: as part of an address it may be part of another name."""
    if place.level == "town":
        return next((place.name.removesuffix(tail) for tail in _TOWN_TAILS if place.name.endswith(tail)), place.name)
    return place.short_name.removesuffix("社区").removesuffix("村")
