"""A process killed between the rename and its transaction leaves a directory; the next run or the doctor takes it out."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, NOW, Cast

from notoneless.flows import import_file as flow
from notoneless.flows import upload_store as store
from notoneless.flows.clean_up import ARRIVING_SECONDS, clean_up
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.uploads import keep_upload
from notoneless.org.keys import lake
from notoneless.roster.records.models import Delivery

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]


class Killed(BaseException):
    """Stands in for kill -9: no handler of ours sees it."""


@pytest.fixture
def orphan(send: Send, monkeypatch: pytest.MonkeyPatch) -> str:
    """A delivery whose files are in the lake and whose row was never written."""

    def die(**_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(flow.actions, "record_delivery", die)
        with pytest.raises(Killed):
            send(rosters.hukou(rosters.CAST), "户籍.csv")
    (left,) = lake().ids("deliveries")
    assert not Delivery.objects.exists()
    return left


def test_the_doctor_takes_out_what_no_row_points_to(orphan: str, send: Send) -> None:
    kept = send(rosters.school_roll(rosters.CAST), "学籍.csv").delivery
    assert clean_up().directories == [orphan]
    assert lake().ids("deliveries") == [kept.pk]
    assert clean_up().directories == []


def test_the_same_file_again_takes_its_place(orphan: str, send: Send) -> None:
    delivery = send(rosters.hukou(rosters.CAST), "户籍.csv").delivery
    assert delivery.pk == orphan
    assert lake().verify("deliveries", orphan) == []
    assert clean_up().directories == []


def test_an_upload_that_never_became_a_draft_goes_after_a_day(cast: Cast, settings: Any) -> None:
    draft = keep_upload(
        chunks=[b"x"], file_name="a.csv", by=cast.clerk, now=NOW, kind="", sender="县局", as_of=NOW.date(),
        place_code=COUNTY, legal_basis="",
    )  # fmt: skip
    fresh, stale = uuid.uuid4(), uuid.uuid4()
    for one in (fresh, stale):
        store.put(one, store.ORIGINAL, [b"half a parcel"])
    (settings.UPLOAD_DIR / "ab.arriving").write_bytes(b"sealed")
    day_before = time.time() - ARRIVING_SECONDS - 60
    for name in (stale.hex, draft.pk.hex, "ab.arriving"):
        os.utime(settings.UPLOAD_DIR / name, (day_before, day_before))
    assert clean_up().uploads == 2
    assert store.has(fresh, store.ORIGINAL)
    assert store.has(draft.pk, store.ORIGINAL)
    assert not store.has(stale, store.ORIGINAL)
