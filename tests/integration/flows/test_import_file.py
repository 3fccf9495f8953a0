"""A delivery is whole or absent, taken once, taken back as a whole, and only from those who may send it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, FEDERATION, FOREIGN_COUNTY, NOW, Cast

from notoneless.common.errors import Fault
from notoneless.flows import import_file as flow
from notoneless.flows.import_file import ImportOutcome, import_file
from notoneless.org.keys import lake
from notoneless.policy.places import code_range
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.precedence import list_sweep_inputs
from notoneless.roster.records.queries import ORIGINAL, get_delivery, list_deliveries, read_rows
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
NO_NAME = b"\xef\xbb\xbf" + rosters.hukou(rosters.CAST) + "H9999,,男,汉族,2016-01-01,,子女,沂南县,正常\r\n".encode()


def test_every_row_is_accounted_for_and_the_original_is_kept(send: Send) -> None:
    delivery = send(NO_NAME, "户籍.csv").delivery
    assert delivery is not None
    assert (delivery.rows_read, delivery.rows_accepted, delivery.rows_refused) == (5, 4, 1)
    assert delivery.kind == "hukou"
    assert lake().read_bytes("deliveries", delivery.pk, ORIGINAL) == NO_NAME
    assert read_rows(delivery, ["name"])["name"].to_pylist() == [pupil.name for pupil in rosters.CAST]
    assert Event.objects.get(action="roster.deliver").object_id == delivery.pk


def test_nothing_of_a_child_is_readable_in_the_lake(send: Send) -> None:
    delivery = send(rosters.hukou(rosters.CAST)).delivery
    assert delivery is not None
    for file in lake().folder("deliveries", delivery.pk).iterdir():
        content = file.read_bytes()
        assert rosters.XIAOHUA.id_no.encode() not in content
        assert rosters.XIAOHUA.name.encode() not in content


def test_the_same_file_twice_changes_nothing_and_says_so(send: Send) -> None:
    first, second = send(rosters.hukou(rosters.CAST)), send(rosters.hukou(rosters.CAST))
    assert second.already
    assert second.delivery == first.delivery
    assert Delivery.objects.count() == 1
    assert Event.objects.filter(action="roster.deliver").count() == 1


def test_all_or_nothing_takes_nothing_when_one_row_is_wrong(send: Send) -> None:
    outcome = send(NO_NAME, choice="all_or_nothing")
    assert outcome.delivery is None
    assert outcome.roster.counts.refused == 1
    assert lake().ids("deliveries") == []


def test_a_dry_run_writes_nothing(send: Send) -> None:
    outcome = send(rosters.hukou(rosters.CAST), dry_run=True)
    assert outcome.roster.counts.accepted == 4
    assert outcome.delivery is None
    assert lake().ids("deliveries") == []


def test_if_the_trail_cannot_be_written_nothing_is_taken(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("notoneless.roster.records.actions.record", _fail)
        with pytest.raises(RuntimeError):
            send(rosters.hukou(rosters.CAST))
    assert Delivery.objects.count() == 0
    # the directory left by the failed run does not stand in the way
    assert send(rosters.hukou(rosters.CAST)).delivery is not None


def test_a_stranger_may_not_send_for_another_county(cast: Cast, send: Send) -> None:
    with pytest.raises(Fault, match="E702"):
        send(rosters.hukou(rosters.CAST), by=cast.stranger)
    assert lake().ids("deliveries") == []


@pytest.mark.parametrize("role", ["head", "teacher", "auditor", "admin"])
def test_roles_without_the_right_may_not_import(role: str, cast: Cast, send: Send) -> None:
    with pytest.raises(Fault, match="E70"):
        send(rosters.hukou(rosters.CAST), by=getattr(cast, role))


def test_a_partner_sends_and_sees_only_its_own_lists(cast: Cast, send: Send) -> None:
    mine = send(rosters.hukou(rosters.CAST), by=cast.partner, sender=FEDERATION).delivery
    other = send(rosters.school_roll(rosters.CAST)).delivery
    assert mine is not None
    assert other is not None
    assert list(list_deliveries(cast.partner)) == [mine]
    with pytest.raises(Fault, match="E704"):
        get_delivery(cast.partner, other.pk)
    with pytest.raises(Fault, match="E702"):
        send(rosters.head_count(rosters.CAST), by=cast.partner, sender="县公安局")


def test_a_revoked_delivery_can_be_sent_again_as_a_new_one(cast: Cast, send: Send) -> None:
    first = send(rosters.hukou(rosters.CAST)).delivery
    assert first is not None
    flow.revoke_delivery(delivery=first, reason="送错了", by=cast.clerk, now=NOW)
    again = send(rosters.hukou(rosters.CAST))
    assert not again.already
    assert again.delivery is not None
    assert again.delivery.pk != first.pk
    assert Event.objects.filter(action="roster.revoke").count() == 1


def test_revoking_needs_a_reason_and_happens_once(cast: Cast, send: Send) -> None:
    delivery = send(rosters.hukou(rosters.CAST)).delivery
    assert delivery is not None
    with pytest.raises(Fault, match="E332"):
        flow.revoke_delivery(delivery=delivery, reason=" ", by=cast.clerk, now=NOW)
    with pytest.raises(Fault, match="E70"):
        flow.revoke_delivery(delivery=delivery, reason="不是我们的", by=cast.stranger, now=NOW)
    flow.revoke_delivery(delivery=delivery, reason="送错了", by=cast.clerk, now=NOW)
    with pytest.raises(Fault, match="E331"):
        flow.revoke_delivery(delivery=delivery, reason="再撤一次", by=cast.clerk, now=NOW)


def test_an_unreadable_file_leaves_no_trace(cast: Cast) -> None:
    with pytest.raises(Fault, match="E0"):
        import_file(
            source=b"PK\x03\x04" + b"broken" * 50,
            file_name="坏.xlsx",
            sender="县局",
            as_of=rosters.AS_OF,
            place_code=COUNTY,
            by=cast.clerk,
            now=NOW,
        )
    assert lake().ids("deliveries") == []
    assert not Event.objects.filter(action="roster.deliver").exists()


def test_the_clerk_of_the_next_county_sees_none_of_ours(cast: Cast, send: Send) -> None:
    send(rosters.hukou(rosters.CAST))
    assert cast.stranger.place_code == FOREIGN_COUNTY
    assert list(list_deliveries(cast.stranger)) == []


def _fail(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("the trail is broken")


def test_mended_rows_complete_their_list_and_a_new_list_replaces_both(send: Send) -> None:
    """The returned workbook holds a handful of rows: taken for the whole list, it would make a county disappear."""
    whole = send(rosters.hukou(rosters.CAST[1:]), "户籍.csv").delivery
    returned = rosters.hukou(rosters.CAST[:1]).decode().replace("户籍状态", "户籍状态,错误说明").encode()
    mended = send(returned, "户籍_错误行.csv", now=NOW + dt.timedelta(hours=1)).delivery
    bounds = code_range(COUNTY)
    assert mended.supplements
    assert {one.delivery.pk for one in list_sweep_inputs(bounds, rosters.AS_OF)} == {whole.pk, mended.pk}
    anew = send(rosters.hukou(rosters.CAST), "户籍_重发.csv", now=NOW + dt.timedelta(hours=2)).delivery
    assert [one.delivery.pk for one in list_sweep_inputs(bounds, rosters.AS_OF)] == [anew.pk]
