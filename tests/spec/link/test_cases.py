"""Runs the worked cases of linking: rows in, who is the same person, by which step, why; and what a clerk is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from tests.lib.link_people import table_of

from notoneless.engine import open_engine
from notoneless.link.core import LinkResult, definitions, link_rosters
from notoneless.policy import load_pack

AS_OF = date(2026, 9, 1)
COLUMNS = {
    "姓名": "name", "性别": "sex", "出生日期": "dob", "身份证号": "id_no", "村居": "addr_code", "户号": "hh_no",
    "学校": "school_name", "年级": "grade", "班级": "class_no", "学籍号": "student_no", "监护人": "guardian_name",
    "电话": "phone", "行": "row_key",
}  # fmt: skip
SEXES = {"男": "1", "女": "2"}
VERDICTS = {"同一人": "same", "不是同一人": "different"}
KINDS = {kind.name: kind.id for kind in definitions.kinds()}
STEPS = {step.name: step.id for step in definitions.steps().values()}
EVERYDAY = 2
"""So many cases of each file are run every day: each is a whole linking, half a second. The others are marked slow."""
CASES = [
    pytest.param(case, id=f"{path.stem}-{case['标题']}", marks=[] if place < EVERYDAY else [pytest.mark.slow])
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for place, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Mapping[str, Any]) -> None:
    result = _link(case)
    person, step, reason = (_column(result, column) for column in ("child_id", "step", "reason"))
    for expected in case.get("同一人", ()):
        rows = expected["行"]
        assert len({person[row] for row in rows}) == 1, f"{rows} 应为同一人：{[(r, step[r]) for r in rows]}"
        if "步骤" in expected:
            assert step[rows[-1]] == STEPS[expected["步骤"]], reason[rows[-1]]
        assert expected.get("理由", "") in reason[rows[-1]]
    for one, other in case.get("不是同一人", ()):
        assert person[one] != person[other], f"{one}、{other} 不该合为一人：{reason[other]}"
    assert _asked(result) == {(tuple(q["行"]), STEPS[q["步骤"]]) for q in case.get("人工判定", ())}
    for question in case.get("人工判定", ()):
        _check_question(result, question)


def _link(case: Mapping[str, Any]) -> LinkResult:
    decided = case.get("已判定", ())
    decisions = pa.table(
        {
            "row_key_a": pa.array([one["行"][0] for one in decided], pa.string()),
            "row_key_b": pa.array([one["行"][1] for one in decided], pa.string()),
            "verdict": pa.array([VERDICTS[one["结论"]] for one in decided], pa.string()),
        }
    )
    rosters = {KINDS[name]: [("D1", table_of([_row(row) for row in rows]))] for name, rows in case["名册"].items()}
    with open_engine(threads=1) as engine:
        return link_rosters(
            engine, rosters, pack=load_pack(None, AS_OF), as_of=AS_OF, decisions=decisions, id_key=b"spec"
        )


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    made = {COLUMNS[heading]: value for heading, value in row.items()}
    made["sex"] = SEXES[made["sex"]]
    made["id_no"] = str(made.get("id_no") or "")
    return made


def _column(result: LinkResult, column: str) -> dict[str, Any]:
    keys = result.members.column("row_key").to_pylist()
    return dict(zip(keys, result.members.column(column).to_pylist(), strict=True))


def _asked(result: LinkResult) -> set[tuple[tuple[str, str], str]]:
    return {((row["left_key"], row["right_key"]), row["step"]) for row in result.review.to_pylist()}


def _check_question(result: LinkResult, question: Mapping[str, Any]) -> None:
    """The question shows what speaks for and what against, and is about two separate persons."""
    keys = tuple(question["行"])
    found = next(row for row in result.review.to_pylist() if (row["left_key"], row["right_key"]) == keys)
    assert question.get("相符", "") in found["for"]
    assert question.get("不符", "") in found["against"]
    assert found["left_child_id"] != found["right_child_id"]
    assert found["pair_id"].startswith("P")
    assert found["reason"]
