"""部门交接: a partner sends its lists, gets a receipt, takes back its own rows, takes a batch back, and sees nobody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from tests.lib import cast as c
from tests.lib import rosters
from tests.lib.routes import PARAMETER, routes
from tests.lib.swept import number, sweep_county, swept
from tests.lib.web import client_of, run_jobs, within_a_minute

from notoneless.case.records.models import Case
from notoneless.files.tables import read_table
from notoneless.flows.import_file import import_file
from notoneless.link.records.models import Child
from notoneless.org.models import User
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
HEAD = ["姓名", "性别", "公民身份号码", "出生日期", "残疾人证号", "残疾类别", "残疾等级", "户籍地址"]
MISTYPED = number(2)[:15] + ("9" if number(2)[15] != "9" else "8") + number(2)[16:]
"""夏小雨's number with one digit wrong: the comparison finds whose it is."""
OTHERS = ("春小花", "秋小果", "春大山", "县公安局", "13800000001")
"""Who and what stands in lists of others; 夏小雨 is in the partner's own list."""


def disability_csv() -> bytes:
    """夏小雨 as in 户籍, one with another birth date, one whom nobody else knows, one wrong number, one without a name."""
    known, wrong = number(2), number(4)[:-1] + ("0" if number(4)[-1] != "0" else "1")
    rows = [
        ["夏小雨", "女", known, "2016-03-05", f"{known}43", "肢体", "三级", "沂南县岸堤镇柳行岔村"],
        ["冬小雪", "女", number(5), "2016-03-05", f"{number(5)}43", "听力", "二级", "沂南县岸堤镇柳行岔村"],
        ["冬小冰", "女", wrong, "2016-03-05", "", "听力", "二级", "沂南县岸堤镇柳行岔村"],
        ["", "女", number(6), "2016-03-05", f"{number(6)}43", "听力", "二级", "沂南县岸堤镇柳行岔村"],
    ]
    return rosters.csv_bytes(HEAD, rows)


@dataclass(frozen=True)
class Home:
    """The partner's list as imported, after a sweep that used it."""

    delivery: Delivery
    sweep: str
    partner: Client


@pytest.fixture
def home(cast: c.Cast, tmp_path: Path) -> Home:
    swept(cast.clerk, tmp_path)
    client = client_of(cast.partner)
    data = {"sender": c.FEDERATION, "as_of": "2026-11-20", "kind": "disability"}
    client.post("/roster/upload/", data | {"files": SimpleUploadedFile("残疾.csv", disability_csv())})
    run_jobs()
    draft = UploadDraft.objects.get(created_by=cast.partner)
    client.post(f"/roster/draft/{draft.pk}/publish/", {"choice": "good_only"})
    run_jobs()
    draft.refresh_from_db()
    assert draft.delivery is not None, draft.result
    return Home(draft.delivery, sweep_county(cast.clerk, tmp_path).pk, client)


def page(home: Home, tail: str) -> str:
    answer = home.partner.get(f"/roster/{home.delivery.pk}/{tail}")
    assert answer.status_code == 200, tail
    return answer.content.decode()


def test_the_receipt_tells_rows_fingerprint_and_time(home: Home) -> None:
    receipt = page(home, "receipt/")
    assert home.delivery.file_sha256 in receipt
    assert "可用 3，退回 1，重复 0，空行等忽略 0" in receipt
    assert "残联老于" in receipt
    assert "夏小雨" not in receipt


def test_the_feedback_names_own_rows_and_what_is_wrong_with_them(home: Home) -> None:
    told = page(home, "feedback/")
    problems = re.findall(r'第 (\d+) 行</th>.*?<td class="some">([^<]+)</td>', told, re.DOTALL)
    assert ("3", "在其他名册里没有找到这个人") in problems
    assert ("4", "身份证校验位不对") in problems
    assert any(row == "5" and what.startswith("退回，没有采用") for row, what in problems)
    assert not [what for row, what in problems if row == "2"]
    assert number(5) not in told
    assert number(2) not in told
    for name in OTHERS:
        assert name not in told
    event = Event.objects.filter(action="roster.feedback").latest("id")
    assert sentence(event).startswith(f"残联老于查看批次 {home.delivery.pk} 的反馈名单")


@pytest.mark.parametrize(
    ("number_given", "said"), [(number(2), "出生日期与身份证不一致"), (MISTYPED, "出生日期与其他名册不一致")]
)
def test_another_birth_date_is_told_once_and_without_the_other_lists_value(
    cast: c.Cast, tmp_path: Path, number_given: str, said: str
) -> None:
    """With the right number the row contradicts itself; with a mistyped one only the other lists know."""
    swept(cast.clerk, tmp_path)
    row = ["夏小雨", "女", number_given, "2016-03-06", "", "肢体", "三级", "沂南县岸堤镇柳行岔村"]
    outcome = import_file(
        source=rosters.csv_bytes(HEAD, [row]), file_name="残.csv", kind="disability", sender=c.FEDERATION,
        as_of=rosters.AS_OF, place_code=c.COUNTY, by=cast.partner, now=c.NOW,
    )  # fmt: skip
    assert outcome.delivery is not None
    sweep_county(cast.clerk, tmp_path)
    told = client_of(cast.partner).get(f"/roster/{outcome.delivery.pk}/feedback/").content.decode()
    assert told.count(said) == 2  # the count above, the row below
    assert "2016-03-05" not in told


