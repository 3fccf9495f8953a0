"""台账 on the desk: filters in the address, counts beside them, pasted lists, files and paper that hold what is seen."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.http import QueryDict
from django.utils.timezone import localdate
from tests.lib.cases import make_child
from tests.lib.cast import Cast
from tests.lib.swept import Swept, number, swept
from tests.lib.web import client_of, run_jobs

from notoneless.case.core.states import State
from notoneless.flows import daily_limits
from notoneless.flows.ledger import LEDGERS, Ledger, list_ledger
from notoneless.flows.ledger_columns import COLUMNS
from notoneless.flows.ledger_counts import count_ledger
from notoneless.link.records.models import Child
from notoneless.org.models import SavedView
from notoneless.trail.models import Event
from notoneless.web.ledger import export_views

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast: Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


def page_of(user: object, address: str) -> str:
    response = client_of(user).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_each_sees_the_own_children_only(cast: Cast, home: Swept) -> None:
    assert all(name in page_of(cast.clerk, "/ledger/school_age/") for name in ("春小花", "夏小雨", "秋小果"))
    town = page_of(cast.township_officer, "/ledger/school_age/")
    assert "夏小雨" in town
    assert "秋小果" not in town
    school = page_of(cast.principal, "/ledger/school_age/")
    assert "春小花" in school
    assert "夏小雨" not in school
    for nobody in (cast.stranger, cast.other_principal):
        page = page_of(nobody, "/ledger/school_age/")
        assert not any(name in page for name in ("春小花", "夏小雨", "秋小果"))
    for user in (cast.partner, cast.auditor):
        assert client_of(user).get("/ledger/school_age/").status_code == 403
    assert client_of(cast.clerk).get("/ledger/no_such/").status_code == 404


def test_filters_live_in_the_address_with_chips_and_empty_is_a_value(cast: Cast, home: Swept) -> None:
    page = page_of(cast.clerk, "/ledger/school_age/?school=none&town=371321101")
    assert "夏小雨" in page
    assert "春小花" not in page
    assert "秋小果" not in page
    assert "（空） <span" in page
    assert 'aria-label="已选条件"' in page
    assert "适龄失学" in page
    assert home.gap.id_no not in page
    found = page_of(cast.clerk, "/ledger/school_age/?q=XXY")
    assert "夏小雨" in found
    assert "春小花" not in found
    assert "夏小雨" in page_of(cast.clerk, "/ledger/suspected/?check=not_enrolled")
    assert "没有符合条件的孩子" in page_of(cast.clerk, "/ledger/suspected/?check=id_invalid")
    assert "这本台账还没有人" in page_of(cast.stranger, "/ledger/school_age/")


def test_numbers_of_people_never_stay_in_the_address(cast: Cast, home: Swept) -> None:
    response = client_of(cast.clerk).get(f"/ledger/school_age/?q={number(2)}&sex=2")
    assert response.status_code == 302
    assert number(2) not in response["Location"]


def test_a_pasted_list_filters_in_scope_and_is_forgotten(cast: Cast, home: Swept) -> None:
    client = client_of(cast.township_officer)
    text = f"姓名\t身份证号\t年级\n夏小雨\t{number(2)}\t五年级\r\n秋小果\t{number(3)}\n春小花\n查无此人"
    report = client.post("/ledger/school_age/paste/", {"text": text}).content.decode()
    assert "粘贴 5 个，找到 2 名" in report
    missing = report[report.index("没有找到的") :]
    assert all(word in missing for word in ("查无此人", "秋小果", "姓名"))
    assert "夏小雨" not in missing
    page = client.get(re.search(r'href="(/ledger/school_age/\?list=\w+)"', report)[1]).content.decode()
    assert "夏小雨" in page
    assert "春小花" in page
    assert "秋小果" not in page
    event = Event.objects.filter(action="child.search").get()
    assert (event.detail["numbers"], event.detail["found"]) == (2, 2)
    assert number(2) not in str(dict(client.session))


def test_namesakes_of_a_pasted_name_are_told_and_not_taken(cast: Cast, home: Swept) -> None:
    make_child("C0000000077")
    Child.objects.filter(pk="C0000000077").update(name="春小花")
    report = client_of(cast.clerk).post("/ledger/school_age/paste/", {"text": "春小花 夏小雨"}).content.decode()
    assert "重名、没有算进去的 1 个" in report
    assert "看这 2 名" in report
    assert "找到 1 名" in report


def test_a_list_found_whole_opens_at_once(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    answer = client.post("/ledger/school_age/paste/", {"text": f"'{number(2)}\r\n G{number(1)} "})
    assert number(2) not in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert "粘贴的 2 个都找到了" in page
    assert "秋小果" not in page


def test_probing_with_numbers_ends_at_the_days_limit(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    many = "\n".join(str(10_000_000_000 + n) for n in range(500))
    client.post("/ledger/school_age/paste/", {"text": many})
    page = client.post("/ledger/school_age/paste/", {"text": many}, follow=True).content.decode()
    assert "今天已用 500 次" in page
    assert Event.objects.filter(action="child.search").count() == 1


def test_the_workbook_holds_exactly_what_is_listed(cast: Cast, home: Swept) -> None:
    response = client_of(cast.clerk).get("/ledger/school_age/export/?school=none&format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert sorted(row[0] for row in rows[1:]) == ["夏小雨", "秋小果"]
    assert all(isinstance(cell, str) for cell in rows[1] if cell is not None)
    about = dict(book["导出说明"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert (about["学校"], about["行数"], about["数据时点"]) == ("（空）", "2", "2026-11-20")
    assert number(2) not in str(rows)
    assert "3713**********" in str(rows)
    event = Event.objects.filter(action="ledger.export").get()
    assert (event.object_id, event.detail["rows"], event.detail["ledger"]) == ("school_age", 2, "适龄儿童")


def test_csv_opens_in_excel_and_paper_repeats_its_head(cast: Cast, home: Swept) -> None:
    client = client_of(cast.principal)
    csv = client.get("/ledger/school_age/export/?format=csv").content
    assert csv.startswith(b"\xef\xbb\xbf")
    assert "春小花" in csv.decode("utf-8-sig")
    assert "夏小雨" not in csv.decode()
    paper = client.get("/ledger/school_age/print/").content.decode()
    assert "print-wide" in paper
    assert "<thead>" in paper
    assert "审核人" in paper
    assert "春小花" in paper
    assert Event.objects.filter(action="ledger.export").count() == 2
    assert client_of(cast.teacher).get("/ledger/school_age/export/").status_code == 403


def test_a_long_list_becomes_a_job_and_its_file_is_ones_own(
    cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_views, "MOST_AT_ONCE", 1)
    client = client_of(cast.clerk)
    asked = client.get("/ledger/school_age/export/?q=小")
    assert asked.status_code == 200, "one row is fetched at once"
    form = client.get("/ledger/school_age/export/?sex=2")["Location"]
    assert "在后台写" in client.get(form).content.decode()
    job = client.post(form, {"format": "xlsx", "reason": ""})["Location"]
    run_jobs()
    page = client.get(job).content.decode()
    assert "适龄儿童台账 3 行" in page
    address = re.search(r'href="(/ledger/file/[0-9a-f-]+/)"', page)[1]
    content = b"".join(client.get(address).streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [
        child.name for child in list_ledger(cast.clerk, LEDGERS["school_age"], {}, localdate())
    ]
    assert dict(book["导出说明"].iter_rows(min_row=2, max_col=2, values_only=True))["性别"] == "女"
    assert number(2).encode() not in content
    for other in (cast.head, cast.stranger):
        assert client_of(other).get(address).status_code == 404
    stored = next(path for path in (settings.DATA_DIR / "exports").iterdir() if not path.suffix)
    assert b"PK" not in stored.read_bytes()[:64]


def test_a_list_too_long_for_paper_is_refused_whole(cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_views, "MOST_PRINTED", 1)
    response = client_of(cast.clerk).get("/ledger/school_age/print/")
    assert response.status_code == 422
    assert "这个名单有 3 行" in response.content.decode()
    assert Event.objects.filter(action="ledger.export").count() == 0


def test_whole_numbers_leave_only_with_a_reason_and_within_the_days_limit(
    cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = client_of(cast.clerk), "/ledger/school_age/export/ask/"
    whole = client.post(address, {"format": "csv", "reason": "发放劝返通知书"}).content.decode("utf-8-sig")
    assert number(2) in whole
    event = Event.objects.get(action="ledger.export_whole")
    assert (event.detail["purpose"], event.detail["rows"]) == ("发放劝返通知书", 3)
    assert number(2) not in str(event.detail)
    monkeypatch.setattr(daily_limits, "load_pack", lambda region, day: _Pack())
    refused = client.post(address, {"format": "csv", "reason": "再来一次"})
    assert "一人一天最多 4 次" in refused.content.decode()
    assert number(2) not in client.post(address, {"format": "csv", "reason": " "}).content.decode("utf-8-sig")
    assert client_of(cast.teacher).post(address, {"format": "csv", "reason": "看看"}).status_code == 403


class _Pack:
    def value(self, parameter: str) -> int:
        assert parameter == "privacy.whole_numbers_exported_per_day"
        return 4


def test_columns_are_chosen_once_and_hold_on_screen_paper_and_file(cast: Cast, home: Swept) -> None:
    client, address = client_of(cast.clerk), "/ledger/school_age/columns/"
    assert "身份证号" in page_of(cast.clerk, "/ledger/school_age/")
    for _again in range(2):
        assert client.post(address, {"column": ["name", "nation", "school"]}).status_code == 302
    assert Event.objects.filter(action="columns.choose").count() == 1
    page = client.get("/ledger/school_age/").content.decode()
    table = page[page.index("<thead>") :]
    assert "民族" in table
    assert "身份证号" not in table
    csv = client.get("/ledger/school_age/export/?format=csv").content.decode("utf-8-sig")
    assert csv.splitlines()[0] == "姓名,民族,学校"
    assert "民族" in client.get("/ledger/school_age/print/").content.decode()
    assert "身份证号" in page_of(cast.head, "/ledger/school_age/")
    too_many = client.post(address, {"column": list(COLUMNS)}, follow=True).content.decode()
    assert "最多选 12 列" in too_many
    client.post(address, {"usual": "1"})
    assert "身份证号" in client.get("/ledger/school_age/").content.decode()


def test_views_are_kept_shared_with_the_unit_and_removed(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    address = "/ledger/suspected/view/?owner=nobody&category=poverty&q=夏&list=abcd&after=x"
    for _again in range(2):
        client.post(address, {"name": "待派的脱贫户", "shared": "on"})
    assert Event.objects.filter(action="view.save").count() == 1
    view = SavedView.objects.get()
    assert view.query == "category=poverty&owner=nobody"
    assert "待派的脱贫户" in page_of(cast.head, "/ledger/suspected/")
    for user in (cast.township_officer, cast.principal, cast.stranger):
        assert "待派的脱贫户" not in page_of(user, "/ledger/suspected/")
    opened = client.get(f"/ledger/suspected/?{view.query}").content.decode()
    assert 'aria-current="true">待派的脱贫户' in opened
    assert "没有写视图的名称" not in opened
    for user, status in ((cast.head, 404), (cast.stranger, 404), (cast.partner, 403)):
        assert client_of(user).post(f"/ledger/suspected/view/{view.pk}/remove/").status_code == status
    client.post(address, {"name": "待派的脱贫户"})
    assert "待派的脱贫户" not in page_of(cast.head, "/ledger/suspected/")
    client.post(f"/ledger/suspected/view/{view.pk}/remove/")
    assert SavedView.objects.count() == 0
    assert client.post(f"/ledger/suspected/view/{view.pk}/remove/").status_code == 404


def test_shipped_views_name_values_that_exist(cast: Cast, home: Swept) -> None:
    for ledger in LEDGERS.values():
        assert len(ledger.views) >= 5
        for view in ledger.views:
            for name, values in QueryDict(view.query).lists():
                known = {value for value, _name, _number in count_values(cast, ledger, name)}
                assert set(values) <= known | {"none"}, (ledger.id, view.name)
    teacher = page_of(cast.teacher, "/ledger/school_age/")
    assert 'href="/ledger/suspected/?owner=mine"' in teacher


def count_values(cast: Cast, ledger: Ledger, name: str) -> list[tuple[str, str, int]]:
    if name == "check":
        return [(check, "", 0) for check in ledger.checks]
    if name == "state":
        return [(state.value, "", 0) for state in State]
    return count_ledger(cast.clerk, ledger, {}, localdate()).facets[name]


def test_pages_follow_each_other_without_loss(cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.web.shell.paging.DEFAULT_SIZE", 2)
    client = client_of(cast.clerk)
    first = client.get("/ledger/school_age/")
    second = client.get("/ledger/school_age/" + first.context["page"].next_url)
    names = [child.name for response in (first, second) for child in response.context["page"].rows]
    assert sorted(names) == ["夏小雨", "春小花", "秋小果"]
    assert len(first.context["page"].rows) == 2
    back = client.get("/ledger/school_age/" + second.context["page"].previous_url)
    assert [child.pk for child in back.context["page"].rows] == [child.pk for child in first.context["page"].rows]
