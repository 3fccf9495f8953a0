"""What 个案 says on 首页: what this person owes today, and where all open cases stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.case.core.states import FINAL_STATES, State, state_name, table
from notoneless.case.records.queries import (
    CaseFilter,
    find_cases,
    get_home_counts,
    incoming_referrals,
    outgoing_referrals,
    stuck_on,
)
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.web.case.asking import COUNTED, view_filter, view_url
from notoneless.web.case.presenters import STATE_KINDS
from notoneless.web.shell.home import HomeNumber, HomeTask

TILE_KINDS = {"todo": "warn", "bad": "bad", "doing": ""}


@dataclass(frozen=True)
class Duty:
    """One kind of thing to do: the ready-made list it opens, and to whom it is told."""

    view: str
    tag: str | Promise
    kind: str
    sentence: str | Promise
    button: str | Promise
    concerns: Callable[[User], bool]


def _decides(user: User) -> bool:
    return may(user, Permission.CASE_APPROVE)


def _leads(user: User) -> bool:
    return may(user, Permission.CASE_ASSIGN)


def _works(user: User) -> bool:
    return may(user, Permission.CASE_WORK)


def _verifies(user: User) -> bool:
    return user.role in table().states[State.TO_VERIFY].owners


def _only_works(user: User) -> bool:
    return _works(user) and not _leads(user)


DUTIES = (
    Duty(
        "overdue", gettext_lazy("逾期"), "bad", gettext_lazy("%(n)s 个个案过了期限还没办完"), gettext_lazy("去催办"), _leads
    ),
    Duty(
        "mine_overdue", gettext_lazy("逾期"), "bad", gettext_lazy("派给您的 %(n)s 个个案过了期限"), gettext_lazy("去办理"),
        _only_works,
    ),
    Duty(
        "approve", gettext_lazy("待批"), "warn", gettext_lazy("%(n)s 个销号申请等您审批"), gettext_lazy("去审批"), _decides
    ),
    Duty(
        "unowned", gettext_lazy("待派"), "warn", gettext_lazy("%(n)s 个个案还没有责任人"), gettext_lazy("去派单"), _leads
    ),
    Duty(
        "to_verify", gettext_lazy("核实"), "warn", gettext_lazy("%(n)s 个孩子的情况还没有人核实"), gettext_lazy("去核实"),
        _verifies,
    ),
    Duty(
        "recheck", gettext_lazy("复查"), "warn", gettext_lazy("%(n)s 个复学的孩子到了复查日期"), gettext_lazy("去复查"),
        _works,
    ),
    Duty(
        "agreed", gettext_lazy("约期"), "warn", gettext_lazy("%(n)s 个孩子过了约定返校的日子，还没登记复学"),
        gettext_lazy("去看看"), _works,
    ),
    Duty("mine", gettext_lazy("我的"), "doing", gettext_lazy("%(n)s 个个案由您负责"), gettext_lazy("去办理"), _works),
)  # fmt: skip


def tasks(user: User, now: datetime) -> list[HomeTask]:
    """今天要办, the most urgent first; each line opens the list it counts."""
    today = timezone.localdate(now)
    counts = get_home_counts(user, today)
    told = [duty for duty in DUTIES if duty.concerns(user) and counts[COUNTED[duty.view]]]
    found = [
        HomeTask(
            duty.tag,
            duty.kind,
            str(duty.sentence) % {"n": counts[COUNTED[duty.view]]},
            view_url(duty.view),
            duty.button,
            find_cases(user, view_filter(duty.view, user, today)).aggregate(due=Min("due_date"))["due"],
        )
        for duty in told
    ]
    return [*_stuck_tasks(user), *found, *_referral_tasks(user)]


def _stuck_tasks(user: User) -> list[HomeTask]:
    """卡住的个案 whose turn is this person's, as of last night."""
    waiting = stuck_on(user)
    cases = waiting.values("case").distinct().count()
    if not cases:
        return []
    since = waiting.aggregate(first=Min("since"))["first"]
    said = _("%(n)s 个个案卡住了，轮到您办；最早从 %(day)s 起") % {"n": cases, "day": since.isoformat()}
    return [HomeTask(_("卡住"), "bad", said, reverse("case:stuck"), _("去办理"))]


def _referral_tasks(user: User) -> list[HomeTask]:
    """移交: what waits for this person's unit first, then what its own cases wait for."""
    page = reverse("case:referrals")
    coming, going = incoming_referrals(user).count(), outgoing_referrals(user).count() if _leads(user) else 0
    tasks = []
    if coming:
        said = _("%(n)s 个个案移交给您的单位，等接收或退回") % {"n": coming}
        tasks.append(HomeTask(_("移交"), "warn", said, page, _("去接收")))
    if going:
        said = _("移交出去的 %(n)s 个个案等对方答复，仍由本单位负责") % {"n": going}
        tasks.append(HomeTask(_("移交"), "doing", said, f"{page}?side=out", _("看看")))
    return tasks


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """问题销号: how many cases stand in each state; each number opens those cases."""
    counted = find_cases(user, CaseFilter()).order_by().values_list("state").annotate(Count("pk"))
    by_state = dict(counted)
    page = reverse("case:list")
    open_states = [state for state in State if state not in FINAL_STATES and by_state.get(state.value)]
    found = [
        HomeNumber(
            state_name(state), by_state[state.value], f"{page}?state={state}", kind=TILE_KINDS[STATE_KINDS[state]]
        )
        for state in open_states
    ]
    closed = sum(by_state.get(state.value, 0) for state in FINAL_STATES)
    return [*found, HomeNumber(_("已销"), closed, view_url("closed"), kind="done")] if by_state else []
