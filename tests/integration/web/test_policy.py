"""政策与字典: the pack read, and 谁会受影响: a value tried on the last sweep's lists, saving nothing."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import timezone
from tests.lib import cast as c
from tests.lib.swept import Swept, swept
from tests.lib.web import client_of, run_jobs, within_a_minute

from notoneless.case.records.models import Case, Gap
from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.flows.policy_preview import checks_of, moved, preview, read_value, with_value
from notoneless.jobs.models import Job
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.policy.pack import load_pack

pytestmark = pytest.mark.django_db
AGE = "school_age.start_years"


@pytest.fixture
def home(cast: c.Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


def page(user: User, address: str, **query: str) -> str:
    answer = client_of(user).get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def tried(user: User, parameter: str = AGE, **fields: str) -> Job:
    answer = client_of(user).post(f"/policy/{parameter}/try/", fields)
    assert answer.status_code == 302, answer.content.decode()
    run_jobs()
    return Job.objects.get(kind="preview_policy")


def test_every_parameter_has_its_value_day_source_and_state(cast: c.Cast) -> None:
    text = page(cast.clerk, "/policy/")
    for parameter in load_pack(c.COUNTY, timezone.localdate()).parameters.values():
        assert parameter.id in text
        assert parameter.source.split("“")[0][:20].replace("'", "&#x27;") in text
    assert "本地默认" in text
    assert AGE in page(cast.clerk, "/policy/", q="入学年龄")
    assert AGE not in page(cast.clerk, "/policy/", status="to_check", q="入学年龄")


def test_a_parameter_says_which_checks_it_moves(cast: c.Cast) -> None:
    one = page(cast.clerk, "/policy/attendance.suspected_dropout_days/")
    assert "疑似辍学" in one
    assert "试算</button>" in one
    deadline = page(cast.clerk, "/policy/deadline.not_enrolled/")
    assert "不影响谁是缺口" in deadline
    assert "试算</button>" not in deadline
    assert "试算</button>" not in page(cast.auditor, f"/policy/{AGE}/")


def test_code_lists_are_found_by_code_and_name(cast: c.Cast) -> None:
    assert "民族" in page(cast.auditor, "/policy/code/")
    found = page(cast.auditor, "/policy/code/", q="汉族")
    assert '<th scope="row" class="mono">01</th><td>汉族</td>' in found
    assert "蒙古族" not in found
    assert "蒙古族" in page(cast.auditor, "/policy/code/nation/")
    assert client_of(cast.auditor).get("/policy/code/no_such/").status_code == 404
    assert client_of(cast.auditor).get("/policy/no.such/").status_code == 404


@pytest.mark.parametrize("name", ["township_officer", "principal", "teacher", "partner"])
def test_others_do_not_open_it(cast: c.Cast, name: str) -> None:
    client = client_of(getattr(cast, name))
    for tail in ("", f"{AGE}/", "code/"):
        assert client.get(f"/policy/{tail}").status_code == 403


def everything() -> list[object]:
    """All that a sweep or a closing would change."""
    rows = [list(model.objects.order_by("pk").values_list()) for model in (Sweep, Case, Gap)]
    return [*rows, sorted(lake().ids("sweeps")), load_pack(c.COUNTY, dt.date(2026, 11, 20)).value(AGE)]


def test_a_later_start_takes_the_ten_year_olds_out_and_saves_nothing(cast: c.Cast, home: Swept) -> None:
    """All three children are ten: with school from eleven on nobody is of age, and the gap is no more."""
    before = everything()
    job = tried(cast.clerk, value="11")
    assert job.state == "done", job.result
    found = job.result["preview"]
    assert (found["before"], found["after"], found["sweep"]) == ("6", "11", home.sweep.pk)
    assert [home.gap.pk, "gap", ""] in [row[1:] for row in found["rows"] if row[0] == "not_enrolled"]
    assert found["counts"]["not_enrolled"]["gap>"] >= 1
    assert everything() == before
    shown = page(cast.clerk, f"/policy/preview/{job.pk}/")
    assert "适龄失学" in shown
    assert "缺口 → <b>不在应查之列</b>" in shown
    rows = page(cast.clerk, f"/policy/preview/{job.pk}/not_enrolled/")
    assert "夏小雨" in rows
    assert f"/policy/preview/{job.pk}/" in page(cast.clerk, f"/job/{job.pk}/")


def test_a_trial_is_what_a_sweep_with_that_pack_would_say(cast: c.Cast, home: Swept) -> None:
    """The present value, tried under another name of itself, moves nobody: the trial adds nothing of its own."""
    with pytest.raises(Fault) as caught:
        preview(parameter=AGE, value=6, by=cast.clerk)
    assert caught.value.code == "E530"
    assert (
        preview(
            parameter="link.age_to",
            value=load_pack(c.COUNTY, home.sweep.as_of).value("link.age_to") + 1,
            by=cast.clerk,
        ).changed
        == 0
    )


def test_a_trial_is_seen_in_ones_own_place_only(cast: c.Cast, home: Swept) -> None:
    job = tried(cast.clerk, value="11")
    nobody = "00000000-0000-4000-8000-000000000000"
    for tail in ("", "not_enrolled/"):
        urls = [f"/policy/preview/{one}/{tail}" for one in (job.pk, nobody)]
        foreign, absent = within_a_minute(client_of(cast.stranger), *urls)
        assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert client_of(cast.auditor).get(f"/policy/preview/{job.pk}/").status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"value": "七"}, "不是整数"),
        ({"value": "6"}, "与现在的一样"),
        ({}, "请写一个值"),
        ({"day": "2026-01-01"}, "与现在的一样"),
    ],
)
def test_a_trial_without_sense_is_said_at_its_field(cast: c.Cast, fields: dict[str, str], said: str) -> None:
    answer = client_of(cast.clerk).post(f"/policy/{AGE}/try/", fields).content.decode()
    assert said in answer
    assert not Job.objects.exists()


def test_without_a_sweep_the_job_says_so(cast: c.Cast) -> None:
    job = tried(cast.clerk, value="7")
    assert job.result["error"]["code"] == "E529"
    assert re.search(r"还没有做过摸排", page(cast.clerk, f"/job/{job.pk}/"))


def test_values_and_checks_of_a_parameter() -> None:
    pack = load_pack(c.COUNTY, dt.date(2026, 11, 20))
    changed = with_value(pack, AGE, 7)
    assert (changed.value(AGE), pack.value(AGE)) == (7, 6)
    assert checks_of(AGE) == list(load_checks())
    assert checks_of("attendance.dropout_days") == ["suspected_dropout"]
    assert read_value(pack.parameters[AGE], " 7 ", pack) == 7
    for act in (lambda: with_value(pack, "no.such", 1), lambda: read_value(pack.parameters[AGE], "7.5", pack)):
        with pytest.raises(Fault):
            act()


def test_moved_knows_those_that_come_and_go() -> None:
    def table(**states: str) -> pa.Table:
        return pa.table({"child_id": list(states), "state": list(states.values())})

    rows = moved(table(a="gap", b="met", c="gap"), table(a="met", b="met", d="gap"))
    assert [tuple(row.values()) for row in rows] == [("a", "gap", "met"), ("c", "gap", ""), ("d", "", "gap")]
