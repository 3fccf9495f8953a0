"""Quality, changes, reply, sender and coverage as pages: what is shown, exported, left out, and to whom."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace

import openpyxl
import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, FEDERATION, NOW, TOWN, Cast
from tests.lib.web import client_of, run_jobs

from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
LATER = rosters.AS_OF + dt.timedelta(days=2)
MOVED = replace(rosters.QIANG, address="沂南县界湖街道")
NEWCOMER = replace(rosters.QIANG, name="周小舟", number=63)


def _send(cast: Cast, source: bytes, name: str, **changed: object) -> Delivery:
    asked = {"sender": "县公安局", "as_of": rosters.AS_OF, "place_code": COUNTY, "by": cast.clerk, "now": NOW}
    outcome = import_file(**({"source": source, "file_name": name} | asked | changed))  # type: ignore[arg-type]
    assert outcome.delivery is not None
    return outcome.delivery


@pytest.fixture
def second(cast: Cast) -> Delivery:
    _send(cast, rosters.hukou(rosters.CAST), "一.csv")
    people = [MOVED, rosters.LIQIAN, rosters.DAHAI, NEWCOMER, replace(NEWCOMER, name="", number=64)]
    return _send(cast, rosters.hukou(people), "二.csv", as_of=LATER, now=NOW + dt.timedelta(days=2))


def _cells(content: bytes, sheet: int = 0) -> list[list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


def test_the_quality_page_tells_counts_and_no_names(cast: Cast, second: Delivery) -> None:
    page = client_of(cast.auditor).get(f"/roster/{second.pk}/quality/").content.decode()
    for words in ("新增", "减少", "变动", "住址", "岸堤镇", "E230"):
        assert words in page
    assert "/quality/rows/" not in page
    assert "周小舟" not in page
    assert "重新计算" not in page


def test_the_rows_are_fetched_masked_and_it_is_in_the_trail(cast: Cast, second: Delivery) -> None:
    client = client_of(cast.clerk)
    assert "/quality/rows/new/" in client.get(f"/roster/{second.pk}/quality/").content.decode()
    rows = _cells(client.get(f"/roster/{second.pk}/quality/rows/new/").content)
    assert [row[2] for row in rows[1:]] == ["周小舟"]
    assert NEWCOMER.id_no not in str(rows)
    assert Event.objects.filter(action="roster.compare", object_id=second.pk).count() == 1
    assert client_of(cast.auditor).get(f"/roster/{second.pk}/quality/rows/new/").status_code == 403
    assert client_of(cast.stranger).get(f"/roster/{second.pk}/quality/rows/new/").status_code == 404


def test_the_export_holds_the_table(cast: Cast, second: Delivery) -> None:
    rows = _cells(client_of(cast.clerk).get(f"/roster/{second.pk}/quality/export/").content)
    assert rows[0][:3] == ["辖区", "行数", "有效身份证号"]
    assert sum(int(str(row[1])) for row in rows[1:]) == second.rows_accepted


def test_a_delivery_that_was_not_measured_says_so_and_can_be(cast: Cast, second: Delivery) -> None:
    Delivery.objects.update(quality={})
    client = client_of(cast.clerk)
    assert "还没有计算质量" in client.get(f"/roster/{second.pk}/quality/").content.decode()
    assert client.get(f"/roster/{second.pk}/quality/export/").status_code == 404
    assert client_of(cast.head).post(f"/roster/{second.pk}/quality/measure/").status_code == 403
    assert client.post(f"/roster/{second.pk}/quality/measure/").status_code == 302
    assert run_jobs() == 1
    assert Delivery.objects.get(pk=second.pk).quality["compared"]["new"] == 1


def test_the_letter_tells_what_to_mend_and_names_nobody(cast: Cast, second: Delivery) -> None:
    page = client_of(cast.clerk).get(f"/roster/{second.pk}/reply/").content.decode()
    for words in ("县公安局：", "第 6 行", "没有姓名", "沂南县教育和体育局"):
        assert words in page
    assert "周小舟" not in page


def test_all_of_a_sender_with_the_trend_in_words(cast: Cast, second: Delivery) -> None:
    page = client_of(cast.clerk).get("/roster/sender/县公安局/").content.decode()
    assert "退回率 0% → 20%，比上一份高" in page
    assert client_of(cast.stranger).get("/roster/sender/县公安局/").status_code == 404
    assert client_of(cast.partner).get("/roster/sender/县公安局/").status_code == 404


def test_a_partner_sees_the_quality_of_its_own_lists(cast: Cast, second: Delivery) -> None:
    own = _send(cast, rosters.head_count(rosters.CAST), "点名.csv", sender=FEDERATION)
    client = client_of(cast.partner)
    assert client.get(f"/roster/{own.pk}/quality/").status_code == 200
    assert client.get(f"/roster/{own.pk}/reply/").status_code == 200
    for page in ("quality/", "reply/", "quality/rows/new/"):
        assert client.get(f"/roster/{second.pk}/{page}").status_code == 404


def test_coverage_filters_exports_and_links_only_what_is_in_sight(cast: Cast, second: Delivery) -> None:
    nowhere = replace(NEWCOMER, name="孙无址", number=65, address="")
    county = _send(
        cast, rosters.hukou([*rosters.CAST, nowhere]), "三.csv", as_of=LATER, now=NOW + dt.timedelta(days=3)
    )
    asked = {"place_code": TOWN, "sender": "岸堤派出所", "as_of": LATER, "now": NOW + dt.timedelta(days=4)}
    town = _send(cast, rosters.hukou(rosters.CAST), "镇.csv", **asked)
    client = client_of(cast.clerk)
    page = client.get("/roster/coverage/hukou/?as_of=2027-11-20").content.decode()
    assert town.pk in page
    assert county.pk in page
    assert second.pk not in page
    stale = _cells(client.get("/roster/coverage/hukou/export/?as_of=2027-11-20&state=stale").content)
    fresh = _cells(client.get("/roster/coverage/hukou/export/?as_of=2027-11-20&state=fresh").content)
    assert {row[3] for row in stale[1:]} == {"旧"}
    assert fresh[1:] == []
    whole = client_of(cast.township_officer).get("/roster/coverage/hukou/").content.decode()
    assert "岸堤派出所" in whole
    assert "界湖街道" not in whole
    assert client.get("/roster/coverage/no_such_kind/").status_code == 404
    assert "没有替换，仍在使用" in page


def test_a_township_is_told_of_the_county_list_without_a_link_to_it(cast: Cast, second: Delivery) -> None:
    page = client_of(cast.township_officer).get("/roster/coverage/hukou/").content.decode()
    assert second.pk in page
    assert f"/roster/{second.pk}/" not in page


def test_the_center_and_the_sweep_say_where_lists_are_old(cast: Cast, second: Delivery) -> None:
    _send(cast, rosters.head_count(rosters.CAST), "点名.csv", sender="岸堤镇中心校")
    sweep = run_sweep(
        as_of=dt.date(2027, 6, 30), by=cast.clerk, now=NOW + dt.timedelta(days=220), region=COUNTY
    ).sweep
    client = client_of(cast.clerk)
    page = client.get(f"/sweep/{sweep.pk}/").content.decode()
    assert "/roster/coverage/hukou/?as_of=2027-06-30" in page
    assert "1 所学校旧，1 所学校缺" in page
    assert "/roster/coverage/hukou/" in client.get("/roster/").content.decode()
