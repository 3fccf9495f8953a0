"""What 审计 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.audit.records.queries import list_samples
from notoneless.org.models import User
from notoneless.web.shell.home import HomeNumber


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """Samples of which not every item has a result."""
    unfinished = list_samples(user).filter(items_entered__lt=F("items_total")).count()
    return [
        HomeNumber(_("没有登记完的抽样"), unfinished, reverse("audit:samples"), kind="warn" if unfinished else "done")
    ]
