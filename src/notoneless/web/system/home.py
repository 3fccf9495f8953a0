"""What 系统 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.org.grants import list_grants
from notoneless.org.models import Grant, Opinion, User
from notoneless.org.opinions import list_opinions
from notoneless.org.permissions import Permission, may
from notoneless.web.shell.home import HomeTask


def tasks(user: User, now: datetime) -> list[HomeTask]:
    """Askings that this person is to decide, opinions that this person is to answer."""
    if may(user, Permission.OPINION_ANSWER):
        return _opinions(user)
    if not may(user, Permission.GRANT_DECIDE):
        return []
    waiting = list_grants(user).filter(state=Grant.State.OPEN).count()
    sentence = _("%(n)s 件账号申请等您批准，批准后才能登录") % {"n": waiting}
    return [HomeTask(_("待批"), "warn", sentence, reverse("system:grants"), _("去审批"))] if waiting else []


def _opinions(user: User) -> list[HomeTask]:
    waiting = list_opinions(user).filter(state=Opinion.State.OPEN).count()
    sentence = _("%(n)s 条意见建议等您答复") % {"n": waiting}
    return [HomeTask(_("答复"), "todo", sentence, reverse("help:opinions"), _("去答复"))] if waiting else []
