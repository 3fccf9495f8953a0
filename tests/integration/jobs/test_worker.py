"""The worker loop: does what is there, survives a database that is away, renews the lease while it works."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.management import call_command
from django.db import OperationalError
from tests.lib.cast import NOW, Cast

from notoneless.jobs import queue, worker
from notoneless.jobs.models import Job


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
