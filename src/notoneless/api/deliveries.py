"""批次: what was imported, in the own scope; taken back as a whole."""

from __future__ import annotations

import re
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from notoneless.api.access import Scope, allow_query, speaker
from notoneless.api.documents import REFUSALS
from notoneless.api.shapes import DeliveriesShape, DeliveryShape, RevokeBody, delivery_shape
from notoneless.common.errors import Fault
from notoneless.flows.import_file import revoke_delivery
from notoneless.org.models import User
from notoneless.roster.core import get_kind, load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import get_delivery, list_deliveries

router = Router(tags=["批次"])
ID_FORM = re.compile(r"[A-Za-z0-9-]{1,32}")


@router.get("deliveries", response={200: DeliveriesShape, **REFUSALS}, summary="列出批次")
def index(
    request: HttpRequest,
    cursor: str = Query("", max_length=32, description="上一页的 next；第一页不写"),
    limit: int = Query(50, ge=1, le=200, description="一页几个"),
    kind: str = Query("", max_length=40, description="只要这一种名册：标识或名称"),
    status: Literal["", "current", "revoked"] = Query("", description="只要有效的，或只要已撤回的"),
) -> dict[str, Any]:
    """自己范围内的批次，新的在前：部门看本单位的，县、乡看本辖区的，学校看自己送的。需要范围 read。"""
    allow_query(request, "cursor", "limit", "kind", "status")
    user = speaker(request, Scope.READ)
    found = list_deliveries(user)
    if kind:
        found = found.filter(kind=get_kind(kind, load_kinds()).id)
    if status:
        found = found.filter(status=status)
    if cursor:
        last = _seen(user, cursor)
        found = found.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__gt=last.pk))
    page = list(found.order_by("-created_at", "id")[: limit + 1])
    more = len(page) > limit
    return {
        "items": [delivery_shape(one) for one in page[:limit]],
        "next": page[limit - 1].pk if more else None,
    }


@router.get("deliveries/{delivery_id}", response={200: DeliveryShape, **REFUSALS}, summary="看一个批次")
def show(request: HttpRequest, delivery_id: str) -> dict[str, Any]:
    """一个批次的来历、行数、状态。范围以外的与不存在的一样。需要范围 read。"""
    allow_query(request)
    return delivery_shape(_seen(speaker(request, Scope.READ), delivery_id))


@router.post("deliveries/{delivery_id}/revoke", response={200: DeliveryShape, **REFUSALS}, summary="撤回一个批次")
def revoke(request: HttpRequest, delivery_id: str, body: RevokeBody) -> dict[str, Any]:
    """整批撤回，以后的摸排不再用它；已做的摸排不变并注明。需要范围 send。"""
    allow_query(request)
    user = speaker(request, Scope.SEND)
    delivery = _seen(user, delivery_id)
    revoke_delivery(delivery=delivery, reason=body.reason, by=user, now=timezone.now())
    delivery.refresh_from_db()
    return delivery_shape(delivery)


def _seen(user: User, delivery_id: str) -> Delivery:
    """A delivery in sight. What is no id at all answers like one that is not there (E704)."""
    if not ID_FORM.fullmatch(delivery_id):
        raise Fault("E704", where=delivery_id)
    return get_delivery(user, delivery_id)
