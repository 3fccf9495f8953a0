"""What 台账 says on 首页."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localdate

from notoneless.flows.ledger import LEDGERS
from notoneless.flows.ledger_counts import length
from notoneless.org.models import User
from notoneless.web.shell.home import HomeNumber

KINDS = {"suspected": "bad", "dropout": "bad", "aid": "warn", "data": "warn"}
NOBODY = "off"


def numbers(user: User, now: datetime) -> list[HomeNumber]:
    """Every ledger with how many children are on it now."""
    counted = [(one, length(user, one, localdate(now))) for one in LEDGERS.values()]
    return [
        HomeNumber(
            one.name,
            number,
            reverse("ledger:page", args=[one.id]),
            kind=KINDS.get(one.id, "") if number else NOBODY,
        )
        for one, number in counted
    ]
