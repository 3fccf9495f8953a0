"""What is measured of a delivery when it is imported, against the list before, and again on request."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.lib import rosters
from tests.lib.cast import NOW, TOWN, Cast

from notoneless.common.errors import Fault
from notoneless.flows import quality
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.quality import measure, measure_again
from notoneless.roster.core.quality import Tally
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
LATER = rosters.AS_OF + dt.timedelta(days=5)
NEWCOMER = replace(rosters.QIANG, name="周小舟", number=63)


def _sent(outcome: ImportOutcome) -> Delivery:
    assert outcome.delivery is not None
    return Delivery.objects.get(pk=outcome.delivery.pk)


def _moved() -> bytes:
    """The second list: 王小花 is gone, 周小舟 is new, 张强 has moved, the others are as they were."""
    moved = replace(rosters.QIANG, address="沂南县界湖街道")
    return rosters.hukou([moved, rosters.LIQIAN, rosters.DAHAI, NEWCOMER])


def test_an_import_brings_its_counts_along(send: Send) -> None:
    found = _sent(send(rosters.hukou(rosters.CAST))).quality
    assert found["rows"] == 4
    assert found["filled"]["name"] == 4
    assert found["filled"]["phone"] == 0
    assert found["ids"] == {"valid": 4}
    assert found["places"][TOWN]["rows"] == 4
    assert found["compared"] is None


def test_new_gone_and_changed_rows_are_counted_by_column(send: Send) -> None:
    first = _sent(send(rosters.hukou(rosters.CAST)))
    second = _sent(send(_moved(), "二.csv", as_of=LATER, now=NOW + dt.timedelta(days=5)))
    found = second.quality["compared"]
    assert found["with"] == first.pk
    assert (found["new"], found["gone"], found["changed"], found["same"]) == (1, 1, 1, 2)
    assert set(found["columns"]) == {"addr", "addr_code"}
    assert found["keys"] == []


def test_a_township_list_is_compared_with_its_part_of_the_county_list(send: Send) -> None:
    away = replace(rosters.QIANG, name="钱多多", number=61, address="沂南县界湖街道")
    send(rosters.hukou([*rosters.CAST, away]))
    town = _sent(
        send(rosters.hukou(rosters.CAST[:3]), "镇.csv", place_code=TOWN, as_of=LATER, now=NOW + dt.timedelta(days=5))
    )
    found = town.quality["compared"]
    assert (found["within"], found["new"], found["gone"], found["same"]) == (TOWN, 0, 1, 3)


def test_a_supplement_is_compared_with_nothing(send: Send) -> None:
    send(rosters.hukou(rosters.CAST[1:]))
    returned = rosters.hukou(rosters.CAST[:1]).decode().replace("户籍状态", "户籍状态,错误说明").encode()
    assert _sent(send(returned, "错误行.csv", now=NOW + dt.timedelta(hours=1))).quality["compared"] is None


def test_the_counts_hold_no_name_and_no_number(send: Send) -> None:
    send(rosters.hukou(rosters.CAST))
    text = json.dumps(_sent(send(_moved(), "二.csv", as_of=LATER, now=NOW)).quality, ensure_ascii=False)
    for pupil in rosters.CAST:
        assert pupil.name not in text
        assert pupil.id_no not in text


@pytest.mark.parametrize(("owner", "step"), [(Tally, "add"), (quality, "set_beside")])
def test_an_import_does_not_fail_for_its_statistics(
    owner: object, step: str, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("no statistics today")

    monkeypatch.setattr(owner, step, broken)
    assert _sent(send(rosters.hukou(rosters.CAST))).quality == {}


def test_measuring_again_gives_the_same_and_leaves_one_event(send: Send, cast: Cast) -> None:
    delivery = _sent(send(rosters.hukou(rosters.CAST)))
    before = delivery.quality
    assert measure(delivery) == before
    Delivery.objects.filter(pk=delivery.pk).update(quality={})
    again = measure_again(delivery=Delivery.objects.get(pk=delivery.pk), by=cast.clerk, now=NOW)
    assert Delivery.objects.get(pk=delivery.pk).quality == again.quality == before
    assert Event.objects.filter(action="roster.measure", object_id=delivery.pk).count() == 1


def test_who_may_not_send_the_list_may_not_measure_it(send: Send, cast: Cast) -> None:
    delivery = _sent(send(rosters.hukou(rosters.CAST)))
    for who in (cast.head, cast.auditor, cast.partner, cast.stranger):
        with pytest.raises(Fault, match=r"E70[12]"):
            measure_again(delivery=delivery, by=who, now=NOW)
    assert not Event.objects.filter(action="roster.measure").exists()
