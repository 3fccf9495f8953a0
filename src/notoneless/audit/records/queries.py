"""What an auditor may look at, cut to the auditor's place; nothing of it is whole numbers or names."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from notoneless.case.records.models import Case, ClosingRequest
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope

from .models import Sample, SampleItem


def list_samples(user: User) -> QuerySet[Sample]:
    """Samples of the own place, newest first, each with how many items are entered (E701)."""
    check_may(user, Permission.AUDIT)
    counted = {"items_total": Count("items"), "items_entered": Count("items", filter=~Q(items__outcome=""))}
    found = Sample.objects.filter(_inside(user)).select_related("sweep", "created_by")
    return found.annotate(**counted)


def get_sample(user: User, sample_id: str) -> Sample:
    """One sample; foreign like absent (E701, E704)."""
    sample = list_samples(user).filter(pk=sample_id).first()
    if sample is None:
        raise Fault("E704", where=sample_id)
    return sample


def get_item(user: User, sample_id: str, number: int) -> SampleItem:
    """One item of a sample in sight (E701, E704)."""
    item = SampleItem.objects.filter(sample=get_sample(user, sample_id), number=number).first()
    if item is None:
        raise Fault("E704", where=str(number))
    return item


def list_cases(user: User) -> QuerySet[Case]:
    """Cases of the own place (E701)."""
    check_may(user, Permission.AUDIT)
    return Case.objects.filter(Scope.of(user).q()).select_related("child", "owner")


def get_case(user: User, case_id: str) -> Case:
    """One case; foreign like absent (E701, E704)."""
    case = list_cases(user).filter(pk=case_id).first()
    if case is None:
        raise Fault("E704", where=case_id)
    return case


def list_closings(user: User) -> QuerySet[ClosingRequest]:
    """Approved closings of the own place's cases (E701)."""
    check_may(user, Permission.AUDIT)
    inside = Scope.of(user).q(place="case__place_code", school="case__school_code")
    return ClosingRequest.objects.filter(inside, approved=True).select_related(
        "case__child", "evidence", "asked_by", "decided_by"
    )


def _inside(user: User) -> Q:
    low, high = Scope.of(user).bounds()
    return Q(place_code__gte=low, place_code__lt=high) if low else Q(pk__in=[])
