"""The cells of a ledger on screen and on paper: the columns of flows/ledger_columns.py with links and marks.

Written in Python, not in a template: a page of fifty rows has six hundred cells, and they are most of its cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notoneless.case.core.states import State, state_name
from notoneless.flows.ledger import LedgerRow
from notoneless.flows.ledger_columns import Column, check_names, class_text
from notoneless.web.shell.templatetags.desk import days_left

STATE_KINDS = {
    State.TO_VERIFY: "todo",
    State.CONFIRMED: "bad",
    State.PERSUADING: "doing",
    State.RETURNED: "doing",
    State.RECHECKING: "doing",
    State.TRANSFERRING: "doing",
}
NOWRAP = {"sex", "birth", "phone", "guardian", "nation", "state", "owner", "due", "case"}
NUMBERS = {"id_no", "child", "phone"}


def head(columns: Sequence[Column], selecting: bool = False) -> SafeString:
    """The row of titles; with a box that chooses the whole page."""
    box = f'<th scope="col" class="no-print">{_select_all()}</th>' if selecting else ""
    return SafeString(f"<tr>{box}{''.join(_title(column) for column in columns)}</tr>")


def body(columns: Sequence[Column], rows: Iterable[LedgerRow], selecting: bool = False) -> SafeString:
    """All rows of a table."""
    today = timezone.localdate()
    return SafeString("\n".join(_row(columns, row, today, selecting) for row in rows))


def _select_all() -> str:
    box = f'<input class="form-check-input" type="checkbox" data-select-all aria-label="{_("全选本页")}">'
    return f'<label class="pick">{box}</label>'


def _title(column: Column) -> str:
    return f'<th scope="col" class="c-{column.id}">{column.title}</th>'


def _row(columns: Sequence[Column], row: LedgerRow, today: dt.date, selecting: bool) -> str:
    cells = "".join(_cell(column, row, today) for column in columns)
    return f"<tr>{_box(row) if selecting else ''}{cells}</tr>"


def _box(row: LedgerRow) -> str:
    if row.case is None:
        return '<td class="no-print"></td>'
    return (
        f'<td class="no-print"><label class="pick"><input class="form-check-input" type="checkbox" name="case" '
        f'value="{row.case.pk}" data-select aria-label="{_("选 %(name)s") % {"name": escape(row.child.name)}}"></label></td>'
    )


def _cell(column: Column, row: LedgerRow, today: dt.date) -> str:
    if column.id == "name":
        return f'<th scope="row" class="nowrap"><a href="/child/{row.child.pk}/">{escape(row.child.name)}</a></th>'
    made = _CELLS.get(column.id)
    content = made(row, today) if made else escape(column.text(row))
    names = [name for name, wanted in (("nowrap", NOWRAP), ("mono", NUMBERS)) if column.id in wanted]
    css = f' class="{" ".join(["c-" + column.id, *names])}"'
    return f"<td{css}>{content}</td>"


def _gaps(row: LedgerRow, _today: dt.date) -> str:
    names = check_names()
    return "".join(
        f"<div><b>{escape(names.get(gap.check_id, gap.check_id))}</b>：{_reason(gap.reason)}</div>"
        for gap in row.gaps
    )


def _reason(recorded: str) -> str:
    return f'<span lang="zh-CN">{escape(recorded)}</span>'


def _state(row: LedgerRow, _today: dt.date) -> str:
    if row.case is None:
        return ""
    state = State(row.case.state)
    status = f'<span class="status status-{STATE_KINDS.get(state, "todo")}">{escape(state_name(state))}</span>'
    return f'<a href="/case/{row.case.pk}/">{status}</a><div class="grey case-no">{row.case.pk}</div>'


def _owner(row: LedgerRow, _today: dt.date) -> str:
    if row.case is None:
        return ""
    if row.case.owner is None:
        return f'<span class="status status-todo">{_("待派单")}</span>'
    return escape(row.case.owner.display_name)


def _due(row: LedgerRow, today: dt.date) -> str:
    if row.case is None:
        return ""
    css = "gap-number" if row.case.due_date < today else "grey"
    return f'{row.case.due_date.isoformat()}<div class="{css} no-print">{days_left(row.case.due_date)}</div>'


def _class(row: LedgerRow, _today: dt.date) -> str:
    return " ".join(f'<span class="nowrap">{escape(part)}</span>' for part in class_text(row).split(" "))


_CELLS: dict[str, Callable[[LedgerRow, dt.date], str]] = {
    "class": _class, "gaps": _gaps, "state": _state, "owner": _owner, "due": _due,
}  # fmt: skip
