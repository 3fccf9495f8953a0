"""What is common to all checks: conservation, who looks after a child, facts, missing lists, threads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from notoneless.check.core import running
from notoneless.check.core.cases import load_cases
from notoneless.check.core.columns import columns_read, conform
from notoneless.check.core.definitions import CheckDefinition, load_checks
from notoneless.check.core.facts import complete_facts
from notoneless.check.core.lists import Lists, list_name
from notoneless.check.core.running import CheckResult, run_checks
from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine
from notoneless.policy import load_pack

DAY = date(2026, 9, 20)
VILLAGE, TOWN, COUNTY = "371321101247", "371321101000", "371321000000"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as opened:
        yield opened


def persons(*rows: dict[str, Any]) -> pa.Table:
    shape = pa.schema(
        [(name, pa.string()) for name in ("child_id", "place_code", "place_from", "school_code", "school_name")]
        + [("dob", pa.date32())]
    )
    return pa.Table.from_pylist(
        [{"dob": date(2017, 3, 2), "place_code": VILLAGE, "place_from": "hukou"} | row for row in rows], schema=shape
    )


def roster(kind: str, *rows: dict[str, Any]) -> pa.Table:
    columns = dict(columns_read()[kind])
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, start=1)]
    return conform(pa.Table.from_pylist(numbered, schema=pa.schema(list(columns.items()))), columns)


def members(kind: str, *children: str) -> pa.Table:
    return pa.table(
        {
            "child_id": list(children),
            "kind": [kind] * len(children),
            "delivery_id": ["D1"] * len(children),
            "row_no": pa.array(range(1, len(children) + 1), pa.int32()),
        }
    )


def run(engine: Engine, lists: dict[str, pa.Table], people: pa.Table, of: pa.Table, **more: Any) -> list[CheckResult]:
    deliveries = {kind: [("D1", DAY, table)] for kind, table in lists.items()}
    return list(
        run_checks(
            engine,
            Lists(deliveries),
            persons=people,
            members=of,
            review=more.pop("review", pa.table({})),
            pack=load_pack("371321", DAY),
            **more,
        )
    )


def two_children(engine: Engine, **more: Any) -> CheckResult:
    lists = {"hukou": roster("hukou", {}, {}), "school_roll": roster("school_roll")}
    people = persons({"child_id": "A"}, {"child_id": "B", "place_code": TOWN})
    return run(engine, lists, people, members("hukou", "A", "B"), only="not_enrolled", **more)[0]


def with_sql(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    bent = replace(load_checks()["not_enrolled"], sql=sql, needs=(), excuses=(), placements=())
    monkeypatch.setattr(running, "_wanted", lambda only: [bent])


def test_counts_are_kept_by_township(engine: Engine) -> None:
    result = two_children(engine)
    assert result.counts.to_pylist() == [
        {
            "check_id": "not_enrolled",
            "place_code": TOWN,
            "expected": 2,
            "met": 0,
            "gap": 2,
            "excused": 0,
            "unknown": 0,
            "missing_lists": [],
        }
    ]


def test_a_check_over_nobody_still_names_the_missing_lists(engine: Engine) -> None:
    results = run(engine, {}, persons(), members("hukou"))
    assert [result.check.id for result in results] == list(load_checks())
    first = next(result for result in results if result.check.id == "not_enrolled")
    assert first.missing == ("hukou", "school_roll")
    assert first.counts.to_pylist()[0]["place_code"] == COUNTY
    assert first.counts.to_pylist()[0]["missing_lists"] == ["hukou", "school_roll"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (
            "SELECT child_id, 'gap' AS state, '理由' AS reason, '一' AS period FROM child, (VALUES (1), (2)) AS t(n)",
            "E513",
        ),
        ("SELECT child_id, 'maybe' AS state, '理由' AS reason, '一' AS period FROM child", "E513"),
        ("SELECT child_id, 'gap' AS state, '' AS reason, '一' AS period FROM child", "E513"),
        ("SELECT child_id, 'gap' AS state, '理由' AS reason, cast(NULL AS string) AS period FROM child", "E513"),
        ("SELECT child_id, 'gap' AS state, '理由' AS reason, :nothing AS period FROM child", "E511"),
    ],
)
def test_a_result_that_cannot_stand_stops_the_sweep(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, sql: str, code: str
) -> None:
    with_sql(monkeypatch, sql)
    with pytest.raises(Fault) as caught:
        two_children(engine)
    assert caught.value.code == code


def test_losing_a_child_between_the_check_and_its_result_stops_the_sweep(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_SETTLED", "SELECT child_id, state, reason, period FROM {raw} WHERE child_id = 0")
    with pytest.raises(Fault) as caught:
        two_children(engine)
    assert caught.value.code == "E512"
    assert "应核 2 人" in caught.value.message


def test_counts_that_do_not_add_up_stop_the_sweep(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    count_all = running.pc.value_counts
    monkeypatch.setattr(running.pc, "value_counts", lambda keys: count_all(keys).slice(1))
    with pytest.raises(Fault) as caught:
        two_children(engine)
    assert caught.value.code == "E512"


@pytest.mark.parametrize(
    ("person", "place", "come_from"),
    [
        ({"place_code": VILLAGE}, VILLAGE, "hukou"),
        ({"place_code": "371323101000", "school_code": "2137000001"}, TOWN, "school_directory"),
        ({"place_code": None, "school_name": "岸堤镇中心小学"}, TOWN, "school_directory"),
        ({"place_code": None}, COUNTY, "region"),
        ({"place_code": "522401100000"}, COUNTY, "region"),
    ],
)
def test_no_child_is_out_of_everybodys_sight(
    engine: Engine, person: dict[str, Any], place: str, come_from: str
) -> None:
    directory = {"school_code": "2137000001", "school_name": "岸堤镇中心小学", "addr_code": TOWN}
    lists = {"hukou": roster("hukou", {}), "school_directory": roster("school_directory", directory)}
    run(engine, lists, persons({"child_id": "A", **person}), members("hukou", "A"), only="id_invalid")
    found = engine.fetch("SELECT place_code, place_from, township_code FROM child").to_pylist()
    town = place if place == COUNTY else TOWN
    assert found == [{"place_code": place, "place_from": come_from, "township_code": town}]


def test_a_doubtful_row_puts_both_sides_in_doubt(engine: Engine) -> None:
    lists = {
        "doorstep": roster("doorstep", {}),
        "hukou": roster("hukou", {}),
        "school_roll": roster("school_roll"),
    }
    of = pa.concat_tables([members("hukou", "A"), members("doorstep", "B")])
    review = pa.table(
        {
            "left_kind": ["doorstep"],
            "left_delivery": ["D1"],
            "left_row_no": pa.array([1], pa.int32()),
            "right_child_id": ["A"],
        }
    )
    people = persons({"child_id": "A"}, {"child_id": "B"})
    result = run(engine, lists, people, of, review=review, only="unregistered")[0]
    assert [(row["child_id"], row["state"]) for row in result.table.to_pylist()] == [("B", "unknown")]


def test_facts_must_have_their_columns() -> None:
    assert set(complete_facts(None)) == {"excuse", "placement", "visit"}
    with pytest.raises(Fault) as caught:
        complete_facts({"excuse": pa.table({"child_id": ["A"]})})
    assert caught.value.code == "E517"


def test_lists_are_called_by_name_and_newest_day() -> None:
    table = roster("school_roll")
    lists = Lists({"school_roll": [("D2", date(2026, 9, 10), table), ("D1", date(2026, 8, 1), table)], "hukou": []})
    assert lists.label("school_roll") == "学籍名册（2026-09-10）"
    assert lists.label("hukou") == "户籍名册（未送达）"
    assert [id_ for _, _, id_, _, _ in lists.numbered()] == ["D1", "D2"]
    assert list_name("doorstep") == "秋季入户摸底表"
    assert list_name("school_directory") == "学校名录"


def test_one_and_two_threads_give_the_same_tables() -> None:
    many = persons(*({"child_id": f"C{number:04}"} for number in range(500)))
    lists = {"hukou": roster("hukou", *({} for _ in range(500))), "school_roll": roster("school_roll")}
    found = []
    for threads in (1, 2):
        with open_engine(threads=threads) as opened:
            results = run(opened, lists, many, members("hukou", *many["child_id"].to_pylist()), only="not_enrolled")
            found.append([(result.table, result.counts) for result in results])
    assert found[0] == found[1]


def test_cases_that_cannot_be_read_say_why(tmp_path: Path, engine: Engine) -> None:
    def problem(text: str) -> str:
        (tmp_path / "cases.yaml").write_text(
            f"辖区: '371321'\n日期: 2026-09-20\n算例:\n  - 名称: 一\n{text}", encoding="utf-8"
        )
        check: CheckDefinition = replace(load_checks()["not_enrolled"], folder=tmp_path)
        with pytest.raises(Fault) as caught:
            [case.run(engine) for case in load_cases(check)]
        assert caught.value.code == "E516"
        return caught.value.message

    result = "    结果: |\n      孩子 | 结果 | 理由\n"
    assert "没有写结果" in problem("    户籍: |\n      孩子 | 户籍状态\n")
    assert "列数不同" in problem(result + "    户籍: |\n      孩子 | 户籍状态\n      甲\n")
    assert "没有列" in problem(result + "    户籍: |\n      孩子 | 心情\n      甲 | 好\n")
    assert "没有“好”这个写法" in problem(result + "    户籍: |\n      孩子 | 户籍状态\n      甲 | 好\n")
