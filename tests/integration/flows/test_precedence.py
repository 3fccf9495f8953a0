"""Two lists of one kind: which rows a sweep reads, what its manifest says, and that verify computes the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, NOW, TOWN

from notoneless.check.records.queries import get_manifest
from notoneless.flows.coverage import overlap
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.sweep import SweepOutcome
from notoneless.flows.sweep_inputs import columns_wanted, gather
from notoneless.flows.verify import inputs_of, verify_sweep
from notoneless.link.records.models import Child
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import read_rows

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
Run = Callable[..., SweepOutcome]
STREET = "371321001000"
LATER = rosters.AS_OF + dt.timedelta(days=5)
AWAY = replace(rosters.QIANG, name="钱多多", number=61, address="沂南县界湖街道")
NOWHERE = replace(rosters.QIANG, name="孙无址", number=62, address="")
SECOND_TOWN = replace(rosters.QIANG, name="周小舟", number=63, address="沂南县岸堤镇柳行岔村")


def _names(inputs: object) -> dict[str, list[str]]:
    return {one[0]: sorted(one[2]()["name"].to_pylist()) for one in inputs.rosters["hukou"]}  # type: ignore[attr-defined]


@pytest.fixture
def county(send: Send) -> Delivery:
    people = [*rosters.CAST, AWAY, NOWHERE]
    delivery = send(rosters.hukou(people), "全县.csv", sender="县公安局").delivery
    assert delivery is not None
    return delivery


@pytest.fixture
def town(county: Delivery, send: Send) -> Delivery:
    """A later list of 岸堤镇 alone, from another sender: two of the four are still there, one is new."""
    people = [*rosters.CAST[:2], SECOND_TOWN]
    asked = {"sender": "岸堤派出所", "place_code": TOWN, "as_of": LATER, "now": NOW + dt.timedelta(days=5)}
    delivery = send(rosters.hukou(people), "岸堤.csv", **asked).delivery
    assert delivery is not None
    return delivery


def test_a_township_list_replaces_only_its_part(county: Delivery, town: Delivery) -> None:
    found = _names(gather(COUNTY, LATER))
    assert found[town.pk] == sorted(["王小花", "张强", "周小舟"])
    assert found[county.pk] == sorted(["钱多多", "孙无址"])


def test_before_the_township_list_came_the_county_list_stands_alone(county: Delivery, town: Delivery) -> None:
    assert list(_names(gather(COUNTY, rosters.AS_OF))) == [county.pk]


def test_the_manifest_names_the_places_left_out_and_verify_reads_it(
    county: Delivery, town: Delivery, sweep: Run
) -> None:
    done = sweep(as_of=LATER, now=NOW + dt.timedelta(days=6)).sweep
    entries = {one["id"]: one["left_out"] for one in get_manifest(done)["deliveries"]}
    assert entries == {county.pk: [TOWN], town.pk: []}
    assert _names(inputs_of(done)) == _names(gather(COUNTY, LATER))
    assert verify_sweep(done).ok
    assert not Child.objects.filter(name="李倩").exists()
    assert Child.objects.filter(name="钱多多").exists()


def test_revoking_the_township_list_changes_the_digest_and_brings_the_rows_back(
    county: Delivery, town: Delivery
) -> None:
    before = gather(COUNTY, LATER).digest
    Delivery.objects.filter(pk=town.pk).update(status="revoked", revoked_by=town.created_by, revoked_at=NOW)
    after = gather(COUNTY, LATER)
    assert after.digest != before
    assert len(_names(after)[county.pk]) == 6


def test_a_later_county_list_replaces_both(county: Delivery, town: Delivery, send: Send) -> None:
    anew = send(
        rosters.hukou(rosters.CAST), "重发.csv", sender="县公安局", as_of=LATER, now=NOW + dt.timedelta(days=9)
    )
    assert list(_names(gather(COUNTY, LATER))) == [anew.delivery.pk]  # type: ignore[union-attr]


def test_schools_do_not_replace_each_others_head_count(send: Send) -> None:
    first = send(rosters.head_count(rosters.CAST[:2]), "一小.csv", sender="一小", place_code=TOWN)
    second = send(rosters.head_count(rosters.CAST[2:]), "二小.csv", sender="二小", place_code=TOWN)
    used = {one.delivery.pk for one in gather(COUNTY, rosters.AS_OF).deliveries}
    assert used == {first.delivery.pk, second.delivery.pk}  # type: ignore[union-attr]


def test_only_the_columns_that_are_read_leave_the_lake(county: Delivery) -> None:
    table = gather(COUNTY, rosters.AS_OF).rosters["hukou"][0][2]()
    assert {"raw", "sheet", "addr"}.isdisjoint(table.column_names)
    assert {"row_key", "id_no", "addr_code", "hukou_status"} <= set(table.column_names)
    assert set(table.column_names) <= columns_wanted("hukou")


def test_a_list_that_hardly_meets_the_one_before_is_suspicious(county: Delivery) -> None:
    keys = read_rows(county, ["row_key"])["row_key"]
    same = overlap("hukou", "县公安局", COUNTY, keys, as_of=LATER)
    assert (same.earlier, same.new, same.gone, same.kept) == (county, 0, 0, 6)
    assert not same.suspicious
    other = overlap("hukou", "别的单位", COUNTY, [*keys.to_pylist()[:1], "neu"], as_of=LATER)
    assert (other.new, other.gone, other.kept) == (1, 5, 1)
    assert other.suspicious


def test_a_township_list_is_held_against_the_rows_of_that_township(county: Delivery) -> None:
    found = overlap("hukou", "岸堤派出所", TOWN, [], as_of=LATER)
    assert (found.earlier, found.gone) == (county, 4)
    assert overlap("hukou", "界湖派出所", STREET, [], as_of=LATER).gone == 1


def test_the_first_list_and_a_head_count_of_a_new_term_are_not_suspicious(send: Send, county: Delivery) -> None:
    assert not overlap("disability", "县残联", COUNTY, ["a"]).suspicious
    send(rosters.head_count(rosters.CAST), "点名.csv", sender="一小")
    assert overlap("head_count", "一小", COUNTY, ["a"], as_of=LATER).suspicious
    assert not overlap("head_count", "一小", COUNTY, ["a"], as_of=dt.date(2027, 3, 10)).suspicious
