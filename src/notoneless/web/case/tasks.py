"""The task list of a case: what is done, what comes next, who owes it; read off the state and the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import State, is_final, table
from notoneless.case.records.models import Case, ClosingRequest, Gap, Recheck
from notoneless.case.records.queries import rules_on
from notoneless.org.permissions import Permission
from notoneless.org.roles import ROLES
from notoneless.web.case.presenters import GapBlock, VisitLine, role_names

NAMES = {
    "todo": gettext_lazy("未开始"),
    "doing": gettext_lazy("进行中"),
    "done": gettext_lazy("已完成"),
    "off": gettext_lazy("不适用"),
}
BACK = (State.RETURNED, State.RECHECKING)


@dataclass(frozen=True)
class Task:
    """One line: its mark, what is known of it, who owes it, the page where it is done; ``is_next`` for exactly one."""

    name: str
    mark: str
    note: str = ""
    who: str = ""
    url: str = ""
    button: str = ""
    is_next: bool = False

    @property
    def status(self) -> str:
        """未开始, 进行中, 已完成, 不适用."""
        return str(NAMES[self.mark])


@dataclass(frozen=True)
class Work:
    """What the list is read from."""

    case: Case
    gaps: Sequence[GapBlock]
    visits: Sequence[VisitLine]
    papers: int
    looks: Sequence[Recheck]
    request: ClosingRequest | None
    today: dt.date

    @property
    def state(self) -> State:
        return State(self.case.state)

    @property
    def wants_return(self) -> bool:
        """Whether the child itself has to come back, not only a paper."""
        return any(not block.single for block in self.gaps)

    @property
    def is_verified(self) -> bool:
        """Somebody looked: the state says so, or every gap has ended on its own paper."""
        return self.state is not State.TO_VERIFY or not any(block.is_open for block in self.gaps)

    @property
    def worker(self) -> str:
        """Who owes the next step: the owner, else the roles of the state."""
        return self.case.owner.display_name if self.case.owner else role_names(table().states[self.state].owners)

    def page(self, name: str) -> str:
        return reverse(f"case:{name}", args=[self.case.pk])


def task_lines(work: Work) -> list[Task]:
    """The list in the order of work; after a closing, what was never needed is 不适用."""
    if work.state is State.TRANSFERRING:
        return _with_next(work, [*_elsewhere(work), _ask(work), _decide(work)])
    tasks = [_verify(work), _give(work)]
    tasks += _persuasion(work) if work.wants_return else []
    tasks += [_paper_gaps(work)] if any(block.single for block in work.gaps) else []
    tasks += [_ask(work), _decide(work)]
    if is_final(work.state):
        return [task if task.mark == "done" else replace(task, mark="off", url="", who="") for task in tasks]
    return _with_next(work, tasks)


def _with_next(work: Work, tasks: list[Task]) -> list[Task]:
    """The first task that is not done comes next; while a closing waits, nothing but its decision does."""
    first = next((n for n, task in enumerate(tasks) if task.mark in ("todo", "doing")), None)
    if work.request:
        first = len(tasks) - 1
    return [replace(task, is_next=n == first) for n, task in enumerate(tasks)]


def _verify(work: Work) -> Task:
    name = _("核实去向") if work.wants_return else _("核实情况")
    since = work.case.reopened_at or work.case.opened_at
    if work.is_verified:
        moved = work.case.moves.filter(gap=None, to_state=State.CONFIRMED, at__gte=since).last()
        return Task(name, "done", timezone.localdate(moved.at).isoformat() if moved else "")
    begun = bool(work.visits or work.papers)
    note = _("已有走访或佐证，可以点“核实属实”") if begun else _("先走访一次，或登记一份佐证")
    note = "" if work.request else note
    return Task(name, "doing" if begun else "todo", note, work.worker, work.page("visit"), _("记一次走访"))


def _elsewhere(work: Work) -> list[Task]:
    """The child went to another county: first the letter, then its answer."""
    moved = work.case.moves.filter(gap=None, to_state=State.TRANSFERRING).last()
    sent = Task(_("转出，写明去处"), "done", f"{timezone.localdate(moved.at)} {moved.reason}" if moved else "")
    if not work.case.referrals.filter(answered_at=None).exists():
        return [sent, Task(_("接收方答复"), "done")]
    note = _("对方接收了，凭回执申请销号；没有接收，重新核实")
    answer = work.page("outside_answer")
    return [sent, Task(_("接收方答复"), "doing", note, work.worker, answer, _("登记接收方答复"))]


def _give(work: Work) -> Task:
    if work.case.owner:
        return Task(_("派责任人"), "done", work.case.owner.display_name)
    givers = [role.id for role in ROLES.values() if Permission.CASE_ASSIGN in role.permissions]
    return Task(_("派责任人"), "todo", who=role_names(givers), url=work.page("assign"), button=_("派责任人"))


def _persuasion(work: Work) -> list[Task]:
    return [_plan(work), _persuade(work), _return(work), *_looks(work)]


def _plan(work: Work) -> Task:
    blocks = [block for block in work.gaps if not block.single]
    planned = [block for block in blocks if block.gap.plan and block.measures]
    measures = [measure for block in blocks for measure in block.measures]
    done = sum(measure.done_at is not None for measure in measures)
    said = {"all": len(measures), "done": done}
    note = _("措施 %(all)s 条，办完 %(done)s 条") % said if measures else _("每个缺口一套方案、一条以上措施")
    begun = any(block.gap.plan or block.measures for block in blocks)
    mark = "done" if len(planned) == len(blocks) else "doing" if begun else "todo"
    missing = next((block for block in blocks if block not in planned), None)
    page = "measure" if missing and missing.gap.plan else "plan"
    url = reverse(f"case:{page}", args=[work.case.pk, missing.gap.pk]) if missing else ""
    button = _("加措施") if page == "measure" else _("定方案")
    return Task(_("定方案、列措施"), mark, note, "" if mark == "done" else work.worker, url, button)


def _persuade(work: Work) -> Task:
    note = ""
    if work.visits:
        last = timezone.localdate(work.visits[0].visit.at).isoformat()
        note = _("已走访 %(times)s 次，最近 %(day)s") % {"times": len(work.visits), "day": last}
    if work.state in BACK or work.case.returned_date:
        return Task(_("走访劝返"), "done", note)
    if work.case.agreed_date:
        note = _("%(note)s，约定 %(day)s 返校") % {"note": note, "day": work.case.agreed_date.isoformat()}
    mark = "doing" if work.state is State.PERSUADING else "todo"
    return Task(_("走访劝返"), mark, note, work.worker, work.page("visit"), _("记一次走访"))


def _return(work: Work) -> Task:
    if work.case.returned_date:
        return Task(_("复学或安置"), "done", _("%(day)s 复学") % {"day": work.case.returned_date.isoformat()})
    if work.state is State.PLACED:
        return Task(_("复学或安置"), "done", _("已安置"))
    return Task(_("复学或安置"), "todo", "", work.worker, work.page("placement"), _("登记安置"))


def _looks(work: Work) -> list[Task]:
    if not work.looks:
        times = rules_on(work.today).pack.value("recheck.count")
        return [Task(_("复查 %(times)s 次") % {"times": times}, "todo", _("复学后按期回头看"))]
    return [_look(work, look) for look in work.looks]


def _look(work: Work, look: Recheck) -> Task:
    name = _("第 %(n)s 次复查") % {"n": look.n}
    if look.done_at:
        return Task(name, "done", timezone.localdate(look.done_at).isoformat())
    if look.dropped_at:
        return Task(name, "off")
    note = _("%(day)s 起可办") % {"day": look.due_date.isoformat()}
    first = look == next(one for one in work.looks if not one.done_at and not one.dropped_at)
    return Task(name, "todo", note, work.worker if first else "", work.page("recheck") if first else "")


def _paper_gaps(work: Work) -> Task:
    singles = [block for block in work.gaps if block.single]
    ended = sum(block.gap.state != Gap.State.OPEN for block in singles)
    note = _("%(all)s 条，已销 %(done)s 条") % {"all": len(singles), "done": ended}
    mark = "done" if ended == len(singles) else "doing" if ended else "todo"
    return Task(_("逐条销去缺口"), mark, note, "" if mark == "done" else work.worker)


def _ask(work: Work) -> Task:
    if work.request or is_final(work.state):
        return Task(
            _("申请销号"), "done", timezone.localdate(work.request.asked_at).isoformat() if work.request else ""
        )
    return Task(_("申请销号"), "todo", "", work.worker)


def _decide(work: Work) -> Task:
    if is_final(work.state) and work.case.closed_at:
        return Task(_("另一人审批"), "done", timezone.localdate(work.case.closed_at).isoformat())
    deciders = role_names(dict.fromkeys(role for rule in table().moves for role in rule.decided_by))
    if work.request is None:
        return Task(_("另一人审批"), "todo", "", deciders)
    note = _("不得是申请人%(name)s") % {"name": work.request.asked_by.display_name}
    return Task(_("另一人审批"), "doing", note, deciders)
