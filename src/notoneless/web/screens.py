"""Every stage folder of the desk in one table: its name, its address, whether the left menu shows it and to whom.

A new screen is one folder ``web/<id>/`` (urls.py with ``app_name = "<id>"``) and one line here; the root addresses
and the menu are made from this table. The order is the order of the menu.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notoneless.org.permissions import Permission


@dataclass(frozen=True)
class Screen:
    """A folder of web/. The menu shows it to people who hold one of ``permissions``, unless ``in_menu`` is False.

    ``home`` and ``todo`` name functions that add numbers and things to do to 首页, see shell/home.py; ``narrows`` says
    that their lists follow the organisation tree (``?place=``).
    """

    id: str
    name: str | Promise
    permissions: tuple[Permission, ...]
    in_menu: bool = True
    path: str = ""
    home: str = ""
    todo: str = ""
    narrows: bool = False

    @property
    def prefix(self) -> str:
        """Where the folder's addresses begin, without the leading slash."""
        return self.path or f"{self.id}/"


SCREENS: tuple[Screen, ...] = (
    Screen(
        "roster",
        _("名册"),
        (Permission.ROSTER_VIEW,),
        home="notoneless.web.roster.home.numbers",
        todo="notoneless.web.roster.home.tasks",
    ),
    Screen("sweep", _("摸排"), (Permission.SWEEP_VIEW,), home="notoneless.web.sweep.home.numbers"),
    Screen("check", _("核查"), (Permission.SWEEP_VIEW,), in_menu=False),
    Screen(
        "review",
        _("同一人复核"),
        (Permission.LINK_REVIEW,),
        home="notoneless.web.review.home.numbers",
        todo="notoneless.web.review.home.tasks",
    ),
    Screen("ledger", _("台账"), (Permission.LEDGER_VIEW,), home="notoneless.web.ledger.home.numbers", narrows=True),
    Screen(
        "case",
        _("个案"),
        (Permission.CASE_VIEW,),
        home="notoneless.web.case.home.numbers",
        todo="notoneless.web.case.home.tasks",
        narrows=True,
    ),
    Screen("child", _("孩子档案"), (Permission.CHILD_VIEW,), in_menu=False),
    Screen("audit", _("审计"), (Permission.AUDIT,), home="notoneless.web.audit.home.numbers"),
    Screen("trail", _("留痕"), (Permission.TRAIL_VIEW,)),
    Screen(
        "system",
        _("系统"),
        (Permission.ORG_MANAGE, Permission.STAFF_VIEW, Permission.GRANT_DECIDE),
        todo="notoneless.web.system.home.tasks",
    ),
    Screen("policy", _("政策与字典"), (Permission.POLICY_VIEW,)),
    Screen("help", _("帮助"), (), in_menu=False),
    Screen("job", _("任务"), (Permission.JOB_VIEW, Permission.ROSTER_UPLOAD, Permission.SWEEP_RUN)),
)
