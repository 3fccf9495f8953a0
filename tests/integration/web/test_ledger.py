"""台账 on the desk: filters in the address, counts beside them, pasted lists, files and paper that hold what is seen."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from tests.lib.cast import Cast
from tests.lib.swept import Swept, number, swept
from tests.lib.web import client_of

from notoneless.trail.models import Event
from notoneless.web.ledger import views

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
    assert "没有符合条件的孩子" in page_of(cast.stranger, "/ledger/school_age/")


def test_numbers_of_people_never_stay_in_the_address(cast: Cast, home: Swept) -> None:
    response = client_of(cast.clerk).get(f"/ledger/school_age/?q={number(2)}&sex=2")
    assert response.status_code == 302
    assert number(2) not in response["Location"]


def test_a_pasted_list_filters_in_scope_and_is_forgotten(cast: Cast, home: Swept) -> None:
    client = client_of(cast.township_officer)
    text = f"{number(2)}\n{number(3)}\n春小花\n查无此人"
    response = client.post("/ledger/school_age/paste/", {"text": text})
    assert number(2) not in response["Location"]
    page = client.get(response["Location"]).content.decode()
    assert "粘贴 4 个" in page
    assert "找到 2 名" in page
    assert "夏小雨" in page
    assert "春小花" in page
    assert "秋小果" not in page
    event = Event.objects.filter(action="child.search").get()
    assert (event.detail["numbers"], event.detail["found"]) == (2, 2)
    assert number(2) not in str(dict(client.session))


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
    assert sorted(row[1] for row in rows[1:]) == ["夏小雨", "秋小果"]
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


def test_a_list_too_long_is_refused_whole_not_cut(cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_EXPORTED", 1)
    response = client_of(cast.clerk).get("/ledger/school_age/export/")
    assert response.status_code == 422
    assert "这个名单有 3 行" in response.content.decode()
    assert Event.objects.filter(action="ledger.export").count() == 0


def test_pages_follow_each_other_without_loss(cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.web.shell.paging.DEFAULT_SIZE", 2)
    client = client_of(cast.clerk)
    first = client.get("/ledger/school_age/")
    second = client.get("/ledger/school_age/" + first.context["page"].next_url)
    names = [line["row"].child.name for response in (first, second) for line in response.context["lines"]]
    assert sorted(names) == ["夏小雨", "春小花", "秋小果"]
    assert len(first.context["lines"]) == 2
    back = client.get("/ledger/school_age/" + second.context["page"].previous_url)
    assert [line["row"].child.pk for line in back.context["lines"]] == [
        line["row"].child.pk for line in first.context["lines"]
    ]
