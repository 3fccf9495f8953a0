"""摸排 and 核查 on the desk: numbers, missing lists first, drill to rows, comparison with the last sweep, proof."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from tests.lib.cast import NOW, SCHOOL, TOWN, Cast
from tests.lib.swept import AS_OF, Swept, swept
from tests.lib.web import client_of, run_jobs

from notoneless.check.records.models import Sweep
from notoneless.jobs.models import Job
from notoneless.roster.records.actions import revoke_delivery
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast: Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


def text_of(cast_member: object, address: str) -> str:
    response = client_of(cast_member).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_missing_lists_are_said_before_any_number(cast: Cast, home: Swept) -> None:
    page = text_of(cast.clerk, f"/sweep/{home.sweep.pk}/")
    assert "未收到" in page
    assert page.index("未收到") < page.index("认定的孩子") < page.index("适龄失学</a>")
    assert f"/check/{home.sweep.pk}/not_enrolled/?state=gap" in page
    assert "应查 ＝ 符合 ＋ 缺口 ＋ 有据排除 ＋ 不能判断" in page


def test_the_check_page_shows_reasons_and_only_rows_in_scope(cast: Cast, home: Swept) -> None:
    address = f"/check/{home.sweep.pk}/not_enrolled/?state=gap"
    whole, town = text_of(cast.clerk, address), text_of(cast.township_officer, address)
    assert "夏小雨" in whole
    assert "秋小果" in whole
    assert "春小花" not in whole
    assert "夏小雨" in town
    assert "秋小果" not in town
    assert "义务教育法" in whole
    assert "为什么" in whole
    assert home.gap.id_no not in whole
    assert "371321100" not in town
    assert "界湖街道" not in town


def test_rows_add_up_to_the_numbers_and_paging_keeps_the_filter(cast: Cast, home: Swept) -> None:
    page = text_of(cast.clerk, f"/check/{home.sweep.pk}/not_enrolled/?size=20")
    assert "应查 3 ＝ 符合 1 ＋ 缺口 2 ＋ 有据排除 0 ＋ 不能判断 0" in page
    assert "共 3 条" in page
    narrowed = text_of(cast.clerk, f"/check/{home.sweep.pk}/not_enrolled/?town=371321101000")
    assert "共 2 条" in narrowed


def test_an_auditor_sees_numbers_but_no_child(cast: Cast, home: Swept) -> None:
    page = text_of(cast.auditor, f"/check/{home.sweep.pk}/not_enrolled/")
    assert "缺口 2" in page
    assert "夏小雨" not in page
    assert client_of(cast.auditor).get(f"/check/{home.sweep.pk}/not_enrolled/export/").status_code == 403


def test_export_is_what_was_listed_and_leaves_a_trace(cast: Cast, home: Swept) -> None:
    response = client_of(cast.township_officer).get(f"/check/{home.sweep.pk}/not_enrolled/export/?state=gap")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    names = [row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    about = dict(book["导出说明"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert names == ["夏小雨"]
    assert about["结果"] == "缺口"
    assert about["行数"] == "1"
    assert about["导出人"] == "石大川"
    assert home.gap.id_no not in str(list(book.worksheets[0].values))
    event = Event.objects.filter(action="ledger.export").get()
    assert (event.detail["ledger"], event.detail["rows"]) == ("适龄失学", 1)


def test_a_foreign_sweep_is_the_same_bytes_as_an_absent_one(cast: Cast, home: Swept) -> None:
    for tail in ("", "diff/"):
        foreign = client_of(cast.stranger).get(f"/sweep/{home.sweep.pk}/{tail}")
        absent = client_of(cast.stranger).get(f"/sweep/20200101-0000000000/{tail}")
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    foreign = client_of(cast.stranger).get(f"/check/{home.sweep.pk}/not_enrolled/")
    absent = client_of(cast.stranger).get("/check/20200101-0000000000/not_enrolled/")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert client_of(cast.clerk).get(f"/check/{home.sweep.pk}/no_such_check/").status_code == 404


def test_a_revoked_delivery_is_said_on_the_sweep_that_rests_on_it(cast: Cast, home: Swept) -> None:
    delivery = Delivery.objects.get(kind="school_roll")
    revoke_delivery(delivery=delivery, reason="给错了文件", by=cast.clerk, now=NOW)
    page = text_of(cast.clerk, f"/sweep/{home.sweep.pk}/")
    assert page.index("后来撤回了") < page.index("认定的孩子")
    assert "给错了文件" in page
    assert "所用批次有撤回" in text_of(cast.clerk, "/sweep/")


def test_starting_a_sweep_queues_a_job_and_the_job_leads_to_it(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    response = client.post("/sweep/start/", {"as_of": "2026-11-22"})
    job = Job.objects.get(kind="sweep")
    assert response["Location"] == f"/job/{job.pk}/"
    run_jobs()
    later = Sweep.objects.get(status="current")
    assert later.as_of == dt.date(2026, 11, 22)
    assert later.previous_id == home.sweep.pk
    page = text_of(cast.clerk, f"/sweep/{later.pk}/diff/")
    assert "仍是缺口" in page or "不变" in page
    assert "与上次比：新增缺口" in text_of(cast.clerk, f"/sweep/{later.pk}/")
    assert "夏小雨" not in text_of(cast.auditor, f"/sweep/{later.pk}/diff/")
    assert "秋小果" not in text_of(cast.township_officer, f"/sweep/{later.pk}/diff/")


def test_a_day_to_come_cannot_be_swept_and_a_township_cannot_start(cast: Cast) -> None:
    page = client_of(cast.clerk).post("/sweep/start/", {"as_of": "2099-01-01"}).content.decode()
    assert "不能晚于今天" in page
    assert Job.objects.count() == 0
    assert client_of(cast.township_officer).post("/sweep/start/", {"as_of": "2026-11-22"}).status_code == 403


def test_proving_a_sweep_leaves_its_verdict_on_the_page_and_in_the_trail(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    first = client.post(f"/sweep/{home.sweep.pk}/verify/")
    again = client.post(f"/sweep/{home.sweep.pk}/verify/")
    assert first["Location"] == again["Location"]
    assert Job.objects.filter(kind="verify_sweep").count() == 1
    run_jobs()
    assert "与保存的结果逐字节一致" in text_of(cast.clerk, f"/sweep/{home.sweep.pk}/")
    assert Event.objects.filter(action="sweep.verify", object_id=home.sweep.pk).count() == 1
    assert client_of(cast.township_officer).post(f"/sweep/{home.sweep.pk}/verify/").status_code == 403


def test_sweeps_are_listed_and_home_opens_their_lists(cast: Cast, home: Swept) -> None:
    assert AS_OF.isoformat() in text_of(cast.clerk, "/sweep/")
    assert f"/check/{home.sweep.pk}/not_enrolled/?state=gap" in text_of(cast.clerk, "/")
    assert home.sweep.pk not in text_of(cast.stranger, "/sweep/")


def test_one_goes_down_from_the_county_to_the_children_of_a_school(cast: Cast, home: Swept) -> None:
    address = f"/check/{home.sweep.pk}/not_enrolled/"
    whole = text_of(cast.clerk, address)
    assert f'href="?town={TOWN}"' in whole
    assert f'href="?town={TOWN}&amp;state=gap#rows"' in whole
    town = text_of(cast.clerk, f"{address}?town={TOWN}")
    assert "应查 2 ＝ 符合 1 ＋ 缺口 1 ＋ 有据排除 0 ＋ 不能判断 0" in town
    assert f'href="?town={TOWN}&amp;school={SCHOOL}"' in town
    assert 'aria-current="page">岸堤镇</b>' in town
    school = text_of(cast.clerk, f"{address}?town={TOWN}&school={SCHOOL}")
    assert "春小花" in school
    assert "夏小雨" not in school
    without = text_of(cast.clerk, f"{address}?town={TOWN}&school=-")
    assert "夏小雨" in without
    assert "春小花" not in without
    assert "应查 1 ＝ 符合 0 ＋ 缺口 1" in without
    exported = (
        client_of(cast.clerk).get(f"{address}export/?town={TOWN}&school=-&format=csv").content.decode("utf-8-sig")
    )
    assert "夏小雨" in exported
    assert "春小花" not in exported


def test_an_auditor_goes_down_to_the_township_and_no_further(cast: Cast, home: Swept) -> None:
    page = text_of(cast.auditor, f"/check/{home.sweep.pk}/not_enrolled/?town={TOWN}&school={SCHOOL}")
    assert "应查 2 ＝" in page
    assert "school=" not in page
    assert "春小花" not in page


def test_why_says_rule_law_lists_with_their_days_and_what_cannot_be_said(cast: Cast, home: Swept) -> None:
    page = text_of(cast.clerk, f"/check/{home.sweep.pk}/suspected_dropout/?why=1")
    assert '<details class="why" id="why" open>' in page
    assert "规则原文（SQL）" in page
    assert "SELECT" in page
    assert f"数据时点 {AS_OF.isoformat()}，" in page
    assert "因为缺名册，说不了的" in page
    assert "没有它，这一项对谁都不能判断" in page
    overview = text_of(cast.clerk, f"/sweep/{home.sweep.pk}/")
    assert f"/check/{home.sweep.pk}/not_enrolled/?why=1#why" in overview
    assert f"名册的数据时点 {AS_OF.isoformat()}" in overview


def test_every_check_is_compared_with_the_sweep_before(cast: Cast, home: Swept) -> None:
    assert "新增 0" not in text_of(cast.clerk, f"/sweep/{home.sweep.pk}/")
    client_of(cast.clerk).post("/sweep/start/", {"as_of": "2026-11-22"})
    run_jobs()
    later = Sweep.objects.get(status="current")
    page = text_of(cast.clerk, f"/sweep/{later.pk}/")
    link = f"/sweep/{later.pk}/diff/?change=unchanged&amp;check=not_enrolled#rows"
    assert f'<a href="{link}">不变 2</a>' in page
    listed = text_of(cast.clerk, link.replace("&amp;", "&").split("#")[0])
    assert "共 2 条" in listed
    town = text_of(cast.clerk, f"/check/{later.pk}/not_enrolled/?town={TOWN}")
    link = f"/sweep/{later.pk}/diff/?town={TOWN}&amp;change=unchanged&amp;check=not_enrolled#rows"
    assert f'<a href="{link}">不变 1</a>' in town
    narrowed = text_of(cast.clerk, link.replace("&amp;", "&").split("#")[0])
    assert "与上次比：岸堤镇" in narrowed
    assert "共 1 条" in narrowed
    assert "秋小果" not in narrowed
