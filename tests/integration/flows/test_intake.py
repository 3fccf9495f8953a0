"""What comes in becomes drafts: a file one, a zip one for each file in it, and nothing twice."""

from __future__ import annotations

import uuid
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
