"""The engine keeps its promises: named steps, no way out to files or network, no hidden state."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest

from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as opened:
        yield opened


def test_load_step_fetch_count(engine: Engine) -> None:
    engine.load("people", pa.table({"name": ["张小花", "王小明"], "age": [7, 9]}))
    engine.step("older", "SELECT name FROM people WHERE age > 8")
    assert engine.fetch("SELECT name FROM older ORDER BY name").to_pylist() == [{"name": "王小明"}]
    assert (engine.count("people"), engine.count("older"), engine.name) == (2, 1, "duckdb")


def test_a_failing_step_says_its_name_and_shows_its_sql(engine: Engine) -> None:
    with pytest.raises(Fault) as caught:
        engine.step("broken", "SELECT nothing FROM nowhere")
    assert caught.value.code == "E501"
    assert caught.value.where == "broken"
    assert "SELECT nothing FROM nowhere" in caught.value.detail
    assert "nowhere" not in caught.value.message, "the user's sentence holds no SQL"


def test_a_failing_fetch_shows_its_sql(engine: Engine) -> None:
    with pytest.raises(Fault) as caught:
        engine.fetch("SELECT 1 FROM nowhere")
    assert caught.value.code == "E502"


def test_a_name_is_used_once_unless_replaced(engine: Engine) -> None:
    engine.step("numbers", "SELECT 1 AS n")
    with pytest.raises(Fault, match="E503"):
        engine.step("numbers", "SELECT 2 AS n")
    engine.step("numbers", "SELECT n + 1 AS n FROM numbers", replace=True)
    assert engine.fetch("SELECT n FROM numbers").to_pylist() == [{"n": 2}]


def test_a_failed_replacement_keeps_the_old_table(engine: Engine) -> None:
    engine.step("numbers", "SELECT 1 AS n")
    with pytest.raises(Fault):
        engine.step("numbers", "SELECT oops FROM numbers", replace=True)
    assert engine.count("numbers") == 1


def test_loaded_and_computed_tables_can_be_dropped_and_replaced(engine: Engine) -> None:
    engine.load("rows", pa.table({"n": [1]}))
    engine.step("more", "SELECT n FROM rows")
    engine.drop("rows", "more", "never_there")
    engine.load("rows", pa.table({"n": [1, 2]}))
    engine.step("rows", "SELECT n FROM rows WHERE n = 2", replace=True)
    assert engine.count("rows") == 1


def test_a_view_follows_its_table_and_can_be_replaced_by_a_table(engine: Engine) -> None:
    engine.step("numbers", "SELECT 1 AS n")
    engine.view("seen", "SELECT n + 1 AS n FROM numbers")
    with pytest.raises(Fault, match="E503"):
        engine.view("seen", "SELECT 2 AS n")
    engine.step("numbers", "SELECT 5 AS n", replace=True)
    assert engine.fetch("SELECT n FROM seen").to_pylist() == [{"n": 6}]
    engine.step("seen", "SELECT n FROM seen UNION ALL SELECT 9 AS n", replace=True)
    engine.drop("numbers")
    assert engine.count("seen") == 2
    with pytest.raises(Fault) as caught:
        engine.view("broken", "SELECT nothing FROM nowhere")
    assert (caught.value.code, caught.value.where) == ("E501", "broken")


@pytest.mark.parametrize("name", ["Rows", "a b", "x;drop", "1st", ""])
def test_table_names_are_plain(engine: Engine, name: str) -> None:
    with pytest.raises(Fault) as caught:
        engine.step(name, "SELECT 1 AS n")
    assert caught.value.code == "E505"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM 'list.csv'",
        "SELECT * FROM read_csv('https://example.invalid/list.csv')",
        "SELECT * FROM outside",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "ATTACH '/tmp/leak.duckdb'",
        "INSTALL httpfs",
        "SET threads = 4",
        "SET enable_external_access = true",
    ],
)
def test_nothing_reaches_out(engine: Engine, sql: str) -> None:
    outside = pa.table({"n": [1]})
    assert outside.num_rows == 1
    with pytest.raises(Fault):
        engine.fetch(sql)


def test_closing_twice_is_harmless() -> None:
    engine = open_engine(threads=1, memory="200MB")
    engine.close()
    engine.close()


def test_unknown_engine() -> None:
    with pytest.raises(Fault) as caught:
        open_engine("abacus")
    assert caught.value.code == "E504"


def test_clear_leaves_an_empty_engine() -> None:
    with open_engine() as engine:
        engine.load("a", pa.table({"x": [1]}))
        engine.step("b", "SELECT * FROM a")
        engine.clear()
        engine.load("b", pa.table({"x": [2]}))
        assert engine.fetch("SELECT * FROM b").to_pylist() == [{"x": 2}]
        with pytest.raises(Fault):
            engine.count("a")
