"""How clerks and spreadsheets spoil numbers, names and dates: one function for each, for bench/link_people.py."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from notoneless.demo import names

PLACEHOLDERS = ("无", "111111111111111111", "123456789012345678", "不详", "000000000000000000", "待补")
FULL_WIDTH = {ord("0") + n: 0xFF10 + n for n in range(10)}


def spoil_id(rng: Random, kind: str, number: str, guardian: str, above: str) -> str:
    """The number as typed under one kind of error."""
    at = rng.randrange(6, 17)
    if kind in ("one_digit", "two_digits"):
        typed = _other_digit(rng, number, rng.randrange(17))
        return typed if kind == "one_digit" else _other_digit(rng, typed, at)
    if kind == "swapped":
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if kind == "check":
        return number[:17] + rng.choice([c for c in "0123456789X" if c != number[17]])
    if kind == "short":
        return number[:at] + number[at + 1 :]
    if kind == "long":
        return number[:at] + number[at] + number[at:]
    made = {
        "missing": "",
        "placeholder": rng.choice(PLACEHOLDERS),
        "excel_tail": number[:15] + "000",
        "excel_float": f"{float(int(number[:17] + '0')):.5E}".replace("E+", "E+"),
        "guardian": guardian or number,
        "copied": above or number,
        "dressed": _dressed(rng, number),
    }
    return made[kind]


def _other_digit(rng: Random, number: str, at: int) -> str:
    return number[:at] + rng.choice([c for c in "0123456789" if c != number[at]]) + number[at + 1 :]


def _dressed(rng: Random, number: str) -> str:
    return rng.choice((
        number.translate(FULL_WIDTH), f"'{number}", f" {number}", number[:6] + " " + number[6:14] + " " + number[14:],
        number.lower(), number.replace("X", "×"), number + "\u200b", f"{number}\t",
    ))  # fmt: skip


def spoil_name(rng: Random, name: str) -> tuple[str, str]:
    """The name as typed, and the kind of the error."""
    if rng.random() < 0.04 and "·" not in name and len(name) == 3:
        at = rng.randrange(1, 3)
        return name[:at] + rng.choice("?□�") + name[at + 1 :], "name_unreadable"
    return names.spoil_name(rng, name)


def spoil_date(rng: Random, kind: str, birth: date) -> str:
    """The birthday as typed under one kind of error, or merely in another form."""
    if kind == "missing":
        return ""
    if kind == "form":
        forms = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d 00:00:00")
        if rng.random() < 0.15:
            return str((birth - date(1899, 12, 30)).days)
        return f"{birth:{rng.choice(forms)}}"
    if kind == "swapped":
        return f"{birth:%Y%d%m}" if birth.day <= 12 else f"{birth:%Y%m%d}"
    if kind == "year":
        return f"{birth.year + rng.choice((-1, 1))}{birth:%m%d}"
    if kind == "month":
        return f"{birth.year}{rng.choice([m for m in range(1, 13) if m != birth.month]):02d}{birth:%d}"
    shift = rng.choice((-2, -1, 1, 2)) if kind == "day" else -rng.randrange(20, 50)
    return f"{birth + timedelta(days=shift):%Y%m%d}"
