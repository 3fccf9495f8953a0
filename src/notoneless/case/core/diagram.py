"""``docs/reference/case-states.md`` from the state table: ``python -m notoneless.case.core.diagram`` writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from .outcomes import Outcome, load_rules
from .states import Move, StateRule, Table, table

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "case-states.md"
ROLE_NAMES = {
    "county_clerk": "县局经办",
    "county_head": "局领导",
    "township_officer": "乡镇干部",
    "principal": "校长",
    "teacher": "教师",
}
COVERS = {"school": "失学、疑似辍学、辍学", "paper": "资助、数据", "all": "全部", "none": "无，须先逐条销去"}
HEAD = """# 个案的状态与去向

<!-- 由 python -m notoneless.case.core.diagram 从 src/notoneless/case/definitions 生成，请勿手改。 -->

一个孩子同时只有一个未销个案；缺口并入个案，逐条销去。表里没有的去向，系统不让走。
"""


def render(rules: Table, outcomes: Mapping[str, Outcome]) -> str:
    """The whole page: diagram, states, moves, outcomes; the same input gives the same text."""
    sections = [
        HEAD,
        _diagram(rules),
        "## 状态\n",
        _states(rules),
        "## 去向\n",
        _moves(rules),
        "## 核实结果\n",
        _outcomes(rules, outcomes),
    ]
    return "\n".join(sections)


def write(page: Path = PAGE) -> Path:
    """Write the page with the national defaults of the policy pack."""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(current(), encoding="utf-8")
    return page


def current() -> str:
    """What the page should say now."""
    return render(table(), load_rules(None, dt.date.max - dt.timedelta(days=1)).outcomes)


def _diagram(rules: Table) -> str:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> to_verify: 摸排立案"]
    lines += [f'    state "{state.name}" as {state.id}' for state in rules.states.values()]
    lines += [f"    {move.source} --> {move.target}: {move.name}" for move in rules.moves]
    lines += [f"    {state.id} --> [*]" for state in rules.states.values() if state.final]
    return "\n".join([*lines, "```", ""])


def _states(rules: Table) -> str:
    head = ["| 状态 | 编号 | 谁来办下一步 | 已销 | 意思 |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(_state_row, rules.states.values()), ""])


def _state_row(state: StateRule) -> str:
    return (
        f"| {state.name} | `{state.id}` | {_roles(state.owners)} | {'是' if state.final else ''} | {state.meaning} |"
    )


def _moves(rules: Table) -> str:
    head = ["| 从 | 到 | 这一步 | 办法 | 谁可以办 | 谁审批 | 需要 |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_move_row(rules, move) for move in rules.moves), ""])


def _move_row(rules: Table, move: Move) -> str:
    needs = "；".join(rules.need_names[need] for need in move.needs)
    names = [rules.states[move.source].name, rules.states[move.target].name, move.name, rules.way_names[move.way]]
    return "| " + " | ".join([*names, _roles(move.roles), _roles(move.decided_by), needs]) + " |"


def _outcomes(rules: Table, outcomes: Mapping[str, Outcome]) -> str:
    head = ["| 核实结果 | 编号 | 个案去到 | 管到的缺口 | 可单独销缺口 |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_outcome_row(rules, outcome) for outcome in outcomes.values()), ""])


def _outcome_row(rules: Table, outcome: Outcome) -> str:
    targets = {move.target: None for move in rules.moves if move.id in outcome.moves}
    reached = "、".join(rules.states[target].name for target in targets)
    single = "是" if outcome.single else ""
    return f"| {outcome.name} | `{outcome.id}` | {reached} | {COVERS[outcome.covers]} | {single} |"


def _roles(roles: tuple[str, ...]) -> str:
    return "、".join(ROLE_NAMES[role] for role in roles)


if __name__ == "__main__":  # pragma: no cover, run by hand; the functions above are tested
    write()
