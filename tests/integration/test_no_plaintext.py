"""I9: no ID number and no phone number of a person lies readable anywhere the program writes; names only in the database.

Canaries go in through lists and uploads, a sweep, a case worked to its end, searches, refusals and a crash; then every
byte is looked through: as UTF-8, GB18030, UTF-16, base64 at each of its three offsets, and inside gzip and zip.
"""

from __future__ import annotations

import base64
import gzip
import io
import logging
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from tests.lib import cases as k
from tests.lib import rosters
from tests.lib.cast import NOW, make_cast
from tests.lib.two_counties import County, case_of, child_of, home_county, sweep_county, work_on
from tests.lib.web import client_of, run_jobs, upload

from notoneless.case.records import actions
from notoneless.roster.records.models import UploadDraft
from notoneless.settings.logs import RedactingFormatter
from notoneless.trail.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PHONE = "19900001234"
BAD_ID = "371321201605021239"


def forms(text: str) -> set[bytes]:
    """The ways a text may lie in a file."""
    plain = {text.encode(code) for code in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")}
    folded = set()
    for offset in range(3):
        coded = base64.b64encode(b"\0" * offset + text.encode()).rstrip(b"=")
        folded.add(coded[(0, 2, 3)[offset] : -1])  # without the letters that the neighbours share
    return plain | folded | {text.encode().hex().encode()}


def unfold(name: str, data: bytes, depth: int = 3) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves and what can be taken out of them."""
    yield name, data
    if not depth:
        return
    if data[:2] == b"\x1f\x8b":
        yield from unfold(f"{name} (gzip)", gzip.decompress(data), depth - 1)
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for part in parts.namelist():
                yield from unfold(f"{name} ({part})", parts.read(part), depth - 1)
    if data[:1] == b"\x78":
        try:
            yield from unfold(f"{name} (zlib)", zlib.decompress(data), depth - 1)
        except zlib.error:
            return


def found_in(where: Iterator[tuple[str, bytes]], words: list[str]) -> list[str]:
    wanted = [(word, form) for word in words for form in forms(word)]
    return sorted(
        {f"{name}: {word}" for source, data in where for name, part in unfold(source, data)
         for word, form in wanted if form in part}
    )  # fmt: skip


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zlib.compress, base64.b64encode])
def test_the_search_itself_finds_what_lies_open(pack: object) -> None:
    for text in ("371321201605020211", "张强"):
        for code in ("utf-8", "gb18030", "utf-16-le"):
            data = pack(b"before " + text.encode(code) + b" after")  # type: ignore[operator]
            if pack is base64.b64encode and code != "utf-8":
                continue
            assert found_in(iter([("x", data)]), [text]), (pack, text, code)


def files_under(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


def database_bytes() -> Iterator[tuple[str, bytes]]:
    """The file with its WAL, and every table as text; on PostgreSQL the tables only."""
    if connection.vendor == "sqlite":
        main = Path(connection.settings_dict["NAME"])
        for path in (main, main.with_name(main.name + "-wal"), main.with_name(main.name + "-shm")):
            if path.exists():
                yield path.name, path.read_bytes()
        with closing(sqlite3.connect(main)) as copy:
            yield "dump", "\n".join(copy.iterdump()).encode()
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            yield table, "\n".join(row[0] for row in cursor.fetchall()).encode()


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that would reach the log, in the format that production uses, down to the last level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter())
    names = ("", "django", "django.request", "notoneless", "notoneless.web", "notoneless.jobs")
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield stream
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


def live_a_day(county: County) -> None:
    """Lists in, one with a wrong number, one refused row, a sweep, a whole case, searches, a page that breaks."""
    sweep_county(county)
    client = client_of(county.clerk)
    head = "姓名,性别,公民身份号码,民族,户口所在地,与户主的关系,户号,联系电话"
    rows = [
        f"吴小错,女,{BAD_ID},汉族,{rosters.ADDRESS},子,H9,{PHONE}",
        f",男,{county.away.id_no},汉族,,子,H8,{PHONE}",
    ]
    upload(client, (f"户籍补{county.away.id_no}.csv", "\r\n".join([head, *rows]).encode("gb18030")))
    draft = UploadDraft.objects.get()
    client.get(f"/roster/draft/{draft.pk}/")
    client.get(f"/roster/draft/{draft.pk}/errors/")
    client.post(f"/roster/draft/{draft.pk}/publish/")
    upload(client, ("不是名册.csv", f"{county.away.id_no},{PHONE}".encode()))
    run_jobs()
    child, case = child_of(county, county.away), case_of(county, county.away)
    work_on(county, case)
    for words in (county.away.id_no, PHONE, county.away.name, BAD_ID):
        client.get("/child/", {"q": words})
        client.post("/child/find/", {"q": words})
        client.get("/ledger/school_age/", {"q": words})
        client.post("/ledger/school_age/paste/", {"text": words})
    for field in ("id_no", "guardian_phone"):
        client.post(f"/child/{child.pk}/number/{field}/", {"reason": f"核对 {county.away.id_no}，电话 {PHONE}"})
    for page in (
        f"/child/{child.pk}/",
        f"/case/{case.pk}/",
        "/ledger/school_age/export/",
        f"/child/{county.away.id_no}/",
    ):
        client.get(page)
    actions.record_visit(
        case_id=case.pk, report=k.visit_report(difficulty="家长说孩子号码不对"), by=county.clerk, now=NOW
    )


def test_no_number_of_a_person_lies_open_anywhere(
    logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    county = home_county(make_cast())
    live_a_day(county)
    break_a_page(county, monkeypatch)
    numbers = [pupil.id_no for pupil in county.pupils] + [PHONE, BAD_ID]
    names = [pupil.name for pupil in county.pupils] + ["吴小错"]
    written = capfd.readouterr()
    said = [("log", logged.getvalue().encode()), ("stdout", written.out.encode()), ("stderr", written.err.encode())]
    assert "failed, code" in logged.getvalue()
    assert found_in(database_bytes(), numbers) == []
    assert found_in(files_of_the_office(), [*numbers, *names]) == []
    assert found_in(iter(said), [*numbers, *names]) == []
    trail = "\n".join(str(row) for row in Event.objects.values_list("object_kind", "object_id", "detail"))
    assert found_in(iter([("trail", trail.encode())]), [*numbers, *names]) == []


def files_of_the_office() -> Iterator[tuple[str, bytes]]:
    """Everything in the data folder but the database: lake with its manifests, uploads, keys, spill."""
    for name, data in files_under(Path(settings.DATA_DIR)):
        if ".sqlite3" not in name:
            yield name, data


def break_a_page(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of the program whose message and traceback hold a person."""

    def broken(*_: object) -> None:
        raise ValueError(f"Key (id_no)=({county.away.id_no}) phone {PHONE}")

    with monkeypatch.context() as patch:
        patch.setattr("notoneless.web.shell.views.home_groups", broken)
        client_of(county.clerk).get("/", {"q": county.away.name})
