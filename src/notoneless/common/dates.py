"""Calendar days as people and spreadsheets write them, school years and terms, ages."""

import functools
import re
from datetime import date, timedelta
from typing import NamedTuple

from notoneless.common import lunar
from notoneless.common.typed_numbers import HALF_WIDTH, NOTHING_WORDS

FIRST_YEAR = 1900
LAST_YEAR = 2099
_EXCEL_ZERO = date(1899, 12, 30)

_PLAIN = HALF_WIDTH | {0xA0: " "} | dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"), "")
_TIME = re.compile(r"(?<=\d)(?:[ T]+\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?(?:Z|[+-]\d\d:?\d\d)?)$")
_SEPARATED = re.compile(r"(\d{4})(?:[-/.、,\\ ]+| ?年 ?)(\d{1,2})(?:[-/.、,\\ ]+| ?月 ?)(\d{1,2})(?: ?[日号]|\.)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTH_ONLY = re.compile(r"\d{4}(?:[-/.年 ]+\d{1,2}月?|\d{2}|年)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.年 ]+\d{1,2}[-/.月 ]+\d{1,2}日?|\d{6}")
_YEAR_LAST = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}")
_LUNAR = re.compile("农历|阴历|旧历|正月|冬月|腊月|闰.?月|初[一二三四五六七八九十]|廿")
_NUMERALS = "一二三四五六七八九"
_CHINESE_DATE = re.compile(f"([〇零○Oo0{_NUMERALS}]{{4}})年([十{_NUMERALS}]{{1,2}})月([十{_NUMERALS}]{{1,3}})[日号]")
_CHINESE_DIGITS = dict.fromkeys("〇零○Oo0", 0) | {char: n for n, char in enumerate(_NUMERALS, start=1)}


class DateProblem(ValueError):
    """A text that is no usable day; ``code`` is its catalog code (E201 to E205), ``text`` what was written."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


class MonthDay(NamedTuple):
    """A day of every year, such as the first day of a term; comes from the policy pack."""

    month: int
    day: int


@functools.lru_cache(maxsize=65536)
def parse_date(text: str) -> date | None:
    """The day that ``text`` names; None when the cell is empty or says that there is none.

    Read: 20110101, 2011-1-1, 2011/1/1, 2011.1.1, 2011年1月1日, 二〇一一年一月一日, the same with a time behind, and
    Excel serial numbers of five digits. Raises :class:`DateProblem`: E201 unreadable, E202 no such day (2011-02-30)
    or outside 1900 to 2099, E203 year of two digits or year last (day and month cannot be told apart), E204 lunar
    calendar, E205 day missing.
    """
    value = text.translate(_PLAIN).strip(" \t\r\n'\"")
    if value.upper() in NOTHING_WORDS:
        return None
    value = _TIME.sub("", value)
    found = _SEPARATED.fullmatch(value) or _COMPACT.fullmatch(value)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if serial := _SERIAL.fullmatch(value):
        return _from_serial(int(serial[1]), text)
    if chinese := _CHINESE_DATE.fullmatch(value):
        return _day(_digits(chinese[1]), _number(chinese[2]), _number(chinese[3]), text)
    raise DateProblem(_problem(value), text)


def read_day(text: str) -> date | None:
    """The day that ``text`` names, one in words of the lunar calendar as its solar day; None for anything else."""
    try:
        return parse_date(text)
    except DateProblem as problem:
        return lunar.read(text) if problem.code == "E204" else None


def school_year_of(day: date, autumn_start: MonthDay) -> int:
    """The calendar year in which the school year of ``day`` began: 2026 for the school year 2026-2027."""
    return day.year if (day.month, day.day) >= autumn_start else day.year - 1


def term_of(day: date, *, autumn_start: MonthDay, spring_start: MonthDay) -> str:
    """``2026秋`` or ``2027春``; the days before the spring start still belong to the autumn term."""
    if (day.month, day.day) >= autumn_start:
        return f"{day.year}秋"
    if (day.month, day.day) >= spring_start:
        return f"{day.year}春"
    return f"{day.year - 1}秋"


def age_on(birth: date, day: date) -> int:
    """Completed years on ``day`` (周岁); negative when not yet born. Born on 29 February: a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _day(year: int, month: int, day: int, text: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateProblem("E202", text)
    try:
        return date(year, month, day)
    except ValueError:
        raise DateProblem("E202", text) from None


def _from_serial(serial: int, text: str) -> date:
    day = _EXCEL_ZERO + timedelta(days=serial)
    return _day(day.year, day.month, day.day, text)


def _problem(value: str) -> str:
    if _LUNAR.search(value):
        return "E204"
    if _MONTH_ONLY.fullmatch(value) and FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
        return "E205"
    if _SHORT_YEAR.fullmatch(value) or _YEAR_LAST.fullmatch(value):
        return "E203"
    return "E201"


def _digits(text: str) -> int:
    """Digit by digit: 二〇一一 -> 2011."""
    return int("".join(str(_CHINESE_DIGITS[char]) for char in text))


def _number(text: str) -> int:
    """Up to 99 with 十: 十二 -> 12, 二十 -> 20, 三十一 -> 31."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return _digits(text)
    return (_CHINESE_DIGITS[tens] if tens else 1) * 10 + (_CHINESE_DIGITS[ones] if ones else 0)
