"""One text, two engines: the portable SQL (written as DuckDB reads it) in Spark's words.

sqlglot changes the grammar; what it does not know is here: where both engines have a function of the same name that
answers differently, Spark is made to answer as DuckDB does. tests/spark compares every one of them on both engines.
"""

from __future__ import annotations

import functools
import sys

import sqlglot
from sqlglot import exp

_WHOLE = {exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT, exp.DType.TINYINT}
# Java's patterns. Blanks around a number are passed over, single underscores may part its digits.
_DIGITS = "[0-9]+(_[0-9]+)*"
_WRITTEN = f"^[ \\t-\\r]*[+-]?({_DIGITS}(\\.({_DIGITS})?)?|\\.{_DIGITS})([eE][+-]?[0-9]+)?[ \\t-\\r]*$"

_OTHER_BASES = {16: ("^[ \\t-\\r]*0[xX]", "[0-9a-fA-F]{1,16}$"), 2: ("^[ \\t-\\r]*0[bB]", "[01]{1,64}$")}
"""Numbers written in another base: how they begin, and their digits."""


@functools.lru_cache(maxsize=1024)
def to_spark(sql: str) -> str:
    """`sql` (one SELECT) for Spark. Raises sqlglot.errors.ParseError when it is no SQL."""
    return sqlglot.parse_one(sql, read="duckdb").transform(_reworded).sql("spark")


def _reworded(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Literal) and not node.is_string and not node.is_int:
        return _double(node)
    if isinstance(node, exp.TryCast) and node.to.this in _WHOLE and not node.meta.get("plain"):
        return _whole_number(node)
    if isinstance(node, exp.RegexpReplace) and not node.args.get("modifiers"):
        return _first_only(node)
    if isinstance(node, exp.Round) and node.args.get("decimals"):
        return _rounded(node)
    if isinstance(node, exp.Upper):
        return _upper(node)
    return node


def _double(node: exp.Literal) -> exp.Expression:
    """0.3 is a decimal of two digits in both, but the two reckon differently with decimals."""
    return exp.cast(exp.Literal.string(node.this), exp.DType.DOUBLE)


def _whole_number(node: exp.TryCast) -> exp.Expression:
    """DuckDB reads 2.5 (as 3), 3.7E+17, 1_000 and 0x1F as whole numbers, Spark reads only digits."""
    written = exp.cast(node.this.copy(), exp.DType.TEXT)
    digits = exp.func("replace", written, exp.Literal.string("_"), exp.Literal.string(""))
    exact = exp.TryCast(this=digits, to=exp.DataType.build("DECIMAL(38, 18)"), safe=True)
    rounded = exp.TryCast(this=exp.Round(this=exact), to=node.to.copy(), safe=True)
    readings = {_WRITTEN: rounded}
    for base, (mark, places) in _OTHER_BASES.items():
        bare = exp.Anonymous(
            this="regexp_replace", expressions=[written.copy(), *map(exp.Literal.string, (mark, ""))]
        )
        value = exp.Anonymous(this="conv", expressions=[bare, *map(exp.Literal.number, (base, 10))])
        readings[mark + places] = exp.TryCast(this=value, to=node.to.copy(), safe=True)
    plain = node.copy()
    for cast in (plain, *readings.values()):
        cast.meta["plain"] = True
    matches = [
        exp.If(this=exp.RegexpLike(this=written.copy(), expression=exp.Literal.string(pattern)), true=reading)
        for pattern, reading in readings.items()
    ]
    return exp.Coalesce(this=plain, expressions=[exp.Case(ifs=matches)])


def _first_only(node: exp.RegexpReplace) -> exp.Expression:
    """Without a flag DuckDB replaces the first place, Spark all of them."""
    pattern, replacement = node.expression, node.args["replacement"]
    if not pattern.is_string or not replacement.is_string:
        raise sqlglot.errors.UnsupportedError("regexp_replace: pattern and replacement must be written out")
    return exp.Anonymous(
        this="regexp_replace",
        expressions=[
            node.this.copy(),
            exp.Literal.string(f"^(?s:(.*?))(?:{pattern.this})"),
            exp.Literal.string("$1" + replacement.this),
        ],
    )


def _rounded(node: exp.Round) -> exp.Expression:
    """Spark rounds the decimal writing of a double, DuckDB the double itself."""
    power = exp.cast(exp.Literal.string(f"1e{node.args['decimals'].this}"), exp.DType.DOUBLE)
    scaled = exp.Round(this=exp.Mul(this=exp.Paren(this=node.this.copy()), expression=power))
    return exp.Paren(this=exp.Div(this=scaled, expression=power.copy(), typed=False, safe=False))


def _upper(node: exp.Upper) -> exp.Expression:
    small, large = _capitals()
    return exp.Anonymous(
        this="translate", expressions=[node.this.copy(), exp.Literal.string(small), exp.Literal.string(large)]
    )


@functools.cache
def _capitals() -> tuple[str, str]:
    """Small letters and their capitals, one character each: DuckDB makes one of ß, Spark two."""
    pairs = {char: _capital(char) for char in map(chr, range(sys.maxunicode + 1))}
    changed = {small: large for small, large in pairs.items() if small != large}
    return "".join(changed), "".join(changed.values())


def _capital(char: str) -> str:
    forms = ("ẞ",) if char == "ß" else (char.upper(), char.title())
    return next((form for form in forms if len(form) == 1), char)
