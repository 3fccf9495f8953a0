"""How accounts, askings and roles read on screen."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notoneless.common.wording import Wording
from notoneless.flows.reply import reply_words
from notoneless.org.models import Grant, School, User
from notoneless.org.permissions import Permission, may
from notoneless.org.roles import OFFICERS, PERMISSION_NAMES, ROLES, Role
from notoneless.policy.pack import Pack
from notoneless.policy.places import Places
from notoneless.roster.core import load_kinds
from notoneless.roster.core.normalise import first_writings
from notoneless.web.shell.filters import Facet

ACTIVE, WAITING, CLOSED = "active", "waiting", "closed"
STATES = {
    ACTIVE: (gettext_lazy("在用"), "done"),
    WAITING: (gettext_lazy("待批准"), "todo"),
    CLOSED: (gettext_lazy("停用"), "off"),
}
DIRECTORY = "school_directory"
GRANT_KIND = {"open": "todo", "approved": "done", "refused": "bad", "withdrawn": "off"}


@dataclass(frozen=True)
class Entry:
    """One page of 系统: its name, a sentence, where it is, and how many wait or lie there."""

    name: str | Promise
    sentence: str | Promise
    url: str
    count: int | None = None


@dataclass(frozen=True)
class UserLine:
    """An account ready to be shown."""

    user: User
    role: str
    where: str
    state: str | Promise
    kind: str
    waiting: Grant | None

    @property
    def resettable(self) -> bool:
        """Whether the administrator may give a new password at the desk."""
        return self.user.role not in OFFICERS


@dataclass(frozen=True)
class GrantLine:
    """An asking ready to be shown: what would change from what to what."""

    grant: Grant
    role: str
    where: str
    before: str
    kind: str


def entries(user: User, waiting: int | None) -> list[Entry]:
    """The pages that this person may open."""
    found = []
    if may(user, Permission.STAFF_VIEW):
        found += [
            Entry(_("用户"), _("账号、角色、范围、最近登录；新建、停用、重设密码。"), reverse("system:users")),
            Entry(_("授权申请"), _("新账号和调整要安全管理员批准才生效。"), reverse("system:grants"), waiting),
            Entry(_("角色与权限"), _("每个角色能做什么，一句一句写明。"), reverse("system:roles")),
        ]
    if may(user, Permission.OPINION_ANSWER):
        found.append(Entry(_("意见建议"), _("大家提的意见，逐条答复。"), reverse("help:opinions")))
    if may(user, Permission.ORG_MANAGE):
        found += [
            Entry(_("学校"), _("学校名录：导入、查找、停用。"), reverse("system:schools")),
            Entry(_("辖区"), _("省、市、县、乡镇、村的树，来自统计用区划代码。"), reverse("system:places")),
            Entry(_("模板"), _("各种名册、账号表的空表；退回函的用词。"), reverse("system:templates")),
            Entry(_("健康"), _("数据库、磁盘、时钟、数据湖、密钥、后台任务、备份。"), reverse("system:health")),
        ]
    if may(user, Permission.TRAIL_VIEW):
        found += [
            Entry(_("登录日志"), _("谁在什么时候登录、登录未成功、退出。"), f"{reverse('trail:list')}?kind=login"),
            Entry(
                _("操作日志"),
                _("账号与授权的每一步；其他的在“留痕”里按动作选。"),
                f"{reverse('trail:list')}?kind=staff",
            ),
        ]
    if may(user, Permission.ORG_MANAGE) or may(user, Permission.TRAIL_VIEW):
        found.append(Entry(_("保存期限"), _("什么留多久；只看不改。"), reverse("system:retention")))
    if may(user, Permission.POLICY_VIEW):
        found += [
            Entry(_("政策参数"), _("年龄、天数、金额：值、生效日期、出处、核对日。"), reverse("policy:list")),
            Entry(_("字典"), _("代码表：民族、安置方式、核实结果……"), reverse("policy:codes")),
        ]
    return found


def user_lines(users: Iterable[User]) -> list[UserLine]:
    """Accounts with their open askings."""
    listed = list(users)
    waiting = {grant.user_id: grant for grant in Grant.objects.filter(user__in=listed, state=Grant.State.OPEN)}
    schools = _school_names(listed)
    return [_user_line(user, waiting.get(user.pk), schools) for user in listed]


def _user_line(user: User, waiting: Grant | None, schools: dict[str, str]) -> UserLine:
    state = ACTIVE if user.is_active else WAITING if waiting else CLOSED
    label, kind = STATES[state]
    return UserLine(user, role_name(user.role), where(user, schools), label, kind, waiting)


def grant_lines(grants: Iterable[Grant]) -> list[GrantLine]:
    """Askings with the post before, where there was one."""
    listed = list(grants)
    schools = _school_names([*listed, *(grant.user for grant in listed)])
    return [
        GrantLine(
            grant,
            role_name(grant.role),
            where(grant, schools),
            _before(grant, schools),
            GRANT_KIND[grant.state],
        )
        for grant in listed
    ]


def _before(grant: Grant, schools: dict[str, str]) -> str:
    if grant.kind != Grant.Kind.MOVE or grant.state == Grant.State.APPROVED:
        return ""
    return f"{role_name(grant.user.role)} {where(grant.user, schools)}".strip()


def where(holder: Any, schools: dict[str, str] | None = None) -> str:
    """School, sending unit or place of a post, in words."""
    if holder.school_code:
        names = _school_names([holder]) if schools is None else schools
        return names.get(holder.school_code, holder.school_code)
    place = Places.load().label(holder.place_code)
    return f"{holder.sender}（{place}）" if holder.sender else place


def _school_names(holders: Iterable[Any]) -> dict[str, str]:
    codes = {holder.school_code for holder in holders if holder.school_code}
    return dict(School.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def stage_names() -> dict[str, str]:
    """The stages of schools in words, as the register's own column writes them."""
    words = first_writings(load_kinds()[DIRECTORY].column("stage").writings)
    return {stage: Wording(word) for stage, word in words.items()}


