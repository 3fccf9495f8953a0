"""孩子档案 on the desk: found in scope only, every value with its row, whole numbers for a purpose, rows taken back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.lib.cast import NOW, SCHOOL, Cast
from tests.lib.swept import Swept, number, sweep_county, swept
from tests.lib.web import client_of

from notoneless.flows import daily_limits
from notoneless.flows.child_row import SourceCell, source_cells
from notoneless.link.records.models import Child, LinkDecision
from notoneless.link.records.queries import get_members
from notoneless.roster.core import load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence
from notoneless.web.child.presenters import relatives

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast: Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


def test_search_by_name_initials_village_school_and_number(cast: Cast, home: Swept) -> None:
    client = client_of(cast.clerk)
    for words in ("夏小", "xxy", "柳行岔"):
        answer = client.post("/child/find/", {"q": words})
        assert "夏小雨" in client.get(answer["Location"]).content.decode(), words
    school = client.get("/child/", {"q": "岸堤镇中心"}).content.decode()
    assert f"/ledger/school_age/?place={SCHOOL}" in school
    for words in (number(2), f"G{number(2)}", number(2)[:6] + " " + number(2)[6:], number(2)[-6:], number(2)[-5:]):
        assert client.post("/child/find/", {"q": words})["Location"] == f"/child/{home.gap.pk}/", words
    phone = client.post("/child/find/", {"q": "13800000001"})
    assert phone["Location"] == f"/child/{home.girl.pk}/"
    assert Event.objects.filter(action="child.search").count() == 6
    assert number(2) not in str(list(Event.objects.values_list("detail", "object_id")))


def test_the_end_of_a_number_lists_all_who_share_it(cast: Cast, home: Swept) -> None:
    twin = Child.objects.get(pk=home.away.pk)
    twin.id_no, twin.id_tail = number(2), home.gap.id_tail
    twin.save(update_fields=["id_no", "id_tail"])
    page = client_of(cast.clerk).post("/child/find/", {"q": number(2)[-4:]}).content.decode()
    assert "夏小雨" in page
    assert "秋小果" in page
    assert number(2) not in page


def test_a_number_in_the_address_is_not_looked_up(cast: Cast, home: Swept) -> None:
    page = client_of(cast.clerk).get("/child/", {"q": number(2)}).content.decode()
    assert "夏小雨" not in page
    assert "不要写在网址里" in page
    assert Event.objects.filter(action="child.search").count() == 0


def test_no_other_site_searches_for_somebody(cast: Cast, home: Swept) -> None:
    client, form = client_of(cast.clerk), {"q": number(2)}
    assert client.post("/child/find/", form, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert Event.objects.filter(action="child.search").count() == 0
    assert client.post("/child/find/", form, headers={"Origin": "http://testserver"}).status_code == 302


def test_a_foreign_number_finds_nothing_and_says_the_same_as_an_absent_one(cast: Cast, home: Swept) -> None:
    client = client_of(cast.stranger)
    for foreign, absent in ((number(2), number(9)), (number(2)[-4:], "1234"), ("夏小雨", "查无人")):
        pages = [
            client.post("/child/find/", {"q": words}, follow=True).content.decode() for words in (foreign, absent)
        ]
        assert pages[0].replace(foreign, "") == pages[1].replace(absent, "")
        assert "没有找到" in pages[0]


def test_the_file_shows_every_value_with_its_row_and_leaves_a_trace(cast: Cast, home: Swept) -> None:
    page = client_of(cast.clerk).get(f"/child/{home.girl.pk}/").content.decode()
    members = get_members(home.sweep.pk, home.girl.pk)
    assert len(members) == 2
    for member in members:
        assert f"/child/{home.girl.pk}/row/{member['row_key']}/" in page
        assert member["delivery_id"] in page
        assert f"第 {member['row_no']} 行" in page
    assert "春大山" in page
    assert "138****0001" in page
    assert "13800000001" not in page
    assert home.girl.id_no not in page
    assert "五年级" in page
    event = Event.objects.filter(action="child.view").get()
    assert (event.actor, event.object_id) == ("clerk", home.girl.pk)
    gap = client_of(cast.clerk).get(f"/child/{home.gap.pk}/").content.decode()
    assert "适龄失学" in gap
    assert "/case/A" in gap
    assert "摸排生成个案" in gap


def test_foreign_files_are_the_same_bytes_as_absent_ones(cast: Cast, home: Swept) -> None:
    key = get_members(home.sweep.pk, home.gap.pk)[0]["row_key"]
    tails = ("", f"row/{key}/", "number/id_no/", f"split/{key}/", "decision/1/undo/")
    for user, allowed in ((cast.stranger, tails), (cast.principal, tails[:3]), (cast.teacher, tails[:2])):
        client = client_of(user)
        for tail in allowed:
            foreign, absent = client.get(f"/child/{home.gap.pk}/{tail}"), client.get(f"/child/C00000000000/{tail}")
            assert (foreign.status_code, foreign.content) == (404, absent.content), (user.username, tail)
    assert Event.objects.filter(action="child.view").count() == 0
    for user in (cast.partner, cast.auditor):
        assert client_of(user).get(f"/child/{home.gap.pk}/").status_code == 403


def test_every_value_leads_back_to_file_row_and_cell(cast: Cast, home: Swept) -> None:
    for member in get_members(home.sweep.pk, home.girl.pk):
        address = f"/child/{home.girl.pk}/row/{member['row_key']}/"
        page = client_of(cast.clerk).get(address).content.decode()
        assert f"第 {member['row_no']} 行" in page
        assert Delivery.objects.get(pk=member["delivery_id"]).file_name in page
        assert f"/roster/{member['delivery_id']}/" in page
        assert "春大山" in page or member["kind"] != "school_roll"
        assert home.girl.id_no not in page
        assert "13800000001" not in page
    event = Event.objects.filter(action="child.row").latest("id")
    assert (event.actor, event.object_id) == ("clerk", home.girl.pk)
    assert home.girl.id_no not in str(event.detail)


def test_who_may_not_open_the_list_still_sees_the_childs_own_row(cast: Cast, home: Swept) -> None:
    """A principal gets to the row of a child of the school, not to the department's list; nor to another child's row."""
    member = get_members(home.sweep.pk, home.girl.pk)[0]
    page = client_of(cast.principal).get(f"/child/{home.girl.pk}/row/{member['row_key']}/").content.decode()
    assert member["delivery_id"] in page
    assert f"/roster/{member['delivery_id']}/" not in page
    strange = get_members(home.sweep.pk, home.gap.pk)[0]["row_key"]
    assert client_of(cast.clerk).get(f"/child/{home.girl.pk}/row/{strange}/").status_code == 404


def test_a_list_without_kept_headings_shows_its_cells_all_the_same(cast: Cast, home: Swept) -> None:
    member = get_members(home.sweep.pk, home.girl.pk)[0]
    delivery = Delivery.objects.get(pk=member["delivery_id"])
    bare = [{name: value for name, value in sheet.items() if name != "header"} for sheet in delivery.sheets]
    cells = source_cells(load_kinds()[member["kind"]], bare[0], {"raw": ["夏小花", None]})
    assert cells == [SourceCell("第1列", "夏小花", "", ""), SourceCell("第2列", "", "", "")]


def test_a_whole_number_needs_a_purpose_and_stays_in_the_trail(cast: Cast, home: Swept) -> None:
    client, address = client_of(cast.clerk), f"/child/{home.gap.pk}/number/id_no/"
    assert number(2) not in client.get(address).content.decode()
    assert number(2) not in client.post(address, {"reason": " "}).content.decode()
    assert Event.objects.filter(action="child.unmask").count() == 0
    assert number(2) in client.post(address, {"reason": "到派出所核对户籍"}).content.decode()
    event = Event.objects.get(action="child.unmask")
    assert "完整身份证号，用途：到派出所核对户籍" in sentence(event)
    assert client.get(f"/child/{home.gap.pk}/number/bank/").status_code == 404
    assert client_of(cast.teacher).post(address, {"reason": "看看"}).status_code == 403


def test_whole_numbers_end_at_the_days_limit(cast: Cast, home: Swept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_limits, "load_pack", lambda region, day: _OnePack())
    client, address = client_of(cast.clerk), f"/child/{home.gap.pk}/number/id_no/"
    assert number(2) in client.post(address, {"reason": "核对"}).content.decode()
    refused = client.post(address, {"reason": "核对"}).content.decode()
    assert number(2) not in refused
    assert "一人一天最多 1 次" in refused


class _OnePack:
    def value(self, parameter: str) -> int:
        return 1


def test_a_row_taken_out_stays_out_of_the_next_sweep_and_can_come_back(
    cast: Cast, home: Swept, tmp_path: Path
) -> None:
    client = client_of(cast.clerk)
    row = next(one for one in get_members(home.sweep.pk, home.girl.pk) if one["kind"] == "school_roll")
    address = f"/child/{home.girl.pk}/split/{row['row_key']}/"
    assert "不是这个孩子" in client.get(address).content.decode()
    assert LinkDecision.objects.count() == 0
    client.post(address, {"reason": ""})
    assert LinkDecision.objects.count() == 0
    assert "已拆开" in client.post(address, {"reason": "家长说不是"}, follow=True).content.decode()
    later = sweep_county(cast.clerk, tmp_path, NOW + dt.timedelta(days=1))
    assert {one["kind"] for one in get_members(later.pk, home.girl.pk)} != {"hukou", "school_roll"}
    decision = LinkDecision.objects.get()
    undo = f"/child/{decision.child_id}/decision/{decision.pk}/undo/"
    assert "已撤销判定" in client.post(undo, {"reason": "查清了"}, follow=True).content.decode()
    last = sweep_county(cast.clerk, tmp_path, NOW + dt.timedelta(days=2))
    child = Child.objects.get(name="春小花", gone=False)
    assert {one["kind"] for one in get_members(last.pk, child.pk)} == {"hukou", "school_roll"}
    assert [one.action for one in Event.objects.filter(action__startswith="link.")] == ["link.split", "link.undo"]


def test_who_may_take_rows_apart(cast: Cast, home: Swept) -> None:
    key = get_members(home.sweep.pk, home.girl.pk)[0]["row_key"]
    for user in (cast.head, cast.township_officer, cast.principal, cast.teacher):
        assert client_of(user).post(f"/child/{home.girl.pk}/split/{key}/", {"reason": "不是"}).status_code == 403
    assert client_of(cast.clerk).get(f"/child/{home.girl.pk}/split/no-such-row/").status_code == 404
    assert "拆开" not in client_of(cast.principal).get(f"/child/{home.girl.pk}/").content.decode()


def test_a_relation_to_the_head_is_said_of_the_child() -> None:
    row = {"head_name": "王大山", "relation": "女", "guardian_name": "李秀英", "guardian_relation": "祖母"}
    shown = [(one.name, one.relation) for one in relatives([{"kind": "low_income", "row": row}])]
    assert shown == [("李秀英", "祖母"), ("王大山", "户主或申请人，孩子是其女")]
