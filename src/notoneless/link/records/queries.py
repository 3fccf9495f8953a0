"""Children and doubtful pairs, always starting from what the person may see."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope
from notoneless.roster.records.queries import read_source_rows

from .models import Child, LinkDecision, ReviewPair

SWEEPS = "sweeps"
MEMBERS = "members.parquet"


def list_children(user: User) -> QuerySet[Child]:
    """Living children files in this person's scope; merged ones answer under the child they became."""
    if not may(user, Permission.CHILD_VIEW):
        return Child.objects.none()
    return Child.objects.filter(Scope.of(user).q(), merged_into=None)


def get_child(user: User, child_id: str) -> Child:
    """One child in scope; E704 for foreign and absent alike."""
    child = list_children(user).filter(pk=child_id).first()
    if child is None:
        raise Fault("E704", where=Wording("孩子档案"))
    return child


def list_reviews(user: User) -> QuerySet[ReviewPair]:
    """Doubtful pairs in scope, the likeliest first."""
    low, high = Scope.of(user).bounds()
    if not may(user, Permission.LINK_REVIEW) or not low:
        return ReviewPair.objects.none()
    return ReviewPair.objects.filter(place_code__gte=low, place_code__lt=high).select_related("right_child")


def get_review(user: User, pair_id: str) -> ReviewPair:
    pair = list_reviews(user).filter(pk=pair_id).first()
    if pair is None:
        raise Fault("E704", where=Wording("疑似同一人"))
    return pair


def list_decisions(child: Child) -> QuerySet[LinkDecision]:
    """Every verdict about this child's rows, the undone ones included."""
    return LinkDecision.objects.filter(child=child).select_related("by", "second_by", "undone_by")


def get_decisions_in_force() -> pa.Table:
    """row_key_a, row_key_b, verdict: what every sweep replays; ordered by the keys."""
    rows = LinkDecision.objects.filter(undone_at=None).order_by("row_key_a", "row_key_b")
    columns = list(zip(*rows.values_list("row_key_a", "row_key_b", "verdict"), strict=True)) or [(), (), ()]
    names = ["row_key_a", "row_key_b", "verdict"]
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})


def get_members(sweep_id: str, child_id: str) -> list[dict[str, Any]]:
    """The roster rows that one sweep found to be this child, with step and reason."""
    table = lake().read_table(SWEEPS, sweep_id, MEMBERS, filters=[("child_id", "=", child_id)])
    return table.filter(pc.equal(table["child_id"], child_id)).to_pylist()


def get_sources(sweep_id: str, child_id: str) -> list[dict[str, Any]]:
    """Each member with its whole source row under "row": file line, original cells, normalised values."""
    members = get_members(sweep_id, child_id)
    wanted: dict[str, list[int]] = {}
    for member in members:
        wanted.setdefault(member["delivery_id"], []).append(member["row_no"])
    # Row numbers repeat over the sheets of a workbook; the row key is the one name of a row in its delivery.
    rows = {(delivery_id, row["row_key"]): row for delivery_id, row in read_source_rows(wanted)}
    return [dict(member, row=rows[member["delivery_id"], member["row_key"]]) for member in members]


def get_review_rows(pair: ReviewPair) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the doubtful row, the rows of the child it may belong to)."""
    found = [row for _, row in read_source_rows({pair.left_delivery: [pair.left_row_no]})]
    left = next((row for row in found if row["row_key"] == pair.left_key), found[0])
    return left, get_sources(pair.sweep, pair.right_child_id)
