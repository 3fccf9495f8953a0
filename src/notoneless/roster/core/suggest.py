"""Suggestions: what could be mended in a list by one word of the clerk, with count and example.

Collected while rows stream by, in bounded memory: only writings that could not be read are remembered, so many at
most of each sort. What they may mean is looked up once, at the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common import names
from notoneless.common.redact import redact
from notoneless.policy.near_names import LIKE, NearNames, is_clear
from notoneless.policy.near_places import NearPlace, PlaceGuesser
from notoneless.policy.places import Places, level_of
from notoneless.roster.core.corrections import ADDRESS, BIRTH_FROM_ID, FRAGMENT, WORD, Correction
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.grid import Texts
from notoneless.roster.core.header_text import heading_key, narrow, tidy
from notoneless.roster.core.normalise import first_writings
from notoneless.roster.core.whereabouts import without_house_number

PLACE, SCHOOL, BIRTH, WORD_MEANING, EVENED = "place", "school", "birth", "word", "evened"
TOPICS = (PLACE, SCHOOL, BIRTH, WORD_MEANING, EVENED)
MOST_WRITINGS = 5_000
"""Different unread writings remembered of one sort; further ones are still in the problems of their rows."""
MOST_SUGGESTED = 50
"""Suggestions of one sort, those for the most rows first."""
MOST_WORDS = 20
"""A column with more different words than that holds something else: names, addresses."""
LONGEST_WORD = 20
SCHOOLS_LOOKED_UP = 500
CODED = frozenset({"code", "flag", "grade"})


@dataclass(frozen=True)
class Registers:
    """What names are held against: the places below ``within`` (code), and ``schools`` as (code, name)."""

    within: str | None = None
    schools: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Suggestion:
    """One thing that could be mended in ``rows`` rows at once. ``topic`` is one of :data:`TOPICS`.

    ``correction`` is applied by giving it to the reader; its ``meant`` is "" when nothing is near enough and one of
    ``choices`` must be taken (:meth:`with_choice`); None for a mere information (topic evened: what was evened out
    already). ``certain``: only one reading is possible. ``example`` holds no personal value.
    """

    topic: str
    correction: Correction | None
    rows: int
    example: str
    certain: bool = False
    choices: tuple[str, ...] = ()

    def with_choice(self, meant: str) -> Correction:
        """The correction with what the clerk chose. Raises ValueError for a mere information."""
        if self.correction is None:
            raise ValueError("nothing to choose")
        return replace(self.correction, meant=meant)

    def to_dict(self) -> dict[str, Any]:
        """Plain data without personal values, fit to be stored with an upload."""
        return {
            "topic": self.topic,
            "correction": self.correction.to_dict() if self.correction else None,
            "rows": self.rows,
            "example": self.example,
            "certain": self.certain,
            "choices": list(self.choices),
        }


class Suggester:
    """Collects what could be suggested of one file, and says it at the end (:meth:`suggestions`)."""

    def __init__(self, kind: KindDefinition, registers: Registers) -> None:
        self._kind = kind
        self._registers = registers
        self._schools = frozenset(heading_key(name) for _, name in registers.schools)
        self._addresses: Counter[str] = Counter()
        self._school_names: Counter[str] = Counter()
        self._words: dict[str, Counter[str]] = defaultdict(Counter)
        self._births = 0
        self._birth_example = ""
        self._evened = 0
        self._evened_example = ""

    # ---- while reading

    def see_words(self, column: Column, texts: Texts, places: Collection[int]) -> None:
        """Texts of a column of codes; those at ``places`` are in no list."""
        if column.type in CODED and places:
            rows = texts.rows_of(places)
            _count(self._words[column.id], _counted(texts.spread(texts.different).take(rows), _as_compared))

    def see_schools(self, cells: pa.Array) -> None:
        """School names as read."""
        if self._schools:
            for name, rows in _counted(cells.drop_null()).items():
                if heading_key(name) not in self._schools:
                    _count(self._school_names, {name: rows})

    def see_addresses(self, addresses: Texts, codes: pa.Array) -> None:
        """Addresses with the places that were found; those without a village are remembered."""
        found = Texts.of(codes)
        lost = [at for at, code in enumerate(found.different.to_pylist()) if not code or level_of(code) != "village"]
        if lost:
            rows = addresses.spread(addresses.different).take(found.rows_of(lost))
            _count(self._addresses, _counted(rows.filter(pc.not_equal(rows, "")), without_house_number))

    def see_births(self, rows: int, example: Mapping[str, str] | None) -> None:
        """Rows whose date is unreadable or differs from a valid ID number."""
        self._births += rows
        if example and not self._birth_example:
            self._birth_example = f"写的是 {example['value']}，身份证号里是 {example['id_value']}"

    def see_evened(self, rows: int, example: str) -> None:
        """Rows whose blanks, full-width characters or apostrophes were evened out."""
        self._evened += rows
        self._evened_example = self._evened_example or example

    # ---- at the end

    def suggestions(self) -> list[Suggestion]:
        """Everything that could be mended, by sort, the most rows first."""
        found = [*self._places(), *self._school_suggestions(), *self._births_and_evened(), *self._word_suggestions()]
        order = {topic: place for place, topic in enumerate(TOPICS)}
        return sorted(found, key=lambda each: (order[each.topic], -each.rows, each.example))

    def _places(self) -> list[Suggestion]:
        if not self._addresses:
            return []
        guesser = PlaceGuesser(Places.load(), self._registers.within)
        rows: Counter[str] = Counter()
        guessed: dict[str, NearPlace] = {}
        for address, number in self._addresses.most_common():
            guess = guesser.guess(address)
            if guess is not None:
                rows[guess.written] += number
                if guessed.setdefault(guess.written, guess).places[0] != guess.places[0]:
                    guessed[guess.written] = replace(guess, clear=False, certain=False)
        found = []
        for written, number in rows.most_common(MOST_SUGGESTED):
            guess = guessed[written]
            choices = tuple(dict.fromkeys(place.short_name for place in guess.places))
            meant = choices[0] if guess.clear else ""
            correction = Correction(ADDRESS, FRAGMENT, written, meant)
            found.append(
                Suggestion(PLACE, correction, number, _arrow(written, meant or choices[0]), guess.certain, choices)
            )
        return found

    def _school_suggestions(self) -> list[Suggestion]:
        by_key = {heading_key(name): name for _, name in self._registers.schools}
        near_names = NearNames(by_key)
        found = []
        for written, rows in self._school_names.most_common(SCHOOLS_LOOKED_UP):
            key = heading_key(written)
            longer = [
                name for other, name in by_key.items() if _is_short_for(other, key) or _is_short_for(key, other)
            ]
            near = near_names.find(key)
            choices = tuple(dict.fromkeys([*longer, *(by_key[each.name] for each in near)]))
            if not choices or redact(written) != written:
                continue
            clear = len(longer) == 1 if longer else is_clear(near)
            certain = clear and (key.endswith(heading_key(longer[0])) if longer else near[0].cost <= LIKE)
            correction = Correction("school_name", WORD, tidy(narrow(written)), choices[0] if clear else "")
            found.append(Suggestion(SCHOOL, correction, rows, _arrow(written, choices[0]), certain, choices))
        return found[:MOST_SUGGESTED]

    def _births_and_evened(self) -> Iterable[Suggestion]:
        if self._births:
            yield Suggestion(BIRTH, Correction("dob", BIRTH_FROM_ID), self._births, self._birth_example)
        if self._evened:
            yield Suggestion(EVENED, None, self._evened, self._evened_example, certain=True)

    def _word_suggestions(self) -> Iterable[Suggestion]:
        for column_id, words in self._words.items():
            column = self._kind.column(column_id)
            writings = column.writings or {}
            shown, near = first_writings(writings), NearNames(writings)
            if len(words) > MOST_WORDS:
                continue
            for word, rows in words.most_common(MOST_SUGGESTED):
                if _may_be_personal(word):
                    continue
                value, certain = near_writing(word, writings, near)
                meant = shown.get(value, "")
                example = _arrow(word, meant) if meant else f"“{word}”不在可选值内"
                correction = Correction(column_id, WORD, word, meant)
                yield Suggestion(WORD_MEANING, correction, rows, example, certain, tuple(shown.values()))


def near_writing(word: str, writings: Mapping[str, str], register: NearNames) -> tuple[str, bool]:
    """(the canonical value that ``word`` most likely stands for or "", whether that is certain).

    Certain: the same characters in a variant form. Likely: one character away or alike in sound, or its characters
    stand in this order in the writings of one value only (维族 in 维吾尔族).
    """
    key = heading_key(word)
    same = {value for writing, value in writings.items() if names.fold(writing) == names.fold(key) != ""}
    if len(same) == 1:
        return same.pop(), True
    if len(key) < 2:
        return "", False
    near = register.find(key)
    best = {writings[each.name] for each in near if each.cost == near[0].cost and each.cost < len(key) / 2}
    held = {value for writing, value in writings.items() if _holds(writing, key) or _holds(key, writing)}
    likely = best if len(best) == 1 else held
    return (likely.pop(), False) if len(likely) == 1 else ("", False)


def _counted(cells: pa.Array, written: Callable[[str], str] = str) -> Counter[str]:
    """How many of these cells are ``written`` alike, in the order in which they first come."""
    counts: Counter[str] = Counter()
    found = pc.value_counts(cells)
    for text, rows in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
        counts[written(text)] += rows
    return counts


def _as_compared(cell: str) -> str:
    return tidy(narrow(cell))


def _count(counter: Counter[str], writings: Mapping[str, int]) -> None:
    for text, rows in writings.items():
        if text in counter or len(counter) < MOST_WRITINGS:
            counter[text] += rows


def _holds(long: str, short: str) -> bool:
    """Whether the characters of ``short`` (two at least) stand in ``long`` in their order."""
    rest = iter(long)
    return 1 < len(short) < len(long) and all(char in rest for char in short)


def _is_short_for(long: str, short: str) -> bool:
    """Whether one school name holds the other and both end alike (小学, 中学, 幼儿园)."""
    return long[-2:] == short[-2:] and _holds(long, short)


def _may_be_personal(word: str) -> bool:
    """A word that may be somebody's name or number is not kept as a word."""
    return len(word) > LONGEST_WORD or redact(word) != word or sum(map(str.isdigit, word)) > 5


def _arrow(written: str, meant: str) -> str:
    return f"{written}→{meant}"
