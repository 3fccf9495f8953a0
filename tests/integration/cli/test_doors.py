"""token and inbox: the other doors are opened, listed and shut from the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from tests.integration.cli.conftest import answer, run
from tests.lib import rosters
from tests.lib.cast import Cast
from tests.lib.machine import Machine

from notoneless.org.models import ApiToken
from notoneless.roster.records.models import Delivery, DropFolder

pytestmark = pytest.mark.django_db
ADD = ("inbox", "add", "gongan", "--sender", "县公安局", "--user", "clerk")


@pytest.fixture(autouse=True)
def _empty_inbox() -> Iterator[None]:
    yield
    shutil.rmtree(settings.INBOX_DIR, ignore_errors=True)


def test_a_token_is_printed_once_and_opens_the_api(cast: Cast) -> None:
    made = run("token", "create", "partner", "--name", "残联业务系统", by="admin")
    assert made.exit_code == 0
    text = made.stdout.strip()
    assert Machine(text).get("kinds").status_code == 200
    listed = run("token", "list", by="admin")
    assert "残联业务系统" in listed.stdout
    assert text not in listed.output
    (row,) = answer("token", "list", by="admin")["rows"]
    assert (row["账号"], row["状态"]) == ("partner", "有效")
    assert run("token", "revoke", str(row["编号"]), by="admin").exit_code == 0
    assert Machine(text).get("kinds").status_code == 401
    assert answer("token", "list", by="admin")["rows"][0]["状态"] == "已停用"


def test_scope_and_days_are_said(cast: Cast) -> None:
    line = ("token", "create", "partner", "--name", "系统", "--scope", "send", "--days", "10")
    text = answer(*line, by="admin")["token"]
    assert ApiToken.objects.get().scopes == ["send"]
    assert Machine(text).get("deliveries").status_code == 403


@pytest.mark.parametrize(
    ("line", "by", "code"),
    [
        (["create", "nobody", "--name", "系统"], "admin", "E903"),
        (["create", "partner", "--name", "系统", "--days", "5000"], "admin", "E715"),
        (["create", "teacher_li", "--name", "系统"], "admin", "E716"),
        (["create", "partner", "--name", "系统", "--scope", "all"], "admin", "E718"),
        (["create", "partner", "--name", "系统"], "clerk", "E701"),
        (["list"], "clerk", "E701"),
        (["revoke", "7"], "admin", "E704"),
    ],
)
def test_what_is_not_allowed_is_refused(cast: Cast, line: list[str], by: str, code: str) -> None:
    assert run("token", *line, by=by).stderr.startswith(code)
    assert not ApiToken.objects.exists()


def test_a_drop_folder_from_opening_to_receipt(cast: Cast) -> None:
    path = Path(answer(*ADD, "--import-good", by="admin")["path"])
    assert path == Path(settings.INBOX_DIR) / "gongan"
    assert answer("inbox", "list", by="admin")["rows"][0]["送达单位"] == "县公安局"
    (path / "户籍_20261120.csv").write_bytes(rosters.hukou(rosters.CAST))
    said = answer("inbox", "run-once", "--wait", "0")["said"]
    delivery = Delivery.objects.get()
    assert any(delivery.pk in one["sentence"] for one in said)
    assert delivery.as_of == rosters.AS_OF
    assert len(list((path / "已收").iterdir())) == 1
    assert "没有放好的新名册" in run("inbox", "run-once", "--wait", "0").stderr
    assert run("inbox", "stop", "gongan", by="admin").exit_code == 0
    (path / "户籍_20261121.csv").write_bytes(rosters.hukou(rosters.CAST[:2]))
    assert "已停用" in run("inbox", "run-once", "--wait", "0").stdout
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "by", "code"),
    [
        (["add", "公安", "--sender", "县公安局", "--user", "clerk"], "admin", "E334"),
        (["add", "gongan", "--sender", "县公安局", "--user", "nobody"], "admin", "E903"),
        (["add", "gongan", "--sender", "县公安局", "--user", "partner"], "admin", "E702"),
        (["add", "gongan", "--sender", "县公安局", "--user", "clerk", "--kind", "花名册"], "admin", "E313"),
        (["add", "gongan", "--sender", "县公安局", "--user", "clerk"], "clerk", "E701"),
        (["list"], "partner", "E701"),
        (["stop", "gongan"], "admin", "E704"),
    ],
)
def test_a_drop_folder_that_may_not_be_is_refused(cast: Cast, line: list[str], by: str, code: str) -> None:
    assert run("inbox", *line, by=by).stderr.startswith(code)
    assert not DropFolder.objects.exists()
