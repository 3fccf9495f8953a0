"""ID numbers in SQL: cleaning, checking, and every valid number one slip away from a wrong one.

The same rules as `common.resident_id`, which a test compares them with; here they run over whole columns at once.
"""

from __future__ import annotations

import pyarrow as pa

from notoneless.common import resident_id, typed_numbers
from notoneless.engine import Engine

LONGEST = 19
_ASCENDING = "0123456789" * 3
_INVERSES = [pow(weight, -1, 11) for weight in (*resident_id.WEIGHTS, 1)]
_PROVINCES = " ".join(sorted(resident_id.PROVINCES))


def load_positions(engine: Engine) -> None:
    """Make `id_position` (i, weight, next_weight, inverse, power, next_power): the 18 places of a number."""
    weights = (*resident_id.WEIGHTS, 1)
    powers = [10 ** (16 - i) if i < 17 else 0 for i in range(18)]
    columns = {
        "i": range(1, 19),
        "weight": weights,
        "next_weight": (*weights[1:], 0),
        "inverse": _INVERSES,
        "power": powers,
        "next_power": (*powers[1:], 0),
    }
    engine.load("id_position", pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()}))


def cleaned(text: str) -> str:
    """SQL: upper case, half width, without blanks, quotes, dashes and invisible characters; X for what looks like it.

    O and I typed for 0 and 1 stay: that is a slip, not a way of writing. Most numbers have nothing to clean, and looking
    for it costs a fiftieth of translating.
    """
    table = typed_numbers.clean_map()
    dropped = "".join(sorted(char for char, plain in table.items() if not plain))
    changed = {char: plain for char, plain in table.items() if plain and char != plain}
    order = sorted(changed)
    source, target = "".join(order) + dropped, "".join(changed[char] for char in order)
    translated = f"translate({text}, {_quoted(source)}, {_quoted(target)})"
    return f"upper(CASE WHEN regexp_matches({text}, '[^0-9A-Za-z]') THEN {translated} ELSE {text} END)"


def check_sum(text: str) -> str:
    """SQL: weighted sum of 18 characters; a right number leaves 1 modulo 11. Wrong when one is no digit (17) or X."""
    parts = [f"{weight} * (ascii(substr({text}, {i}, 1)) - 48)" for i, weight in enumerate(resident_id.WEIGHTS, 1)]
    return f"({' + '.join(parts)} + CASE substr({text}, 18, 1) WHEN 'X' THEN 10 ELSE ascii(substr({text}, 18, 1)) - 48 END)"


def plausible(text: str) -> str:
    """SQL: 18 characters with a province, a birthday and a sequence; the check character is not looked at."""
    return (
        f"{_has_province(text)} AND substr({text}, 7, 2) IN ('19', '20') "
        f"AND substr({text}, 11, 4) BETWEEN '0101' AND '1231' AND substr({text}, 13, 2) BETWEEN '01' AND '31' "
        f"AND substr({text}, 16, 3) <> '000'"
    )


def is_valid(text: str) -> str:
    """SQL: a cleaned text is a right number of 18 characters."""
    digits = f"try_cast(substr({text}, 1, 17) AS BIGINT) >= {10**16}"
    return f"coalesce(length({text}) = 18 AND {digits} AND {plausible(text)} AND {check_sum(text)} % 11 = 1, false)"


def is_shaped(idv: str, text: str) -> str:
    """SQL: a text that looks whole (columns.looks_whole: `idv` is there) ends in a digit or X: nothing need be cleaned."""
    return f"({idv} IS NOT NULL AND strpos('0123456789X', substr({text}, 18, 1)) > 0)"


def right_number(idv: str, text: str, shaped: str) -> str:
    """SQL: the first 17 digits of a cleaned text that is a right number, else NULL; `shaped`: see is_shaped."""
    return f"""CASE WHEN {shaped} THEN CASE WHEN {is_right(idv, text)} THEN {idv} END
        WHEN {is_valid(text)} THEN try_cast(substr({text}, 1, 17) AS BIGINT) END"""


