"""What 摸排 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from notoneless.check.records.queries import get_counts, get_shown_sweep
from notoneless.org.models import User
from notoneless.web.shell.home import HomeNumber
from notoneless.web.sweep.presenters import check_lines, missing_lists, revoked_inputs

MOST_SHOWN = 4


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """The gravest open comparisons of the current sweep, then what the sweep lacked."""
    sweep = get_shown_sweep(user)
    if sweep is None:
        return []
    lines = [line for line in check_lines(get_counts(user, sweep)) if line.gap]
    lines.sort(key=lambda line: -line.check.severity)
    found = []
    for line in lines[:MOST_SHOWN]:
        rows = reverse("check:page", args=[sweep.pk, line.check.id])
        found.append(HomeNumber(line.check.name, line.gap, f"{rows}?state=gap", kind="bad"))
    page = reverse("sweep:page", args=[sweep.pk])
    if missing := missing_lists(sweep):
        found.append(HomeNumber(_("摸排时缺的名册"), len(missing), page, missing[0].name, "warn"))
    if revoked := revoked_inputs(sweep).count():
        found.append(HomeNumber(_("摸排所用而已撤回的批次"), revoked, page, _("请重新摸排"), "warn"))
    return found