def role_name(role: str) -> str:
    """The role as people say it; an unknown one as it is."""
    return ROLES[role].name if role in ROLES else role


def role_facet() -> Facet:
    """The roles as a filter."""
    return Facet("role", _("角色"), [(role.id, role.name, None) for role in ROLES.values()])


def state_facet() -> Facet:
    """The states of accounts as a filter."""
    return Facet("state", _("状态"), [(state, str(label), None) for state, (label, _kind) in STATES.items()])


def narrowed(users: QuerySet[User], roles: list[str], states: list[str], words: str) -> QuerySet[User]:
    """Accounts cut to what the filters ask for; words are looked for in name and account."""
    if roles:
        users = users.filter(role__in=roles)
    if states:
        waiting = Q(grants__state=Grant.State.OPEN)
        conditions = {
            ACTIVE: Q(is_active=True),
            WAITING: Q(is_active=False) & waiting,
            CLOSED: Q(is_active=False) & ~Q(pk__in=Grant.objects.filter(state=Grant.State.OPEN).values("user")),
        }
        wanted = Q()
        for state in states:
            wanted |= conditions[state]
        users = users.filter(wanted).distinct()
    if words:
        users = users.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    return users


@dataclass(frozen=True)
class RoleBlock:
    """A role with its rights in words and how many open accounts hold it (None: not to be told)."""

    role: type[Role]
    rights: list[str]
    officer: bool
    accounts: int | None


def role_blocks(counts: dict[str, int]) -> list[RoleBlock]:
    """All roles, the three officers last."""
    blocks = [
        RoleBlock(
            role,
            [name for permission, name in PERMISSION_NAMES.items() if permission in role.permissions],
            role.id in OFFICERS,
            counts.get(role.id, 0),
        )
        for role in ROLES.values()
    ]
    return sorted(blocks, key=lambda block: block.officer)


BROWSER_FLOOR = 86
_CHROMIUM = re.compile(r"Chrom(?:e|ium)/(\d+)")


def browser(agent: str) -> tuple[str, bool]:
    """What the person's own browser is, and whether it is new enough."""
    found = _CHROMIUM.search(agent)
    if found is None:
        return _("认不出您的浏览器"), True
    return f"Chromium {found[1]}", int(found[1]) >= BROWSER_FLOOR


@dataclass(frozen=True)
class RetentionLine:
    """One kind of thing: how long it is kept, and what says so."""

    what: str
    how_long: str
    source: str


def retention_lines(pack: Pack) -> list[RetentionLine]:
    """Facts of the program, of policy and of the settings."""
    idle, longest = settings.SESSION_IDLE_SECONDS // 60, settings.SESSION_ABSOLUTE_SECONDS // 3600
    fixed = _("程序固定")
    draft, token = pack.parameters["roster.draft_days"], pack.parameters["api.token_days"]
    return [
        RetentionLine(_("送达批次（加密）"), _("一直留；撤回的也留，不再使用"), fixed),
        RetentionLine(_("摸排的结果（加密）"), _("一直留，不改；可随时重算验证"), fixed),
        RetentionLine(_("孩子、个案、走访、佐证"), _("一直留；走访和状态变动只增不改"), fixed),
        RetentionLine(_("留痕"), _("一直留；改不了、删不了"), fixed),
        RetentionLine(_("没有确认的上传稿"), _("%(n)s 天后删除") % {"n": pack.value(draft.id)}, draft.source),
        RetentionLine(_("接口令牌"), _("最长 %(n)s 天") % {"n": pack.value(token.id)}, token.source),
        RetentionLine(_("登录后不动"), _("%(n)s 分钟退出") % {"n": idle}, _("设置")),
        RetentionLine(_("一次登录"), _("最长 %(n)s 小时") % {"n": longest}, _("设置")),
        RetentionLine(_("登录失败的计数"), _("24 小时后忘记；只存散列，看不出是谁、从哪里"), fixed),
    ]


def letter_words(day: dt.date) -> list[tuple[str, str]]:
    """(part, words) of the reply to a department that are in force on a day."""
    return [(str(name), str(text)) for name, text in reply_words(day).items() if name != "from"]
