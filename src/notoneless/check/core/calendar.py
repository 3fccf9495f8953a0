"""School years, terms and ages as the policy pack cuts them. Terms are written 2026秋 and 2027春."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from notoneless.check.core.literals import Value
from notoneless.policy import Pack

AUTUMN, SPRING = "秋", "春"


@dataclass(frozen=True)
class Calendar:
    """The calendar of one day under one policy pack."""

    as_of: date
    autumn_month: int
    spring_month: int
    born_by: date
    born_after: date
    preschool_born_by: date

    @classmethod
    def of(cls, pack: Pack) -> Calendar:
        """Cut-off days of the school year that holds ``pack.as_of`` (义务教育法 art. 11: has reached six)."""
        autumn, spring = (pack.value(f"calendar.{name}_month") for name in ("school_year_start", "spring_start"))
        year = pack.as_of.year if pack.as_of.month >= autumn else pack.as_of.year - 1
        start, years = pack.value("school_age.start_years"), pack.value("school_age.compulsory_years")
        month, day = pack.value("school_age.cutoff_month"), pack.value("school_age.cutoff_day")
        return cls(
            as_of=pack.as_of,
            autumn_month=autumn,
            spring_month=spring,
            born_by=date(year - start, month, day),
            born_after=date(year - start - years, month, day),
            preschool_born_by=date(year - pack.value("school_age.preschool_from_years"), month, day),
        )

    @property
    def school_year(self) -> int:
        """The year in which the school year of ``as_of`` began."""
        return self.as_of.year if self.as_of.month >= self.autumn_month else self.as_of.year - 1

    @property
    def term(self) -> str:
        """2026秋 from September to January, 2027春 after."""
        if self.as_of.month >= self.autumn_month:
            return f"{self.as_of.year}{AUTUMN}"
        if self.as_of.month >= self.spring_month:
            return f"{self.as_of.year}{SPRING}"
        return f"{self.as_of.year - 1}{AUTUMN}"

    def period(self, kind: str, aid_term: str) -> str:
        """The period of a check's result: 2026学年, this term, or the term whose aid is checked."""
        return {"school_year": f"{self.school_year}学年", "term": self.term, "aid_term": aid_term}[kind]

    def aid_term(self, listed: Iterable[str]) -> str:
        """The newest term on the paid lists that has begun; this term when they name none."""
        begun = [term for term in listed if _is_term(term) and _term_key(term) <= _term_key(self.term)]
        return max(begun, key=_term_key, default=self.term)

    def grade_shift(self, term: str) -> int:
        """How many grades lower a pupil was in that term."""
        year, half = _term_key(term)
        return self.school_year - (year if half else year - 1)

    def aid_day(self, term: str) -> date:
        """The first day of a term: the standards in force on it apply."""
        year, half = _term_key(term)
        return date(year, self.autumn_month if half else self.spring_month, 1)

    def values(self) -> dict[str, Value]:
        """Parameters of SQL: the days, and the birthdays between which a child is of school or preschool age."""
        return {
            "as_of": self.as_of,
            "school_born_by": self.born_by,
            "school_born_after": self.born_after,
            "preschool_born_by": self.preschool_born_by,
        }


def _is_term(term: str) -> bool:
    return len(term) == 5 and term[:4].isdigit() and term[4] in (AUTUMN, SPRING)


def _term_key(term: str) -> tuple[int, int]:
    return int(term[:4]), 1 if term[4] == AUTUMN else 0
