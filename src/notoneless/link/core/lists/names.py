"""Folded names and their sound as numbers, by joining each character with the character table.

A plain name (two to four known Chinese characters, the surname one of them) becomes numbers in SQL: `fold` packs the
numbers of its base characters, `syll` those of its syllables. Every other name is folded once by `common.names`; if what is left is plain,
it is packed the same way, else it gets a negative number of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import pyarrow as pa

from notoneless.common import names
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.name_compare import compare_names

PLACES = (1, 2, 3, 4)
_BASE_ROOM = 32768
_SOUND_ROOM = 1024


class FoldBook:
    """Numbers of folded names and back. Makes `han` (code, base, sound, surname_sound, shape)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        _, bases, sounds, _ = names.character_columns()
        self._bases = sorted(set(bases))
        self._base_number = {base: number for number, base in enumerate(self._bases, start=1)}
        self._sound_number = {sound: number for number, sound in enumerate(sorted({*sounds} - {""}), start=1)}
        self._odd: dict[str, int] = {}
        self._odd_sounds: dict[str, int] = {}
        engine.load("han", self._table())

    def number(self, table: str, name: str) -> None:
        """Make table `name` (name, fold, syll) for the distinct names in `table` (name)."""
        self._engine.step("name_places", _places_sql(table, self._compound()))
        odd = self._engine.fetch("SELECT name FROM name_places WHERE NOT plain ORDER BY name").column("name")
        written = odd.to_pylist()
        folds = [self._fold(text) for text in written]
        sounds = [self._sound(text) for text in written]
        columns = {
            "name": odd,
            "fold": pa.array(folds, pa.int64()),
            "syll": pa.array(sounds, pa.int64()),
        }
        self._engine.load("odd_name", pa.table(columns))
        self._engine.step(
            name, "SELECT name, fold, syll FROM name_places WHERE plain UNION ALL SELECT * FROM odd_name"
        )
        self._engine.drop("name_places", "odd_name")

    def verdicts(self, engine: Engine, known: str) -> None:
        """Make `name_verdict` (a, b, verdict) for all pairs of different folds among the candidates."""
        engine.step(
            "fold_pair",
            f"""SELECT DISTINCT s.fold AS a, f.fold AS b FROM cand c JOIN seek s ON s.rid = c.rid
                JOIN {known} f ON f.pid = c.pid WHERE s.fold <> f.fold""",
            replace=True,
        )
        odd = engine.fetch("SELECT a, b FROM fold_pair WHERE a < 0 OR b < 0 ORDER BY a, b")
        pairs = list(zip(odd.column("a").to_pylist(), odd.column("b").to_pylist(), strict=True))
        codes = [_code(self._compare(a, b)) for a, b in pairs]
        engine.load("odd_verdict", odd.append_column("verdict", pa.array(codes, pa.int32())))
        engine.step("name_verdict", f"{_verdict_sql()} UNION ALL SELECT * FROM odd_verdict")
        engine.drop("fold_pair", "odd_verdict")

    def _table(self) -> pa.Table:
        chars, bases, readings, groups = names.character_columns()
        shape_of = {char: shape for char, shape in zip(chars, groups, strict=True) if shape}
        shapes = {group: number for number, group in enumerate(sorted(set(shape_of.values())), start=1)}
        sounds = [self._sound_number.get(reading, 0) for reading in readings]
        surnames = {base: self._sound_number.get(read, 0) for base, read in names.surname_readings().items()}
        numbers = {
            "code": list(map(ord, chars)),
            "base": list(map(self._base_number.__getitem__, bases)),
            "sound": sounds,
            "surname_sound": list(map(surnames.get, bases, sounds)),
            "shape": [shapes[shape_of[base]] if base in shape_of else 0 for base in bases],
        }
        return pa.table({column: pa.array(values, pa.int64()) for column, values in numbers.items()})

    def _compound(self) -> list[int]:
        """Surnames of two characters, packed."""
        known = [[self._base_number.get(char, 0) for char in surname] for surname in names.compound_surnames()]
        return sorted(_pack(pair, _BASE_ROOM) for pair in known if all(pair))

    def _fold(self, text: str) -> int | None:
        folded = names.fold(text)
        if not folded:
            return None
        plain = not names.has_compound_surname(folded)
        packed = _pack([self._base_number.get(char, 0) for char in folded], _BASE_ROOM) if plain else 0
        return packed or -1 - self._odd.setdefault(folded, len(self._odd))

    def _sound(self, text: str) -> int | None:
        sound = names.syllables(text)
        if not sound:
            return None
        packed = _pack([self._sound_number.get(part, 0) for part in sound.split()], _SOUND_ROOM)
        return packed or -1 - self._odd_sounds.setdefault(sound, len(self._odd_sounds))

    def text(self, fold: int) -> str:
        """The folded name behind a number."""
        if fold < 0:
            return self._odd_texts()[-1 - fold]
        chars = []
        while fold:
            fold, number = divmod(fold, _BASE_ROOM)
            chars.append(self._bases[number - 1])
        return "".join(chars)

    def _odd_texts(self) -> Sequence[str]:
        return list(self._odd)

    def _compare(self, a: int, b: int) -> str:
        return self._compare_texts(self.text(a), self.text(b))

    @staticmethod
    @functools.lru_cache(maxsize=65536)
    def _compare_texts(left: str, right: str) -> str:
        return compare_names(left, right, same_sound=names.syllables(left) == names.syllables(right))


