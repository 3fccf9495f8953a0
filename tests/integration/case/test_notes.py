"""保密记录: sealed, opened by few and with a reason, known to the owner, in no page but the one that answers the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.case.records import actions, queries
from notoneless.case.records.models import Case, NoteReading, SealedNote
from notoneless.common.errors import Fault
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
SECRET = "父亲酒后打人，邻居报过警"
WHY = "下午去家访，要知道怎样保护孩子"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands at the cast's moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: c.NOW)


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """Owned by the teacher; its note was written by the principal and names the township officer."""
    case = k.open_case(cast.clerk)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW)
    write(cast, case, reader_ids=[cast.township_officer.pk])
    case.refresh_from_db()
    return case


def write(cast: c.Cast, case: Case, **changes: Any) -> SealedNote:
    fields: dict[str, Any] = {"kind": "domestic_violence", "text": SECRET, **changes}
    return actions.add_note(case_id=case.pk, **fields, by=cast.principal, now=c.NOW)


def code_of(act: Callable[..., object], *args: object, **arguments: Any) -> str:
    with pytest.raises(Fault) as caught, transaction.atomic():
        act(*args, **arguments)
    return caught.value.code


@pytest.mark.parametrize("who", ["principal", "township_officer", "head"])
def test_writer_named_reader_and_role_open_it_with_a_reason_that_stays(cast: c.Cast, case: Case, who: str) -> None:
    reader, note = getattr(cast, who), case.notes.get()
    assert code_of(actions.read_note, note_id=note.pk, reason=" ", by=reader, now=c.NOW) == "E609"
    assert NoteReading.objects.count() == 0
    opened = actions.read_note(note_id=note.pk, reason=WHY, by=reader, now=c.NOW)
    assert (opened.text, opened.kind) == (SECRET, "domestic_violence")
    reading = NoteReading.objects.get()
    assert (reading.by, reading.reason) == (reader, WHY)
    told = sentence(Event.objects.get(action="note.read"))
    assert told.endswith(f"查看了个案 {case.pk} 的一条保密记录，理由：{WHY}")


@pytest.mark.parametrize("who", ["teacher", "clerk", "other_principal", "stranger", "auditor", "partner"])
def test_nobody_else_opens_it_not_even_the_owner(cast: c.Cast, case: Case, who: str) -> None:
    note, before = case.notes.get(), Event.objects.count()
    assert code_of(actions.read_note, note_id=note.pk, reason=WHY, by=getattr(cast, who), now=c.NOW) == "E704"
    assert (Event.objects.count(), NoteReading.objects.count()) == (before, 0)


def test_the_owner_knows_that_it_is_there_and_who_read_it_and_others_know_nothing(cast: c.Cast, case: Case) -> None:
    actions.read_note(note_id=case.notes.get().pk, reason=WHY, by=cast.head, now=c.NOW)
    known = queries.list_notes(cast.teacher, case, k.TODAY)
    assert [(one.readable, [reading.by for reading in one.readings]) for one in known] == [(False, [cast.head])]
    assert queries.list_notes(cast.clerk, case, k.TODAY) == []
    page = client_of(cast.teacher).get(f"/case/{case.pk}/").content.decode()
    assert "您不在可看的人里" in page
    assert WHY in page
    assert "您不在可看的人里" not in client_of(cast.clerk).get(f"/case/{case.pk}/").content.decode()


def test_a_reader_who_does_not_reach_the_case_is_not_named(cast: c.Cast, case: Case) -> None:
    assert code_of(write, cast, case, reader_ids=[cast.stranger.pk]) == "E637"
    assert code_of(write, cast, case, kind="rumour") == "E611"
    assert code_of(write, cast, case, text=" ") == "E609"
    assert case.notes.count() == 1


def test_it_lies_sealed_in_the_database_and_a_reading_is_written_once(cast: c.Cast, case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, text FROM case_sealednote")
        stored = b"".join(bytes(value) for value in cursor.fetchone())
    assert SECRET.encode() not in stored
    assert b"domestic" not in stored
    actions.read_note(note_id=case.notes.get().pk, reason=WHY, by=cast.head, now=c.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteReading.objects.update(reason="随便看看")


def test_the_text_stands_on_no_page_but_the_answer_to_a_reason(cast: c.Cast, case: Case) -> None:
    client, note = client_of(cast.principal), case.notes.get()
    address = f"/case/{case.pk}/note/{note.pk}/"
    for url in (f"/case/{case.pk}/", f"/case/{case.pk}/print/", f"/child/{case.child_id}/", "/case/", address):
        assert "酒后打人" not in client.get(url).content.decode(), url
    answer = client.post(address, {"reason": WHY})
    assert SECRET in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "酒后打人" not in "".join(entry.text for entry in queries.timeline(case))
    assert "酒后打人" not in str(list(Event.objects.values_list("detail", flat=True)))
    assert client_of(cast.clerk).post(address, {"reason": WHY}).status_code == 404


def test_it_is_written_on_the_desk_with_named_readers(cast: c.Cast, case: Case) -> None:
    form = client_of(cast.teacher).get(f"/case/{case.pk}/note/").content.decode()
    assert "立即报公安机关" in form
    fields = {"kind": "bullying", "text": "被高年级堵在厕所", "reader_ids": [cast.township_officer.pk]}
    assert client_of(cast.teacher).post(f"/case/{case.pk}/note/", fields).status_code == 302
    assert set(SealedNote.objects.get(by=cast.teacher).readers.all()) == {cast.teacher, cast.township_officer}
