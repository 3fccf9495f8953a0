"""Down from a city's number to the children: county, township, school; at every step the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import STATES
from notoneless.check.records.models import CheckCount
from notoneless.common.wording import worded
from notoneless.flows.check_rows import RowFilter
from notoneless.policy.places import CODE_LENGTH, LEVEL_DIGITS, Places, level_of

COUNTY = LEVEL_DIGITS["county"]


@dataclass(frozen=True)
class Spot:
    """Where the reader stands: nothing chosen, a county, a township (12-digit codes), a school in it.

    ``school`` None is none chosen, "" the children of the township without a school.
    """

    county: str = ""
    town: str = ""
    school: str | None = None

    def holds(self, town: str) -> bool:
        """Whether a township lies here; what is only known by its county has the county's code as its township."""
        return town == self.town if self.town else self.county in ("", county_of(town))


@dataclass(frozen=True)
class DrillLine:
    """One part of the whole with its five numbers; ``level`` is county, town or school, ``code`` "" without school."""

    level: str
    code: str
    name: str
    met: int
    gap: int
    excused: int
    unknown: int

    @property
    def expected(self) -> int:
        """应查＝符合＋缺口＋有据排除＋不能判断."""
        return self.met + self.gap + self.excused + self.unknown


def spot_of(towns: Iterable[str], county: str, town: str, school: str | None) -> Spot:
    """The place that an address names, as far as it is among ``towns``; anything else is ignored."""
    known = set(towns)
    if town in known:
        return Spot(county_of(town), town, school)
    return Spot(county) if county in {county_of(one) for one in known} else Spot()


def county_of(town: str) -> str:
    """12-digit code of the county that holds a township."""
    return town[:COUNTY].ljust(CODE_LENGTH, "0")


def narrowed_to(towns: Iterable[str], spot: Spot, states: Sequence[str]) -> RowFilter:
    """The filter of the rows behind the numbers of the spot."""
    chosen = sorted(filter(spot.holds, set(towns))) if spot != Spot() else []
    return RowFilter(states, chosen, () if spot.school is None else (spot.school,))


def sums(counts: Sequence[CheckCount], spot: Spot) -> dict[str, int]:
    """expected, met, gap, excused and unknown of everything at the spot's county or township."""
    return numbers_of([one for one in counts if spot.holds(one.place_code)])


def numbers_of(lines: Sequence[CheckCount | DrillLine]) -> dict[str, int]:
    """The five numbers of a whole from its parts."""
    return {state: sum(getattr(one, state) for one in lines) for state in ("expected", *STATES)}


def part_of(towns: Iterable[str]) -> str:
    """Of what the next parts are: county when the townships lie in several, else town."""
    return "county" if len({county_of(town) for town in towns}) > 1 else "town"


def parts(counts: Sequence[CheckCount], spot: Spot) -> list[DrillLine]:
    """The counties, or the townships of the one county, of what is counted at the spot; none below a township."""
    if spot.town:
        return []
    here = [one for one in counts if spot.holds(one.place_code)]
    level = part_of(one.place_code for one in here)
    summed: dict[str, list[int]] = {}
    for one in here:
        code = county_of(one.place_code) if level == "county" else one.place_code
        numbers = summed.setdefault(code, [0] * len(STATES))
        summed[code] = [number + getattr(one, state) for number, state in zip(numbers, STATES, strict=True)]
    return [_line(level, code, place_name(code, level), numbers) for code, numbers in sorted(summed.items())]


def schools(rows: pa.Table) -> list[DrillLine]:
    """The schools of the children in the rows of one township; children without one stand last."""
    names: dict[str, str] = {}
    numbers: dict[str, dict[str, int]] = {}
    columns = (pc.fill_null(rows[name], "").to_pylist() for name in ("school_code", "school_name", "state"))
    for code, name, state in zip(*columns, strict=True):
        names[code] = max(names.get(code, ""), name) if code else ""
        found = numbers.setdefault(code, dict.fromkeys(STATES, 0))
        found[state] += 1
    lines = [_line("school", code, names[code] or code, list(found.values())) for code, found in numbers.items()]
    return sorted(lines, key=lambda line: (not line.code, line.name, line.code))


def place_name(code: str, level: str) -> str:
    """The place's own name, "" for none; a code above a township stands for those of whom no more is known."""
    name = Places.load().label(code)
    if level == "town" and len(code) == CODE_LENGTH and level_of(code) != "town":
        return worded("{place}（乡镇不明）", place=name)
    return name


def _line(level: str, code: str, name: str, numbers: Sequence[int]) -> DrillLine:
    return DrillLine(level, code, name, **dict(zip(STATES, numbers, strict=True)))
