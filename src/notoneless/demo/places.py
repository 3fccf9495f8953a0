"""Where the invented people live: real townships and villages, invented schools.

Place names and codes are those of the national statistical divisions (``policy/data``).
The schools, their names, codes and pupils are invented.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from importlib import resources
from random import Random

CITY_NAME = "临沂市"
PROVINCE_NAME = "山东省"
_NO_GB_CODE = {"371371": "371311"}
_LARGE_SCHOOL = 420


@dataclass(frozen=True, slots=True)
class Village:
    """One village of the divisions table; ``bad`` multiplies the error rates of what is collected there."""

    code: str
    name: str
    bad: float


@dataclass(frozen=True, slots=True)
class School:
    """One invented school; ``bad`` multiplies the error rates of its lists (errors come clumped)."""

    code: str
    name: str
    stage: str
    township: str
    village: Village
    bad: float


@dataclass(slots=True)
class Township:
    """One township with its villages, schools and its share of the resident ID serials."""

    code: str
    name: str
    county: "County"
    villages: list[Village]
    first_serial: int = 0
    serials: int = 1000
    kindergartens: list[School] = field(default_factory=list)
    primaries: list[School] = field(default_factory=list)
    juniors: list[School] = field(default_factory=list)

    @property
    def id_region(self) -> str:
        return _NO_GB_CODE.get(self.county.code[:6], self.county.code[:6])

    @property
    def old_region(self) -> str:
        """Return the prefecture-time code that elder people's numbers still carry."""
        return "3728" + self.id_region[4:6]

    def school_of(self, schools: list[School], village: Village) -> School:
        """Return the school to whose district a village belongs (villages in order, evenly shared)."""
        at = self.villages.index(village)
        return schools[at * len(schools) // len(self.villages)]


@dataclass(slots=True)
class County:
    """One county with its townships and the schools of the county town."""

    code: str
    name: str
    townships: list[Township] = field(default_factory=list)
    town_juniors: list[School] = field(default_factory=list)
    town_primaries: list[School] = field(default_factory=list)
    seniors: list[School] = field(default_factory=list)
    special: list[School] = field(default_factory=list)

    @property
    def short(self) -> str:
        return self.name.replace("临沂高新技术产业开发区", "高新区")

    def town_schools(self) -> list[School]:
        """Return the schools of the county town, which take pupils of all townships."""
        return [*self.town_primaries, *self.town_juniors, *self.seniors, *self.special]

    def schools(self) -> list[School]:
        """Return all schools: those of the county town first, then township by township."""
        found = self.town_schools()
        for township in self.townships:
            found += [*township.kindergartens, *township.primaries, *township.juniors]
        return found


def load_counties(seed: str, children_of: dict[str, int]) -> list[County]:
    """Return the counties of the divisions table with schools enough for ``children_of[township code]``."""
    text = resources.files("notoneless.policy").joinpath("data/divisions.csv").read_text("utf-8-sig")
    below: dict[str, list[dict[str, str]]] = defaultdict(list)
    counties: list[County] = []
    for row in csv.DictReader(text.splitlines()):
        below[row["parent_code"]].append(row)
        if row["level"] == "county":
            counties.append(County(row["code"], row["name"]))
    for county in counties:
        for row in below[county.code]:
            villages = [_village(seed, child) for child in below[row["code"]]]
            if villages:
                county.townships.append(Township(row["code"], row["name"], county, villages))
    _share_serials(counties)
    for county in counties:
        _build_schools(county, seed, children_of)
    return counties


def _village(seed: str, row: dict[str, str]) -> Village:
    name = row["name"]
    for official in ("村民委员会", "村委会"):
        if name.endswith(official):
            name = name.removesuffix(official).removesuffix("村") + "村"
            break
    name = name.removesuffix("居民委员会").removesuffix("居委会")
    return Village(row["code"], name, clumped(Random(f"{seed}/{row['code']}")))


def clumped(rng: Random) -> float:
    """Return an error multiplier of mean one: most senders are careful, a few are very careless."""
    draw = rng.random()
    return 0.3 if draw < 0.62 else 1.0 if draw < 0.88 else 3.0 if draw < 0.97 else 6.5


def _share_serials(counties: list[County]) -> None:
    by_region: dict[str, list[Township]] = defaultdict(list)
    for county in counties:
        for township in county.townships:
            by_region[township.id_region].append(township)
    for townships in by_region.values():
        share = 1000 // len(townships) // 2 * 2
        for i, township in enumerate(townships):
            township.first_serial, township.serials = i * share, share


class _Codes:
    """School codes (class 2, province 2, serial 6) numbered through within one county."""

    def __init__(self, county: County, seed: str) -> None:
        self.county, self.seed, self.used = county, seed, 0

    def school(self, kind: str, name: str, stage: str, township: str, village: Village) -> School:
        self.used += 1
        code = f"{kind}37{self.county.code[3:6]}{self.used:03d}"
        return School(code, name, stage, township, village, clumped(Random(f"{self.seed}/{code}")))


def _build_schools(county: County, seed: str, children_of: dict[str, int]) -> None:
    codes, short = _Codes(county, seed), county.short
    seat = county.townships[0]

    def in_town(kind: str, name: str, stage: str) -> School:
        return codes.school(kind, name, stage, seat.code, seat.villages[0])

    county.town_primaries = [in_town("21", f"{short}第{n}实验小学", "primary") for n in "一二三"]
    county.town_juniors = [in_town("31", f"{short}第{n}实验中学", "junior") for n in "一二"]
    county.seniors = [in_town("34", f"{short}第{n}中学", "senior") for n in "一二"]
    county.special = [in_town("51", f"{short}特殊教育学校", "special")]
    for township in county.townships:
        _township_schools(township, codes, children_of.get(township.code, 0))


def _township_schools(township: Township, codes: _Codes, children: int) -> None:
    bare = township.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
    full = f"{codes.county.short}{township.name}"
    villages = township.villages

    def spread(number: int) -> list[Village]:
        number = max(1, min(number, len(villages)))
        return [villages[i * len(villages) // number] for i in range(number)]

    for i, village in enumerate(spread(children // 4 // 180)):
        name = f"{full}中心幼儿园" if i == 0 else f"{full}{village.name.removesuffix('村')}幼儿园"
        township.kindergartens.append(codes.school("11", name, "kindergarten", township.code, village))
    for i, village in enumerate(spread(children // 2 // _LARGE_SCHOOL)):
        name = f"{full}中心小学" if i == 0 else f"{full}{village.name.removesuffix('村')}小学"
        township.primaries.append(codes.school("21", name, "primary", township.code, village))
    for i, village in enumerate(spread(1 + children // 4 // 2500)):
        name = f"{codes.county.short}{bare}中学" if i == 0 else f"{codes.county.short}{bare}第{i + 1}中学"
        township.juniors.append(codes.school("31", name, "junior", township.code, village))
