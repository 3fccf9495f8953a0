"""What one row says of its person, brought into one form, so that the same person becomes the same marks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from notoneless.common import names, phones, resident_id, typed_numbers
from notoneless.common.dates import DateProblem, parse_date

Row = Mapping[str, str]
"""A row as text by canonical column; "" where a cell is empty."""

MEN = frozenset({"1", "01", "男", "男性", "M", "m"})
WOMEN = frozenset({"2", "02", "女", "女性", "F", "f"})
_VILLAGE, _TOWN, _COUNTY = 12, 9, 6
_LEAST_NAME = 2
_MOST_SYLLABLES = 4
_LEAST_LONG_NUMBER = 12
_CENTURY = "20"


@dataclass(frozen=True)
class Facts:
    """`parts`: part of a mark → its values, mostly one. `fixed`: numbers that a wrong one may have meant."""

    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()
    born: date | None = None


def read_facts(row: Row, elder_years: int) -> Facts:
    """The facts of one row; nobody else of the household is looked at (see :func:`elders`)."""
    held = resident_id.parse(row.get("id_no", ""))
    born = _day(row.get("dob", ""))
    number, lent = "", ""
    fixed: tuple[str, ...] = ()
    if held.state == "valid":
        foreign = born is not None and held.birth is not None and abs(held.birth.year - born.year) >= elder_years
        number, lent = ("", held.value) if foreign else (held.value, "")
    else:
        fixed = tuple(_repaired(row, held))
    births = _births(born, held.birth if number or (held.state == "damaged" and born is None) else None)
    name = names.fold(row.get("name", ""))
    sound = names.syllables(row.get("name", "")).split()
    parts = {
        "number": (number,) if number else (),
        "name": (name,) if len(name) >= _LEAST_NAME else (),
        "sound": (" ".join(sound),) if len(sound) >= _LEAST_NAME else (),
        "pair": tuple(_pairs(sound)),
        "birth": tuple(day.isoformat() for day in births),
        "near": tuple(_near(births[0])) if births else (),
        "sex": _sex(row.get("sex", ""), number),
        "kin_name": tuple(_folded(row.get("guardian_name", ""), row.get("mother_name", ""))),
        "kin_no": tuple(_valid(row.get("guardian_id", ""), row.get("mother_id", ""), lent)),
        "phone": _one(phones.normalise(row.get("phone", ""))),
        "school": _one(typed_numbers.clean(row.get("school_code", ""))),
        "student": _long(row.get("student_no", "")),
        "cert": _long(row.get("cert_no", "")),
    }
    return Facts(parts | _places(row), fixed, births[0] if births else None)


def elders(own: Facts, house: Iterable[Facts], elder_years: int) -> Facts:
    """`own` with the grown-ups of its household as kin: those born so many years earlier."""
    if own.born is None:
        return own
    old = [one for one in house if one.born is not None and own.born.year - one.born.year >= elder_years]
    kin = {
        "kin_name": _distinct(own.parts["kin_name"], *(one.parts["name"] for one in old)),
        "kin_no": _distinct(own.parts["kin_no"], *(one.parts["number"] for one in old)),
    }
    return Facts(own.parts | kin, own.fixed, own.born)


def _repaired(row: Row, held: resident_id.ResidentId) -> list[str]:
    """Valid numbers that a row without one may mean: one slip away, without its century, or inside another number."""
    found: list[str] = []
    if held.state not in ("missing", "placeholder", "damaged"):
        found += resident_id.repairs(held.value)
        if len(held.value) == resident_id.OLD_LENGTH and held.value.isdigit():
            first = f"{held.value[:6]}{_CENTURY}{held.value[6:]}"
            found.append(first + resident_id.check_digit(first))
    student, cert = (typed_numbers.clean(row.get(column, "")) for column in ("student_no", "cert_no"))
    found += [student[1:] if student.startswith("G") else "", cert[: resident_id.LENGTH]]
    return [one for one in dict.fromkeys(found) if resident_id.is_valid(one)]


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except DateProblem:
        return None


def _births(born: date | None, inside: date | None) -> list[date]:
    """The birthday as written and the one inside the number, when they differ."""
    return list(dict.fromkeys(day for day in (born, inside) if day is not None))


def _near(born: date) -> list[str]:
    """Birthdays that differ in one place share one of these; so do two with day and month in each other's place."""
    year, month, day = born.year, born.month, born.day
    low, high = sorted((month, day))
    return [f"{year}-{month}-*", f"{year}-*-{day}", f"*-{month}-{day}", f"{year}-{low}/{high}"]


def _pairs(sound: list[str]) -> list[str]:
    """Any two syllables of a name, whatever their order: names that differ in one character share one."""
    return sorted({" ".join(sorted(two)) for two in itertools.combinations(sound[:_MOST_SYLLABLES], 2)})


def _sex(text: str, number: str) -> tuple[str, ...]:
    if text in MEN or text in WOMEN:
        return ("1" if text in MEN else "2",)
    return ("1" if int(number[16]) % 2 else "2",) if number else ()


def _places(row: Row) -> dict[str, tuple[str, ...]]:
    codes = [typed_numbers.without_float_tail(row.get(column, "")) for column in ("addr_code", "hukou_code")]
    codes = [code for code in codes if code.isdigit()]
    county = row.get("county_code", "")
    return {
        "village": _cut(codes, _VILLAGE),
        "town": _cut(codes, _TOWN),
        "county": _cut([*codes, county] if county.isdigit() else codes, _COUNTY),
    }


def _cut(codes: Iterable[str], length: int) -> tuple[str, ...]:
    """The distinct beginnings of codes that are long enough and say so much."""
    cut = {code[:length] for code in codes if len(code) >= length}
    return tuple(sorted(one for one in cut if length == _COUNTY or one[-3:] != "000"))


def _folded(*written: str) -> list[str]:
    folds = (names.fold(text) for text in written if text)
    return [fold for fold in dict.fromkeys(folds) if len(fold) >= _LEAST_NAME]


def _valid(*written: str) -> list[str]:
    held = (resident_id.parse(text) for text in written if text)
    return list(dict.fromkeys(one.value for one in held if one.state == "valid"))


def _long(text: str) -> tuple[str, ...]:
    """A number that is no placeholder and long enough to be somebody's own."""
    number = typed_numbers.clean(text)
    return (number,) if len(number) >= _LEAST_LONG_NUMBER and not typed_numbers.is_placeholder(number) else ()


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _distinct(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(itertools.chain(*groups)))
