"""反馈名单: which rows of one delivery its sender should look at again, and why.

Only rows of that delivery, and of other lists nothing but the fact: not whose list, not what stands in it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.check.records.models import Sweep
from notoneless.check.records.queries import COLLECTION as SWEEPS
from notoneless.common.errors import error_text
from notoneless.common.resident_id import PROBLEM_CODES, mask
from notoneless.common.wording import Wording
from notoneless.flows.comparison import MEMBERS, PERSONS, REVIEW
from notoneless.flows.reply import other_birth, other_sex
from notoneless.link.core.definitions import kinds as linked_kinds
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.people import BIRTH_DIFFERS, SEX_DIFFERS
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import get_delivery, read_refused, read_rows
from notoneless.trail.actions import Action
from notoneless.trail.record import record

RETURNED = Wording("退回，没有采用")
NOT_FOUND = Wording("在其他名册里没有找到这个人")
DOUBTFUL = Wording("像是某个人，正在人工核对")
BIRTH_ELSEWHERE = Wording("出生日期与其他名册不一致")
HOW: dict[str, str] = {
    RETURNED: Wording("请按“错误行”工作簿里每行的说明改好，再传回"),
    NOT_FOUND: Wording("请核对姓名和证号是不是写错；没有错的，不用改，由教育局核实"),
    DOUBTFUL: Wording("请核对姓名、证号、出生日期；没有错的，不用改"),
    BIRTH_ELSEWHERE: Wording("请按身份证或户口簿核对；没有错的，请在回函里说明"),
}
"""Reasons that are no error of the row itself; the errors have their own texts."""
HEADER: list[str] = [
    Wording("工作表"),
    Wording("行号"),
    Wording("姓名"),
    Wording("身份证号"),
    Wording("问题"),
    Wording("怎么办"),
]
MOST_SHOWN = 500


@dataclass(frozen=True)
class FeedbackRow:
    """One row that wants looking at; the number is masked, the name is as the sender wrote it."""

    sheet: str
    row_no: int
    name: str
    id_no: str
    problem: str
    how: str

    def cells(self) -> list[str]:
        """In the order of HEADER."""
        return [self.sheet, str(self.row_no), self.name, self.id_no, self.problem, self.how]


@dataclass(frozen=True)
class FeedbackList:
    """All such rows in the order of the list, how many of each problem, and as of which sweep (None before one)."""

    delivery: Delivery
    rows: list[FeedbackRow]
    counts: list[tuple[str, int]]
    sweep: Sweep | None


@transaction.atomic
def open_feedback(user: User, delivery_id: str, *, now: dt.datetime) -> FeedbackList:
    """The list about one delivery in sight; leaves one event. Raises E701 (does not send lists), E704."""
    check_may(user, Permission.ROSTER_UPLOAD)
    delivery = get_delivery(user, delivery_id)
    sweep = _last_sweep(delivery)
    rows = sorted(_rows(delivery, sweep), key=lambda row: (row.sheet, row.row_no, row.problem))
    counts = Counter(row.problem for row in rows)
    record(
        Action.ROSTER_FEEDBACK, by=user, now=now, object_kind="delivery", object_id=delivery.pk,
        place_code=delivery.place_code, rows=len(rows),
    )  # fmt: skip
    return FeedbackList(delivery, rows, sorted(counts.items(), key=lambda one: (-one[1], one[0])), sweep)


def _last_sweep(delivery: Delivery) -> Sweep | None:
    used = Sweep.objects.filter(inputs__delivery=delivery, status=Sweep.Status.CURRENT)
    return used.order_by("-created_at", "id").first()


def _rows(delivery: Delivery, sweep: Sweep | None) -> Iterator[FeedbackRow]:
    for row in read_refused(delivery).select(["row_no", "sheet", "problems"]).to_pylist():
        names = "、".join(str(error_text(code).name) for code in row["problems"])
        yield FeedbackRow(row["sheet"] or "", row["row_no"], "", "", f"{RETURNED}：{names}", HOW[RETURNED])
    if load_kinds()[delivery.kind].subject != "person":
        return
    table = read_rows(delivery, ["row_key", "row_no", "sheet", "name", "id_state", "id_no", "dob", "sex"])
    yield from _of_the_row_itself(table)
    if sweep is not None:
        yield from _of_the_sweep(delivery, sweep, table)


def _of_the_row_itself(table: pa.Table) -> Iterator[FeedbackRow]:
    for row in table.filter(pc.not_equal(table["id_state"], "valid")).to_pylist():
        yield _by_code(row, PROBLEM_CODES[row["id_state"]])
    certain = table.filter(pc.equal(table["id_state"], "valid"))
    for code, differs in ((BIRTH_DIFFERS, other_birth(certain)), (SEX_DIFFERS, other_sex(certain))):
        for row in certain.filter(differs).to_pylist():
            yield _by_code(row, code)


def _of_the_sweep(delivery: Delivery, sweep: Sweep, table: pa.Table) -> Iterator[FeedbackRow]:
    """What a comparison with the other lists says: found nowhere else, doubtful, another birth date."""
    own = _members(sweep, [("delivery_id", "=", delivery.pk)])
    own = own.filter(pc.equal(own["delivery_id"], delivery.pk))
    child_of = dict(zip(own["row_key"].to_pylist(), own["child_id"].to_pylist(), strict=True))
    doubtful, alone, births = _doubtful(delivery, sweep), _alone(delivery, sweep, own), _births(sweep, own)
    certain = table.filter(pc.equal(table["id_state"], "valid"))
    said = set(certain.filter(other_birth(certain))["row_key"].to_pylist())  # the row's own number says it already
    for row in table.filter(pc.is_in(table["row_key"], pa.array([*child_of, *doubtful], pa.string()))).to_pylist():
        child_id = child_of.get(row["row_key"])
        if row["row_key"] in doubtful:
            yield _said(row, DOUBTFUL)
        elif child_id in alone:
            yield _said(row, NOT_FOUND)
        elif row["dob"] and row["row_key"] not in said and births.get(child_id or "") not in (None, row["dob"]):
            yield _said(row, BIRTH_ELSEWHERE)


def _members(sweep: Sweep, filters: list[tuple[str, str, Any]]) -> pa.Table:
    columns = ["child_id", "delivery_id", "kind", "row_key"]
    return lake().read_table(SWEEPS, sweep.pk, MEMBERS, columns=columns, filters=filters)


def _alone(delivery: Delivery, sweep: Sweep, own: pa.Table) -> set[str]:
    """Children that stand in lists of this kind only. In the list that the comparison begins with that means nothing."""
    if delivery.kind == linked_kinds()[0].id:
        return set()
    ids = own["child_id"].unique()
    others = _members(sweep, [("kind", "!=", delivery.kind)])
    others = others.filter(pc.not_equal(others["kind"], delivery.kind))
    return set(ids.to_pylist()) - set(others.filter(pc.is_in(others["child_id"], ids))["child_id"].to_pylist())


def _births(sweep: Sweep, own: pa.Table) -> dict[str, dt.date | None]:
    persons = lake().read_table(SWEEPS, sweep.pk, PERSONS, columns=["child_id", "dob"])
    persons = persons.filter(pc.is_in(persons["child_id"], own["child_id"].unique()))
    return dict(zip(persons["child_id"].to_pylist(), persons["dob"].to_pylist(), strict=True))


def _doubtful(delivery: Delivery, sweep: Sweep) -> set[str]:
    review = lake().read_table(
        SWEEPS, sweep.pk, REVIEW, columns=["left_delivery", "left_key"], filters=[("left_delivery", "=", delivery.pk)]
    )
    return set(review.filter(pc.equal(review["left_delivery"], delivery.pk))["left_key"].to_pylist())


def _by_code(row: Mapping[str, Any], code: str) -> FeedbackRow:
    text = error_text(code)
    return _line(row, text.name, text.say_how({}))


def _said(row: Mapping[str, Any], problem: str) -> FeedbackRow:
    return _line(row, problem, HOW[problem])


def _line(row: Mapping[str, Any], problem: str, how: str) -> FeedbackRow:
    number = mask(row["id_no"]) if row["id_no"] else ""
    return FeedbackRow(row["sheet"] or "", row["row_no"], row["name"] or "", number, problem, how)
