"""The rows that are new, gone or changed, and the letter to the department: what is told, to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.lib import rosters
from tests.lib.cast import FEDERATION, NOW, TOWN, Cast

from notoneless.common.errors import Fault
from notoneless.flows import list_changes as flow
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.list_changes import list_changes
from notoneless.flows.reply import MOST_KINDS, write_reply
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
LATER = rosters.AS_OF + dt.timedelta(days=5)
NEWCOMER = replace(rosters.QIANG, name="周小舟", number=63)
MOVED = replace(rosters.QIANG, address="沂南县界湖街道")
TODAY = dt.date(2026, 11, 30)


@pytest.fixture
def second(send: Send) -> Delivery:
    """王小花 is gone, 周小舟 is new, 张强 has moved, the others are as they were."""
    send(rosters.hukou(rosters.CAST))
    people = [MOVED, rosters.LIQIAN, rosters.DAHAI, NEWCOMER]
    delivery = send(rosters.hukou(people), "二.csv", as_of=LATER, now=NOW + dt.timedelta(days=5)).delivery
    assert delivery is not None
    return delivery


def test_the_rows_are_told_with_masked_numbers_and_leave_a_trace(second: Delivery, cast: Cast) -> None:
    new = list_changes(cast.clerk, second.pk, "new", now=NOW)
    assert [(row[1], row[2]) for row in new.rows] == [("5", "周小舟")]
    assert new.rows[0][3].startswith("3713")
    assert "****" in new.rows[0][3]
    gone = list_changes(cast.clerk, second.pk, "gone", now=NOW)
    assert [(row[1], row[2]) for row in gone.rows] == [("2", "王小花")]
    changed = list_changes(cast.clerk, second.pk, "changed", now=NOW)
    assert changed.header[-1] == "变动"
    assert [row[2] for row in changed.rows] == ["张强"]
    assert changed.rows[0][-1] == "住址有变；辖区：岸堤镇柳行岔村 → 界湖街道"
    told = Event.objects.filter(action="roster.compare", object_id=second.pk).order_by("id")
    assert [event.detail["which"] for event in told] == ["新增", "减少", "变动"]


def test_the_numbers_are_those_of_the_quality_page(second: Delivery, cast: Cast) -> None:
    compared = Delivery.objects.get(pk=second.pk).quality["compared"]
    for which in ("new", "gone", "changed"):
        assert len(list_changes(cast.clerk, second.pk, which, now=NOW).rows) == compared[which]


def test_who_sees_no_children_and_sends_no_lists_gets_no_rows(second: Delivery, cast: Cast) -> None:
    with pytest.raises(Fault, match="E701"):
        list_changes(cast.auditor, second.pk, "new", now=NOW)
    for who in (cast.stranger, cast.partner, cast.principal, cast.teacher, cast.township_officer):
        with pytest.raises(Fault, match="E704"):
            list_changes(who, second.pk, "new", now=NOW)
    with pytest.raises(Fault, match="E704"):
        list_changes(cast.clerk, second.pk, "raw", now=NOW)
    assert not Event.objects.filter(action="roster.compare").exists()


def test_a_township_is_not_shown_who_left_a_wider_list(send: Send, cast: Cast) -> None:
    """The county list before is not in the township's sight, so neither are its rows."""
    send(rosters.hukou(rosters.CAST))
    town = send(rosters.hukou(rosters.CAST[:2]), "镇.csv", place_code=TOWN, as_of=LATER).delivery
    assert town is not None
    assert len(list_changes(cast.clerk, town.pk, "gone", now=NOW).rows) == 2
    with pytest.raises(Fault, match="E704"):
        list_changes(cast.township_officer, town.pk, "gone", now=NOW)


def test_a_first_list_has_no_changes_and_too_many_rows_are_refused(
    send: Send, cast: Cast, second: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Delivery.objects.exclude(pk=second.pk).get()
    with pytest.raises(Fault, match="E704"):
        list_changes(cast.clerk, first.pk, "new", now=NOW)
    monkeypatch.setattr(flow, "MOST_ROWS", 0)
    for which in ("new", "gone", "changed"):
        with pytest.raises(Fault, match="E823"):
            list_changes(cast.clerk, second.pk, which, now=NOW)


def test_the_letter_names_rows_and_no_person(second: Delivery, send: Send, cast: Cast) -> None:
    nameless = [replace(rosters.CAST[0], name=""), replace(rosters.CAST[1], name=""), *rosters.CAST[2:]]
    sent = send(rosters.hukou(nameless), "三.csv", as_of=LATER, now=NOW + dt.timedelta(days=6), sender="县公安局")
    assert sent.delivery is not None
    letter = write_reply(cast.clerk, sent.delivery.pk, day=TODAY)
    assert letter.to == "县公安局："
    assert letter.lines[0].rows == "第 2、3 行"
    assert "2026年12月7日" in letter.ask
    assert "减少" in letter.compared
    assert letter.signer == "沂南县教育和体育局"
    everything = str(letter)
    for pupil in rosters.CAST:
        assert pupil.name not in everything
        assert pupil.id_no not in everything


def test_the_letter_says_where_the_number_tells_another_birth_date_or_sex(send: Send, cast: Cast) -> None:
    lines = rosters.hukou(rosters.CAST).decode().splitlines()
    lines[2] = lines[2].replace("2016-03-14", "2016-03-15")
    lines[3] = lines[3].replace(",女,", ",男,")
    delivery = send("\n".join(lines).encode(), "四.csv").delivery
    assert delivery is not None
    told = {line.code: line.rows for line in write_reply(cast.clerk, delivery.pk, day=TODAY).lines}
    assert told == {"E210": "已先采用、请核实：第 3 行", "E211": "已先采用、请核实：第 4 行"}


def test_a_list_without_errors_gets_a_letter_of_thanks(second: Delivery, cast: Cast) -> None:
    letter = write_reply(cast.clerk, second.pk, day=TODAY)
    assert (letter.lines, letter.ask) == ([], "")
    assert "没有发现" in letter.problems


def test_the_letter_is_for_those_who_see_the_list(send: Send, cast: Cast) -> None:
    send(rosters.hukou(rosters.CAST), sender=FEDERATION)
    delivery = Delivery.objects.get()
    assert write_reply(cast.partner, delivery.pk, day=TODAY).to == f"{FEDERATION}："
    with pytest.raises(Fault, match="E704"):
        write_reply(cast.stranger, delivery.pk, day=TODAY)
    assert MOST_KINDS < 10
