"""What the commands about lists say of a file: sheets, counts, problems, suggestions, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from notoneless.cli.output import print_table, report_fault, talk
from notoneless.common.errors import Fault
from notoneless.flows import import_file as flow
from notoneless.flows.import_in_one_go import InOneGo
from notoneless.roster.core import Correction, KindDefinition, Roster
from notoneless.roster.core.suggest import Suggestion

SHOWN_PROBLEMS = 10


def file_dict(name: str, roster: Roster, done: InOneGo | None = None) -> dict[str, Any]:
    """Everything that is said of one file, as ``--json`` gives it. No cell of a row is in it but masked ones."""
    outcome = done.outcome if done else None
    delivery = outcome.delivery if outcome else None
    return {
        "file": name,
        "roster_kind": roster.kind,
        "recognised": roster.recognised,
        "sheets": [_sheet_dict(roster, sheet) for sheet in roster.sheets],
        "left_out": [{"sheet": sheet, "why": why} for sheet, why in roster.left_out],
        "counts": roster.counts.to_dict(),
        "mapping": roster.mapping.to_dict(),
        "problems": [asdict(problem) for problem in roster.problems],
        "suggestions": [one.to_dict() for one in roster.suggestions],
        "accepted": [one.to_dict() for one in done.accepted] if done else [],
        "remembered": done.remembered if done else 0,
        "delivery": delivery.pk if delivery else None,
        "already": bool(outcome and outcome.already),
    }


def fault_dict(name: str, fault: Fault) -> dict[str, Any]:
    """A file that could not be read, or of which something is asked first."""
    return {"file": name, "fault": fault.to_dict(), "questions": fault.values.get("questions", [])}


def _sheet_dict(roster: Roster, sheet: Any) -> dict[str, Any]:
    return {
        "sheet": sheet.name,
        "header_row": sheet.header_row,
        "rows": roster.sheet_counts[sheet.name].read,
        "hidden_rows": sheet.hidden_rows,
        "hidden_columns": list(sheet.hidden_columns),
        "columns": sheet.mapping.columns,
        "not_used": sheet.mapping.extra,
    }


def print_roster(name: str, roster: Roster) -> None:
    """How a file was read and what was found in it: read = accepted + refused + duplicate + ignored."""
    counts = roster.counts
    talk.say(f"{name}：{roster.recognised}；工作表 {roster.sheet or '-'}，表头第 {roster.header_row} 行")
    if len(roster.sheets) > 1 or roster.left_out or any(sheet.hidden_rows for sheet in roster.sheets):
        print_table(["工作表", "表头行", "行数", "说明"], _sheet_rows(roster))
    print_table(
        ["读入", "可导入", "错误", "重复", "空行等忽略"],
        [(counts.read, counts.accepted, counts.refused, counts.duplicate, counts.ignored)],
    )
    if roster.problem_counts:
        print_table(
            ["错误种类", "行数", "怎么改"],
            [(f"{code} {label}", count, how) for code, label, count, how in roster.summary()[:SHOWN_PROBLEMS]],
        )
    if roster.suggestions:
        print_suggestions(roster.definition, roster.suggestions)


def _sheet_rows(roster: Roster) -> list[tuple[Any, ...]]:
    read = [
        (sheet.name, sheet.header_row, roster.sheet_counts[sheet.name].read, _hidden_words(sheet))
        for sheet in roster.sheets
    ]
    return read + [(sheet, "", "", f"没有读：{why}") for sheet, why in roster.left_out]


def _hidden_words(sheet: Any) -> str:
    words = [f"隐藏的行 {sheet.hidden_rows} 也读了"] if sheet.hidden_rows else []
    words += [f"隐藏的列 {len(sheet.hidden_columns)} 个也读了"] if sheet.hidden_columns else []
    return "；".join(words)


def print_suggestions(kind: KindDefinition, suggestions: Sequence[Suggestion]) -> None:
    """What could be mended at once; the certain ones are those that --accept-suggestions takes."""
    rows = [
        (
            _what(kind, one),
            one.rows,
            "已自动处理" if one.correction is None else "可直接接受" if one.certain else "要人选",
            one.example if not one.choices else f"{one.example}（{'、'.join(one.choices[:4])}）",
        )
        for one in suggestions
    ]
    print_table(["建议", "行数", "", "例子"], rows)


def _what(kind: KindDefinition, one: Suggestion) -> str:
    return correction_words(kind, one.correction) if one.correction else "写法整理"


def correction_words(kind: KindDefinition, one: Correction) -> str:
    """民族：汉→汉族."""
    names = {column.id: column.name for column in kind.columns}
    column = names.get(one.column, one.column)
    if not one.written:
        return f"{column}：按身份证号"
    return f"{column}：{one.written}→{one.meant or '？'}"


def print_outcome(done: InOneGo, outcome: flow.ImportOutcome) -> None:
    """What became of a file that was read."""
    delivery, kind = outcome.delivery, outcome.roster.definition
    if done.accepted:
        talk.say(f"已接受建议 {len(done.accepted)} 条：{'；'.join(correction_words(kind, o) for o in done.accepted)}")
    if done.remembered:
        talk.say(f"已记住 {done.remembered} 条，这个单位的下一份同种名册照此读；取消：notoneless habit list")
    if outcome.already and delivery:
        talk.say(f"这份文件已经在批次 {delivery.pk} 里，没有重复导入")
    elif delivery:
        if delivery.supplements:
            what = "改好的错误行" if outcome.roster.mends else "补充"
            talk.say(f"这是{what}：摸排时与此前的同一份名册一起用，不取代它")
        talk.say(f"已导入，批次 {delivery.pk}；要撤回：notoneless delivery revoke {delivery.pk} --reason …")
    else:
        talk.say("没有导入")


def print_fault(name: str, fault: Fault) -> None:
    """Why a file was not read; questions with their answers as they are to be typed."""
    if name not in fault.message:
        talk.say(f"{name}：")
    report_fault(fault)
    questions: Sequence[Mapping[str, Any]] = fault.values.get("questions", [])
    if not questions:
        return
    rows = [
        (
            one["label"],
            "、".join(one["examples"]),
            "；".join(
                f"{choice['name']}（{choice['why']}）" if choice["why"] else choice["name"]
                for choice in one["choices"]
            ),
        )
        for one in questions
    ]
    print_table(["列", "例子", "可以是"], rows)
    first = questions[0]
    answer = next((choice["name"] for choice in first["choices"] if choice["column"]), "")
    talk.say(f"逐列回答：加 --kind 种类 --map “{first['label']}={answer}”；不用的列写 --map “列名=”")
