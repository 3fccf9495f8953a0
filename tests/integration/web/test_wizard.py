"""The import wizard: columns matched and remembered, suggestions accepted and undone, whole or part, rows looked at."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.lib import wizard as w
from tests.lib.cast import COUNTY, Cast
from tests.lib.web import client_of, hukou_csv, resident_id, run_jobs, upload

from notoneless.common.resident_id import mask
from notoneless.flows import upload_store
from notoneless.flows.stale_uploads import purge_stale_uploads
from notoneless.jobs.models import Job
from notoneless.jobs.queue import cancel
from notoneless.policy.pack import load_pack
from notoneless.roster.records.models import Delivery, SenderHabit, UploadDraft
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


def events(action: str) -> int:
    return Event.objects.filter(action=action).count()


# ---- 选文件


def test_a_script_sends_one_file_a_request_and_gets_json(cast: Cast) -> None:
    client = client_of(cast.clerk)
    data = {"sender": w.POLICE, "as_of": "2026-11-01", "files": SimpleUploadedFile("户籍.csv", hukou_csv())}
    answer = client.post("/roster/upload/", data, headers={"accept": "application/json"})
    draft = UploadDraft.objects.get()
    assert answer.json() == {"url": f"/roster/draft/{draft.pk}/", "drafts": 1}
    wrong = {**data, "files": SimpleUploadedFile("名单.et", b"x")}
    refused = client.post("/roster/upload/", wrong, headers={"accept": "application/json"})
    assert refused.status_code == 422
    assert "请另存为 .xlsx" in refused.json()["error"]
    form = client.post(
        "/roster/upload/",
        {**data, "files": SimpleUploadedFile("a.csv", b"x"), "sender": ""},
        headers={"accept": "application/json"},
    )
    assert form.headers["Content-Type"].startswith("text/html")
    assert "error-summary" in form.content.decode()


def test_the_sender_of_last_time_stands_there_already(cast: Cast) -> None:
    client = client_of(cast.clerk)
    assert 'value="县公安局户政科"' not in client.get("/roster/upload/").content.decode()
    upload(client, ("户籍.csv", hukou_csv()), legal_basis="协议〔2026〕3号")
    page = client.get("/roster/upload/").content.decode()
    assert 'name="sender" value="县公安局户政科"' in page
    assert 'name="legal_basis" value="协议〔2026〕3号"' in page


def test_a_zip_is_taken_apart_and_every_file_has_its_own_verdict(cast: Cast) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("一片/户籍.csv", hukou_csv(4, 1))
        archive.writestr("说明.docx", b"PK\x03\x04 not a list")
    client = client_of(cast.clerk)
    assert upload(client, ("名册.zip", packed.getvalue()))["Location"] == "/roster/draft/"
    page = client.get("/roster/draft/").content.decode()
    assert "可导入 4 行，有错误 1 行" in page
    assert "不能读取" in page
    assert "取自 名册.zip" in page
    broken = UploadDraft.objects.get(status="failed")
    told = w.page_of(client, broken)
    assert "放弃这个文件" in told
    assert "我来对列" not in told


def test_the_same_file_uploaded_twice_says_so_before_it_is_imported(cast: Cast) -> None:
    client = client_of(cast.clerk)
    first = w.uploaded(client, hukou_csv())
    second = w.uploaded(client, hukou_csv(), "户籍副本.csv")
    assert "已经上传过一次" in w.page_of(client, second)
    w.click(client, first, "abandon")
    assert "已经上传过一次" not in w.page_of(client, second)


def test_what_waits_is_seen_on_home_and_in_the_roster(cast: Cast) -> None:
    client = client_of(cast.clerk)
    w.uploaded(client, hukou_csv())
    assert "1 份上传核对好了，等您确认导入" in client.get("/").content.decode()
    assert "1 份上传等您确认" in client.get("/roster/").content.decode()


# ---- 对列


def test_columns_show_masked_values_and_why_they_were_taken(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, hukou_csv())
    page = w.page_of(client, draft, "columns/")
    assert "3713**********" in page
    assert "371321201603051" not in page
    assert "列名相同" in page
    assert "常见的另一种列名" in page


def test_a_column_that_must_be_asked_is_answered_and_remembered(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.renamed_csv(), kind="hukou")
    assert draft.status == "failed"
    page = w.page_of(client, draft, "columns/")
    assert "“号码一栏”这一列是什么？" in page
    empty = {**w.answers(client, draft), "column_2": ""}
    assert "系统不替您猜" in client.post(f"/roster/draft/{draft.pk}/columns/", empty).content.decode()
    w.click(client, draft, "columns", **w.answers(client, draft, 号码一栏="id_no"))
    assert (draft.status, draft.result["counts"]["accepted"]) == ("ready", 5)
    habit = SenderHabit.objects.get()
    assert (habit.sender, habit.place_code, habit.kind) == (w.POLICE, COUNTY, "hukou")
    assert (habit.sort, habit.written, habit.column) == ("heading", "号码一栏", "id_no")
    assert (events("draft.match"), events("habit.set")) == (1, 1)
    assert "按上次的对法" not in w.page_of(client, draft), "it was said just now"


def test_the_next_list_of_that_sender_is_read_the_same_way_and_says_so(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.renamed_csv(), kind="hukou")
    w.click(client, draft, "columns", **w.answers(client, draft, 号码一栏="id_no"))
    w.click(client, draft, "abandon")
    again = w.uploaded(client, w.renamed_csv().replace("王".encode("gb18030"), "李".encode("gb18030")))
    assert again.status == "ready"
    assert "按上次的对法" in w.page_of(client, again)
    assert "“号码一栏”＝身份证号" in w.page_of(client, again)
    other = w.uploaded(client, w.renamed_csv(), sender="另一个单位")
    assert other.status == "failed"


def test_not_remembering_is_a_choice(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.renamed_csv(), kind="hukou")
    fields = w.answers(client, draft, 号码一栏="id_no")
    del fields["remember"]
    w.click(client, draft, "columns", **fields)
    assert draft.status == "ready"
    assert not SenderHabit.objects.exists()


def two_sheets() -> bytes:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        lines = hukou_csv(4, 0).decode("gb18030").split("\r\n")
        for name, part in (("东片", lines[1:3]), ("西片", lines[3:])):
            sheet = workbook.add_worksheet(name)
            for at, line in enumerate([lines[0], *part]):
                sheet.write_row(at, 0, line.split(","))
        workbook.add_worksheet("说明").write(0, 0, "填表说明")
    return book.getvalue()


def test_all_sheets_of_the_kind_are_read_and_one_can_be_chosen(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, two_sheets(), "户籍.xlsx")
    assert draft.result["counts"]["accepted"] == 4
    page = w.page_of(client, draft)
    assert "没有读的工作表" in page
    assert "说明" in page
    w.click(client, draft, "sheet", sheet="西片")
    assert (draft.sheet, draft.result["counts"]["accepted"]) == ("西片", 2)
    assert draft.result["sheet_names"][:2] == ["东片", "西片"]
    assert client.post(f"/roster/draft/{draft.pk}/sheet/", {"sheet": "没有这张"}).status_code == 404
    w.click(client, draft, "sheet", sheet="")
    assert draft.result["counts"]["accepted"] == 4
    assert events("draft.sheet") == 2


# ---- 核对结果


def test_a_suggestion_is_accepted_with_new_counts_and_undone_to_the_earlier_result(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.odd_hukou_csv())
    before = draft.result
    found = w.suggestion(draft, w.ODD_VILLAGE)
    assert (found["correction"]["meant"], found["rows"]) == (w.VILLAGE, 3)
    assert "接受 3 处" in w.page_of(client, draft)
    w.click(client, draft, "correct", key=found["key"])
    assert [(one["written"], one["rows"]) for one in draft.result["corrected"]] == [(w.ODD_VILLAGE, 3)]
    assert w.ODD_VILLAGE not in {(one["correction"] or {}).get("written") for one in draft.result["suggestions"]}
    assert "已接受的更正" in w.page_of(client, draft)
    w.click(client, draft, "correct", key=found["key"])
    w.click(client, draft, "undo", key=found["key"])
    assert draft.result == before
    w.click(client, draft, "undo", key=found["key"])
    assert events("draft.correct") == 2
    assert not SenderHabit.objects.exists()


def test_an_unknown_word_needs_a_meaning_and_is_remembered_if_wished(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.odd_hukou_csv())
    found = w.suggestion(draft, w.ODD_WORD)
    assert w.WORD in found["choices"]
    w.click(client, draft, "correct", key=found["key"], **{f"meant_{found['key']}": "胡说"})
    assert draft.corrections == []
    w.click(client, draft, "correct", key=found["key"], remember="1", **{f"meant_{found['key']}": w.WORD})
    assert draft.result["corrected"][0]["rows"] == 2
    habit = SenderHabit.objects.get()
    assert (habit.sort, habit.column, habit.written, habit.meant) == ("word", "hukou_status", w.ODD_WORD, w.WORD)


def test_all_certain_suggestions_at_once(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.odd_hukou_csv())
    certain = [one for one in draft.result["suggestions"] if one["certain"] and one["key"]]
    w.click(client, draft, "correct", all="1")
    assert len(draft.corrections) == len(certain)


def test_habits_of_words_are_used_shown_and_can_be_taken_back_for_one_list(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.odd_hukou_csv())
    key = w.suggestion(draft, w.ODD_VILLAGE)["key"]
    w.click(client, draft, "correct", key=key, remember="1")
    w.click(client, draft, "abandon")
    again = w.uploaded(client, w.odd_hukou_csv(odd=2))
    assert again.result["corrected"][0]["rows"] == 2
    assert "按上次的" in w.page_of(client, again)
    w.click(client, again, "undo", key=key)
    assert again.result["corrected"] == []
    assert "按上次的对法" not in w.page_of(client, again)
    assert w.suggestion(again, w.ODD_VILLAGE)["rows"] == 2


def test_corrections_go_with_the_delivery_and_into_its_errors(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.odd_hukou_csv())
    w.click(client, draft, "correct", key=w.suggestion(draft, w.ODD_VILLAGE)["key"])
    w.click(client, draft, "publish")
    delivery = Delivery.objects.get()
    assert delivery.corrections == [
        {"column": "addr", "rule": "fragment", "written": w.ODD_VILLAGE, "meant": w.VILLAGE, "rows": 3}
    ]
    page = client.get(f"/roster/{delivery.pk}/").content.decode()
    assert "更正" in page
    assert w.ODD_VILLAGE in page


def test_the_rows_of_one_error_are_listed_masked(cast: Cast) -> None:
    client = client_of(cast.clerk)
    right = resident_id(105)
    mistyped = right[:-1] + ("1" if right[-1] != "1" else "2")
    wrong = w.odd_hukou_csv().replace(right.encode(), mistyped.encode())
    draft = w.uploaded(client, hukou_csv(30, 25))
    page = w.page_of(client, draft, "rows/?code=E230&size=20")
    assert "本页 20 条" in page
    assert "下一页" in page
    assert client.get(f"/roster/draft/{draft.pk}/rows/?code=E999").status_code == 404
    numbers = w.uploaded(client, wrong, "户籍二.csv")
    page = w.page_of(client, numbers, "rows/?code=E102")
    assert mask(mistyped) in page
    assert mistyped not in page
    stored = upload_store._folder(numbers.pk) / "problems.json"
    assert b"E102" not in stored.read_bytes()


# ---- 全部还是补充


def published(client, content: bytes, **fields: str) -> Delivery:
    draft = w.uploaded(client, content, **fields)
    w.click(client, draft, "publish")
    assert draft.delivery is not None
    return draft.delivery


def test_a_copy_of_the_mended_rows_without_their_mark_is_told_from_a_whole_list(cast: Cast) -> None:
    """错误说明 taken out: only the overlap with the list before can tell that this is no new whole list."""
    client = client_of(cast.clerk)
    published(client, hukou_csv(30, 3), as_of="2026-10-01")
    lines = hukou_csv(33, 0).decode("gb18030").split("\r\n")
    draft = w.uploaded(client, "\r\n".join([lines[0], *lines[-3:]]).encode("gb18030"))
    assert "这像是一部分，不像全部名单" in w.page_of(client, draft)
    w.click(client, draft, "part", supplements="1")
    page = w.page_of(client, draft)
    assert "不像全部名单" not in page
    assert "与上次（2026-10-01）的名册一起用" in page
    w.click(client, draft, "part", supplements="1")
    assert events("draft.part") == 1
    w.click(client, draft, "publish")
    assert Delivery.objects.get(rows_accepted=3).supplements


def test_a_whole_list_says_what_it_changes(cast: Cast) -> None:
    client = client_of(cast.clerk)
    published(client, hukou_csv(30, 0), as_of="2026-10-01")
    draft = w.uploaded(client, hukou_csv(32, 0))
    assert "新增 2 行、不再有 0 行、不变 30 行" in w.page_of(client, draft)
    part = w.uploaded(client, hukou_csv(3, 0), "补.csv", supplements="1")
    assert part.supplements
    assert "作为补充导入" in w.page_of(client, part)


# ---- 中断与过期


def test_a_check_that_was_stopped_can_be_started_again(cast: Cast) -> None:
    client = client_of(cast.clerk)
    client.post(
        "/roster/upload/",
        {"sender": w.POLICE, "as_of": "2026-11-01", "files": SimpleUploadedFile("户籍.csv", hukou_csv())},
    )
    draft = UploadDraft.objects.get()
    assert "正在核对每一行" in w.page_of(client, draft)
    cancel(Job.objects.get(), by=cast.clerk, now=timezone.now())
    assert "核对没有做完" in w.page_of(client, draft)
    w.click(client, draft, "check")
    assert draft.status == "ready"


def test_undecided_uploads_go_after_so_many_days_and_are_announced(cast: Cast) -> None:
    client = client_of(cast.clerk)
    draft, late = w.uploaded(client, hukou_csv()), w.uploaded(client, hukou_csv(2, 0), "晚.csv")
    days = load_pack(None, timezone.localdate()).value("roster.draft_days")
    now = timezone.now()
    UploadDraft.objects.filter(pk=draft.pk).update(created_at=now - dt.timedelta(days=days - 2))
    assert "还剩 2 天" in client.get("/roster/draft/").content.decode()
    assert purge_stale_uploads(now=now) == 0
    assert purge_stale_uploads(now=now + dt.timedelta(days=3)) == 1
    assert purge_stale_uploads(now=now + dt.timedelta(days=3)) == 0
    draft.refresh_from_db()
    late.refresh_from_db()
    assert (draft.status, late.status) == ("abandoned", "ready")
    assert not upload_store.has(draft.pk, upload_store.ORIGINAL)
    event = Event.objects.get(action="draft.purge")
    assert (event.object_id, event.actor) == (str(draft.pk), "")


# ---- 别人的上传


@pytest.mark.parametrize("act", ["columns", "sheet", "correct", "undo", "part", "check", "publish", "abandon"])
def test_only_the_person_who_uploaded_decides(cast: Cast, act: str) -> None:
    draft = w.uploaded(client_of(cast.clerk), hukou_csv())
    before = Event.objects.count()
    assert client_of(cast.township_officer).post(f"/roster/draft/{draft.pk}/{act}/").status_code == 404
    run_jobs()
    assert Event.objects.count() == before


@pytest.mark.parametrize("act", ["columns", "sheet", "correct", "undo", "part", "check", "publish", "abandon"])
def test_a_decided_upload_is_beyond_change(cast: Cast, act: str) -> None:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, hukou_csv())
    w.click(client, draft, "publish")
    assert client.post(f"/roster/draft/{draft.pk}/{act}/").status_code == 404
