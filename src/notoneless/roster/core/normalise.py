"""Cell text → value, one small pure function per column type.

Each function takes the tidied, non-empty text of one cell and gives ``(value, issue)``: the value kept (None
when nothing can be kept) and what is wrong with it (None when nothing is). They run once per distinct text, see
``cells.py``.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from notoneless.common import dates, disability_cert, money, names, resident_id, student_no
from notoneless.policy.places import Places
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.header_text import heading_key, narrow, tidy

SCIENTIFIC = re.compile(r"[-+]?\d(\.\d+)?[eE]\+?\d{1,3}")
PLAIN_STUDENT_NO = re.compile("[GLJ][0-9]{17}[0-9X]")
_FLOAT_TAIL = re.compile(r"(\d+)\.0+")
_BETWEEN_DIGITS = re.compile(r"[\s'`‘’]")
_MONTH = re.compile(r"((?:19|20)\d\d)\s*[-./年]?\s*(0?[1-9]|1[0-2])(?:\s*[-./月]\s*(?:\d{1,2}日?)?)?(?:\s+[\d:]+)?")
_CLASS = re.compile(r"[(\[]?(\d{1,4}|[一二三四五六七八九十]{1,3})[)\]]?班?")
_TERM_SEASON = re.compile(r"((?:19|20)\d\d)年?(春|秋)(?:季)?(?:学期)?")
_TERM_HALF = re.compile(
    r"((?:19|20)\d\d)(?:[-~—至/]+((?:19|20)?\d\d))?(?:学年)?(?:度)?[-_]?(?:第)?([一二12上下])(?:学期|期)?"
)
_CHINESE_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", start=1)}
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
DAYS_TO_1904 = 1462
"""Days from the first day that Excel counts by default to the one that old Macintosh files count from."""
NO_NAME, FROM_LUNAR = "E230", "E207"
MANY_CHOICES = 8
SHOWN = 20


class Issue(NamedTuple):
    """A problem of one cell: its catalog code and the values of the text (masked where they name a person)."""

    code: str
    values: Mapping[str, str]


Result = tuple[Any, Issue | None]
Normaliser = Callable[[str, Column], Result]


def shown(text: str) -> str:
    """A cell as it may stand in a message: cut short; anything like a number or a name is masked by its own
    function.
    """
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def is_scientific(text: str) -> bool:
    """Whether a long number went through a spreadsheet cell that keeps 15 digits, as in ``3.71321E+17``."""
    return SCIENTIFIC.fullmatch(narrow(text).replace(" ", "")) is not None


def damaged(text: str, column: Column) -> Issue:
    """The issue of a number that lost its digits."""
    return Issue("E308", {"column": column.name, "value": text})


def text(cell: str, column: Column) -> Result:
    """Free text, kept as written."""
    if "\ufffd" in cell:
        return cell, Issue("E312", {"column": column.name, "value": shown(cell)})
    return cell, None


def name(cell: str, column: Column) -> Result:
    """A person's name, cleaned. Only a cell that holds no name at all (无, 未取名) gives None."""
    code = names.problem_code(cell)
    value = None if code == NO_NAME else names.clean(cell)
    return value, Issue(code, {"column": column.name, "value": names.mask_name(value or cell)}) if code else None


def id_number(cell: str, column: Column) -> Result:
    """An ID number beside the row's own (head of household, guardian): the normalised number, or as cleaned when
    wrong.
    """
    return _number(resident_id.parse(cell), column)


def student_number(cell: str, column: Column) -> Result:
    """A student number (学籍号); a wrong one is kept as cleaned."""
    if PLAIN_STUDENT_NO.fullmatch(cell):
        return cell, None
    return _number(student_no.parse(cell), column)


def certificate(cell: str, column: Column) -> Result:
    """A disability certificate number (20 characters); a wrong one is kept as cleaned."""
    return _number(disability_cert.parse(cell), column)


def _number(found: Any, column: Column) -> Result:
    if found.state in ("missing", "placeholder"):
        return None, None
    code = found.problem_code
    return found.value or None, Issue(code, {"column": column.name, "masked": found.masked}) if code else None


def day(cell: str, column: Column) -> Result:
    """A calendar day in any common writing, Excel serial numbers included, one in words of the lunar calendar as its
    solar day; the issue has one of the E2xx codes.
    """
    try:
        return dates.parse_date(narrow(cell)), None
    except dates.DateProblem as problem:
        values = {"column": column.name, "value": shown(cell)}
        solar = dates.read_day(narrow(cell))
        if solar:
            return solar, Issue(FROM_LUNAR, {**values, "solar": solar.isoformat()})
        return None, Issue(problem.code, values)


def serial_from_1904(cell: str) -> str:
    """A bare number of days of a workbook that counts from 1904 as one that counts from 1900; other texts stay."""
    found = _SERIAL.fullmatch(narrow(cell).strip())
    return str(int(found[1]) + DAYS_TO_1904) if found else cell


