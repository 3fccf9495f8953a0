"""任务 and 留痕 on the desk: who sees what, progress, stopping, sentences, filters, the chain."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from tests.lib.cast import COUNTY, NOW, Cast
from tests.lib.web import client_of, hukou_csv, run_jobs, upload

from notoneless.jobs.models import Job
from notoneless.jobs.queue import enqueue
from notoneless.roster.records.models import UploadDraft
from notoneless.trail.actions import Action
from notoneless.trail.models import Event
from notoneless.trail.record import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast: Cast) -> Job:
    return enqueue("check_upload", {"draft": "00000000-0000-4000-8000-000000000000"}, by=cast.clerk, now=NOW)


def test_a_waiting_job_asks_again_until_it_is_over(cast: Cast, job: Job) -> None:
    client = client_of(cast.clerk)
    assert 'hx-trigger="every 1s"' in client.get(f"/job/{job.pk}/").content.decode()
    assert "HX-Refresh" not in client.get(f"/job/{job.pk}/progress/")
    run_jobs()
    assert client.get(f"/job/{job.pk}/progress/")["HX-Refresh"] == "true"
    page = client.get(f"/job/{job.pk}/").content.decode()
    assert "没有找到您要看的内容" in page
    assert "hx-trigger" not in page


def test_stopping_a_job(cast: Cast, job: Job) -> None:
    client = client_of(cast.clerk)
    assert client.get(f"/job/{job.pk}/cancel/").status_code == 405
    client.post(f"/job/{job.pk}/cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "不能再取消" in client.post(f"/job/{job.pk}/cancel/", follow=True).content.decode()


def test_a_failed_job_is_tried_again_once_by_who_started_it(cast: Cast, job: Job) -> None:
    client = client_of(cast.clerk)
    client.post(f"/job/{job.pk}/retry/")
    assert Job.objects.count() == 1  # it waits, there is nothing to try again
    run_jobs()
    assert "重试" in client.get(f"/job/{job.pk}/").content.decode()
    assert "重试</button>" not in client_of(cast.head).get(f"/job/{job.pk}/").content.decode()
    client_of(cast.head).post(f"/job/{job.pk}/retry/")
    assert Job.objects.count() == 1
    answer = client.post(f"/job/{job.pk}/retry/")
    again = Job.objects.get(retry_of=job)
    assert answer["Location"] == f"/job/{again.pk}/"
    assert (again.kind, again.arguments, again.created_by) == (job.kind, job.arguments, cast.clerk)
    client.post(f"/job/{job.pk}/retry/")
    assert Job.objects.count() == 2
    assert Event.objects.filter(action="job.retry").count() == 1
    assert f"/job/{again.pk}/" in client.get(f"/job/{job.pk}/").content.decode()


def test_an_unknown_fault_of_a_job_is_carried_into_an_opinion(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("notoneless.jobs.uploads.check_uploaded", broken)
    job = enqueue("check_upload", {"draft": "x"}, by=cast.clerk, now=NOW)
    run_jobs()
    page = client_of(cast.clerk).get(f"/job/{job.pk}/").content.decode()
    code = re.search(r"/help/opinion/\?code=([0-9A-F]{6})", page)
    assert code
    assert f"编号 {code[1]}" in page


def test_foreign_jobs_are_the_same_bytes_as_absent_ones(cast: Cast, job: Job) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for user in (cast.stranger, cast.principal, cast.partner):
        client = client_of(user)
        for tail in ("", "progress/"):
            foreign, absent = client.get(f"/job/{job.pk}/{tail}"), client.get(f"/job/{nobody}/{tail}")
            assert (foreign.status_code, foreign.content) == (404, absent.content)
        assert client.post(f"/job/{job.pk}/cancel/").status_code == 404
        assert client.post(f"/job/{job.pk}/retry/").status_code == 404
    assert client_of(cast.teacher).get(f"/job/{job.pk}/").status_code == 403


def test_a_job_tells_where_its_result_is(cast: Cast) -> None:
    client = client_of(cast.clerk)
    upload(client, ("户籍.csv", hukou_csv()))
    page = client.get("/job/").content.decode()
    assert f"/roster/draft/{UploadDraft.objects.get().pk}/" in page
    assert "可导入 5 行，有错误 1 行" in page


def look_at(cast: Cast, child: str) -> None:
    record(
        Action.CHILD_VIEW, by=cast.clerk, now=timezone.now(), object_kind="child", object_id=child, place_code=COUNTY
    )


def test_the_trail_is_sentences_and_reading_it_is_one_more(cast: Cast) -> None:
    look_at(cast, "CABCDEFGHIJK")
    client = client_of(cast.auditor)
    page = client.get("/trail/", {"object_id": "CABCDEFGHIJK"}).content.decode()
    assert "高明月（县局经办）查看了孩子 CABCDEFGHIJK 的档案" in page
    assert "谁动过、谁看过 CABCDEFGHIJK" in page
    assert Event.objects.filter(action="trail.view", actor="auditor").count() == 1


def test_the_trail_is_cut_to_the_auditors_place(cast: Cast) -> None:
    stranger_county = cast.stranger.place_code
    record(Action.CASE_OPEN, by=cast.stranger, now=NOW, object_id="A2026-999999", place_code=stranger_county)
    assert "A2026-999999" not in client_of(cast.auditor).get("/trail/").content.decode()


def test_filters_of_the_trail(cast: Cast) -> None:
    look_at(cast, "CABCDEFGHIJK")
    client = client_of(cast.auditor)
    assert "CABCDEFGHIJK" in client.get("/trail/", {"kind": "read", "actor": "高明月"}).content.decode()
    assert "CABCDEFGHIJK" not in client.get("/trail/", {"kind": "login"}).content.decode()
    assert "CABCDEFGHIJK" not in client.get("/trail/", {"until": "2020-01-01"}).content.decode()
    assert client.get("/trail/", {"since": "bad", "kind": "nonsense", "after": "%%%"}).status_code == 200


def test_pages_of_the_trail_hold_every_event_once(cast: Cast) -> None:
    for number in range(45):
        look_at(cast, f"C{number:011d}")
    client, address, seen = client_of(cast.auditor), "?size=20&kind=read", []
    while address:
        page = client.get(f"/trail/{address}").context["page"]
        seen += [event.object_id for event in page.rows]
        address = page.next_url
    assert seen == [f"C{number:011d}" for number in reversed(range(45))]
    back = client.get(f"/trail/{page.previous_url}").context["page"]
    assert [event.object_id for event in back.rows] == seen[20:40]


def test_the_chain_is_checked_and_a_broken_one_is_told(cast: Cast) -> None:
    client = client_of(cast.auditor)
    assert "留痕完整" in client.post("/trail/chain/", {"lines": ""}).content.decode()
    assert "E722" not in client.post("/trail/chain/", {"lines": "随便一行"}).content.decode()
    false = f"留痕核对点 2026-11-23 17:00:00 共 3 条 末条散列 {'ab' * 32}"
    assert "留痕有问题" in client.post("/trail/chain/", {"lines": false}).content.decode()
