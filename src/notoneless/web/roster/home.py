"""What 名册 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.roster.records.queries import list_deliveries, list_drafts
from notoneless.web.roster.presenters import kind_lines
from notoneless.web.shell.home import HomeNumber, HomeTask


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """Lists that are in, lists that are missing (offices only)."""
    current = list(list_deliveries(user).filter(status=Delivery.Status.CURRENT))
    found = [HomeNumber(_("有效批次"), len(current), reverse("roster:batches"))]
    if not (user.sender or user.school_code):
        missing = [line for line in kind_lines(current, timezone.localdate(now)) if line.latest is None]
        names = "、".join(str(line.kind.name) for line in missing[:3])
        note = _("%(names)s 等") % {"names": names} if len(missing) > 3 else names
        kind = "warn" if missing else "done"
        found.append(HomeNumber(_("还没收到的名册"), len(missing), reverse("roster:center"), note, kind))
    return found


def tasks(user: User, now: datetime) -> list[HomeTask]:
    """Uploads that were checked and wait for a decision: nothing of them is imported yet."""
    if not may(user, Permission.ROSTER_UPLOAD):
        return []
    waiting = list_drafts(user).filter(status__in=[UploadDraft.Status.READY, UploadDraft.Status.FAILED]).count()
    sentence = _("%(n)s 份上传核对好了，等您确认导入") % {"n": waiting}
    return [HomeTask(_("确认"), "warn", sentence, reverse("roster:drafts"), _("去确认"))] if waiting else []
