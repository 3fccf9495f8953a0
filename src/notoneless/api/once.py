"""Idempotency keys: the same request sent twice is done once and answered alike.

The row is written before the work and its answer after it. A process that dies in between leaves a row without an
answer; the same request then does the work again under the same parcel id, which makes nothing twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q

from notoneless.api.models import ApiRequest
from notoneless.common.errors import Fault
from notoneless.org.keys import keyring
from notoneless.org.models import ApiToken

KEPT = dt.timedelta(days=7)
PATIENCE = dt.timedelta(minutes=2)  # technical: after that the process that had the request is taken for dead
NAMESPACE = uuid.UUID("4a1d4c1e-6d0e-5f0a-9d5b-6f1f0d7c2b11")


def fingerprint(said: Iterable[str], chunks: Iterable[bytes]) -> str:
    """Keyed hash of everything a request said and of its file: nobody can try contents against it."""
    digest = hashlib.sha256()
    for text in said:
        digest.update(text.encode() + b"\0")
    for chunk in chunks:
        digest.update(chunk)
    return keyring().index(digest.hexdigest(), "api-request")


def begin(token: ApiToken, key: str, print_: str, now: dt.datetime) -> ApiRequest:
    """The row of this request: new, taken over from a dead process, or with its answer.

    Raises Fault E947 when the key was used for something else, E948 while the same request is at work.
    """
    ApiRequest.objects.filter(started_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return ApiRequest.objects.create(token=token, key=key, fingerprint=print_, started_at=now)
    except IntegrityError:
        known = ApiRequest.objects.get(token=token, key=key)
    if known.fingerprint != print_:
        raise Fault("E947", where=key, key=key)
    if known.status is None and not _take_over(known, now):
        raise Fault("E948", where=key)
    return known


def _take_over(known: ApiRequest, now: dt.datetime) -> bool:
    silent = Q(pk=known.pk, status=None, started_at__lt=now - PATIENCE)
    return bool(ApiRequest.objects.filter(silent).update(started_at=now))


def parcel_id(request: ApiRequest) -> uuid.UUID:
    """The same for the same request of the same token."""
    return uuid.uuid5(NAMESPACE, f"{request.token_id}\n{request.key}\n{request.fingerprint}")


def end(request: ApiRequest, status: int, answer: dict[str, object]) -> None:
    """Keep what is answered, for whoever sends the request again."""
    request.status, request.answer = status, answer
    request.save(update_fields=["status", "answer"])


def forget(request: ApiRequest) -> None:
    """It was refused: nothing was done, so the key is free again."""
    request.delete()
