"""Invented identity numbers, phones, cards and dates, and the ways in which they are spoiled.

The check digit is computed here a second time on purpose: a judge that borrows the code it
judges cannot find its faults.
"""

from datetime import date, timedelta
from operator import mul
from random import Random

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "10X98765432"
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PLACEHOLDERS = ("111111111111111111", "123456789012345678", "000000000000000000")
BLANKS = ("无", "不详", "/", "", "", "")


def check_char(first17: str) -> str:
    """Return the eighteenth character of a resident ID (GB 11643-1999)."""
    return _DIGITS[sum(map(mul, _WEIGHTS, map(int, first17))) % 11]


def resident_id(region: str, birth: date, serial: int) -> str:
    """Return a valid resident ID from a six-digit region, a birthday and a serial of 0..999."""
    first17 = f"{region}{birth.year:04d}{birth.month:02d}{birth.day:02d}{serial:03d}"
    return first17 + check_char(first17)


def phone(rng: Random) -> str:
    """Return a telephone number under a prefix kept for this demo (1990000xxxx)."""
    return f"1990000{rng.randrange(10000):04d}"


def bank_card(rng: Random) -> str:
    """Return a 19-digit number with an unassigned leading part whose Luhn sum fails on purpose."""
    body = f"623000{rng.randrange(10**12):012d}"
    return body + str((_luhn_digit(body) + 1 + rng.randrange(9)) % 10)


def _luhn_digit(body: str) -> int:
    total = 0
    for i, char in enumerate(reversed(body)):
        digit = int(char) * (2 if i % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return (10 - total % 10) % 10


def spoil_id(rng: Random, id_no: str, guardian_id: str, above: str) -> tuple[str, str]:
    """Return a resident ID as it arrives in a bad list and the kind of the damage.

    ``guardian_id`` and ``above`` (the row before in the same list) may be empty.
    The share of each kind follows what comparisons in the field reported: missing and mistyped lead.
    """
    draw = rng.random()
    if draw < 0.24:
        return rng.choice(BLANKS), "id_missing"
    if draw < 0.30:
        return rng.choice(PLACEHOLDERS), "id_placeholder"
    if draw < 0.48:
        return _one_digit(rng, id_no), "id_one_digit"
    if draw < 0.56:
        return _adjacent_swap(rng, id_no), "id_swap"
    if draw < 0.62:
        return _one_digit(rng, _one_digit(rng, id_no)), "id_two_digits"
    if draw < 0.69:
        return id_no[:17] + rng.choice([c for c in _DIGITS if c != id_no[17]]), "id_check_digit"
    if draw < 0.75:
        at = rng.randrange(6, 18)
        return id_no[:at] + id_no[at + 1 :], "id_17_digits"
    if draw < 0.79:
        return id_no[:6] + id_no[8:17], "id_15_digits"
    if draw < 0.85:
        return id_no[:15] + "000", "id_excel_tail"
    if draw < 0.93 and guardian_id:
        return guardian_id, "id_guardians"
    if above and above != id_no:
        return above, "id_copied_above"
    return "", "id_missing"


def is_wrong(typed: str) -> bool:
    """Return whether a number as typed by :func:`spoil_id` is no resident ID.

    Nothing typed is not wrong, a word in its place is; nobody now at school was born when numbers had 15 digits.
    """
    number = typed.strip()
    if not number:
        return False
    if len(number) != 18 or number in PLACEHOLDERS or number.endswith("000"):
        return True
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return True
    return born.year < 1900 or check_char(number[:17]) != number[17]


def dress_id(rng: Random, id_no: str) -> str:
    """Return a right number in a dress that a careful reader takes off without loss."""
    draw = rng.random()
    if draw < 0.35 and id_no.endswith("X"):
        return id_no[:17] + rng.choice("x×xｘ")
    if draw < 0.5:
        return rng.choice((" ", "\u200b", "'", "\t")) + id_no
    if draw < 0.7:
        return id_no + rng.choice((" ", "  ", "　", "\xa0"))
    if draw < 0.85:
        return id_no.translate(_FULL_WIDTH)
    return f"{id_no[:6]} {id_no[6:14]} {id_no[14:]}"


def _one_digit(rng: Random, number: str) -> str:
    at = rng.randrange(17)
    typed = str((int(number[at]) + 1 + rng.randrange(9)) % 10)
    return number[:at] + typed + number[at + 1 :]


def _adjacent_swap(rng: Random, number: str) -> str:
    places = [i for i in range(6, 16) if number[i] != number[i + 1]]
    if not places:
        return _one_digit(rng, number)
    at = rng.choice(places)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def written_date(style: int, day: date) -> str:
    """Return a day in one of the seven forms in which departments write dates."""
    y, m, d = day.year, day.month, day.day
    if style == 0:
        return f"{y:04d}{m:02d}{d:02d}"
    if style == 1:
        return f"{y}-{m:02d}-{d:02d}"
    if style == 2:
        return f"{y}/{m}/{d}"
    if style == 3:
        return f"{y}年{m}月{d}日"
    if style == 4:
        return f"{y}.{m}.{d}"
    if style == 5:
        return str(day.toordinal() - 693594)
    return f"{y}-{m:02d}-{d:02d} 00:00:00"


def spoil_date(rng: Random, day: date) -> tuple[date | None, str]:
    """Return a birthday as wrongly put down and the kind of the mistake."""
    draw = rng.random()
    if draw < 0.25:
        return day + timedelta(days=rng.choice((-1, 1))), "date_day_off"
    if draw < 0.45 and day.day <= 12 and day.day != day.month:
        return day.replace(month=day.day, day=day.month), "date_day_month"
    if draw < 0.60:
        return _in_year(day, day.year + rng.choice((-1, 1))), "date_year_off"
    if draw < 0.80:
        return day - timedelta(days=rng.randrange(19, 49)), "date_lunar"
    return None, "date_missing"


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, 28))


def spread_school_year(school_year: int, age: int, rng: Random) -> date:
    """Return a birthday of a child who is ``age`` on 31 August of the school year's first autumn."""
    first = date(school_year - age - 1, 9, 1)
    return first + timedelta(days=rng.randrange(365))
