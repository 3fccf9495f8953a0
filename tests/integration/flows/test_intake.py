"""What comes in becomes drafts: a file one, a zip one for each file in it, and nothing twice."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

import pytest
from tests.lib.cast import COUNTY, NOW, Cast
from tests.lib.web import AS_OF, hukou_csv, run_jobs

from notoneless.common.errors import Fault
from notoneless.flows import intake
from notoneless.flows import upload_store as store
from notoneless.flows.intake import take_in
from notoneless.jobs.models import Job
from notoneless.jobs.uploads import take_in_and_check
from notoneless.roster.records.models import UploadDraft

SENDER = "县公安局户政科"


def asked(cast: Cast, data: bytes, name: str = "户籍.csv", **more: Any) -> dict[str, Any]:
    fields = {"kind": "", "sender": SENDER, "as_of": AS_OF, "place_code": COUNTY, "legal_basis": "", "door": "api"}
    return {"chunks": [data], "file_name": name, "by": cast.clerk, "now": NOW, **fields, **more}


def test_a_plain_file_is_one_draft_with_its_door(cast: Cast) -> None:
    (draft,) = take_in(**asked(cast, hukou_csv()))
    assert (draft.door, draft.archive_name, draft.status) == ("api", "", UploadDraft.Status.CHECKING)
    assert store.get(draft.pk, store.ORIGINAL) == hukou_csv()


def test_the_check_is_started_with_it(cast: Cast) -> None:
    (draft,) = take_in_and_check(**asked(cast, hukou_csv()))
    assert Job.objects.get().arguments == {"draft": str(draft.pk)}
    assert run_jobs() == 1
    draft.refresh_from_db()
    assert draft.status == UploadDraft.Status.READY


def test_the_same_parcel_twice_is_one_draft_and_one_check(cast: Cast) -> None:
    parcel = uuid.uuid4()
    first = take_in_and_check(**asked(cast, hukou_csv(), parcel_id=parcel))
    again = take_in_and_check(**asked(cast, hukou_csv(), parcel_id=parcel))
    assert [draft.pk for draft in first] == [draft.pk for draft in again]
    assert Job.objects.count() == 1


def test_nothing_is_kept_of_what_may_not_be_sent(cast: Cast, settings: Any) -> None:
    before = set(settings.UPLOAD_DIR.iterdir())
    for who, code in ((cast.partner, "E702"), (cast.stranger, "E702"), (cast.auditor, "E701")):
        with pytest.raises(Fault) as fault:
            take_in(**asked(cast, hukou_csv()) | {"by": who})
        assert fault.value.code == code
    assert set(settings.UPLOAD_DIR.iterdir()) == before
    assert not UploadDraft.objects.exists()


def test_a_file_without_end_is_stopped(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(settings.UPLOAD_DIR.iterdir())
    monkeypatch.setattr(intake, "LARGEST", 1000)
    with pytest.raises(Fault, match="E841"):
        take_in(**asked(cast, b"") | {"chunks": (b"x" * 100 for _ in range(10**9))})
    assert set(settings.UPLOAD_DIR.iterdir()) == before


def zip_of(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def test_a_zip_is_taken_apart_and_nothing_is_passed_over(cast: Cast) -> None:
    inner = zip_of(("户籍.csv", hukou_csv()))
    data = zip_of(
        ("东片/户籍.csv", hukou_csv(rows=3)),
        ("西片/户籍.csv", hukou_csv(rows=4)),
        ("通知.pdf", b"%PDF-1.4"),
        ("旧/名册.zip", inner),
        ("../../etc/passwd", b"root"),
        ("Thumbs.db", b"x"),
    )
    drafts = take_in_and_check(**asked(cast, data, "名册371321201603051037.zip"))
    assert [draft.file_name for draft in drafts] == [
        "东片/户籍.csv", "西片/户籍.csv", "通知.pdf", "旧/名册.zip", "../../etc/passwd", "Thumbs.db",
    ]  # fmt: skip
    assert {draft.archive_name for draft in drafts} == {"名册37…37.zip"}
    run_jobs()
    found = UploadDraft.objects.in_bulk([draft.pk for draft in drafts])
    states = [found[draft.pk].status for draft in drafts]
    assert states == ["ready", "ready", "failed", "failed", "failed", "abandoned"]
    refused = [found[draft.pk].result["fault"] for draft in drafts[2:]]
    assert [fault["code"] for fault in refused] == ["E001", "E017", "E017", "E017"]
    assert all(fault["what"] and fault["how"] for fault in refused)


def test_two_members_of_one_name_are_two_drafts(cast: Cast) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zip_of(("户籍.csv", hukou_csv(rows=3)), ("户籍.csv", hukou_csv(rows=4)))
    drafts = take_in(**asked(cast, data, "名册.zip"))
    assert [draft.status for draft in drafts] == ["checking", "failed"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zip_of(("东片/", b"")), "E842"),
        (zip_of(), "E018"),
        (zip_of(("a.csv", b"x"))[:40], "E018"),
        (b"PK\x03\x04 no zip", "E018"),
    ],
    ids=["only a folder", "empty", "cut short", "only its first bytes"],
)
def test_a_zip_that_cannot_be_opened_is_refused_whole(cast: Cast, settings: Any, data: bytes, code: str) -> None:
    before = set(settings.UPLOAD_DIR.iterdir())
    with pytest.raises(Fault, match=code):
        take_in(**asked(cast, data, "名册.zip"))
    assert set(settings.UPLOAD_DIR.iterdir()) == before
    assert not UploadDraft.objects.exists()


def test_a_zip_twice_in_one_parcel_is_one(cast: Cast) -> None:
    parcel = uuid.uuid4()
    data = zip_of(("户籍.csv", hukou_csv(rows=3)), ("通知.zip", zip_of()), ("学籍.csv", hukou_csv(rows=4)))
    first = [draft.pk for draft in take_in(**asked(cast, data, "名册.zip", parcel_id=parcel))]
    assert [draft.pk for draft in take_in(**asked(cast, data, "名册.zip", parcel_id=parcel))] == first
    assert UploadDraft.objects.count() == 3


def test_a_workbook_is_no_zip_of_files(cast: Cast) -> None:
    workbook = zip_of(("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"))
    (draft,) = take_in(**asked(cast, workbook, "户籍.xlsx"))
    assert draft.archive_name == ""
