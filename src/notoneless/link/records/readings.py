"""What waits for a reader, what was read, and how far two readers agree; always starting from what they may see."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope

from .models import Reading, ReviewPair
from .queries import list_reviews

Status, Purpose = ReviewPair.Status, Reading.Purpose


def list_waiting(user: User) -> QuerySet[ReviewPair]:
    """What this person can judge now: open pairs, other people's risky merges, and pairs of the blind sample."""
    return list_reviews(user).filter(
        Q(status=Status.OPEN) | (Q(status=Status.SECOND) & ~Q(decided_by=user)) | _blind_for(user)
    )


def list_blind_for(user: User) -> QuerySet[ReviewPair]:
    """Judged pairs of the sample that are put before this person without the verdict."""
    return list_reviews(user).filter(_blind_for(user))


def list_judged(user: User) -> QuerySet[ReviewPair]:
    """Pairs with a verdict (再看已判), those left out that this person is to read blind."""
    return list_reviews(user).exclude(status=Status.OPEN).exclude(_blind_for(user))


def get_first_reading(pair: ReviewPair) -> Reading | None:
    """The first verdict in force on a pair."""
    return Reading.objects.filter(pair=pair.pk, purpose=Purpose.FIRST, undone_at=None).select_related("by").first()


def get_last_return(pair: ReviewPair) -> Reading | None:
    """The latest time that a second person sent the pair back."""
    returned = Reading.objects.filter(pair=pair.pk, verdict=Reading.Verdict.RETURNED)
    return returned.select_related("by").order_by("-at", "-id").first()


def get_own_blind(user: User, pair: ReviewPair) -> Reading | None:
    """This person's blind reading of the pair, if it stands."""
    return Reading.objects.filter(pair=pair.pk, purpose=Purpose.BLIND, by=user, undone_at=None).first()


def count_read_since(user: User, moment: dt.datetime) -> int:
    """How many pairs this person has judged since ``moment`` and not taken back."""
    return Reading.objects.filter(by=user, at__gte=moment, undone_at=None).count()


def list_readings(user: User) -> QuerySet[Reading]:
    """Readings of pairs in this person's place, for whoever judges or looks after the judging."""
    low, high = Scope.of(user).bounds()
    if not low or not (may(user, Permission.LINK_REVIEW) or may(user, Permission.LINK_QUALITY)):
        return Reading.objects.none()
    return Reading.objects.filter(place_code__gte=low, place_code__lt=high)


def list_compared(user: User) -> QuerySet[Reading]:
    """Blind readings that stand, each with the first reading it is compared with; also when that was taken back."""
    return list_readings(user).filter(purpose=Purpose.BLIND, undone_at=None).select_related("by", "against__by")


def _blind_for(user: User) -> Q:
    """In the sample, judged by others, not yet read blind, and this person has never had a verdict on it."""
    read = Reading.objects.filter(pair=OuterRef("pk"))
    done = read.filter(purpose=Purpose.BLIND, undone_at=None, against__undone_at=None)
    known = read.filter(by=user).exclude(purpose=Purpose.BLIND, undone_at__isnull=False)
    return Q(blind=True, status__in=[Status.SAME, Status.DIFFERENT, Status.UNSURE]) & ~Exists(done) & ~Exists(known)
