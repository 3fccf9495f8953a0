"""The same request sent twice is done once; another one under the same key is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from tests.lib.cast import Cast
from tests.lib.machine import Machine, token_of
from tests.lib.web import hukou_csv, run_jobs

from notoneless.api import once
from notoneless.api.models import ApiRequest
from notoneless.jobs.models import Job
from notoneless.roster.records.models import UploadDraft


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine.of(cast, cast.clerk)


def test_same_key_same_body_same_answer(machine: Machine) -> None:
    first = machine.send(key="2026-10-10/1")
    run_jobs()
    again = machine.send(key="2026-10-10/1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert UploadDraft.objects.count() == 1
    assert Job.objects.count() == 1


def test_same_key_other_body_is_refused(machine: Machine) -> None:
    machine.send(key="k")
    for response in (
        machine.send(hukou_csv(rows=3), key="k"),
        machine.send(key="k", name="别的.csv"),
        machine.send(key="k", legal_basis="别的依据"),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "E947")
    assert UploadDraft.objects.count() == 1


def test_another_token_may_use_the_same_key(cast: Cast, machine: Machine) -> None:
    machine.send(key="k")
    assert Machine.of(cast, cast.clerk).send(hukou_csv(rows=3), key="k").status_code == 202
    assert UploadDraft.objects.count() == 2


def test_without_a_key_the_same_file_is_two_uploads(machine: Machine) -> None:
    machine.send()
    machine.send()
    assert UploadDraft.objects.count() == 2


def test_a_refused_request_leaves_its_key_free(machine: Machine) -> None:
    assert machine.send(key="k", place_code="371323").status_code == 403
    assert not ApiRequest.objects.exists()
    assert machine.send(key="k").status_code == 202


def test_a_request_whose_process_died_is_done_by_the_next_one_and_not_twice(machine: Machine) -> None:
    machine.send(key="k")
    ApiRequest.objects.update(status=None)
    busy = machine.send(key="k")
    assert (busy.status_code, busy.json()["code"]) == (409, "E948")
    ApiRequest.objects.update(started_at=timezone.now() - once.PATIENCE - dt.timedelta(seconds=1))
    assert machine.send(key="k").status_code == 202
    assert UploadDraft.objects.count() == 1
    assert Job.objects.count() == 1


def test_keys_are_forgotten_after_a_week(machine: Machine) -> None:
    machine.send(key="old")
    ApiRequest.objects.update(started_at=timezone.now() - once.KEPT - dt.timedelta(seconds=1))
    machine.send(key="new")
    assert [request.key for request in ApiRequest.objects.all()] == ["new"]


@pytest.mark.parametrize("key", ["有 空格", "a b", "x" * 65])
def test_a_key_is_a_short_word(machine: Machine, key: str) -> None:
    response = machine.client.post(
        "/api/v1/uploads", {"as_of": "2026-11-01"}, headers=machine.headers | {"Idempotency-Key": key}
    )
    assert (response.status_code, response.json()["where"]) == (422, "Idempotency-Key")


def test_the_file_cannot_be_tried_against_what_is_kept(cast: Cast) -> None:
    """The fingerprint is keyed: a list of likely contents does not tell which one was sent."""
    token, text = token_of(cast, cast.clerk)
    Machine(text).send(key="k")
    import hashlib

    kept = ApiRequest.objects.get(token=token).fingerprint
    assert kept not in hashlib.sha256(hukou_csv()).hexdigest()
