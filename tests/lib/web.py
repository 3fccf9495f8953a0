"""Helps for tests of the desk: a signed-in client, a small roster as bytes, jobs run at once."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from notoneless.common.resident_id import check_digit
from notoneless.jobs.queue import run_pending
from notoneless.org.models import User

HUKOU_HEAD = "姓名,性别,公民身份号码,民族,户口所在地,与户主的关系,户号"
AS_OF = dt.date(2026, 11, 1)


def client_of(user: User) -> Client:
    """A client whose session belongs to ``user``; errors of views become error pages, as in real life."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def resident_id(number: int, birth: str = "20160305") -> str:
    """A valid invented number of 沂南县."""
    first = f"371321{birth}{number:03d}"
    return first + check_digit(first)


def hukou_csv(rows: int = 5, wrong: int = 1) -> bytes:
    """``rows`` good rows and ``wrong`` rows without a name, as Chinese Excel writes a csv (GB18030)."""
    lines = [HUKOU_HEAD]
    for number in range(rows + wrong):
        name = f"王小{'一二三四五六七八九十'[number % 10]}" if number < rows else ""
        sex = "男" if (100 + number) % 2 else "女"
        lines.append(f"{name},{sex},{resident_id(100 + number)},汉族,沂南县岸堤镇柳行岔村,子,10000{number:02d}")
    return "\r\n".join(lines).encode("gb18030")


def upload(client: Client, *files: tuple[str, bytes], **fields: str) -> object:
    """Post files to the upload page and run the checks they started; returns the response."""
    data = {"sender": "县公安局户政科", "as_of": AS_OF.isoformat(), "kind": "", "legal_basis": "", **fields}
    data["files"] = [SimpleUploadedFile(name, content) for name, content in files]  # type: ignore[assignment]
    response = client.post("/roster/upload/", data)
    run_jobs()
    return response


def run_jobs() -> int:
    """Do what the worker would do; returns how many jobs ran."""
    return run_pending(clock=timezone.now)


def within_a_minute(client: Client, *urls: str) -> list[HttpResponse]:
    """Answers that may be compared byte by byte: every page carries its minute for the printer."""
    while True:
        minute = timezone.now().minute
        answers = [client.get(url) for url in urls]
        if timezone.now().minute == minute:
            return answers
