"""The trail is written with the act or not at all, and nobody edits it in passing (I6, I14; abuse 22)."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction
from tests.lib import cast as c

from notoneless.common.errors import Fault
from notoneless.org.actions import disable_user, load_schools
from notoneless.org.models import School, User
from notoneless.org.queries import role_names
from notoneless.trail import record as record_module
from notoneless.trail.actions import Action
from notoneless.trail.chain import verify_chain
from notoneless.trail.models import ChainHead, Checkpoint, Event
from notoneless.trail.record import Entry, record, record_all
from notoneless.trail.sentence import sentence, sentences


def test_every_action_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(sentences()) == {action.value for action in Action}


@pytest.mark.parametrize("action", list(Action))
def test_every_sentence_can_be_said_even_without_details(action: Action) -> None:
    text = sentence(Event(action=action, actor_name="高明月", role="county_clerk"), {"county_clerk": "县局经办"})
    assert "{" not in text
    assert text.startswith("高明月（县局经办）") or action == Action.LOGIN_REFUSE


@pytest.mark.django_db
def test_an_act_leaves_one_event_that_reads_as_a_sentence(cast: c.Cast) -> None:
    before = Event.objects.count()
    disable_user(user=cast.teacher, by=cast.admin, now=c.NOW)
    event = Event.objects.last()
    assert Event.objects.count() == before + 1
    assert event is not None
    assert (event.action, event.object_id, event.actor, event.at) == ("user.disable", "teacher_li", "admin", c.NOW)
    assert sentence(event, role_names()) == "系统管理员老季（系统管理员）停用账号 teacher_li"


@pytest.mark.django_db
def test_if_the_trail_fails_nothing_is_saved(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(record_module, "insert_all", fail)
    before = ChainHead.objects.get().size
    new_school = {"code": "2137009999", "name": "新校", "place_code": c.TOWN, "stage": "primary"}
    with pytest.raises(DatabaseError):
        disable_user(user=cast.teacher, by=cast.admin, now=c.NOW)
    with pytest.raises(DatabaseError):
        load_schools(schools=[new_school], by=cast.admin, now=c.NOW)
    assert User.objects.get(pk=cast.teacher.pk).is_active
    assert not School.objects.filter(code="2137009999").exists()
    assert ChainHead.objects.get().size == before


@pytest.mark.django_db
def test_if_the_act_fails_no_event_stays(cast: c.Cast) -> None:
    before = Event.objects.count()

    def act_that_fails() -> None:
        with transaction.atomic():
            record(Action.CASE_OPEN, by=cast.clerk, now=c.NOW, object_id="A1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert Event.objects.count() == before
    assert verify_chain().whole


@pytest.mark.django_db
def test_without_a_head_row_nothing_can_be_done(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChainHead.objects, "select_for_update", ChainHead.objects.none)
    with pytest.raises(Fault) as caught:
        disable_user(user=cast.teacher, by=cast.admin, now=c.NOW)
    assert caught.value.code == "E721"


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(Fault) as caught:
        record(Action.CASE_OPEN, by=None, now=c.NOW)
    assert caught.value.code == "E720"


@pytest.mark.django_db
def test_numbers_of_people_never_enter_the_trail() -> None:
    now = dt.datetime(2026, 9, 1, 1, 2, 3, 456789, tzinfo=dt.UTC)
    with transaction.atomic():
        event = record(
            Action.CHILD_SEARCH,
            by=None,
            now=now,
            object_id="371321201103150021",
            reason="电话13812345678，卡6222021604001234567，证371321201103150021\x00",
            place="371321101200",
            nested={"list": ["371321110315002", 1, True, None]},
        )
    event = Event.objects.get(pk=event.pk)
    text = str(event.detail) + event.object_id
    for number in ("13812345678", "6222021604001234567", "371321201103150021", "371321110315002", "\x00"):
        assert number not in text
    assert event.detail["place"] == "371321101200"
    assert event.detail["nested"]["list"][1:] == [1, True, None]
    assert record_module.event_hash(event) == event.hash


@pytest.mark.django_db
@pytest.mark.parametrize("value", [1.5, dt.date(2026, 9, 1), {1.0: {2.5}}])
def test_values_without_an_exact_json_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        record(Action.CASE_OPEN, by=None, now=c.NOW, value=value)


@pytest.mark.django_db
def test_many_events_at_once_are_one_chain(cast: c.Cast) -> None:
    entries = [Entry(Action.CASE_OPEN, "case", f"A{n}", c.TOWN, {"severity": 2}) for n in range(2500)]
    with transaction.atomic():
        events = record_all(entries, by=cast.clerk, now=c.NOW)
        assert record_all([], by=cast.clerk, now=c.NOW) == []
    assert [event.object_id for event in events[:2]] == ["A0", "A1"]
    report = verify_chain()
    assert report.whole
    assert report.size == Event.objects.count() == ChainHead.objects.get().size


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["trail_event", "trail_checkpoint", "trail_chainhead"])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_itself_refuses_to_edit(cast: c.Cast, table: str, verb: str) -> None:
    Checkpoint.objects.create(size=0, head="", at=c.NOW)
    statement = f"DELETE FROM {table}" if verb == "delete" else f"UPDATE {table} SET id = id"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    if verb == "delete":
        with pytest.raises(DatabaseError), transaction.atomic():
            Event.objects.all().delete()


@pytest.mark.django_db
def test_truncate_is_refused_where_there_is_such_a_thing(cast: c.Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; its DELETE is refused above")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE trail_event")


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain_without_a_broken_link() -> None:
    """Eight threads, each its own transactions, some of which are rolled back."""
    barrier, errors = threading.Barrier(8), []

    def write(name: int) -> None:
        barrier.wait()
        try:
            for turn in range(12):
                try:
                    with transaction.atomic():
                        record(Action.VISIT_RECORD, by=None, now=c.NOW, object_id=f"{name}-{turn}")
                        if turn % 4 == 3:
                            raise RuntimeError
                except RuntimeError:
                    pass
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    report = verify_chain()
    assert report.problems == []
    assert report.size == 8 * 9
