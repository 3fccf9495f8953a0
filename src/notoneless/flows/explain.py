"""Why a child is on a list, and why two rows are or are not one person, in sentences and small tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from notoneless.case.core.states import state_name
from notoneless.check.core import STATE_NAMES
from notoneless.flows.child_file import ChildFile, open_child_file
from notoneless.link.core import explain_rows
from notoneless.link.core.definitions import steps
from notoneless.link.records.models import Child, ReviewPair
from notoneless.link.records.queries import get_review_rows
from notoneless.org.models import User
from notoneless.roster.core import load_kinds


@dataclass(frozen=True)
class ShownTable:
    """A small table of an explanation."""

    title: str
    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Explained:
    """The sentence first, the tables after."""

    text: str
    tables: list[ShownTable]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def explain_child(user: User, child: Child, *, now: dt.datetime) -> Explained:
    """Which rows make up this child, what each check says and why. A sensitive read: leaves a trail event."""
    file = open_child_file(user, child.pk, now=now)
    gaps = [answer for answer in file.answers if answer.state == "gap"]
    if gaps:
        text = f"{child.pk} 有 {len(gaps)} 个缺口：" + "；".join(f"{one.name}（{one.reason}）" for one in gaps)
    else:
        text = f"{child.pk} 在当前摸排中没有缺口"
    return Explained(text, [_members(file), _answers(file), _disagreements(file), _cases(file)])


def _members(file: ChildFile) -> ShownTable:
    kinds, names = load_kinds(), steps()
    rows = [
        [kinds[m["kind"]].name, m["delivery_id"], str(m["row_no"]), names[m["step"]].name, m["reason"]]
        for m in file.sources
    ]
    return ShownTable("由这些行合成", ["名册", "批次", "行", "步骤", "理由"], rows)


def _answers(file: ChildFile) -> ShownTable:
    rows = [[answer.name, STATE_NAMES[answer.state], answer.reason] for answer in file.answers]
    return ShownTable("各项核查", ["核查", "结果", "理由"], rows)


def _disagreements(file: ChildFile) -> ShownTable:
    rows = [
        [field.name, value.kind_name, value.value, f"{value.delivery} 第 {value.row_no} 行"]
        for field in file.fields
        if field.disagree
        for value in field.values
    ]
    return ShownTable("来源不一致的项目", ["项目", "名册", "写的是", "出处"], rows)


def _cases(file: ChildFile) -> ShownTable:
    rows = [[case.pk, state_name(case.state), f"{case.opened_at:%Y-%m-%d}"] for case in file.cases]
    return ShownTable("个案", ["编号", "状态", "立案"], rows)


def explain_pair(pair: ReviewPair) -> Explained:
    """A doubtful pair: why they look alike, what speaks against, field by field."""
    left, sources = get_review_rows(pair)
    kinds = load_kinds()
    found = [(source, explain_rows(left, source["row"])) for source in sources]
    tables = [
        ShownTable(
            f"{kinds[pair.left_kind].name}第 {pair.left_row_no} 行 与 {kinds[source['kind']].name}第 {source['row_no']} 行",
            ["项目", "一方", "另一方", "看法"],
            [[field.name, field.left, field.right, field.verdict] for field in explanation.fields],
        )
        for source, explanation in found
    ]
    return Explained(f"{pair.reason}（{pair.get_status_display()}）", tables)
