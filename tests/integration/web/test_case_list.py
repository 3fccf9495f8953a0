"""The list of cases, 首页 that counts it, and 派单 of several cases at once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.case.records.queries import get_home_counts
from notoneless.org.models import User
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands one hour after the cast's moment, whatever day the tests are run on."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: c.NOW + dt.timedelta(hours=1))


def acts() -> int:
    return Event.objects.exclude(action="child.view").count()


@pytest.fixture
def three(cast: c.Cast) -> c.Cast:
    """The case of SCHOOL, one of the second school, one of another town without a school."""
    k.open_case(cast.clerk)
    k.open_case(
        cast.clerk, child_id="C0000000002", school_code=c.SECOND_SCHOOL, due_date=k.TODAY - dt.timedelta(days=3)
    )
    k.open_case(cast.clerk, "aid_missed", child_id="C0000000003", place_code=c.OTHER_TOWN, school_code="")
    return cast


def listed(client: Client, query: str = "") -> list[str]:
    """Last digits of the children on a page of the list."""
    text = client.get(f"/case/{query}").content.decode()
    ids = re.findall(r'<td class="nowrap mono">(A\d+-\d+)</td>', text)
    return [Case.objects.get(pk=case_id).child_id[-1] for case_id in ids]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", ["2", "1", "3"]),
        ("?view=overdue", ["2"]),
        ("?view=unowned", ["2", "1", "3"]),
        ("?view=mine", []),
        ("?view=closed", []),
        ("?view=approve", []),
        ("?check=aid_missed", ["3"]),
        (f"?school={c.SCHOOL}&school={c.SECOND_SCHOOL}", ["2", "1"]),
        ("?school=-", ["3"]),
        (f"?town={c.OTHER_TOWN[:9]}", ["3"]),
        ("?town=3713&owner=x%27", []),
        ("?owner=-&state=to_verify", ["2", "1", "3"]),
        ("?state=nonsense", []),
        ("?view=nonsense", ["2", "1", "3"]),
    ],
)
def test_the_address_is_the_list(three: c.Cast, query: str, seen: list[str]) -> None:
    assert listed(client_of(three.clerk), query) == seen


@pytest.mark.parametrize(
    ("who", "seen"),
    [("principal", ["1"]), ("other_principal", ["2"]), ("township_officer", ["2", "1"]), ("stranger", [])],
)
def test_the_list_ends_at_the_scope(three: c.Cast, who: str, seen: list[str]) -> None:
    assert listed(client_of(getattr(three, who))) == seen


def test_pages_follow_one_another(three: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.web.shell.paging.DEFAULT_SIZE", 2)
    client = client_of(three.clerk)
    first = client.get("/case/?view=open").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    assert listed(client, following) == ["3"]


def test_home_numbers_open_the_lists_they_count(three: c.Cast) -> None:
    page = client_of(three.clerk).get("/").content.decode()
    counts = get_home_counts(three.clerk, k.TODAY)
    assert f"{counts['overdue']} 个个案过了期限还没办完" in page
    assert f"{counts['unowned']} 个个案还没有责任人" in page
    for view, name in (("overdue", "overdue"), ("unowned", "unowned")):
        assert f"/case/?view={view}" in page
        assert len(listed(client_of(three.clerk), f"?view={view}")) == counts[name]
    assert "/case/?state=to_verify" in page


def test_home_speaks_to_each_role(three: c.Cast) -> None:
    k.bring_to_persuading(Case.objects.get(child_id="C0000000001"), three.principal, three.teacher)
    teacher = client_of(three.teacher).get("/").content.decode()
    assert "1 个个案由您负责" in teacher
    assert "还没有责任人" not in teacher
    assert "还没有人核实" in client_of(three.other_principal).get("/").content.decode()
    assert "/case/" not in client_of(three.auditor).get("/").content.decode()


def bulk(three: c.Cast, owner: User, *children: str) -> str:
    ids = "&".join(f"case={Case.objects.get(child_id=f'C000000000{child}').pk}" for child in children)
    return f"/case/assign/?{ids}&owner={owner.pk}&kept=view%3Dunowned"


def digest(page: str) -> dict[str, str]:
    return {"shown": page.split('name="shown" value="')[1].split('"')[0]}


def test_several_at_once_says_who_is_left_out_and_why_and_can_be_taken_back(three: c.Cast) -> None:
    address = bulk(three, three.teacher, "1", "2", "3")
    client = client_of(three.clerk)
    page = client.get(address).content.decode()
    assert "不派的 2 个" in page
    assert "管不到孩子所在的乡镇或学校" in page
    assert "把 1 个派给李老师" in page
    before = acts()
    done = client.post(address, digest(page))["Location"]
    assert [case.child_id[-1] for case in Case.objects.filter(owner=three.teacher)] == ["1"]
    assert acts() == before + 1
    assert "撤销这次派单（1 个）" in client.get(done).content.decode()
    client.post(f"{done}undo/")
    assert not Case.objects.filter(owner=three.teacher).exists()


def test_several_at_once_are_shown_anew_when_one_has_changed(three: c.Cast) -> None:
    address = bulk(three, three.township_officer, "1", "2")
    shown = digest(client_of(three.clerk).get(address).content.decode())
    second = Case.objects.get(child_id="C0000000002")
    actions.assign(**k.fresh(second), owner_id=three.other_principal.pk, by=three.clerk, now=c.NOW)
    page = client_of(three.clerk).post(address, shown).content.decode()
    assert "还没有派" in page
    assert Case.objects.get(child_id="C0000000001").owner is None


def test_more_than_a_hundred_go_out_at_once(three: c.Cast) -> None:
    for number in range(100, 205):
        k.open_case(three.clerk, child_id=f"C0000000{number}")
    address = f"/case/assign/?all=1&kept=view%3Dopen&owner={three.township_officer.pk}"
    page = client_of(three.clerk).get(address).content.decode()
    assert "个数多，在后台派" in page


def test_all_of_a_list_at_once_and_never_beyond_the_scope(three: c.Cast) -> None:
    page = client_of(three.clerk).get("/case/assign/?all=1&kept=view%3Doverdue").content.decode()
    assert "派单：1 个" in page
    foreign = client_of(three.principal).get(bulk(three, three.teacher, "1", "2", "3")).content.decode()
    assert "有 2 个编号在您的工作范围内没有" in foreign
    assert Case.objects.get(child_id="C0000000002").pk not in foreign
    response = client_of(three.principal).get("/case/assign/")
    assert response.status_code == 302
