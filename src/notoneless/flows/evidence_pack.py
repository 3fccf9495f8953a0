"""取证包: what is recorded of one case, or of the cases of a sample, as a zip whose every file can be checked later.

Masked like all that an auditor sees: scans are named with their hashes and are not inside. ``verify_pack`` holds a
pack against itself and against this installation.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from notoneless.audit.records.models import Sample
from notoneless.audit.records.queries import get_case, get_sample, list_cases
from notoneless.case.core.states import state_name
from notoneless.case.records.models import Case, Evidence
from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.common import names
from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.csv_write import disarm
from notoneless.flows.audit_rows import AuditedRow, open_child
from notoneless.flows.audit_sample import closing_values
from notoneless.flows.rules import program_version
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.queries import role_names
from notoneless.policy.places import Places
from notoneless.roster.records.models import Delivery
from notoneless.trail.actions import Action
from notoneless.trail.models import Event
from notoneless.trail.record import record
from notoneless.trail.sentence import sentence

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
SCHEMA = "notoneless-evidence-1"
FIXED_TIME = (2020, 1, 1, 0, 0, 0)
"""The same content gives the same zip: the time of making stands in the manifest, not in the zip's own entries."""
BOM = "\ufeff"


@dataclass
class PackReport:
    """What a check of a pack found; ``problems`` are sentences."""

    name: str
    files: int = 0
    events: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems


@transaction.atomic
def open_case(user: User, case_id: str, *, now: dt.datetime) -> tuple[Case, dict[str, Any], list[Event]]:
    """One case, masked, and every event about it and its child, oldest first. Raises E701, E704."""
    case = get_case(user, case_id)
    facts, events = _case(case), _events([case])
    _record_look(case, user, now)
    return case, facts, events


@transaction.atomic
def pack_case(user: User, case_id: str, *, now: dt.datetime) -> tuple[str, bytes]:
    """(file name, zip) of one case. Raises E701, E704."""
    case = get_case(user, case_id)
    files = dict(_case_files("", case, user, now))
    return _packed(case.pk, "case", files, [case], user, now)


@transaction.atomic
def pack_sample(user: User, sample_id: str, *, now: dt.datetime) -> tuple[str, bytes]:
    """(file name, zip) of a sample: its sheet with what was entered, and the cases of its children. Raises E701, E704."""
    sample = get_sample(user, sample_id)
    items = list(sample.items.select_related("entered_by"))
    files = {"抽样.json": _json(_sample(sample)), "抽样.csv": _items(items)}
    cases = list(list_cases(user).filter(child__in={item.child_id for item in items}).order_by("pk"))
    for case in cases:
        files |= dict(_case_files(f"{case.pk}/", case, user, now))
    return _packed(sample.pk, "sample", files, cases, user, now)


def verify_pack(user: User, source: bytes, name: str) -> PackReport:
    """Check a pack: every file against its manifest, and hashes of trail, lists and scans against this installation.

    Raises E701, E586 (no pack), E587 (a manifest that cannot be read).
    """
    check_may(user, Permission.AUDIT)
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            files = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Fault("E586", file=name) from error
    try:
        manifest = json.loads(files[MANIFEST])
        listed, events = manifest["files"], manifest["events"]
        report = PackReport(name, len(listed), len(events))
        _check_files(listed, files, report)
        _check_events(events, report)
        _check_sources(manifest, report)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Fault("E587", where=name) from error
    return report


def _packed(
    about: str, sort: str, files: Mapping[str, bytes], cases: Iterable[Case], user: User, now: dt.datetime
) -> tuple[str, bytes]:
    listed, events = list(cases), _events(cases)
    manifest = {
        "schema": SCHEMA,
        "about": about,
        "sort": sort,
        "made_at": localtime(now).isoformat(timespec="seconds"),
        "made_by": f"{user.display_name}（{user.username}）",
        "program": program_version(),
        "masked": True,
        "files": [{"name": name, "sha256": _sha(data), "size": len(data)} for name, data in sorted(files.items())],
        "events": [{"id": event.pk, "hash": event.hash} for event in events],
        "scans": _scans(listed),
        "deliveries": _deliveries(listed),
    }
    body = _json(manifest)
    text = _sums({**files, MANIFEST: body})
    record(
        Action.AUDIT_PACK, by=user, now=now, object_kind=sort, object_id=about, place_code=user.place_code,
        files=len(files), digest=_sha(body),
    )  # fmt: skip
    for case in listed:
        _record_look(case, user, now)
    return f"取证包_{about}.zip", _zip({**files, MANIFEST: body, SUMS: text})


