"""个案 on the desk: who may, who sees, foreign like absent, nobody overwritten, each act once and in the trail."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.case.records import actions
from notoneless.case.records.models import Case, ClosingRequest, Evidence, Gap, Measure, Visit
from notoneless.org.models import User
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db

HOUR_LATER = c.NOW + dt.timedelta(hours=1)
NOBODY = "00000000-0000-4000-8000-000000000000"
WHOLE = {"principal", "clerk", "head", "township_officer", "teacher"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands one hour after the cast's moment, whatever day the tests are run on."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: HOUR_LATER)


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """待核实, with one gap that wants the child back."""
    return k.open_case(cast.clerk)


def acts() -> int:
    return Event.objects.exclude(action="child.view").count()


def page_of(user: User, case: Case) -> str:
    return client_of(user).get(f"/case/{case.pk}/").content.decode()


def post(user: User, case: Case, tail: str, **fields: object) -> object:
    """Post a form of the case with the version as it is now, unless another is given."""
    case.refresh_from_db()
    return client_of(user).post(f"/case/{case.pk}/{tail}", {"version": case.version, **fields})


def visit_fields(**changes: str) -> dict[str, str]:
    fields = {
        "client_id": str(uuid4()), "kind": "home", "on_day": k.TODAY.isoformat(), "at_time": "08:30",
        "people": "李老师", "bodies": "school", "met_whom": "祖母", "guardian_attitude": "支持", "child_attitude": "怕跟不上",
        "difficulty": "", "agreed": "on", "agreed_date": "2026-11-30",
    }  # fmt: skip
    return fields | changes


def paper_fields(kind: str = "school_paper", **more: object) -> dict[str, object]:
    fields = {"kind": kind, "number": "岸校证〔2026〕7号", "issued_by": "岸堤镇中心小学", "issued_date": "2026-11-20"}
    return fields | more


def addresses(case: Case) -> list[str]:
    """Every address below one case; the measure and the request need not exist to be foreign."""
    gap = case.gaps.first().pk
    tails = [
        "",
        "print/",
        "family/",
        "assign/",
        "visit/",
        "visit/1/",
        "evidence/",
        f"evidence/{NOBODY}/",
        "placement/",
        "return/",
    ]
    tails += ["note/", f"note/{NOBODY}/", "consultation/", "consultation/1/", "refer/", "refer/outside/", "receiver/"]
    tails += ["recheck/", "reopen/", "move/confirm/", "closing/", "closing/?outcome=dead", "closing/1/"]
    return tails + [f"gap/{gap}/{name}/" for name in ("plan", "measure", "measure/1", "close", "due", "reopen")]


@pytest.mark.parametrize("who", ["stranger", "other_principal"])
def test_a_foreign_case_answers_like_an_absent_one(cast: c.Cast, case: Case, who: str) -> None:
    client, before = client_of(getattr(cast, who)), acts()
    for tail in addresses(case):
        for ask in (client.get, client.post):
            foreign, absent = ask(f"/case/{case.pk}/{tail}"), ask(f"/case/A2099-999999/{tail}")
            assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content), tail
            assert foreign.status_code in (403, 404, 405), tail
    assert (acts(), Event.objects.filter(object_kind="child").count()) == (before, 0)


@pytest.mark.parametrize("who", ["partner", "auditor"])
def test_who_may_not_see_cases_gets_403_everywhere(cast: c.Cast, case: Case, who: str) -> None:
    client = client_of(getattr(cast, who))
    for address in ["/case/", "/case/assign/", *(f"/case/{case.pk}/{tail}" for tail in addresses(case))]:
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize(
    ("who", "tail", "status"),
    [
        ("teacher", "assign/", 403),
        ("head", "visit/", 403),
        ("head", "move/confirm/", 403),
        ("principal", "closing/1/", 403),
        ("principal", "reopen/", 403),
        ("teacher", "visit/", 200),
        ("teacher", "move/confirm/", 422),
        ("head", "assign/", 200),
        ("township_officer", "placement/", 200),
    ],
)
def test_each_role_opens_what_it_may_do(cast: c.Cast, case: Case, who: str, tail: str, status: int) -> None:
    assert client_of(getattr(cast, who)).get(f"/case/{case.pk}/{tail}").status_code == status


def test_buttons_are_those_of_the_role(cast: c.Cast, case: Case) -> None:
    assert "记一次走访" in page_of(cast.teacher, case)
    assert "派责任人</a>" not in page_of(cast.teacher, case)
    assert "记一次走访" not in page_of(cast.head, case)
    assert "派责任人</a>" in page_of(cast.head, case)


def test_opening_a_case_is_a_read_of_the_child_and_leaves_a_trace(cast: c.Cast, case: Case) -> None:
    page = page_of(cast.principal, case)
    event = Event.objects.get(action="child.view")
    assert (event.object_id, event.detail["case"]) == (case.child_id, case.pk)
    for said in ("张小花", "13岁", "学籍在册，点名不在校", "待核实", "下一步", "还缺："):
        assert said in page
    assert "/child/C0000000001/" in page


def test_the_page_says_in_words_what_a_step_still_lacks(cast: c.Cast, case: Case) -> None:
    assert "至少一次走访或一份佐证" in page_of(cast.principal, case)
    post(cast.principal, case, "visit/", **visit_fields())
    post(cast.principal, case, "move/confirm/")
    page = page_of(cast.principal, case)
    for missing in ("有责任人", "每个劝返缺口有方案和至少一条措施", "有现行安置记录"):
        assert missing in page


def test_a_whole_life_through_the_forms(cast: c.Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    pr = cast.principal
    gap = k.gap_of(case)
    post(pr, case, "visit/", **visit_fields())
    post(pr, case, "move/confirm/")
    post(pr, case, "assign/", owner_id=cast.teacher.pk)
    post(pr, case, f"gap/{gap.pk}/plan/", plan="送学上门补课", owner_id="")
    post(pr, case, f"gap/{gap.pk}/measure/", text="联系寄宿床位", due_date="2026-11-30", owner_id="")
    post(cast.teacher, case, f"gap/{gap.pk}/measure/{Measure.objects.get().pk}/", result="已安排")
    post(pr, case, "move/start_persuasion/")
    post(pr, case, "placement/", kind="01", from_date=k.TODAY.isoformat(), school_code=c.SCHOOL)
    response = post(pr, case, "evidence/?outcome=returned", **paper_fields())
    assert response["Location"] == f"/case/{case.pk}/return/"
    paper = Evidence.objects.get()
    post(pr, case, "return/", returned_date=k.TODAY.isoformat(), evidence_id=str(paper.pk))
    case.refresh_from_db()
    assert case.state == "returned"
    for look in case.rechecks.all():
        day = dt.datetime.combine(look.due_date, c.NOW.timetz())
        monkeypatch.setattr("django.utils.timezone.now", lambda day=day: day)
        post(cast.teacher, case, "recheck/", n=look.n, in_school="1", note_text="在教室")
    asked = post(pr, case, "closing/?outcome=returned", evidence_id=str(paper.pk), reason="四次复查都在校")
    assert asked.status_code == 302
    request = ClosingRequest.objects.get()
    assert "您是申请人，不能自己审批" in page_of(pr, case)
    post(cast.head, case, f"closing/{request.pk}/", approved="1", reason="同意")
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("cleared", "returned")
    told = page_of(pr, case)
    for said in ("状态改为「销号」", "第 4 次复查：在校", "措施完成：联系寄宿床位", "同意"):
        assert said in told
    post(cast.head, case, "reopen/", reason="群众反映又没来")
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("to_verify", 1)


def test_an_older_version_changes_nothing_and_says_so(cast: c.Cast, case: Case) -> None:
    gap = k.gap_of(case)
    old = case.version
    post(cast.principal, case, "assign/", owner_id=cast.teacher.pk)
    before = acts()
    for tail, fields in {
        "assign/": {"owner_id": cast.principal.pk},
        "placement/": {"kind": "01", "from_date": "2026-11-20"},
        "refer/outside/": {"receiver": "河南某县", "reason": "去了河南"},
        f"gap/{gap.pk}/plan/": {"plan": "别的方案"},
        f"gap/{gap.pk}/due/": {"due_date": "2026-12-20", "reason": "等人"},
    }.items():
        response = client_of(cast.principal).post(f"/case/{case.pk}/{tail}", {"version": old, **fields})
        assert response.status_code == 200, tail
        assert "已被别人改过" in response.content.decode(), tail
    case.refresh_from_db()
    assert (case.owner, case.state, acts()) == (cast.teacher, "to_verify", before)
    assert k.gap_of(case).plan == ""


def test_a_visit_sent_twice_is_one_visit(cast: c.Cast, case: Case) -> None:
    fields, before = visit_fields(), acts()
    for _again in range(2):
        assert post(cast.teacher, case, "visit/", **fields).status_code == 302
    assert Visit.objects.count() == 1
    assert acts() == before + 1
    other = post(cast.teacher, case, "visit/", **(fields | {"people": "别人"}))
    assert "内容与这次不同" in other.content.decode()


def test_a_wrong_visit_is_corrected_by_another(cast: c.Cast, case: Case) -> None:
    post(cast.teacher, case, "visit/", **visit_fields())
    first = Visit.objects.get()
    post(cast.teacher, case, f"visit/{first.pk}/", **visit_fields(met_whom="祖父"))
    assert Visit.objects.get(corrects=first).met_whom == "祖父"
    assert "更正第 1 次" in page_of(cast.teacher, case)
    assert client_of(cast.teacher).get(f"/case/{case.pk}/visit/{first.pk + 99}/").status_code == 404


def test_every_act_leaves_one_line_in_the_trail(cast: c.Cast, case: Case) -> None:
    gap = k.gap_of(case)
    for tail, fields, action in (
        ("visit/", visit_fields(), "visit.record"),
        ("evidence/", paper_fields(), "evidence.add"),
        ("move/confirm/", {}, "case.confirm"),
        ("assign/", {"owner_id": cast.teacher.pk}, "case.assign"),
        (f"gap/{gap.pk}/plan/", {"plan": "补课"}, "case.plan"),
        (f"gap/{gap.pk}/measure/", {"text": "联系床位"}, "measure.add"),
        (f"gap/{gap.pk}/due/", {"due_date": "2026-12-20", "reason": "等对方回函"}, "case.due"),
        ("placement/", {"kind": "01", "from_date": "2026-11-20"}, "placement.set"),
    ):
        before = acts()
        assert post(cast.principal, case, tail, **fields).status_code == 302, tail
        assert acts() == before + 1, tail
        assert Event.objects.order_by("-pk").first().action == action


def test_mistakes_stand_at_their_field_and_save_nothing(cast: c.Cast, case: Case) -> None:
    before = acts()
    page = post(cast.teacher, case, "visit/", **visit_fields(people="", on_day="2027-01-01", agreed=""))
    text = page.content.decode()
    assert 'id="id_people_error"' in text
    assert 'id="id_agreed_error"' in text
    future = post(cast.teacher, case, "visit/", **visit_fields(on_day="2027-01-01")).content.decode()
    assert "不能晚于现在" in future
    assert "error-summary" in future
    assert post(cast.principal, case, "refer/outside/", receiver="河南某县", reason=" ").status_code == 200
    assert acts() == before


def test_a_paper_with_its_scan_comes_back_as_it_was_and_is_traced(cast: c.Cast, case: Case) -> None:
    scan = SimpleUploadedFile("就读证明.pdf", b"%PDF-1.4 scan")
    post(cast.principal, case, "evidence/", **paper_fields(file=scan))
    paper = Evidence.objects.get()
    response = client_of(cast.head).get(f"/case/{case.pk}/evidence/{paper.pk}/")
    assert response.content == b"%PDF-1.4 scan"
    assert "attachment" in response["Content-Disposition"]
    assert Event.objects.filter(action="evidence.read").count() == 1
    assert client_of(cast.stranger).get(f"/case/{case.pk}/evidence/{paper.pk}/").status_code == 404
    wrong = SimpleUploadedFile("照片.pdf", b"<html>")
    text = post(cast.principal, case, "evidence/", **paper_fields(file=wrong)).content.decode()
    assert "只收 pdf" in text


def test_nobody_decides_what_they_asked_for(cast: c.Cast, case: Case) -> None:
    paper = k.add_evidence(case, cast.clerk, "death_paper")
    post(cast.clerk, case, "closing/?outcome=dead", evidence_id=str(paper.pk), reason="派出所查明")
    request = ClosingRequest.objects.get()
    own = client_of(cast.clerk).get(f"/case/{case.pk}/closing/{request.pk}/")
    assert own.status_code == 422
    assert "不能审批自己的申请" in own.content.decode()
    assert post(cast.clerk, case, f"closing/{request.pk}/", approved="1").status_code == 422
    refused = post(cast.head, case, f"closing/{request.pk}/", approved="0", reason="").content.decode()
    assert "没有填写" in refused
    post(cast.head, case, f"closing/{request.pk}/", approved="0", reason="死亡证明缺盖章")
    request.refresh_from_db()
    assert (request.approved, Case.objects.get().state) == (False, "to_verify")
    again = post(cast.head, case, f"closing/{request.pk}/", approved="1")
    assert again.status_code == 422
    assert "已经有结果" in again.content.decode()


def test_only_papers_that_the_outcome_accepts_are_offered(cast: c.Cast, case: Case) -> None:
    k.add_evidence(case, cast.clerk, "photo")
    page = client_of(cast.clerk).get(f"/case/{case.pk}/closing/?outcome=dead").content.decode()
    assert "还没有能用的佐证" in page
    assert "死亡证明、公安机关证明" in page
    kinds = client_of(cast.clerk).get(f"/case/{case.pk}/evidence/?outcome=dead").content.decode()
    assert set(re.findall(r'<option value="(\w+)"', kinds)) == {"death_paper", "police_paper"}
    response = post(cast.clerk, case, "evidence/?outcome=dead", **paper_fields("death_paper"))
    assert response["Location"] == f"/case/{case.pk}/closing/?outcome=dead"


def test_an_aid_gap_is_struck_off_alone_and_can_be_taken_back(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed")
    gap = k.gap_of(case, "aid_missed")
    listed = client_of(cast.principal).get(f"/case/{case.pk}/gap/{gap.pk}/close/").content.decode()
    assert "已补发" in listed
    post(cast.principal, case, f"evidence/?outcome=paid_late&gap={gap.pk}", **paper_fields("bank_record"))
    paper = Evidence.objects.get()
    fields = {"evidence_id": str(paper.pk), "reason": "十一月已补发"}
    assert post(cast.principal, case, f"gap/{gap.pk}/close/?outcome=paid_late", **fields).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.outcome) == (Gap.State.CLOSED, "paid_late")
    assert "缺口已逐条销去，申请销号" in page_of(cast.principal, case)
    post(cast.head, case, f"gap/{gap.pk}/reopen/", reason="银行退回")
    gap.refresh_from_db()
    assert gap.state == Gap.State.OPEN


def test_a_gap_that_wants_the_child_back_is_not_struck_off_alone(cast: c.Cast, case: Case) -> None:
    response = client_of(cast.principal).get(f"/case/{case.pk}/gap/{k.gap_of(case).pk}/close/")
    assert response.status_code == 422
    assert "随个案办理" in response.content.decode()


def test_a_gap_of_another_case_is_not_found_here(cast: c.Cast, case: Case) -> None:
    other = k.open_case(cast.clerk, child_id="C0000000002")
    client = client_of(cast.principal)
    for name in ("plan", "measure", "close", "due"):
        assert client.get(f"/case/{case.pk}/gap/{k.gap_of(other).pk}/{name}/").status_code == 404
    paper = k.add_evidence(other, cast.principal)
    assert client.get(f"/case/{case.pk}/evidence/{paper.pk}/").status_code == 404


def test_the_receiver_is_asked_and_denies(cast: c.Cast, case: Case) -> None:
    post(cast.principal, case, "refer/outside/", receiver="河南某县教体局", reason="随父母去了河南")
    page = page_of(cast.principal, case)
    assert "正在移交给 河南某县教体局" in page
    assert "登记接收方答复" in page
    post(cast.principal, case, "receiver/", accepted="0", reason="查无此生")
    case.refresh_from_db()
    assert case.state == "to_verify"


def test_a_closed_case_takes_no_forms(cast: c.Cast, case: Case) -> None:
    k.close(case, cast.principal, cast.head, "dead", "death_paper")
    page = page_of(cast.principal, case)
    assert "记一次走访" not in page
    assert "重新打开</a>" not in page
    assert "重新打开</a>" in page_of(cast.head, case)
    assert client_of(cast.principal).get(f"/case/{case.pk}/visit/").status_code == 422


def test_the_paper_form_holds_what_the_page_holds(cast: c.Cast, case: Case) -> None:
    k.bring_back(case, cast.principal, cast.teacher)
    sheet = client_of(cast.principal).get(f"/case/{case.pk}/print/").content.decode()
    for said in (
        "张小花",
        "送学上门补课，申请住校",
        "☐ 联系寄宿床位",
        "怕跟不上",
        "就读证明 岸校证〔2026〕7号",
        "第 4 次",
    ):
        assert said in sheet


@pytest.mark.parametrize("state", ["to_verify", "persuading", "returned", "rechecking", "waiting", "closed"])
def test_every_state_has_a_page_for_everybody_in_reach(cast: c.Cast, case: Case, state: str) -> None:
    if state in ("persuading",):
        k.bring_to_persuading(case, cast.principal, cast.teacher)
    if state in ("returned", "rechecking"):
        k.bring_back(case, cast.principal, cast.teacher)
    if state == "rechecking":
        k.pass_rechecks(case, cast.teacher)
    if state == "waiting":
        paper = k.add_evidence(case, cast.principal, "death_paper")
        actions.ask_closing(
            **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.principal, now=c.NOW
        )
    if state == "closed":
        k.close(case, cast.principal, cast.head, "dead", "death_paper")
    for who in sorted(WHOLE):
        response = client_of(getattr(cast, who)).get(f"/case/{case.pk}/")
        assert response.status_code == 200
        assert response.content.decode().count('aria-current="step"') == (0 if state == "closed" else 1)


def test_names_are_text_wherever_they_appear(cast: c.Cast, case: Case) -> None:
    evil = "<img src=x onerror=alert(1)>"
    post(cast.teacher, case, "visit/", **visit_fields(people=evil, difficulty=evil))
    post(cast.principal, case, "evidence/", **paper_fields(number=evil))
    for tail in ("", "print/"):
        assert "<img src=x" not in client_of(cast.principal).get(f"/case/{case.pk}/{tail}").content.decode()