def _pack(numbers: Sequence[int], room: int) -> int:
    """At most four numbers in one; 0 when one of them is unknown or there are more."""
    if len(numbers) > len(PLACES) or not all(numbers):
        return 0
    return sum(number * room**place for place, number in enumerate(numbers))


def _places_sql(table: str, compound: Sequence[int]) -> str:
    """`compound`: a name of three characters or more that begins with one of these surnames is left to the kit."""
    joins = " ".join(f"LEFT JOIN han h{i} ON h{i}.code = unicode(substr(t.name, {i}, 1))" for i in PLACES)
    known = " AND ".join(f"(length(t.name) < {i} OR h{i}.base > 0 AND h{i}.sound > 0)" for i in PLACES)
    fold = " + ".join(f"coalesce(h{i}.base, 0) * {_BASE_ROOM ** (i - 1)}" for i in PLACES)
    sound = " + ".join(
        ["h1.surname_sound", *(f"coalesce(h{i}.sound, 0) * {_SOUND_ROOM ** (i - 1)}" for i in PLACES[1:])]
    )
    short = f"(length(t.name) < 3 OR h1.base + h2.base * {_BASE_ROOM} NOT IN ({', '.join(map(str, compound))}))"
    plain = f"coalesce(length(t.name) BETWEEN 2 AND {len(PLACES)} AND {known} AND {short}, false)"
    return f"""
        SELECT name, plain, CASE WHEN plain THEN fold END AS fold, CASE WHEN plain THEN syll END AS syll
        FROM (SELECT t.name, {fold} AS fold, {sound} AS syll, {plain} AS plain FROM {table} t {joins})"""


def _code(verdict: str) -> int:
    return definitions.weights().fields["name"].code(verdict)


def _verdict_sql() -> str:
    """The rules of `name_compare` over numbers: x the shorter name or the first of two as long, y the other."""
    characters = ", ".join(f"{_character(side, i)} AS {side}{i}" for side in "xy" for i in PLACES)
    shapes = " ".join(
        f"LEFT JOIN base_shape {side}s{i} ON {side}s{i}.base = p.{side}{i}" for side in "xy" for i in PLACES
    )
    return f"""
        SELECT a, b, {_case_sql()} AS verdict FROM (
            SELECT p.*, {", ".join(f"(p.x{i} = p.y{i} OR xs{i}.shape = ys{i}.shape) AS like{i}" for i in PLACES)}
            FROM (SELECT a, b, x, y, nx, ny, same_sound, {characters} FROM ({_ordered_sql()})) p {shapes}
        )"""


def _character(side: str, place: int) -> str:
    """SQL: the base character at one place. Rest first, then the quotient: a whole number of 60 bits is no double."""
    if place == 1:
        return f"{side} % {_BASE_ROOM}"
    room = _BASE_ROOM ** (place - 1)
    return f"CAST(round(({side} - {side} % {room}) / {room}) AS BIGINT) % {_BASE_ROOM}"


def _ordered_sql() -> str:
    length = (
        "CASE WHEN {0} >= 35184372088832 THEN 4 WHEN {0} >= 1073741824 THEN 3 WHEN {0} >= 32768 THEN 2 ELSE 1 END"
    )
    return f"""
        SELECT a, b, CASE WHEN na <= nb THEN a ELSE b END AS x, CASE WHEN na <= nb THEN b ELSE a END AS y,
            least(na, nb) AS nx, greatest(na, nb) AS ny, same_sound
        FROM (SELECT p.a, p.b, {length.format("p.a")} AS na, {length.format("p.b")} AS nb, coalesce(s.syll = t.syll, false) AS same_sound
              FROM fold_pair p LEFT JOIN fold_sound s ON s.fold = p.a LEFT JOIN fold_sound t ON t.fold = p.b
              WHERE p.a > 0 AND p.b > 0)"""


def _case_sql() -> str:
    same = {i: f"x{i} = y{i}" for i in PLACES}
    differing = " + ".join(f"CASE WHEN {same[i]} THEN 0 ELSE 1 END" for i in PLACES)
    given = " OR ".join(f"x{i} > 0 AND x{i} = y{j}" for i in PLACES[1:] for j in PLACES[1:])
    swapped = " OR ".join(
        f"x{i} = y{j} AND x{j} = y{i} AND {' AND '.join(same[k] for k in PLACES if k not in (i, j))}"
        for i, j in ((2, 3), (3, 4), (2, 4))
    )
    within = (
        "x1 = y1 AND (nx = 2 AND x2 IN (y2, y3) OR nx = 3 AND (x2 = y2 AND x3 IN (y3, y4) OR x2 = y3 AND x3 = y4))"
    )
    rules: Mapping[str, str] = {
        "homophone": "nx = ny AND same_sound",
        "lookalike": "nx = ny AND coalesce(like1 AND like2 AND like3 AND like4, false)",
        "swapped": f"nx = ny AND ({swapped})",
        "surname": f"nx = ny AND nx >= 3 AND x1 <> y1 AND {differing} = 1",
        "one_char": f"nx = ny AND nx >= 3 AND x1 = y1 AND {differing} = 1",
        "remnant": "nx = 1 AND ny BETWEEN 2 AND 3 AND x1 = y1",
        "damaged": f"nx >= 2 AND ny = nx + 1 AND {within}",
        "shared": given,
    }
    lines = [f"WHEN {condition} THEN {_code(verdict)}" for verdict, condition in rules.items()]
    return f"CASE {' '.join(lines)} ELSE {_code('none')} END"