def test_the_feedback_comes_as_a_workbook(home: Home, tmp_path: Path) -> None:
    answer = home.partner.get(f"/roster/{home.delivery.pk}/feedback/export/")
    table = read_table(answer.content, "反馈.xlsx")
    rows = [list(row) for row in table.sheets[0].rows]
    assert rows[0] == ["工作表", "行号", "姓名", "身份证号", "问题", "怎么办"]
    assert {row[1] for row in rows[1:]} == {"3", "4", "5"}
    assert "*" in rows[1][3]


def test_a_partner_takes_its_batch_back(home: Home) -> None:
    home.partner.post(f"/roster/{home.delivery.pk}/revoke/", {"reason": "发错了"})
    home.delivery.refresh_from_db()
    assert home.delivery.status == "revoked"
    assert "已撤回" in page(home, "receipt/")
    again = home.partner.post(f"/roster/{home.delivery.pk}/revoke/", {"reason": "再撤"}).content.decode()
    assert "error-summary" in again
    assert Event.objects.filter(action="roster.revoke").count() == 1


def test_a_unit_of_the_same_name_in_the_next_county_is_another(cast: c.Cast, home: Home) -> None:
    namesake = cast.person("partner2", "邻县残联", "partner", place_code=c.FOREIGN_COUNTY, sender=c.FEDERATION)
    client = client_of(namesake)
    for tail in ("", "receipt/", "feedback/", "quality/", "reply/", "revoke/"):
        ids = (home.delivery.pk, "D20200101-0000000000")
        foreign, absent = within_a_minute(client, *(f"/roster/{one}/{tail}" for one in ids))
        assert (foreign.status_code, foreign.content) == (404, absent.content), tail
    assert home.delivery.pk not in client.get("/roster/batch/").content.decode()


@pytest.mark.parametrize("tail", ["receipt/", "feedback/", "feedback/export/"])
def test_other_units_and_places_get_nothing(cast: c.Cast, home: Home, tail: str) -> None:
    police = cast.person("police", "公安小徐", "partner", place_code=c.COUNTY, sender="县公安局户政科")
    before = Event.objects.count()
    for user in (police, cast.stranger, cast.principal):
        assert client_of(user).get(f"/roster/{home.delivery.pk}/{tail}").status_code == 404
    for user in (cast.teacher, cast.admin):
        assert client_of(user).get(f"/roster/{home.delivery.pk}/{tail}").status_code in (302, 403)
    assert Event.objects.count() == before
    assert client_of(cast.clerk).get(f"/roster/{home.delivery.pk}/{tail}").status_code == 200


def test_a_partner_walking_every_address_meets_nobody_of_another_list(cast: c.Cast, home: Home) -> None:
    """Every route of the desk with the ids of whatever lies in the database: others' names never come back."""
    child, police = Child.objects.get(name="夏小雨"), Delivery.objects.filter(sender="县公安局").first()
    own = {"delivery_id": home.delivery.pk, "draft_id": UploadDraft.objects.get(created_by=cast.partner).pk}
    others = {"delivery_id": police.pk if police else "D1", "draft_id": "00000000-0000-0000-0000-000000000001"}
    things = {
        "sweep_id": home.sweep, "child_id": child.pk, "case_id": Case.objects.get(child=child).pk,
        "check_id": "not_enrolled", "kind": "disability", "which": "new", "name": "school_age", "field": "id_no",
        "sender": c.FEDERATION, "user_id": cast.clerk.pk, "audited_child": child.pk,
    }  # fmt: skip
    reached = 0
    for address, _pattern in routes(get_resolver()):
        if address.startswith("api/"):
            continue
        for ids in (things | own, things | others, things | others | {"sender": "县公安局"}):
            url = "/" + PARAMETER.sub(lambda found, ids=ids: str(ids.get(found[1], 1)), address)
            answer = home.partner.get(url)
            assert answer.status_code in (200, 302, 403, 404, 405, 422), url
            text = answer.content.decode("utf-8", "replace")
            for name in OTHERS:
                assert name not in text.replace("县公安局户政科", ""), f"{name} at {url}"
            reached += answer.status_code == 200
    assert reached > 20
    listed = home.partner.get("/roster/batch/").content.decode()
    assert home.delivery.pk in listed
    assert listed.count('class="mono" href="/roster/D') == 1


def test_whoever_sends_no_lists_takes_no_feedback(cast: c.Cast, home: Home) -> None:
    viewers: tuple[User, ...] = (cast.head, cast.auditor)
    for user in viewers:
        assert client_of(user).get(f"/roster/{home.delivery.pk}/feedback/").status_code == 403
        assert client_of(user).get(f"/roster/{home.delivery.pk}/receipt/").status_code == 200