def is_right(idv: str, text: str) -> str:
    """SQL: the same as is_valid of a text that is shaped, at a third of the cost; `idv` are its first 17 digits."""
    day = f"CAST(round(({idv} - {idv} % 1000) / 1000) AS BIGINT) % 10000"
    last = f"CASE substr({text}, 18, 1) WHEN 'X' THEN 10 ELSE ascii(substr({text}, 18, 1)) - 48 END"
    return f"""coalesce({_has_province(text)} AND {day} BETWEEN 101 AND 1231 AND {day} % 100 BETWEEN 1 AND 31
        AND ({_sum_of_digits(idv)} + {last} - 1) % 11 = 0, false)"""


def _has_province(text: str) -> str:
    """SQL: a text that begins with two digits begins like an ID number. As a list after IN the provinces would become a
    join, for which every row is cleaned, also those that need no cleaning."""
    return f"(strpos('{_PROVINCES}', substr({text}, 1, 2)) > 0 OR substr({text}, 1, 1) = '9')"


def _sum_of_digits(idv: str) -> str:
    """SQL: the weighted sum of 17 digits, modulo 11. As 10 is -1 modulo 11, the digit of 10^k is ± the difference of the
    remainders by 10^(k+1) and 10^k, and no digit need be cut out."""
    signed = [weight * (-1) ** place for place, weight in enumerate(reversed(resident_id.WEIGHTS))]
    terms = [f"{_least_rest(signed[-1])} * {idv}"]
    for place in range(1, len(signed)):
        terms.append(f"{_least_rest(signed[place - 1] - signed[place])} * ({idv} % {10**place})")
    return " + ".join(terms)


def _least_rest(number: int) -> int:
    """Modulo 11, from -5 to 5: the sum of 17 such terms stays within 64 bits."""
    return (number + 5) % 11 - 5


def is_placeholder(text: str) -> str:
    """SQL: a cleaned text only says that there is no number: short, one character repeated, or counting up."""
    return (
        f"(length({text}) < 12 OR replace({text}, substr({text}, 1, 1), '') = '' "
        f"OR strpos('{_ASCENDING}', rtrim({text}, 'X')) > 0)"
    )


def make_fixes(engine: Engine, rows: str, name: str) -> None:
    """Make table `name` (rid, idv, slip): the first 17 digits of valid numbers that wrong ones in `rows` may mean.

    `rows` (rid, typed): cleaned numbers that are not valid. Read are 18 characters with at most one that is no digit,
    17 (one left out), 19 (one too many) and 15 digits (the old kind, or the year without its century).
    """
    engine.step(
        "wrong_18",
        f"""SELECT rid, try_cast(replace(substr(digits, 1, 17), '?', '0') AS BIGINT) AS v, hole,
                (1 - {check_sum("replace(digits, '?', '0')")} % 11 + 11) % 11 AS lack, digits
            FROM (SELECT *, CASE WHEN strpos(digits, '?') > 0 THEN strpos(digits, '?') ELSE 0 END AS hole
                  FROM (SELECT rid, regexp_replace(substr(typed, 1, 17), '[^0-9]', '?')
                            || regexp_replace(substr(typed, 18, 1), '[^0-9X]', '?') AS digits
                        FROM {rows} WHERE length(typed) = 18))
            WHERE length(digits) = 18 AND try_cast(replace(substr(digits, 1, 17), '?', '0') AS BIGINT) IS NOT NULL""",
    )
    parts = [_changed_sql(), _swapped_sql(), _left_out_sql(rows), _too_many_sql(rows), _old_sql(rows)]
    engine.step(name, f"SELECT rid, idv, min(slip) AS slip FROM ({' UNION ALL '.join(parts)}) GROUP BY rid, idv")
    engine.drop("wrong_18")


