"""What 同一人复核 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import list_reviews
from notoneless.org.models import User
from notoneless.web.shell.home import HomeNumber, HomeTask


def tasks(user: User, now: datetime) -> list[HomeTask]:
    """Pairs that the next sweep needs decided."""
    waiting = list_reviews(user).filter(status=ReviewPair.Status.OPEN).count()
    sentence = _("%(n)s 对疑似同一人等您判定") % {"n": waiting}
    return [HomeTask(_("判定"), "warn", sentence, reverse("review:queue"), _("去判定"))] if waiting else []


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """Pairs that wait, and pairs put aside as doubtful."""
    pairs = list_reviews(user)
    waiting = pairs.filter(status=ReviewPair.Status.OPEN).count()
    unsure = pairs.filter(status=ReviewPair.Status.UNSURE).count()
    found = [
        HomeNumber(_("疑似同一人，待判定"), waiting, reverse("review:queue"), kind="warn" if waiting else "done")
    ]
    if unsure:
        found.append(HomeNumber(_("存疑"), unsure, f"{reverse('review:queue')}?status=unsure", kind="off"))
    return found
