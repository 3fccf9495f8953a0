"""Drawing a sample and entering what the paper said: the only things an auditor writes, both in the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import localtime

from notoneless.audit.core.sampling import draw, population_digest
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Sample, SampleItem
from .queries import get_item

MOST_ITEMS = 200


@dataclass(frozen=True)
class Shown:
    """What one member of a sample is, and what the system says of it, masked."""

    child_id: str
    case_id: str = ""
    values: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def draw_sample(
    *,
    subject: str,
    population: Sequence[str],
    show: Callable[[Sequence[str]], dict[str, Shown]],
    seed: str,
    size: int,
    by: User,
    now: dt.datetime,
    sweep: Sweep | None = None,
    check_id: str = "",
) -> Sample:
    """Draw and keep a sample of ``population`` (object ids); ``show`` describes the drawn ones.

    Raises Fault E701, E581 (size), E582 (nobody to draw from), E583 (no seed).
    """
    check_may(by, Permission.AUDIT)
    if not 1 <= size <= MOST_ITEMS:
        raise Fault("E581", most=MOST_ITEMS)
    if not seed.strip():
        raise Fault("E583")
    if not population:
        raise Fault("E582")
    drawn = draw(population, seed.strip(), size)
    sample = Sample.objects.create(
        id=_next_id(now), subject=subject, sweep=sweep, check_id=check_id, place_code=by.place_code,
        seed=seed.strip()[:40], wanted=size, population=len(set(population)),
        population_digest=population_digest(population), created_by=by, created_at=now,
    )  # fmt: skip
    _keep_items(sample, drawn, show(drawn))
    record(
        Action.AUDIT_SAMPLE, by=by, now=now, object_kind="sample", object_id=sample.pk, place_code=sample.place_code,
        subject=sample.get_subject_display(), seed=sample.seed, size=len(drawn), population=sample.population,
        digest=sample.population_digest,
    )  # fmt: skip
    return sample


@transaction.atomic
def enter_result(*, sample_id: str, number: int, outcome: str, note: str, by: User, now: dt.datetime) -> SampleItem:
    """Enter what the paper said of one item; entered anew it replaces, and the trail keeps both. The same again
    changes nothing. Raises Fault E701, E704, E584 (no such outcome), E585 (a difference without words).
    """
    item = get_item(by, sample_id, number)
    if outcome not in SampleItem.Outcome.values:
        raise Fault("E584")
    if outcome != SampleItem.Outcome.AGREES and not note.strip():
        raise Fault("E585")
    if (item.outcome, item.note) == (outcome, note.strip()):
        return item
    item.outcome, item.note, item.entered_by, item.entered_at = outcome, note.strip()[:300], by, now
    item.save(update_fields=["outcome", "note", "entered_by", "entered_at"])
    record(
        Action.AUDIT_RESULT, by=by, now=now, object_kind="sample", object_id=sample_id,
        place_code=item.sample.place_code, number=number, outcome=item.get_outcome_display(),
    )  # fmt: skip
    return item


def _keep_items(sample: Sample, drawn: Sequence[str], shown: dict[str, Shown]) -> None:
    SampleItem.objects.bulk_create(
        SampleItem(
            sample=sample,
            number=number,
            object_id=one,
            child_id=shown[one].child_id,
            case_id=shown[one].case_id,
            shown=shown[one].values,
        )
        for number, one in enumerate(drawn, start=1)
    )


def _next_id(now: dt.datetime) -> str:
    """Y20261130-01: counted within the day; two at once meet at the primary key."""
    day = f"Y{localtime(now):%Y%m%d}"
    last = Sample.objects.filter(pk__startswith=day).order_by("-pk").values_list("pk", flat=True).first()
    return f"{day}-{int(last.partition('-')[2]) + 1 if last else 1:02d}"
