"""How a case moves and ends: its changes of state, the looks after a return, the closing decided by another."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .case import USER, Case, Gap
from .work import Evidence


class Recheck(models.Model):
    """复查: one of the dated looks after a return; a round is the series that follows one return."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rechecks")
    round = models.PositiveSmallIntegerField()
    n = models.PositiveSmallIntegerField()
    due_date = models.DateField()
    done_at = models.DateTimeField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    in_school = models.BooleanField(null=True)
    note = models.CharField(max_length=500, blank=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["round", "n"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round", "n"], name="recheck_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, by=None, in_school=None)
                | Q(done_at__isnull=False, by__isnull=False, in_school__isnull=False, dropped_at=None),
                name="recheck_done_by_and_at",
            ),
        ]

    class Privacy:
        personal = {"note"}
        safe = {"id", "case", "round", "n", "due_date", "done_at", "by", "in_school", "dropped_at"}


class Move(models.Model):
    """One change of state of a case, or of one of its gaps, with who, when and on what ground; never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="moves")
    gap = models.ForeignKey(Gap, on_delete=models.PROTECT, null=True, related_name="moves")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="moves")
    sweep = models.CharField(max_length=40, blank=True)
    delivery = models.CharField(max_length=32, blank=True)
    row_no = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["at", "id"]

    class Privacy:
        personal = {"reason"}
        safe = {
            "id", "case", "gap", "from_state", "to_state", "by", "at", "outcome", "evidence", "sweep", "delivery",
            "row_no",
        }  # fmt: skip


class ClosingRequest(models.Model):
    """销号申请: asked by one, decided by another; the database refuses one person in both roles."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="closing_requests")
    outcome = models.CharField(max_length=40)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="closing_requests")
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(decided_at=None), name="closing_one_waiting"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="closing_by_second_person"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, approved=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="closing_decided_by_and_at",
            ),
        ]

    class Privacy:
        personal = {"reason", "decision_reason"}
        safe = {
            "id", "case", "outcome", "evidence", "asked_by", "asked_at", "decided_by", "decided_at", "approved",
        }  # fmt: skip
