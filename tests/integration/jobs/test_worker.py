"""The worker loop: does what is there, survives a database that is away, renews the lease while it works."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.management import call_command
from django.db import OperationalError
from tests.lib.cast import NOW, Cast
from tests.lib.web import client_of

from notoneless.jobs import nightly, queue, worker
from notoneless.jobs.models import Job
from notoneless.org.models import User


def clock() -> dt.datetime:
    return NOW


def put(cast: Cast) -> Job:
    return queue.enqueue("check_upload", {"draft": "00000000-0000-4000-8000-000000000000"}, by=cast.clerk, now=NOW)


def test_the_loop_runs_jobs_and_ends_when_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cast)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    stop = threading.Event()

    def wait(seconds: float) -> bool:
        stop.set()
        return True

    monkeypatch.setattr(stop, "wait", wait)
    worker.work(clock=clock, stop=stop)
    assert Job.objects.get().state == "failed"


def test_a_database_that_is_away_does_not_end_the_worker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*, now: dt.datetime) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "reap", away)
    assert worker._step(clock) is False


def test_the_lease_is_renewed_while_a_long_step_runs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    put(cast)
    job = queue.claim(now=NOW)
    assert job is not None
    renewed = threading.Event()
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(worker, "renew", lambda job, now: renewed.set())
    with worker.heartbeat(job, clock=clock):
        assert renewed.wait(5)


def test_work_once_says_how_many_it_did(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    put(cast)
    call_command("work", "--once")
    assert capsys.readouterr().out.strip() == "1"


def test_a_fault_of_the_daily_work_is_a_failed_job_and_the_worker_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*, now: dt.datetime) -> int:
        raise ZeroDivisionError

    looked = []
    monkeypatch.setattr(nightly, "purge_stale_uploads", broken)
    monkeypatch.setattr(nightly, "find_stuck", lambda now: looked.append(now) or 0)
    daily = nightly.Nightly(clock)
    daily.run_when_due()
    daily.run_when_due()
    assert looked == [NOW], "the other works are done, and all of them once a day"
    failed = Job.objects.get()
    assert (failed.kind, failed.state, failed.created_by) == ("nightly", "failed", None)
    assert failed.result["error"]["code"] == "E804"
    seen = client_of(approve_first_login(cast.admin)).get("/job/").content.decode()
    assert "每日整理" in seen
    assert "系统" in client_of(cast.admin).get(f"/job/{failed.pk}/").content.decode()
    for user in (cast.clerk, cast.head, cast.stranger):
        assert client_of(user).get(f"/job/{failed.pk}/").status_code == 404


def approve_first_login(admin: User) -> User:
    """The first officer has chosen a password of its own."""
    User.objects.filter(pk=admin.pk).update(must_change_password=False)
    return User.objects.get(pk=admin.pk)


def test_a_fault_of_the_queue_itself_does_not_end_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, now: dt.datetime) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "reap", broken)
    assert worker._step(clock) is False
