"""The demonstration: an invented county's files through the same doors as a user's, then judged by its truth.

It lives in a data folder of its own (cli/demo.py), so that invented children never meet real ones.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import pyarrow as pa

from notoneless.case.records.models import Case
from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.check.records.queries import read_results
from notoneless.common.workers import worker_pool
from notoneless.demo.county import DEFAULT_AS_OF, CountyFile, CountyFiles, Size, write_county
from notoneless.demo.score import Score, score
from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import MEMBERS, SWEEPS
from notoneless.org import actions as org
from notoneless.org import grants
from notoneless.org.keys import lake
from notoneless.org.models import Grant, Place, School, User
from notoneless.org.roles import ROLES
from notoneless.policy.places import code_range

COUNTY, TOWN, NEXT_COUNTY, CITY = "371321000000", "371321101000", "371323000000", "371300000000"
REGIONS = {"township": COUNTY, "county": COUNTY, "city": CITY}
LOGINS = "logins.json"
PROCESSES = 2
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Stage:
    """One stage of the run: what, how long, with which result."""

    name: str
    seconds: float
    detail: str


@dataclass
class DemoRun:
    """What a demonstration did, and how it stands against what was planted."""

    size: Size
    seed: int
    sweep: str = ""
    stages: list[Stage] = field(default_factory=list)
    score: Score | None = None
    cases: int = 0
    reviews: int = 0
    score_path: Path = Path()

    def to_dict(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "seed": self.seed,
            "sweep": self.sweep,
            "stages": [{"name": s.name, "seconds": s.seconds, "detail": s.detail} for s in self.stages],
            "cases": self.cases,
            "reviews": self.reviews,
            "score": self.score.to_dict() if self.score else {},
        }


def run_demo(*, size: Size, seed: int, folder: Path, now: dt.datetime, progress: Progress) -> DemoRun:
    """Write the files, import them, sweep, open cases, judge. Running it again finds everything done and says so."""
    run = DemoRun(size, seed)
    files = _write_files(run, folder / "files", progress)
    clerk = _prepare_people(run, folder, now)
    files_of = _import_all(run, files, now, progress)
    make_accounts(folder, now, region=REGIONS[size])
    sweep = _sweep(run, clerk, now, progress)
    run.sweep, run.cases = sweep.pk, Case.objects.count()
    run.reviews = ReviewPair.objects.filter(status=ReviewPair.Status.OPEN).count()
    with _timed(run, "对账") as note:
        run.score = judge(sweep, files_of, files.truth_path)
        note.append("与预埋的真相逐人比较")
    run.score_path = folder / "summary.json"
    run.score_path.write_text(json.dumps(run.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return run


@contextmanager
def _timed(run: DemoRun, name: str) -> Iterator[list[str]]:
    started, note = time.monotonic(), list[str]()
    yield note
    run.stages.append(Stage(name, round(time.monotonic() - started, 2), "".join(note)))


def _write_files(run: DemoRun, folder: Path, progress: Progress) -> CountyFiles:
    with _timed(run, "生成名册") as note:
        files = write_county(folder, run.size, run.seed, DEFAULT_AS_OF, progress)
        note.append(f"{len(files.files)} 份文件，种子 {run.seed}")
    return files


def _prepare_people(run: DemoRun, folder: Path, now: dt.datetime) -> User:
    """Places and the clerk who imports; school people follow once the schools are known."""
    with _timed(run, "建辖区与账号") as note:
        if not Place.objects.exists():
            org.load_places(by=None, now=now)
        make_accounts(folder, now, region=REGIONS[run.size])
        note.append(f"{Place.objects.count():,} 个辖区")
    return User.objects.get(username="clerk")


@dataclass(frozen=True)
class _Imported:
    """What became of one file; small enough to come back from another process."""

    file_name: str
    delivery: str
    read: int
    refused: int


def _import_all(run: DemoRun, files: CountyFiles, now: dt.datetime, progress: Progress) -> dict[str, str]:
    """Import every file, the big ones first; beyond a township in two processes, each file still its own delivery."""
    waiting = sorted(files.files, key=lambda file: -file.path.stat().st_size)
    done: list[_Imported] = []
    with _timed(run, "导入") as note, _importer(run.size) as pool:
        for imported in pool(_import_one, waiting, itertools.repeat(now)):
            done.append(imported)
            progress("导入名册", len(done), len(waiting))
        note.append(f"读入 {sum(one.read for one in done):,} 行，退回 {sum(one.refused for one in done):,} 行")
    return {one.delivery: one.file_name for one in done if one.delivery}


@contextmanager
def _importer(size: Size) -> Iterator[Callable[..., Iterable[_Imported]]]:
    if size == "township":
        yield map
        return
    with worker_pool(PROCESSES, django.setup) as pool:
        yield pool.map


def _import_one(file: CountyFile, now: dt.datetime) -> _Imported:
    outcome = import_file(
        source=file.path,
        file_name=file.path.name,
        kind=file.kind,
        sender=file.sender,
        as_of=file.as_of,
        place_code=file.place_code,
        legal_basis=file.legal_basis,
        by=User.objects.get(username="clerk"),
        now=now,
    )
    counts = outcome.roster.counts
    return _Imported(file.path.name, outcome.delivery.pk if outcome.delivery else "", counts.read, counts.refused)


def _sweep(run: DemoRun, clerk: User, now: dt.datetime, progress: Progress) -> Sweep:
    with _timed(run, "摸排、立案") as note:
        outcome = run_sweep(as_of=DEFAULT_AS_OF, by=clerk, now=now, region=REGIONS[run.size], progress=progress)
        note.append("名册没有变化，沿用上次" if outcome.already else f"新立个案 {outcome.opened_cases:,} 个")
    return outcome.sweep


def judge(sweep: Sweep, files_of: dict[str, str], truth: Path) -> Score:
    """Compare a sweep with the truth that the generator kept apart; nothing of the truth is ever imported."""
    results: dict[str, pa.Table] = {check_id: read_results(sweep, check_id) for check_id in load_checks()}
    members = lake().read_table(SWEEPS, sweep.pk, MEMBERS, columns=["child_id", "delivery_id", "row_no"])
    return score(results, members, files_of, truth)


def make_accounts(folder: Path, now: dt.datetime, *, region: str) -> None:
    """The demonstration's accounts; passwords are made up once and kept in a file that only its owner can read."""
    path = folder / LOGINS
    logins: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for username, fields in _people(region):
        if User.objects.filter(username=username).exists():
            continue
        logins.setdefault(username, secrets.token_urlsafe(9))
        _make_account(username, fields, logins[username], now)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=1)


