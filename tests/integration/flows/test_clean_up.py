"""A process killed between the rename and its transaction leaves a directory; the next run or the doctor takes it out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.lib import rosters

from notoneless.flows import import_file as flow
from notoneless.flows.clean_up import clean_up
from notoneless.flows.import_file import ImportOutcome
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
