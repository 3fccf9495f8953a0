"""Tampering by someone who owns the database: edit, delete, re-order, insert, cut off (abuse 22)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests.lib.cast import NOW

from notoneless.common.errors import Fault
from notoneless.trail import triggers
from notoneless.trail.actions import Action
from notoneless.trail.chain import Anchor, checkpoint, checkpoint_line, parse_line, verify_chain
from notoneless.trail.models import ZERO_HASH, ChainHead, Checkpoint, Event
from notoneless.trail.record import event_hash, record

pytestmark = pytest.mark.django_db
EVENTS = 40


@pytest.fixture
def tampering() -> Callable[[Callable[[], object]], None]:
    """Twenty events, a checkpoint, twenty more; then a hand that first takes the triggers off."""
    for number in range(EVENTS):
        with transaction.atomic():
            record(Action.CASE_OPEN, by=None, now=NOW, object_kind="case", object_id=f"A{number}", n=number)
        if number == EVENTS // 2 - 1:
            checkpoint(now=NOW)

    def tamper(act: Callable[[], object]) -> None:
        triggers.remove(connection)
        act()
        triggers.install(connection)

    return tamper


def rewrite_from(number: int) -> None:
    """What a clever owner does: make the chain sound again from `number` on."""
    previous = ZERO_HASH if number == 1 else Event.objects.get(id=number - 1).hash
    for event in Event.objects.filter(id__gte=number).order_by("id"):
        event.prev_hash = previous
        event.hash = previous = event_hash(event)
        event.save()
    last = Event.objects.order_by("id").last()
    assert last is not None
    ChainHead.objects.filter(id=1).update(size=last.id, hash=last.hash)


def cut_tail(count: int) -> None:
    Event.objects.filter(id__gt=EVENTS - count).delete()


def cut_tail_and_move_head(count: int) -> None:
    cut_tail(count)
    rewrite_from(EVENTS - count)


def test_an_untouched_chain_is_whole(tampering: object) -> None:
    report = verify_chain()
    assert report.whole
    assert (report.size, report.anchors) == (EVENTS, 1)
    assert report.summary() == f"留痕完整：共 {EVENTS} 条，与 1 个核对点相符"


def test_an_empty_chain_is_whole() -> None:
    assert verify_chain().whole
    checkpoint(now=NOW)
    assert verify_chain().whole


@pytest.mark.parametrize(
    "column", ["actor", "actor_name", "role", "place_code", "action", "object_kind", "object_id"]
)
def test_an_edited_text_is_found(tampering: Callable, column: str) -> None:
    tampering(lambda: Event.objects.filter(id=7).update(**{column: "x"}))
    assert verify_chain().problems == ["第 7 条内容被改动"]


def test_an_edited_time_or_detail_is_found(tampering: Callable) -> None:
    tampering(lambda: Event.objects.filter(id=7).update(at=NOW.replace(microsecond=1)))
    tampering(lambda: Event.objects.filter(id=9).update(detail={"n": 0}))
    assert verify_chain().problems == ["第 7 条内容被改动", "第 9 条内容被改动"]


def test_a_deleted_event_is_found(tampering: Callable) -> None:
    tampering(lambda: Event.objects.filter(id=7).delete())
    assert "第 7 条起缺失或次序被改，接着读到的是第 8 条" in verify_chain().problems


def test_swapped_events_are_found(tampering: Callable) -> None:
    def swap() -> None:
        for old, new in ((7, -1), (8, 7), (-1, 8)):
            Event.objects.filter(id=old).update(id=new)

    tampering(swap)
    assert not verify_chain().whole


def test_an_inserted_event_is_found(tampering: Callable) -> None:
    tampering(lambda: Event.objects.create(id=EVENTS + 1, at=NOW, action="x", prev_hash="", hash=""))
    assert not verify_chain().whole


def test_a_forged_event_with_sound_hashes_is_found_by_the_head(tampering: Callable) -> None:
    def forge() -> None:
        last = Event.objects.get(id=EVENTS)
        forged = Event(id=EVENTS + 1, at=NOW, action="case.open", prev_hash=last.hash, detail={})
        forged.hash = event_hash(forged)
        forged.save()

    tampering(forge)
    assert not verify_chain().whole


def test_a_cut_tail_is_found_by_the_head_row(tampering: Callable) -> None:
    tampering(lambda: cut_tail(5))
    assert any("末尾" in problem for problem in verify_chain().problems)


def test_a_cut_tail_with_a_moved_head_is_found_by_a_checkpoint(tampering: Callable) -> None:
    line = checkpoint_line(checkpoint(now=NOW))
    tampering(lambda: (cut_tail_and_move_head(5), Checkpoint.objects.filter(size=EVENTS).delete()))
    assert verify_chain().whole  # everything inside the database was made to agree
    report = verify_chain([parse_line(line)])
    assert len(report.problems) == 1
    assert report.problems[0].startswith("与外存核对点不符：当时共 40 条")


def test_a_rewritten_history_contradicts_an_inner_checkpoint(tampering: Callable) -> None:
    tampering(lambda: (Event.objects.filter(id=3).update(actor="x"), rewrite_from(3)))
    report = verify_chain()
    assert len(report.problems) == 1
    assert report.problems[0].startswith("与核对点不符：当时共 20 条")
    assert "发现 1 处" in report.summary()


def test_a_lost_head_is_found(tampering: Callable) -> None:
    tampering(lambda: ChainHead.objects.all().delete())
    assert not verify_chain().whole
    with pytest.raises(Fault) as caught:
        checkpoint(now=NOW)
    assert caught.value.code == "E721"


def test_a_thousand_broken_links_give_a_bounded_report(tampering: Callable) -> None:
    tampering(lambda: Event.objects.all().update(actor="x", prev_hash="y"))
    assert len(verify_chain().problems) == 50


def test_random_single_edits_are_all_found(tampering: Callable) -> None:
    luck = random.Random(20261123)
    for _ in range(60):
        number = luck.randint(1, EVENTS)
        event = Event.objects.get(id=number)
        old = {name: getattr(event, name) for name in ("actor", "object_id", "place_code", "prev_hash", "hash")}
        column = luck.choice(sorted(old))
        value = old[column]
        place = luck.randrange(len(value) + 1)
        changed = (value[:place] + "z" + value[place + 1 :])[: max(len(value), 1)]
        changed = changed if changed != value else "z" + value[1:]
        tampering(
            lambda number=number, column=column, changed=changed: Event.objects.filter(id=number).update(
                **{column: changed}
            )
        )
        assert not verify_chain().whole, (number, column)
        tampering(lambda number=number, old=old: Event.objects.filter(id=number).update(**old))
        assert verify_chain().whole


def test_the_printed_line_reads_back(tampering: object) -> None:
    point = checkpoint(now=NOW)
    line = checkpoint_line(point)
    assert line.startswith("留痕核对点 2026-11-23 09:00:00 共 40 条 末条散列 ")
    assert parse_line(f"  {line}\n") == Anchor(point.size, point.head)
    with pytest.raises(Fault) as caught:
        parse_line("不是核对点")
    assert caught.value.code == "E722"
    assert verify_chain([Anchor(EVENTS + 10, "0" * 64)]).problems != []
