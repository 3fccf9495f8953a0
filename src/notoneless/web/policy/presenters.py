"""How the policy pack, its code lists and a trial read on screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.check.core import STATE_NAMES, load_checks
from notoneless.common.wording import Wording
from notoneless.flows.policy_preview import checks_of
from notoneless.policy.pack import Pack, Parameter, PolicyTable
from notoneless.web.shell.filters import Facet

NATIONAL = {
    "nation": gettext_lazy("民族"),
    "sex": gettext_lazy("性别"),
    "id_type": gettext_lazy("证件类型"),
    "disability_kind": gettext_lazy("残疾类别"),
    "disability_level": gettext_lazy("残疾等级"),
    "boarding": gettext_lazy("就读方式"),
    "school_class": gettext_lazy("学校类别"),
}
STATUS = {
    "confirmed": (Wording("已核对"), "done"),
    "local_default": (Wording("本地默认"), "doing"),
    "to_check": (Wording("待核对"), "warn"),
}


@dataclass(frozen=True)
class ParameterLine:
    """A parameter as it is in force today, and what is coming."""

    parameter: Parameter
    value: str
    since: dt.date | None
    upcoming: list[tuple[dt.date, str]]
    status: str
    kind: str
    stale: bool
    checks: list[str]


@dataclass(frozen=True)
class CodeList:
    """A list of codes: of the pack's tables or of the national standards."""

    id: str
    name: str
    source: str
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True)
class MoveLine:
    """How many children would go from one state to another in one check."""

    check_id: str
    check: str
    moves: list[tuple[str, str, int]]
    total: int


def parameter_lines(pack: Pack, today: dt.date) -> list[ParameterLine]:
    """Every parameter, by id."""
    stale = {entry.id for entry in pack.stale(today)}
    return [
        parameter_line(one, pack, one.id in stale) for one in sorted(pack.parameters.values(), key=lambda p: p.id)
    ]


def parameter_line(parameter: Parameter, pack: Pack, stale: bool) -> ParameterLine:
    """One parameter."""
    in_force = [one for one in parameter.values if one[0] <= pack.as_of]
    status, kind = STATUS[parameter.status]
    known = load_checks()
    return ParameterLine(
        parameter,
        str(in_force[-1][1]) if in_force else _("还没有生效"),
        in_force[-1][0] if in_force else None,
        [(since, str(value)) for since, value in parameter.values if since > pack.as_of],
        status,
        kind,
        stale,
        [known[check_id].name for check_id in checks_of(parameter.id)],
    )


def status_facet() -> Facet:
    """The states of confirmation as a filter; ``stale`` is last confirmed too long ago."""
    found = [(key, word, None) for key, (word, _kind) in STATUS.items()]
    return Facet("status", _("状态"), [*found, ("stale", _("该再核对了"), None), ("upcoming", _("有将来的值"), None)])


def narrowed(lines: list[ParameterLine], states: list[str], words: str) -> list[ParameterLine]:
    """Lines that match one of the states and hold the words."""

    def matches(line: ParameterLine) -> bool:
        marks = {line.parameter.status}
        marks |= {"stale"} if line.stale else set()
        marks |= {"upcoming"} if line.upcoming else set()
        text = f"{line.parameter.id} {line.parameter.name} {line.parameter.source}"
        return (not states or bool(marks & set(states))) and words.lower() in text.lower()

    return [line for line in lines if matches(line)]


def code_lists(pack: Pack) -> list[CodeList]:
    """All lists with a code and a name: national ones, then the pack's tables."""
    national = [
        CodeList(
            key, str(NATIONAL.get(key, key)), _("国家标准代码"), [(code, name, "") for code, name in rows.items()]
        )
        for key, rows in pack.codes.items()
    ]
    return [*national, *(_table(table, pack) for table in pack.tables.values())]


def _table(table: PolicyTable, pack: Pack) -> CodeList:
    rows = []
    for row in table.on(pack.as_of):
        values = list(row.values())
        rest = [f"{key}={value}" for key, value in list(row.items())[2:] if value not in (None, "")]
        rows.append((str(values[0] or ""), str(values[1] or "") if len(values) > 1 else "", "；".join(rest)))
    return CodeList(table.id, table.name, table.source, rows)


def found_rows(one: CodeList, words: str) -> list[tuple[str, str, str]]:
    """The rows of a list that hold the words."""
    return [row for row in one.rows if words.lower() in " ".join(row).lower()]


def move_lines(counts: Mapping[str, Mapping[str, int]]) -> list[MoveLine]:
    """Per check what would go where, the most first."""
    known = load_checks()
    lines = []
    for check_id, moves in counts.items():
        named = [
            (state_name(move.partition(">")[0]), state_name(move.partition(">")[2]), n) for move, n in moves.items()
        ]
        name = known[check_id].name if check_id in known else check_id
        lines.append(MoveLine(check_id, name, sorted(named, key=lambda one: -one[2]), sum(moves.values())))
    return sorted(lines, key=lambda line: -line.total)


def state_name(state: str) -> str:
    """A state in words; "" is a child that the check does not ask about."""
    return STATE_NAMES.get(state, _("不在应查之列"))


def trial_rows(preview: Mapping[str, Any], check_id: str) -> dict[str, tuple[str, str]]:
    """Child → (state now, state then) of one check."""
    return {row[1]: (state_name(row[2]), state_name(row[3])) for row in preview["rows"] if row[0] == check_id}
