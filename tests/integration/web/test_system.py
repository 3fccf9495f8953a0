"""系统 on the desk: accounts and who approves them, roles, schools and places, accounts from a workbook."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.jobs.health import ALIVE, BACKED_UP, RUNNING, examine, mark_alive
from notoneless.org.models import Grant, School, User
from notoneless.roster.core import load_kinds
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
NEW = {"username": "xinren", "display_name": "新经办", "role": "county_clerk", "place_code": c.COUNTY}
HEAD = "账号,姓名,角色,辖区,学校,送达单位"
DATA_CLERKS = ("clerk", "head", "township_officer", "principal", "teacher", "partner", "stranger")


@pytest.fixture(autouse=True)
def _first_password_is_changed(cast: c.Cast) -> None:
    User.objects.filter(pk=cast.admin.pk).update(must_change_password=False)
    cast.admin.refresh_from_db()


def page(user: User, address: str, **query: str) -> str:
    return client_of(user).get(address, query).content.decode()


def acts() -> int:
    return Event.objects.count()


@pytest.mark.parametrize("name", DATA_CLERKS)
def test_who_works_with_children_has_nothing_of_it(cast: c.Cast, name: str) -> None:
    client, before = client_of(getattr(cast, name)), acts()
    for tail in ("", "user/", "user/new/", f"user/{cast.clerk.pk}/", "grant/", "role/", "school/", "place/"):
        assert client.get(f"/system/{tail}").status_code == 403, tail
    assert client.post(f"/system/user/{cast.teacher.pk}/disable/").status_code == 403
    assert acts() == before


def test_each_officer_sees_the_own_part_of_the_menu(cast: c.Cast) -> None:
    assert "/system/school/" in page(cast.admin, "/system/")
    for officer in (cast.security, cast.auditor):
        index = page(officer, "/system/")
        assert "/system/grant/" in index
        assert "/system/school/" not in index
        assert client_of(officer).get("/system/user/new/").status_code == 403


def test_an_account_from_asking_to_signing_in(cast: c.Cast) -> None:
    answer = client_of(cast.admin).post("/system/user/new/", NEW).content.decode()
    password = re.search(r'<td class="mono">xinren</td><td class="mono">([\w-]{12})</td>', answer)
    assert password
    user = User.objects.get(username="xinren")
    login = {"username": "xinren", "password": password[1]}
    assert "账号或密码不对" in Client().post("/login/", login).content.decode()
    assert "1 件账号申请等您批准" in page(cast.security, "/")
    grant = user.grants.get()
    assert "新经办" in page(cast.security, "/system/grant/")
    decided = client_of(cast.security).post(f"/system/grant/{grant.pk}/decide/", {"approved": "1"})
    assert decided.status_code == 302
    assert Client().post("/login/", login)["Location"] == "/account/password/"
    assert password[1] not in page(cast.admin, f"/system/user/{user.pk}/")
    assert password[1] not in str(list(Event.objects.values_list("detail", flat=True)))


def test_the_same_form_twice_makes_one_account(cast: c.Cast) -> None:
    client = client_of(cast.admin)
    client.post("/system/user/new/", NEW)
    before = acts()
    assert "已经有人使用" in client.post("/system/user/new/", NEW).content.decode()
    assert (User.objects.filter(username="xinren").count(), acts()) == (1, before)


@pytest.mark.parametrize(
    ("changes", "said", "field"),
    [
        ({"place_code": ""}, "缺少辖区", "role"),
        ({"role": "teacher", "school": "没有这所学校"}, "没有代码为", "school"),
        ({"role": "partner"}, "缺少送达单位", "role"),
        ({"role": "auditor", "display_name": "系统管理员老季"}, "不能由一个人兼", "role"),
        ({"username": ""}, "这个字段是必填项", "username"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast: c.Cast, changes: dict[str, str], said: str, field: str) -> None:
    before = acts()
    answer = client_of(cast.admin).post("/system/user/new/", NEW | changes).content.decode()
    assert said in answer
    assert f'id="id_{field}_error"' in answer
    assert acts() == before


def test_only_who_grants_decides_and_a_refusal_needs_words(cast: c.Cast) -> None:
    client_of(cast.admin).post("/system/user/new/", NEW)
    grant = Grant.objects.get(state="open")
    for officer in (cast.admin, cast.auditor):
        assert client_of(officer).post(f"/system/grant/{grant.pk}/decide/", {"approved": "1"}).status_code == 403
    client = client_of(cast.security)
    assert "不批准要写明理由" in client.post(f"/system/grant/{grant.pk}/decide/", {"approved": "0"}).content.decode()
    client.post(f"/system/grant/{grant.pk}/decide/", {"approved": "0", "reason": "辖区不对"})
    grant.refresh_from_db()
    assert (grant.state, grant.decision_reason) == ("refused", "辖区不对")
    again = client.post(f"/system/grant/{grant.pk}/decide/", {"approved": "1"}).content.decode()
    assert "已经办结" in again


def test_moving_closing_opening_and_a_new_password(cast: c.Cast) -> None:
    admin, address = client_of(cast.admin), f"/system/user/{cast.township_officer.pk}/"
    admin.post(f"{address}move/", {"role": "principal", "school": "岸堤镇中心小学", "reason": "轮岗"})
    assert Grant.objects.get(state="open").school_code == c.SCHOOL
    admin.post(f"/system/grant/{Grant.objects.get(state='open').pk}/withdraw/")
    assert not Grant.objects.filter(state="open").exists()
    assert "口令只在这一页显示" in admin.post(f"{address}password/").content.decode()
    signed_in = client_of(cast.township_officer)
    admin.post(f"{address}disable/")
    assert signed_in.get("/")["Location"].startswith("/login/")
    admin.post(f"{address}enable/", {"reason": "停错了"})
    client_of(cast.security).post("/system/grant/approve/", {"grant": Grant.objects.get(state="open").pk})
    assert User.objects.get(pk=cast.township_officer.pk).is_active


def test_the_auditor_reads_both_and_sees_nothing_of_the_next_county(cast: c.Cast) -> None:
    client_of(cast.admin).post("/system/user/new/", NEW)
    client_of(cast.security).post("/system/grant/approve/", {"grant": Grant.objects.get(state="open").pk})
    trail = page(cast.auditor, "/trail/", kind="staff")
    assert "系统管理员老季（系统管理员）建立账号 xinren" in trail
    assert "安全员老卫（安全管理员）批准新建账号：账号 xinren" in trail
    listed = page(cast.auditor, "/system/user/")
    assert "高明月" in listed
    assert "邻县小庄" not in listed
    assert client_of(cast.auditor).get(f"/system/user/{cast.stranger.pk}/").status_code == 404


def test_accounts_are_found_by_name_role_and_state(cast: c.Cast) -> None:
    assert "李老师" in page(cast.admin, "/system/user/", q="李老")
    assert "李老师" not in page(cast.admin, "/system/user/", role="auditor")
    client_of(cast.admin).post("/system/user/new/", NEW)
    waiting = page(cast.admin, "/system/user/", state="waiting")
    assert "新经办" in waiting
    assert "李老师" not in waiting
    assert "新经办" not in page(cast.admin, "/system/user/", state="closed")


def test_every_role_says_what_it_may(cast: c.Cast) -> None:
    roles = page(cast.auditor, "/system/role/")
    assert "批准账号的角色与范围：批准后才生效" in roles
    assert "看完整证件号与电话" in roles


def test_schools_and_places_are_switched_off_once(cast: c.Cast) -> None:
    client, before = client_of(cast.admin), acts()
    for _again in range(2):
        client.post(f"/system/school/{c.SCHOOL}/switch/", {"active": "0"})
    assert not School.objects.get(pk=c.SCHOOL).is_active
    assert acts() == before + 1
    assert "岸堤镇中心小学" in page(cast.admin, "/system/school/", state="off")
    client.post(f"/system/place/{c.TOWN}/switch/", {"active": "0"})
    assert "岸堤镇" in page(cast.admin, "/system/place/", state="off")


# ---- 从表格导入


def sent(cast: c.Cast, *lines: str, head: str = HEAD) -> str:
    content = "\r\n".join([head, *lines]).encode("gb18030")
    answer = client_of(cast.admin).post("/system/user/import/", {"file": SimpleUploadedFile("账号.csv", content)})
    return answer.content.decode()


def carried(preview: str) -> str:
    found = re.search(r'name="rows" value="([^"]*)"', preview)
    assert found
    return found[1].replace("&quot;", '"')


def test_a_list_is_looked_at_before_anything_is_made(cast: c.Cast) -> None:
    before = User.objects.count()
    preview = sent(
        cast,
        "zhang1,张老师,教师,,岸堤镇中心小学,",
        "wang1,王经办,县局经办,沂南县,,",
        "clerk,重名,县局经办,沂南县,,",
        "zhang1,又一个,教师,,岸堤镇中心小学,",
        "zhao1,赵老师,教师,,没有的学校,",
        ",无账号,教师,,岸堤镇中心小学,",
        "qian1,钱,大总管,,,",
    )
    assert User.objects.count() == before
    for code in ("E709", "E742", "E712", "E740", "E711"):
        assert code in preview, code
    assert [row["fields"]["username"] for row in json.loads(carried(preview))] == ["zhang1", "wang1"]
    rows = {"rows": carried(preview), "reason": "新学期"}
    answer = client_of(cast.admin).post("/system/user/import/confirm/", rows).content.decode()
    assert answer.count('class="mono">') == 4
    made = User.objects.filter(username__in=("zhang1", "wang1"))
    assert {(user.role, user.is_active) for user in made} == {("teacher", False), ("county_clerk", False)}
    assert Grant.objects.filter(state="open", reason="新学期").count() == 2
    again = client_of(cast.admin).post("/system/user/import/confirm/", rows).content.decode()
    assert "已经有人使用" in again
    assert User.objects.count() == before + 2
    client_of(cast.security).post(
        "/system/grant/approve/", {"grant": list(Grant.objects.filter(state="open").values_list("pk", flat=True))}
    )
    assert made.filter(is_active=True).count() == 2


@pytest.mark.parametrize(
    ("head", "lines", "said"),
    [
        ("姓名,角色", ["张,教师"], "没有“账号”这一列"),
        (HEAD, [f"u{n},张{n},教师,,x," for n in range(201)], "一次最多 200 行"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(cast: c.Cast, head: str, lines: list[str], said: str) -> None:
    assert said in sent(cast, *lines, head=head)


def test_forged_rows_are_checked_like_any_other(cast: c.Cast) -> None:
    before = User.objects.count()
    client = client_of(cast.admin)
    for rows in ("nonsense", "[1]", '[{"number": 1}]', json.dumps([{"number": 2, "fields": {"username": "clerk"}}])):
        assert client.post("/system/user/import/confirm/", {"rows": rows}).status_code in (200, 302)
    assert User.objects.count() == before


def test_the_template_can_be_filled_and_sent(cast: c.Cast) -> None:
    client = client_of(cast.admin)
    template = client.get("/system/user/template/").content
    answer = client.post("/system/user/import/", {"file": SimpleUploadedFile("账号表模板.xlsx", template)})
    assert answer.status_code == 200
    assert "李老师" not in answer.content.decode()


# ---- 模板、健康、保存期限、日志


def test_every_kind_of_list_has_its_empty_workbook(cast: c.Cast) -> None:
    listed = page(cast.admin, "/system/template/")
    addresses = re.findall(r'href="(/system/template/[a-z_]+/)"', listed)
    assert len(addresses) == len(load_kinds())
    answer = client_of(cast.admin).get(addresses[0])
    assert answer["Content-Disposition"].startswith("attachment")
    assert client_of(cast.admin).get("/system/template/no_such/").status_code == 404


def test_health_says_what_is_wrong(cast: c.Cast) -> None:
    (Path(settings.DATA_DIR) / ALIVE).unlink(missing_ok=True)
    wrong = page(cast.admin, "/system/health/")
    assert "没有在运行" in wrong
    assert "没有备份记录" in wrong
    mark_alive()
    (Path(settings.DATA_DIR) / BACKED_UP).touch()
    well = page(cast.admin, "/system/health/")
    assert "都正常" in well
    assert "认不出您的浏览器" in well
    old = client_of(cast.admin).get("/system/health/", headers={"user-agent": "Mozilla/5.0 Chrome/81.0.1"})
    assert "太旧" in old.content.decode()
    (Path(settings.DATA_DIR) / BACKED_UP).unlink()


def test_a_clock_put_back_and_a_missing_officer_are_found(cast: c.Cast) -> None:
    findings = {one.name: one for one in examine(RUNNING, c.NOW - dt.timedelta(days=1))}
    assert "比留痕的末条还早" in findings["时钟"].detail
    assert findings["三员"].ok
    User.objects.filter(pk=cast.auditor.pk).update(is_active=False)
    assert "缺审计" in {one.name: one for one in examine(RUNNING, c.NOW)}["三员"].detail


def test_a_probe_that_breaks_is_a_finding(cast: c.Cast) -> None:
    def broken(_now: dt.datetime) -> tuple[bool, str]:
        raise OSError("没有这个盘")

    assert [(one.ok, one.detail) for one in examine({"盘": broken}, c.NOW)] == [(False, "没有这个盘")]


def test_retention_is_told_and_logs_are_the_auditors(cast: c.Cast) -> None:
    assert "天后删除" in page(cast.admin, "/system/retention/")
    assert "留痕" in page(cast.auditor, "/system/retention/")
    assert "登录日志" in page(cast.auditor, "/system/")
    assert "登录日志" not in page(cast.admin, "/system/")
    for officer in (cast.security, cast.auditor):
        assert client_of(officer).get("/system/health/").status_code == 403