def _make_account(username: str, fields: dict[str, str], password: str, now: dt.datetime) -> None:
    if fields["role"] in ("system_admin", "security_admin"):
        org.create_first_officer(username=username, password=password, now=now, **fields)
        User.objects.filter(username=username).update(must_change_password=False)
        return
    admin, security = (User.objects.get(username=name) for name in ("admin", "security"))
    user = org.create_user(
        username=username, password=password, by=admin, now=now, must_change_password=False, **fields
    )
    grant = user.grants.get(state=Grant.State.OPEN)
    grants.decide_grant(grant=grant, approved=True, by=security, now=now)


def _people(region: str) -> list[tuple[str, dict[str, str]]]:
    """Who signs in to the demonstration; school people only once schools have been delivered."""
    people = [
        ("admin", {"role": "system_admin", "display_name": "季管理"}),
        ("security", {"role": "security_admin", "display_name": "卫安全"}),
        ("clerk", {"role": "county_clerk", "display_name": "王经办", "place_code": region}),
        ("head", {"role": "county_head", "display_name": "赵局长", "place_code": region}),
        ("town", {"role": "township_officer", "display_name": "孙干部", "place_code": TOWN}),
        (
            "canlian",
            {"role": "partner", "display_name": "周联系", "place_code": region, "sender": "沂南县残疾人联合会"},
        ),
        ("auditor", {"role": "auditor", "display_name": "郑审计", "place_code": region}),
        ("stranger", {"role": "county_clerk", "display_name": "邻县吴经办", "place_code": NEXT_COUNTY}),
    ]
    low, high = code_range(TOWN)
    school = School.objects.filter(place_code__gte=low, place_code__lt=high).exclude(stage="kindergarten")
    first = school.order_by("code").first()
    if first is not None:
        people += [
            ("principal", {"role": "principal", "display_name": "刘校长", "school_code": first.code}),
            ("teacher", {"role": "teacher", "display_name": "李老师", "school_code": first.code}),
        ]
    return people


def demo_logins(folder: Path) -> list[tuple[str, str, str, str]]:
    """(role, account, password, what it sees) of every demonstration account."""
    logins: dict[str, str] = json.loads((folder / LOGINS).read_text(encoding="utf-8"))
    users = User.objects.filter(username__in=logins, is_active=True)
    order = list(ROLES)
    listed = sorted(users, key=lambda user: (order.index(user.role), user.username))
    return [(ROLES[u.role].name, u.username, logins[u.username], ROLES[u.role].description) for u in listed]
