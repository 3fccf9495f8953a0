"""名册 on the desk: check before import, good rows only, wrong rows back, the same file twice, revoke, scope."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.lib.cast import FEDERATION, Cast
from tests.lib.web import client_of, hukou_csv, run_jobs, upload

from notoneless.flows import upload_store
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


def only_draft() -> UploadDraft:
    return UploadDraft.objects.get()


@pytest.fixture
def delivery(cast: Cast) -> Delivery:
    """A hukou list of five good rows, one refused, imported by the clerk through the pages."""
    client = client_of(cast.clerk)
    upload(client, ("户籍.csv", hukou_csv()))
    client.post(f"/roster/draft/{only_draft().pk}/publish/")
    run_jobs()
    return Delivery.objects.get()


def test_uploading_imports_nothing_before_it_is_confirmed(cast: Cast) -> None:
    client = client_of(cast.clerk)
    response = upload(client, ("户籍.csv", hukou_csv()))
    draft = only_draft()
    assert response["Location"] == f"/roster/draft/{draft.pk}/"
    assert not Delivery.objects.exists()
    page = client.get(response["Location"]).content.decode()
    assert "只导入正确的 5 行" in page
    assert "E230" in page
    assert "读入 6" in page


def test_good_rows_go_in_and_every_row_is_accounted_for(cast: Cast, delivery: Delivery) -> None:
    assert (delivery.rows_read, delivery.rows_accepted, delivery.rows_refused) == (6, 5, 1)
    page = client_of(cast.clerk).get(f"/roster/{delivery.pk}/").content.decode()
    assert "读入 6 ＝ 可用 5 ＋ 退回 1 ＋ 重复 0 ＋ 已忽略 0" in page
    draft = only_draft()
    assert (draft.status, draft.delivery) == ("published", delivery)
    assert not upload_store.has(draft.pk, upload_store.ORIGINAL)


def test_the_uploaded_bytes_are_sealed_on_disk(cast: Cast) -> None:
    upload(client_of(cast.clerk), ("户籍.csv", hukou_csv()))
    folder = upload_store._folder(only_draft().pk)
    assert sorted(file.name for file in folder.iterdir()) == [
        "errors.xlsx", "key", "original", "problems.json", "samples.json",
    ]  # fmt: skip
    assert all(b"371321" not in file.read_bytes() for file in folder.iterdir())


def test_wrong_rows_come_back_as_a_workbook_and_fetching_them_is_in_the_trail(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.clerk)
    for address in (f"/roster/draft/{only_draft().pk}/errors/", f"/roster/{delivery.pk}/errors/"):
        response = client.get(address)
        assert "%E9%94%99%E8%AF%AF%E8%A1%8C.xlsx" in response["Content-Disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
        assert sheet.max_row == 2
        assert sheet.cell(1, sheet.max_column).value == "错误说明"
    assert Event.objects.filter(action="roster.read").count() == 2


def test_wrong_rows_are_made_again_when_the_draft_is_gone(cast: Cast, delivery: Delivery) -> None:
    upload_store.drop(only_draft().pk)
    response = client_of(cast.clerk).get(f"/roster/{delivery.pk}/errors/")
    assert openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0].max_row == 2


def test_the_same_file_twice_changes_nothing_and_says_so(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.clerk)
    upload(client, ("户籍副本.csv", hukou_csv()))
    draft = UploadDraft.objects.exclude(status="published").get()
    page = client.get(f"/roster/draft/{draft.pk}/").content.decode()
    assert "以前已经导入" in page
    assert "只导入正确" not in page
    client.post(f"/roster/draft/{draft.pk}/publish/")
    run_jobs()
    assert Delivery.objects.count() == 1


def test_giving_up_removes_the_file_at_once(cast: Cast) -> None:
    client = client_of(cast.clerk)
    upload(client, ("户籍.csv", hukou_csv()))
    draft = only_draft()
    client.post(f"/roster/draft/{draft.pk}/abandon/")
    assert only_draft().status == "abandoned"
    assert not upload_store.has(draft.pk, upload_store.ORIGINAL)
    assert client.post(f"/roster/draft/{draft.pk}/publish/").status_code == 404


def test_several_files_wait_side_by_side(cast: Cast) -> None:
    client = client_of(cast.clerk)
    response = upload(client, ("户籍甲.csv", hukou_csv(3, 0)), ("户籍乙.csv", hukou_csv(4, 2)))
    assert response["Location"] == "/roster/draft/"
    page = client.get("/roster/draft/").content.decode()
    assert "户籍甲.csv" in page
    assert "户籍乙.csv" in page
    assert "2 份上传等您确认" in client.get("/roster/").content.decode()


def test_a_file_that_is_not_understood_can_be_matched_by_hand(cast: Cast) -> None:
    client = client_of(cast.clerk)
    text = hukou_csv().decode("gb18030").replace("姓名,", "孩子,").replace("公民身份号码", "号码一栏")
    upload(client, ("奇怪的表.csv", text.encode("gb18030")), kind="hukou")
    draft = only_draft()
    assert draft.status == "failed"
    assert "我来对列" in client.get(f"/roster/draft/{draft.pk}/").content.decode()
    labels = draft.result["choices"]["labels"]
    chosen = {"孩子": "name", "号码一栏": "id_no"}
    fields = {f"column_{number}": chosen.get(label, "") for number, label in enumerate(labels)}
    refused = client.post(f"/roster/draft/{draft.pk}/columns/", {"kind": "hukou", **dict.fromkeys(fields, "")})
    assert "缺少必需的列" in refused.content.decode()
    client.post(f"/roster/draft/{draft.pk}/columns/", {"kind": "hukou", **fields})
    run_jobs()
    draft.refresh_from_db()
    assert (draft.status, draft.result["counts"]["accepted"]) == ("ready", 5)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"as_of": "2999-01-01"}, "不能晚于今天"),
        ({"as_of": "昨天"}, "2026-10-10"),
        ({"sender": ""}, "送达单位"),
    ],
)
def test_a_form_that_is_wrong_says_where_and_keeps_nothing(cast: Cast, fields: dict[str, str], word: str) -> None:
    page = upload(client_of(cast.clerk), ("户籍.csv", hukou_csv()), **fields).content.decode()
    assert "error-summary" in page
    assert word in page
    assert not UploadDraft.objects.exists()


def test_other_files_are_turned_away_by_name(cast: Cast) -> None:
    page = upload(client_of(cast.clerk), ("名单.et", b"x")).content.decode()
    assert "请另存为 .xlsx" in page


def test_revoking_needs_a_reason_and_is_final(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.clerk)
    address = f"/roster/{delivery.pk}/revoke/"
    assert "撤回本批 5 行" in client.get(address).content.decode()
    assert "error-summary" in client.post(address, {"reason": " "}).content.decode()
    assert client.post(address, {"reason": "公安局重发了全量名单"}).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.status, delivery.revoked_by) == ("revoked", cast.clerk)
    assert "公安局重发了全量名单" in client.get(f"/roster/{delivery.pk}/").content.decode()
    assert "E331" not in client.get(address).content.decode()
    assert "已经撤回" in client.post(address, {"reason": "再撤一次"}).content.decode()


def test_foreign_and_absent_are_the_same_bytes(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.stranger)
    for tail in ("", "errors/", "revoke/"):
        foreign, absent = client.get(f"/roster/{delivery.pk}/{tail}"), client.get(f"/roster/D20990101-none/{tail}")
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    draft, nobody = only_draft().pk, "00000000-0000-4000-8000-000000000000"
    for tail in ("", "columns/", "errors/"):
        foreign, absent = client.get(f"/roster/draft/{draft}/{tail}"), client.get(f"/roster/draft/{nobody}/{tail}")
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    for tail in ("publish/", "abandon/"):
        assert client.post(f"/roster/draft/{draft}/{tail}").status_code == 404


def test_a_partner_sends_for_its_own_unit_and_sees_only_that(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.partner)
    assert client.get(f"/roster/{delivery.pk}/").status_code == 404
    upload(client, ("户籍.csv", hukou_csv(2, 0)), sender="县公安局户政科")
    draft = UploadDraft.objects.get(created_by=cast.partner)
    assert draft.sender == FEDERATION
    client.post(f"/roster/draft/{draft.pk}/publish/")
    run_jobs()
    own = Delivery.objects.get(sender=FEDERATION)
    page = client.get("/roster/batch/").content.decode()
    assert own.pk in page
    assert delivery.pk not in page


@pytest.mark.parametrize("name", ["teacher", "auditor", "head"])
def test_who_may_not_upload_cannot(cast: Cast, name: str) -> None:
    client = client_of(getattr(cast, name))
    assert client.get("/roster/upload/").status_code == 403
    assert upload(client, ("户籍.csv", hukou_csv())).status_code == 403
    assert not UploadDraft.objects.exists()


def test_every_kind_stands_in_the_matrix_with_its_template(cast: Cast, delivery: Delivery) -> None:
    client = client_of(cast.clerk)
    page = client.get("/roster/").content.decode()
    assert page.count("未收到") == 12
    assert "本学期" in page
    response = client.get("/roster/template/disability/")
    assert openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0].title == "持证残疾人"
    assert client.get("/roster/template/nothing/").status_code == 404


def test_home_counts_open_lists(cast: Cast, delivery: Delivery) -> None:
    page = client_of(cast.clerk).get("/").content.decode()
    assert "有效批次" in page
    assert "还没收到的名册" in page


def test_names_are_text_wherever_they_appear(cast: Cast) -> None:
    client = client_of(cast.clerk)
    evil = "<img src=x onerror=alert(1)>.csv"
    upload(client, (evil, hukou_csv()), sender="<script>alert(1)</script>")
    for address in ("/roster/draft/", f"/roster/draft/{only_draft().pk}/", "/job/"):
        page = client.get(address).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page


def test_a_unit_misses_only_the_lists_that_it_owes(cast: Cast) -> None:
    partner = client_of(cast.partner).get("/roster/").content.decode()
    assert "持证残疾人" in partner
    assert "医保参保" not in partner
    principal = client_of(cast.principal).get("/roster/").content.decode()
    assert "在校点名" in principal
    assert "医保参保" not in principal
    assert "医保参保" in client_of(cast.clerk).get("/roster/").content.decode()


def test_an_upload_that_waits_is_something_to_do_today(cast: Cast) -> None:
    client = client_of(cast.clerk)
    assert "等您确认导入" not in client.get("/").content.decode()
    upload(client, ("户籍.csv", hukou_csv()))
    assert "1 份上传核对好了，等您确认导入" in client.get("/").content.decode()
