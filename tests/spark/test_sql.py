"""Every construct that the linking SQL uses answers alike on both engines, also for cells nobody expects."""

from __future__ import annotations

import itertools
import random

import pyarrow as pa
import pytest

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core.lists import numbers

ALPHABETS = (
    "0123456789",
    "0123456789.eE+-_ \t",
    "0123456789Xx×０Ｘ OIl",
    "王小花·a'\\\"%?ß\u00a0\u200b𠮷é",
    "0123456789X",
)
WRITTEN = [
    "", " ", "12", " 12 ", "1.5", "2.5", "-2.5", "3.7E+17", "3.713E17", "1e-1", "1e3", "1_000", "1__0", "_1", "1_", ".5", "5.",
    ".", "+5", "-7", "--5", "1 2", "00012", "12345678901234567890", "9223372036854775807", "9223372036854775808", "99999999999",
    "\t9\n", "\u00a09", "１２", "2014-05-06", "e5", "1e", "1.0_0", "371321201405060019", "37132120140506001x",
    "0x1F", "0X9396", " 0x1F", "-0x1F", "0x7fffffffffffffff", "0x8000000000000000", "0b101", "0b12", "0x", "0xg",
]  # fmt: skip


def texts() -> list[str | None]:
    rng = random.Random(8)
    drawn = (
        "".join(rng.choice(alphabet) for _ in range(rng.randrange(22))) for alphabet in ALPHABETS for _ in range(400)
    )
    return [None, *WRITTEN, *drawn]


EXPRESSIONS = {
    "whole": "try_cast(t AS BIGINT)",
    "whole_small": "try_cast(t AS INTEGER)",
    "upper": "upper(t)",
    "length": "length(t)",
    "first_only": "regexp_replace(substr(t, 1, 17), '[^0-9]', '?')",
    "first_not_x": "regexp_replace(t, '[^0-9X]', '?')",
    "replaced": "replace(t, substr(t, 1, 1), '')",
    "position": "strpos(t, '1')",
    "trimmed": "rtrim(t, 'X')",
    "parts": "substr(t, 7, 4) || '-' || substr(t, 17, 3)",
    "code": "CASE WHEN t <> '' THEN unicode(t) END",
    "last": "CASE WHEN length(t) > 5 THEN ascii(substr(t, 6, 1)) - 48 END",
    "between": "substr(t, 1, 4) BETWEEN '0101' AND '1231'",
    "quote": "t = '''' OR t = '\\'",
    "empty": "nullif(t, '')",
    "cleaned": numbers.cleaned("t"),
    "valid": numbers.is_valid("t"),
    "placeholder": numbers.is_placeholder("t"),
    "digest": "CASE WHEN length(t) = 18 AND try_cast(substr(t, 1, 17) AS BIGINT) IS NOT NULL "
    f"THEN {numbers.check_sum('t')} % 11 END",
}
NUMBERS = {
    "rounded": "round(x, 2)",
    "rounded_whole": "CAST(round((n - n % 1000) / 1000) AS BIGINT)",
    "divided": "n / 7",
    "rest": "n % 100, (0 - n) % 11",
    "floor": "floor(n / 10000) = 2014, floor(x)",
    "least": "least(x, NULL, 3.25), greatest(x, 0.1)",
    "share": "round(-log2((abs(n) + 0.0123) / (1000000.0 + 5)), 2)",
    "tenth": "n >= 0.3 * 70, 0.1 * n > 2.1",
    "text": "CAST(n AS VARCHAR) || '位'",
}


def both(spark: Engine, duck: Engine, table: pa.Table, sql: str) -> tuple[list[dict], list[dict]]:
    answers = []
    for engine in (spark, duck):
        engine.load("cell", table)
        answers.append(engine.fetch(sql).to_pylist())
    return answers[0], answers[1]


def test_text_functions_answer_alike(spark: Engine, duck: Engine) -> None:
    table = pa.table({"i": range(len(texts())), "t": pa.array(texts(), pa.string())})
    columns = ", ".join(f"{sql} AS {name}" for name, sql in EXPRESSIONS.items())
    found, expected = both(spark, duck, table, f"SELECT i, t, {columns} FROM cell ORDER BY i")
    for mine, theirs in zip(found, expected, strict=True):
        assert mine == theirs


def test_capitals_of_every_character(spark: Engine, duck: Engine) -> None:
    every = [chr(code) for code in itertools.chain(range(1, 0xD800), range(0xE000, 0x20000))]
    found, expected = both(spark, duck, pa.table({"t": every}), "SELECT t, upper(t) AS u FROM cell ORDER BY t")
    assert found == expected


def test_number_functions_answer_alike(spark: Engine, duck: Engine) -> None:
    rng = random.Random(9)
    halves = [k / 200 for k in range(-700, 701)] + [rng.uniform(-40, 40) for _ in range(2000)]
    whole = [rng.choice((20140506, 21, 37132120140506001, rng.randrange(-(10**17), 10**17))) for _ in halves]
    table = pa.table({"i": range(len(halves)), "x": halves, "n": pa.array(whole, pa.int64())})
    columns = ", ".join(f"{sql} AS {name}" for name, sql in NUMBERS.items())
    found, expected = both(spark, duck, table, f"SELECT i, x, n, {columns} FROM cell ORDER BY i")
    for mine, theirs in zip(found, expected, strict=True):
        assert list(mine.values()) == list(theirs.values())


def test_rows_are_ordered_and_numbered_alike(spark: Engine, duck: Engine) -> None:
    rng = random.Random(10)
    rows = [rng.choice(texts()) for _ in range(500)]
    table = pa.table({"i": range(500), "t": pa.array(rows, pa.string()), "w": [rng.randrange(5) for _ in rows]})
    sql = """
        SELECT i, row_number() OVER (ORDER BY t, i) AS n, lead(t) OVER w AS next, first_value(t) OVER w AS first,
            min_by(i, w * 1000 + i) OVER (PARTITION BY w) AS least
        FROM cell WINDOW w AS (PARTITION BY w ORDER BY t DESC, i) ORDER BY t, i"""
    found, expected = both(spark, duck, table, sql)
    assert found == expected


def test_the_contract_of_an_engine_holds_for_spark_too(spark: Engine) -> None:
    spark.load("people", pa.table({"name": pa.array(["张小花", "王小明"]).dictionary_encode(), "age": [7, 9]}))
    spark.step("older", "SELECT name FROM people WHERE age > 8")
    assert spark.fetch("SELECT name FROM older").to_pylist() == [{"name": "王小明"}]
    assert (spark.count("older"), spark.name) == (1, "spark")
    spark.step("older", "SELECT name || '!' AS name FROM older", replace=True)
    assert spark.fetch("SELECT name FROM older").to_pylist() == [{"name": "王小明!"}]
    with pytest.raises(Fault, match="E503"):
        spark.step("older", "SELECT 1 AS n")
    with pytest.raises(Fault, match="E505"):
        spark.step("Older;", "SELECT 1 AS n")
    with pytest.raises(Fault, match="E501") as caught:
        spark.step("broken", "SELECT nothing FROM nowhere")
    assert "FROM nowhere" in caught.value.detail
    assert "nowhere" not in caught.value.message
    with pytest.raises(Fault, match="E502"):
        spark.fetch("SELECT 1 FROM parquet.`/etc/hostname`")
    spark.drop("older", "never_there")
    with pytest.raises(Fault, match="E502"):
        spark.fetch("SELECT * FROM older")