def _record_look(case: Case, user: User, now: dt.datetime) -> None:
    record(
        Action.AUDIT_CASE, by=user, now=now, object_kind="child", object_id=case.child_id, place_code=case.place_code,
        case=case.pk,
    )  # fmt: skip


def _case_files(folder: str, case: Case, user: User, now: dt.datetime) -> Iterator[tuple[str, bytes]]:
    yield f"{folder}个案.json", _json(_case(case))
    yield f"{folder}留痕.csv", _trail([case])
    yield f"{folder}佐证清单.csv", _papers(case)
    sweep = Sweep.objects.filter(pk=case.child.last_sweep).first()
    if sweep is not None:
        try:
            child = open_child(user, sweep, case.child_id, now=now)
        except Fault as fault:  # the child of that sweep stood in another township: no rows for this auditor
            if fault.code != "E704":
                raise
        else:
            yield f"{folder}名册来源.csv", _rows(child.rows)


def _case(case: Case) -> dict[str, Any]:
    child, checks = case.child, load_checks()
    gaps = [
        {
            "核查": checks[gap.check_id].name if gap.check_id in checks else gap.check_id,
            "时段": gap.period,
            "状态": gap.get_state_display(),
            "理由": redact(gap.reason),
            "期限": gap.due_date.isoformat(),
        }
        for gap in case.gaps.all()
    ]
    closings = case.closing_requests.filter(approved=True).select_related(
        "case__child", "evidence", "asked_by", "decided_by"
    )
    return {
        "个案": case.pk,
        "孩子": child.pk,
        "姓名": names.mask_name(child.name),
        "辖区": Places.load().label(case.place_code),
        "学校": child.school_name,
        "状态": state_name(case.state),
        "责任人": case.owner.display_name if case.owner else "",
        "立案": _moment(case.opened_at),
        "销号": _moment(case.closed_at),
        "缺口": gaps,
        "走访": [
            {"时间": _moment(one.at), "记录人": one.by.display_name} for one in case.visits.select_related("by")
        ],
        "复查": [
            {"第几次": one.n, "应在": one.due_date.isoformat(), "做于": _moment(one.done_at), "在校": one.in_school}
            for one in case.rechecks.all()
        ],
        "批准的销号": [closing_values(one) for one in closings],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "抽样": sample.pk,
        "对象": sample.get_subject_display(),
        "摸排": sample.sweep_id or "",
        "核查": sample.check_id,
        "种子": sample.seed,
        "总体": sample.population,
        "总体指纹": sample.population_digest,
        "抽样人": sample.created_by.display_name,
        "抽样时间": _moment(sample.created_at),
    }


def _items(items: Iterable[Any]) -> bytes:
    header = ["序号", "对象编号", "孩子编号", "记载", "核对结果", "说明", "登记人", "登记时间"]
    rows = [
        [
            item.number, item.object_id, item.child_id, "；".join(f"{k} {v}" for k, v in item.shown.items()),
            item.get_outcome_display(), item.note, item.entered_by.display_name if item.entered_by else "",
            _moment(item.entered_at),
        ]
        for item in items
    ]  # fmt: skip
    return _csv(header, rows)


def _trail(cases: Iterable[Case]) -> bytes:
    roles = role_names()
    rows = [
        [event.pk, _moment(event.at), sentence(event, roles), event.prev_hash, event.hash] for event in _events(cases)
    ]
    return _csv(["序号", "时间", "做了什么", "前一条散列", "本条散列"], rows)


