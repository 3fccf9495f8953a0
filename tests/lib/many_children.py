"""Some hundred invented children of the two counties, some with cases, as a sweep would have left them; no names of
anybody. Made to be counted, not to be read."""

from __future__ import annotations

import datetime as dt
import random

from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.link.records.counts import refresh_counts
from notoneless.link.records.models import CATEGORY_FLAGS, Child

PLACES = (c.COUNTY, c.VILLAGE, c.TOWN, "371321101201", c.OTHER_TOWN, "371321100001", c.FOREIGN_TOWN)
SCHOOLS = ("", c.SCHOOL, c.SECOND_SCHOOL, c.FOREIGN_SCHOOL, "2137009999")
GRADES = ("", "1", "2", "6", "9")
CHECKS = tuple(k.LEDGERS)


def make_children(people: c.Cast, *, number: int = 160, seed: int = 7) -> None:
    """Children of all sorts; every third has a case with one to three gaps, some of them verified or given away."""
    chance = random.Random(seed)
    made = [_child(chance, one) for one in range(number)]
    Child.objects.bulk_create(made)
    wanted = [child for child in made if not child.gone][::3]
    gaps = [
        k.found(
            check, child.pk, place_code=child.place_code, school_code=child.school_code,
            due_date=k.TODAY + dt.timedelta(days=chance.randint(-9, 20)),
        )
        for child in wanted
        for check in chance.sample(CHECKS, chance.randint(1, 3))
    ]  # fmt: skip
    actions.open_or_join_many(found=gaps, sweep_id=k.SWEEP, by=people.clerk, now=c.NOW)
    for case in Case.objects.filter(place_code__startswith=c.COUNTY[:6])[::4]:
        actions.assign(case_id=case.pk, version=case.version, owner_id=people.clerk.pk, by=people.clerk, now=c.NOW)
    refresh_counts()


def _child(chance: random.Random, number: int) -> Child:
    age = chance.random()
    flags = {flag: chance.random() < 0.15 for flag in CATEGORY_FLAGS}
    return Child(
        id=f"CM{number:09d}", name=chance.choice("王李张") + chance.choice("一二三四五六"), initials="WY",
        sex=chance.choice("12"), place_code=chance.choice(PLACES), school_code=chance.choice(SCHOOLS),
        grade=chance.choice(GRADES), school_age=age < 0.7, preschool_age=age > 0.8, gone=chance.random() < 0.1,
        first_sweep=k.SWEEP, last_sweep=k.SWEEP, **flags,
    )  # fmt: skip
