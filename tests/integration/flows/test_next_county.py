"""Two counties in one installation: what one sweeps does nothing to the other's children, doubts and gaps."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.lib import cast as c
from tests.lib import rosters
from tests.lib.cast import Cast
from tests.lib.two_counties import County, deliver, foreign_county, home_county, sweep_county
from tests.lib.web import client_of, run_jobs

from notoneless.case.records.models import Gap
from notoneless.check.records.models import Sweep
from notoneless.flows.sweep import run_sweep
from notoneless.link.records.models import Child, ReviewPair

pytestmark = pytest.mark.django_db
LATER = rosters.AS_OF + dt.timedelta(days=3)


def standing(county: County) -> dict[str, list[tuple[object, ...]]]:
    """Everything of a county that a sweep writes."""
    low, high = county.place, county.place.replace("000000", "999999")
    here = {"place_code__gte": low, "place_code__lt": high}
    return {
        "children": list(Child.objects.filter(**here).order_by("pk").values_list("pk", "last_sweep", "gone")),
        "pairs": list(ReviewPair.objects.filter(**here).order_by("pk").values_list("pk", "status")),
        "gaps": list(
            Gap.objects.filter(**here).order_by("pk").values_list("pk", "state", "still_found", "last_sweep")
        ),
        "current": list(Sweep.objects.filter(region=low, status="current").values_list("pk")),
    }


@pytest.mark.slow
def test_the_sweep_of_the_next_county_leaves_ours_alone_and_ours_leaves_theirs(cast: Cast) -> None:
    home, foreign = home_county(cast), foreign_county(cast)
    sweep_county(home)
    ours = standing(home)
    assert all(ours.values())
    sweep_county(foreign)
    theirs = standing(foreign)
    assert all(theirs.values())
    assert standing(home) == ours
    deliver(home, rosters.hukou([home.away, home.present]), "户籍.csv", as_of=LATER)
    run_sweep(as_of=LATER, by=home.clerk, now=c.NOW, region=home.place)
    assert standing(foreign) == theirs
    assert Child.objects.get(name=home.missing.name).gone
    assert Gap.objects.get(child__name=home.missing.name).still_found is False


def test_a_sweep_started_at_the_desk_is_of_the_place_of_the_person_who_started_it(cast: Cast) -> None:
    foreign = foreign_county(cast)
    deliver(foreign, rosters.hukou(foreign.pupils), "户籍.csv")
    client_of(cast.stranger).post("/sweep/start/", {"as_of": rosters.AS_OF.isoformat()})
    run_jobs()
    assert Sweep.objects.get().region == foreign.place