def _changed_sql() -> str:
    """One character typed wrong: the check sum fixes the digit for each place."""
    return """
        SELECT rid, v + (new - old) * power AS idv,
            CASE WHEN i = 18 THEN '末位校验码不符' ELSE '第' || CAST(i AS VARCHAR) || '位打错' END AS slip
        FROM (SELECT w.rid, w.v, p.i, p.power, w.digit AS old, (w.digit + w.lack * p.inverse) % 11 AS new
              FROM (SELECT r.*, p.i AS at,
                        CASE WHEN substr(r.digits, p.i, 1) = 'X' THEN 10 WHEN r.hole = p.i THEN 0
                             ELSE ascii(substr(r.digits, p.i, 1)) - 48 END AS digit
                    FROM wrong_18 r CROSS JOIN id_position p) w
              JOIN id_position p ON p.i = w.at
              WHERE w.hole IN (0, p.i))
        WHERE new < 10 OR i = 18"""


def _swapped_sql() -> str:
    """Two neighbours in each other's place."""
    return """
        SELECT rid, v + (b - a) * (power - next_power) AS idv,
            '第' || CAST(i AS VARCHAR) || '、' || CAST(i + 1 AS VARCHAR) || '位颠倒' AS slip
        FROM (SELECT r.rid, r.v, r.lack, p.*, ascii(substr(r.digits, p.i, 1)) - 48 AS a,
                  ascii(substr(r.digits, p.i + 1, 1)) - 48 AS b
              FROM wrong_18 r CROSS JOIN id_position p WHERE r.hole = 0 AND p.i < 18)
        WHERE b < 10 AND a <> b AND ((b - a) * (weight - next_weight) % 11 + 11) % 11 = lack"""


def _left_out_sql(rows: str) -> str:
    """One character left out: for each place the check sum says which."""
    return f"""
        SELECT rid, CASE WHEN i = 18 THEN try_cast(typed AS BIGINT)
                ELSE try_cast(substr(padded, 1, 17) AS BIGINT) + new * power END AS idv, '少了一位' AS slip
        FROM (SELECT *, (1 - {check_sum("padded")} % 11 + 11) % 11 * inverse % 11 AS new
              FROM (SELECT s.rid, s.typed, p.i, p.power, p.inverse,
                        substr(s.typed, 1, p.i - 1) || '0' || substr(s.typed, p.i, 18) AS padded
                    FROM {rows} s CROSS JOIN id_position p
                    WHERE length(s.typed) = 17 AND try_cast(substr(s.typed, 1, 16) AS BIGINT) IS NOT NULL))
        WHERE (new < 10 OR i = 18) AND (i = 18 OR substr(padded, 18, 1) IN ({", ".join(f"'{c}'" for c in "0123456789X")}))"""


def _too_many_sql(rows: str) -> str:
    """One character too many: what is left must be valid."""
    return f"""
        SELECT rid, try_cast(substr(shorter, 1, 17) AS BIGINT) AS idv, '多了一位' AS slip
        FROM (SELECT s.rid, substr(s.typed, 1, n.n - 1) || substr(s.typed, n.n + 1, 19) AS shorter
              FROM {rows} s CROSS JOIN (SELECT i AS n FROM id_position UNION ALL SELECT {LONGEST}) n
              WHERE length(s.typed) = {LONGEST} AND substr(s.typed, 1, 1) NOT IN ('L', 'J'))
        WHERE {is_valid("shorter")}"""


def _old_sql(rows: str) -> str:
    """Fifteen digits: a number of before 1999, or one of this century without the first two digits of its year."""
    return " UNION ALL ".join(
        f"""SELECT rid, try_cast(substr(typed, 1, 6) || '{century}' || substr(typed, 7, 9) AS BIGINT) AS idv, '{slip}' AS slip
            FROM {rows} WHERE length(typed) = 15 AND try_cast(typed AS BIGINT) IS NOT NULL"""
        for century, slip in (("19", "是十五位旧号"), ("20", "少了年份的前两位"))
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