def _events(cases: Iterable[Case]) -> list[Event]:
    listed = list(cases)
    about_cases = Event.objects.filter(object_kind="case", object_id__in=[case.pk for case in listed])
    about_children = Event.objects.filter(object_kind="child", object_id__in=[case.child_id for case in listed])
    return sorted({event.pk: event for event in (*about_cases, *about_children)}.values(), key=lambda one: one.pk)


def _papers(case: Case) -> bytes:
    header = ["编号", "种类", "文号", "出具单位", "出具日期", "登记时间", "扫描件 SHA-256"]
    rows = [
        [
            paper.pk,
            paper.kind,
            redact(paper.number),
            paper.issued_by,
            paper.issued_date,
            _moment(paper.at),
            paper.file_sha256,
        ]
        for paper in case.evidence.order_by("at", "pk")
    ]
    return _csv(header, rows)


def _rows(rows: Iterable[AuditedRow]) -> bytes:
    header = ["名册", "批次", "文件 SHA-256", "行数据 SHA-256", "工作表", "行", "怎么认作此人", "各格（脱敏）"]
    return _csv(
        header,
        [
            [
                row.kind.name, row.delivery.pk, row.delivery.file_sha256, row.rows_sha256, row.sheet, row.row_no,
                row.reason, "；".join(f"{cell.heading}={cell.text}" for cell in row.cells if cell.text),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _scans(cases: Iterable[Case]) -> list[dict[str, str]]:
    papers = Evidence.objects.filter(case__in=list(cases)).exclude(file_sha256="").order_by("pk")
    return [{"id": str(paper.pk), "sha256": paper.file_sha256} for paper in papers]


def _deliveries(cases: Iterable[Case]) -> list[dict[str, str]]:
    sweeps = {case.child.last_sweep for case in cases}
    found = Delivery.objects.filter(sweeps__sweep__in=sweeps).distinct().order_by("pk")
    return [{"id": one.pk, "sha256": one.file_sha256} for one in found]


def _sums(files: Mapping[str, bytes]) -> bytes:
    """What ``sha256sum -c`` reads: the files by name, the manifest last."""
    names = [*sorted(files.keys() - {MANIFEST, SUMS}), MANIFEST]
    return "".join(f"{_sha(files[name])}  {name}\n" for name in names).encode()


def _check_files(listed: Iterable[Mapping[str, Any]], files: Mapping[str, bytes], report: PackReport) -> None:
    named = set()
    for one in listed:
        named.add(one["name"])
        if one["name"] not in files:
            report.problems.append(f"缺文件 {one['name']}")
        elif _sha(files[one["name"]]) != one["sha256"]:
            report.problems.append(f"文件 {one['name']} 被改过")
    for extra in sorted(set(files) - named - {MANIFEST, SUMS}):
        report.problems.append(f"多出文件 {extra}")
    if files.get(SUMS) != _sums(files):
        report.problems.append(f"文件 {SUMS} 与其余文件对不上")


def _check_events(events: Iterable[Mapping[str, Any]], report: PackReport) -> None:
    told = {int(one["id"]): str(one["hash"]) for one in events}
    stored = dict(Event.objects.filter(pk__in=told).values_list("pk", "hash"))
    for key, digest in sorted(told.items()):
        if stored.get(key) != digest:
            report.problems.append(f"留痕第 {key} 条与系统里的不同")


def _check_sources(manifest: Mapping[str, Any], report: PackReport) -> None:
    deliveries = dict(Delivery.objects.values_list("pk", "file_sha256"))
    for one in manifest["deliveries"]:
        if deliveries.get(one["id"]) != one["sha256"]:
            report.problems.append(f"批次 {one['id']} 的文件指纹与系统里的不同")
    papers = {str(key): digest for key, digest in Evidence.objects.values_list("pk", "file_sha256")}
    for one in manifest["scans"]:
        if papers.get(one["id"]) != one["sha256"]:
            report.problems.append(f"佐证 {one['id']} 的扫描件指纹与系统里的不同")


def _csv(header: list[str], rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([disarm(cell) for cell in row] for row in rows)
    return (BOM + text.getvalue()).encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _zip(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    return body.getvalue()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _moment(moment: dt.datetime | None) -> str:
    return localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