def not_after(result: Result, as_of: date, column: Column) -> Result:
    """``result`` with an issue when the day lies after the as-of date of the roster."""
    value, issue = result
    if issue is None and value is not None and value > as_of:
        return value, Issue("E206", {"column": column.name, "value": value.isoformat()})
    return result


def month(cell: str, column: Column) -> Result:
    """``2026-09``; a full date gives its month."""
    found = _MONTH.fullmatch(narrow(cell))
    if found:
        return f"{found[1]}-{int(found[2]):02d}", None
    found_day, issue = day(cell, column)
    if issue or found_day is None:
        return None, Issue("E315", {"column": column.name, "value": shown(cell)})
    return f"{found_day:%Y-%m}", None


def code(cell: str, column: Column) -> Result:
    """A value of the column's code list, whatever its writing."""
    writings = column.writings or {}
    key = heading_key(_FLOAT_TAIL.sub(r"\1", narrow(cell)))
    if key in writings:
        return writings[key], None
    choices = list(dict.fromkeys(first_writings(writings).values()))
    more = "等" if len(choices) > MANY_CHOICES else ""
    values = {"column": column.name, "value": shown(cell), "choices": "、".join(choices[:MANY_CHOICES]) + more}
    return None, Issue("E220" if column.codes == "sex" else "E307", values)


def first_writings(writings: Mapping[str, str]) -> dict[str, str]:
    """Value → its first Chinese writing where there is one, else the value itself."""
    best: dict[str, str] = {}
    for writing, value in writings.items():
        if value not in best or (best[value].isascii() and not writing.isascii()):
            best[value] = writing
    return best


def fen(cell: str, column: Column) -> Result:
    """Yuan to int fen."""
    try:
        return money.to_fen(cell), None
    except ValueError:
        return None, Issue("E309", {"column": column.name, "value": shown(cell)})


def digits(cell: str, column: Column) -> Result:
    """A number kept as text (card, phone, school code): half width, without blanks and the ``.0`` of spreadsheets."""
    if cell.isascii() and cell.isdigit():
        return cell, None
    if is_scientific(cell):
        return None, damaged(cell, column)
    value = _BETWEEN_DIGITS.sub("", narrow(cell)).upper()
    return _FLOAT_TAIL.sub(r"\1", value) or None, None


def class_number(cell: str, column: Column) -> Result:
    """``1`` from 1班, （1）班, 一班, 七年级1班; other names of classes stay as they are."""
    value = re.sub(r"\s", "", _FLOAT_TAIL.sub(r"\1", narrow(cell)))
    found = _CLASS.fullmatch(re.sub(r"^(.{1,4}年级|[小初高][一二三四五六])", "", value))
    if not found:
        return value, None
    return str(_class_figure(found[1])), None


def _class_figure(figure: str) -> int:
    if figure.isdigit():
        return int(figure)
    tens, _, units = figure.rpartition("十")
    if "十" not in figure:
        return int("".join(str(_CHINESE_DIGITS[each]) for each in figure))
    return _CHINESE_DIGITS.get(tens, 1) * 10 + _CHINESE_DIGITS.get(units, 0)


def term(cell: str, column: Column) -> Result:
    """``2026秋`` from 2026秋季学期, 2026-2027学年第一学期, 2026-2027-1; the second half-year is the next year's
    spring.
    """
    value = re.sub(r"\s", "", narrow(cell))
    if found := _TERM_SEASON.fullmatch(value):
        return found[1] + found[2], None
    if found := _TERM_HALF.fullmatch(value):
        first = found[3] in "一1上"
        return (f"{found[1]}秋" if first else f"{int(found[1]) + 1}春"), None
    return None, Issue("E316", {"column": column.name, "value": shown(cell)})


def place_code(cell: str, column: Column) -> Result:
    """A 12-digit place code that exists; shorter codes are filled up."""
    value = re.sub(r"\D", "", _FLOAT_TAIL.sub(r"\1", narrow(cell)))
    full = value.ljust(12, "0")
    if len(value) in (6, 9, 12) and full in Places.load():
        return full, None
    return None, Issue("E318", {"column": column.name, "value": shown(cell)})


NORMALISERS: Mapping[str, Normaliser] = {
    "text": text,
    "name": name,
    "id_no": id_number,
    "student_no": student_number,
    "cert_no": certificate,
    "date": day,
    "month": month,
    "code": code,
    "flag": code,
    "grade": code,
    "class_no": class_number,
    "fen": fen,
    "digits": digits,
    "term": term,
    "place_code": place_code,
}


def normalise(cell: str, column: Column, empty_cells: frozenset[str]) -> Result:
    """The value of one cell of ``column``. An empty cell, or a word for it (无, /), is None without an issue.

    A word of the column's own code list goes first, so that 无 can mean “no” where that is an answer.
    """
    cell = tidy(cell)
    if not cell:
        return None, None
    if cell in empty_cells and heading_key(cell) not in (column.writings or {}):
        return None, None
    return NORMALISERS[column.type](cell, column)
