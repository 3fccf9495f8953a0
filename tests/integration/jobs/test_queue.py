"""The queue: one worker per job, dead workers noticed, lost leases powerless, a stop that stops."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.lib.cast import NOW, Cast

from notoneless.common.errors import Fault
from notoneless.jobs import queue
from notoneless.jobs.models import Job
from notoneless.jobs.queries import get_job, list_jobs
from notoneless.jobs.registry import JOB_KINDS, JobKind
from notoneless.trail.models import Event

LATER = NOW + queue.LEASE + dt.timedelta(seconds=1)
SEEN: list[str] = []


def work_well(arguments, *, by, now, progress):
    progress("第一步", 1, 2)
    SEEN.append(arguments["word"])
    return {"sentence": f"做完 {arguments['word']}", "url": "/roster/"}


def work_badly(arguments, *, by, now, progress):
    raise Fault("E701", role="教师", act="导入名册")


def work_brokenly(arguments, *, by, now, progress):
    raise ZeroDivisionError("371321201101010019")


def work_until_stopped(arguments, *, by, now, progress):
    job = Job.objects.get(kind="until_stopped")
    queue.cancel(job, by=by, now=now)
    progress("第二步")
    raise AssertionError("a stopped job went on")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of the test beside the real ones."""
    functions = {
        "well": work_well,
        "badly": work_badly,
        "brokenly": work_brokenly,
        "until_stopped": work_until_stopped,
    }
    for name, function in functions.items():
        monkeypatch.setitem(JOB_KINDS, name, JobKind(name, "试验", f"{__name__}.{function.__name__}"))
    monkeypatch.setattr("notoneless.jobs.registry.import_string", lambda path: globals()[path.rsplit(".", 1)[1]])
    SEEN.clear()


def put(cast: Cast, kind: str, **arguments: str) -> Job:
    return queue.enqueue(kind, arguments, by=cast.clerk, now=NOW)


def clock() -> dt.datetime:
    return NOW


def test_a_job_runs_once_and_tells_its_result(cast: Cast) -> None:
    job = put(cast, "well", word="一")
    assert queue.run_pending(clock=clock) == 1
    assert queue.run_pending(clock=clock) == 0
    job.refresh_from_db()
    assert (job.state, job.stage, job.done, job.total) == ("done", "第一步", 1, 2)
    assert job.result == {"sentence": "做完 一", "url": "/roster/"}
    assert job.finished_at == NOW
    assert SEEN == ["一"]


def test_starting_and_stopping_are_in_the_trail(cast: Cast) -> None:
    job = put(cast, "well", word="一")
    queue.cancel(job, by=cast.clerk, now=NOW)
    actions = Event.objects.filter(object_id=str(job.pk)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["job.start", "job.cancel"]


def test_an_unknown_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(Fault) as caught:
        put(cast, "nothing")
    assert caught.value.code == "E801"
    assert not Job.objects.exists()


def test_jobs_are_taken_in_order_and_never_twice(cast: Cast) -> None:
    first = put(cast, "well", word="一")
    second = queue.enqueue("well", {"word": "二"}, by=cast.clerk, now=NOW + dt.timedelta(seconds=1))
    taken = [queue.claim(now=NOW), queue.claim(now=NOW), queue.claim(now=NOW)]
    assert [job.pk if job else None for job in taken] == [first.pk, second.pk, None]


def test_an_error_of_the_user_is_shown_as_it_is(cast: Cast) -> None:
    job = put(cast, "badly")
    queue.run_pending(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.result["error"]["code"]) == ("failed", "E701")


def test_an_error_of_the_program_shows_a_code_and_no_detail(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    job = put(cast, "brokenly")
    queue.run_pending(clock=clock)
    job.refresh_from_db()
    error = job.result["error"]
    assert (job.state, error["code"]) == ("failed", "E804")
    assert "371321201101010019" not in str(job.result)


def test_a_dead_workers_job_goes_back_and_then_fails(cast: Cast) -> None:
    job = put(cast, "well", word="一")
    for _attempt in range(queue.MOST_ATTEMPTS):
        assert queue.claim(now=NOW) is not None
        assert queue.reap(now=NOW) == 0
        assert queue.reap(now=LATER) == 1
    job.refresh_from_db()
    assert (job.state, job.result["error"]["code"]) == ("failed", "E803")


def test_a_worker_that_lost_its_lease_changes_nothing(cast: Cast) -> None:
    put(cast, "well", word="一")
    slow = queue.claim(now=NOW)
    queue.reap(now=LATER)
    fast = queue.claim(now=LATER)
    assert slow is not None
    assert fast is not None
    with pytest.raises(Fault):
        queue.report(slow, stage="迟到", done=1, total=1, now=LATER)
    queue.finish(slow, {"sentence": "迟到"}, now=LATER)
    assert not queue.renew(slow, now=LATER)
    fast.refresh_from_db()
    assert (fast.state, fast.result) == ("running", {})


def test_a_running_job_stops_at_its_next_report(cast: Cast) -> None:
    job = put(cast, "until_stopped")
    queue.run_pending(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.result["error"]["code"]) == ("cancelled", "E802")


def test_a_finished_job_cannot_be_stopped(cast: Cast) -> None:
    job = put(cast, "well", word="一")
    queue.run_pending(clock=clock)
    with pytest.raises(Fault) as caught:
        queue.cancel(job, by=cast.clerk, now=NOW)
    assert caught.value.code == "E805"
    assert not Event.objects.filter(action="job.cancel").exists()


def test_who_sees_a_job(cast: Cast) -> None:
    job = put(cast, "well", word="一")
    for user in (cast.clerk, cast.head, cast.auditor, cast.admin):
        assert get_job(user, str(job.pk)) == job
    for user in (cast.stranger, cast.principal, cast.partner, cast.teacher):
        assert not list_jobs(user).exists()
        with pytest.raises(Fault) as caught:
            get_job(user, str(job.pk))
        assert caught.value.code == "E704"
