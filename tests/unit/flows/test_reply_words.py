"""Row numbers and error lines of the letter to a department."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from notoneless.flows.reply import _versions, reply_lines, row_words
from notoneless.roster.core.result import REFUSED_SCHEMA


def refused(*rows: tuple[int, str, list[str]]) -> pa.Table:
    entries = [
        {"row_no": number, "sheet": sheet, "raw": [], "problems": codes, "columns": [], "sentences": []}
        for number, sheet, codes in rows
    ]
    return pa.Table.from_pylist(entries, schema=REFUSED_SCHEMA)


def test_runs_of_rows_are_short() -> None:
    assert row_words([5]) == "5"
    assert row_words([9, 8, 5, 6, 30]) == "5、6、8、9、30"
    assert row_words([5, 8, 9, 10, 11, 12, 30]) == "5、8–12、30"
    assert row_words(range(1, 100, 2), most=3) == "1、3、5 等 50"


def test_errors_that_sent_rows_back_come_first() -> None:
    lines = reply_lines({"E302": 9, "E305": 1}, refused((5, "表一", ["E305"])))
    assert [(line.code, line.number, line.rows) for line in lines] == [
        ("E305", 1, "第 5 行"),
        ("E302", 9, "已先采用，请核实"),
    ]


def test_sheets_are_named_when_there_are_several() -> None:
    table = refused((5, "3-6岁", ["E305"]), (6, "3-6岁", ["E305"]), (5, "6-15岁", ["E305"]))
    assert reply_lines({"E305": 4}, table)[0].rows == "“3-6岁”第 5、6 行；“6-15岁”第 5 行；另 1 处已先采用，请核实"


def test_doubtful_rows_that_were_taken_are_named_too() -> None:
    lines = reply_lines({"E305": 4}, refused((5, "", ["E305"])), {"E305": {"": {7, 8}}})
    assert lines[0].rows == "第 5 行；已先采用、请核实：第 7、8 行；另 1 处已先采用，请核实"


def test_every_version_of_the_words_says_everything() -> None:
    wanted = {"from", "title", "to", "opening", "compared", "gone", "problems", "nothing", "more", "ask", "warn",
              "closing", "contact", "signer"}  # fmt: skip
    for version in _versions():
        assert set(version) == wanted
        assert isinstance(version["from"], dt.date)
