"""What 同一人复核 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import list_reviews
from notoneless.link.records.readings import list_waiting
from notoneless.org.models import User
from notoneless.web.shell.home import HomeNumber, HomeTask


def tasks(user: User, now: datetime) -> list[HomeTask]:
    """Pairs that the next sweep needs decided."""
    waiting = list_waiting(user).count()
    sentence = _("%(n)s 对疑似同一人等您判定") % {"n": waiting}
    return [HomeTask(_("判定"), "warn", sentence, reverse("review:queue"), _("去判定"))] if waiting else []


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """Pairs that wait for this person, merges that wait for a second one, and pairs put aside."""
    pairs = list_reviews(user)
    waiting = list_waiting(user).count()
    second = pairs.filter(status=ReviewPair.Status.SECOND).count()
    unsure = pairs.filter(status=ReviewPair.Status.UNSURE).count()
    found = [
        HomeNumber(_("疑似同一人，待判定"), waiting, reverse("review:queue"), kind="warn" if waiting else "done")
    ]
    if second:
        found.append(HomeNumber(_("待第二人"), second, f"{reverse('review:judged')}?status=second", kind="warn"))
    if unsure:
        found.append(HomeNumber(_("说不准，留待"), unsure, f"{reverse('review:judged')}?status=unsure", kind="off"))
    return found
