"""一人一案: cases, their gaps and the measures against them. Facts that must hold are constraints here too."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from notoneless.case.core.states import FINAL_STATES, State, state_name
from notoneless.common.wording import Wording

FINAL = [state.value for state in FINAL_STATES]
USER = "org.User"


class CaseCounter(models.Model):
    """The last number given out in a year; locked while cases are opened, so that no number is given twice."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Privacy:
        personal: set[str] = set()
        safe = {"year", "last"}


class Case(models.Model):
    """个案: everything open about one child; at most one open case a child, reopened and never copied.

    ``referred_at``: since when it lies where a receiver accepted it (移交), and no longer follows the child's rosters.
    """

    id = models.CharField(primary_key=True, max_length=20)
    child = models.ForeignKey("link.Child", on_delete=models.PROTECT, related_name="cases")
    place_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=10, blank=True)
    state = models.CharField(
        max_length=16, choices=[(state.value, state_name(state)) for state in State], default=State.TO_VERIFY.value
    )
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="cases")
    severity = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    opened_sweep = models.CharField(max_length=40, blank=True)
    due_date = models.DateField()
    returned_date = models.DateField(null=True)
    return_round = models.PositiveSmallIntegerField(default=0)
    next_recheck_date = models.DateField(null=True)
    agreed_date = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    reopened_at = models.DateTimeField(null=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)
    referred_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["due_date", "id"]
        indexes = [
            models.Index(fields=["place_code", "due_date", "id"], name="case_place_due"),
            models.Index(fields=["school_code", "due_date", "id"], name="case_school_due"),
            models.Index(fields=["state", "due_date", "id"], name="case_state_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(closed_at=None), name="case_one_open_per_child"),
            models.CheckConstraint(
                condition=(~Q(state__in=FINAL) & Q(closed_at=None, outcome=""))
                | (Q(state__in=FINAL, closed_at__isnull=False) & ~Q(outcome="")),
                name="case_closed_with_outcome",
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        safe = {
            "id", "child", "place_code", "school_code", "state", "owner", "severity", "opened_at", "opened_sweep",
            "due_date", "returned_date", "return_round", "next_recheck_date", "agreed_date", "closed_at", "outcome",
            "reopened_at", "reopened_count", "referred_at", "version",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class Gap(models.Model):
    """缺口: one promise not met for one child in one period; struck off one by one; found again, the same row."""

    class State(models.TextChoices):
        OPEN = "open", Wording("未销")
        CLOSED = "closed", Wording("已销")
        EXCUSED = "excused", Wording("有据免除")

    class How(models.TextChoices):
        EVIDENCE = "evidence", Wording("凭佐证")
        ROSTER = "roster", Wording("凭名册")
        EXCUSE = "excuse", Wording("凭批准文书")
        MISTAKE = "mistake", Wording("误报")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    check_id = models.CharField(max_length=40)
    ledger = models.CharField(max_length=20)
    child = models.ForeignKey("link.Child", on_delete=models.PROTECT, related_name="gaps")
    period = models.CharField(max_length=20)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="gaps")
    place_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=500)
    severity = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="gaps")
    owner_role = models.CharField(max_length=30, blank=True)
    opened_at = models.DateTimeField()
    due_date = models.DateField()
    plan = models.CharField(max_length=1000, blank=True)
    first_sweep = models.CharField(max_length=40)
    last_sweep = models.CharField(max_length=40)
    seen_date = models.DateField()
    still_found = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    closed_how = models.CharField(max_length=10, choices=How.choices, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    closing_evidence = models.ForeignKey(
        "case.Evidence", on_delete=models.PROTECT, null=True, related_name="closed_gaps"
    )
    closing_delivery = models.CharField(max_length=32, blank=True)
    closing_row = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["opened_at", "check_id", "id"]
        indexes = [
            models.Index(fields=["place_code", "check_id", "state"], name="gap_place_check"),
            models.Index(fields=["school_code", "check_id", "state"], name="gap_school_check"),
            models.Index(fields=["check_id", "state"], name="gap_check_state"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["check_id", "child", "period"], name="gap_once"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, closed_by=None, closed_how="", outcome="")
                | (
                    ~Q(state="open")
                    & Q(closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(closed_how="")
                    & ~Q(outcome="")
                ),
                name="gap_closed_by_and_how",
            ),
            models.CheckConstraint(
                condition=Q(state="open")
                | Q(closing_evidence__isnull=False)
                | (Q(closed_how="roster", closing_row__isnull=False) & ~Q(closing_delivery="")),
                name="gap_closed_by_evidence_or_row",
            ),
        ]

    class Privacy:
        personal = {"reason", "plan"}
        safe = {
            "id", "check_id", "ledger", "child", "period", "case", "place_code", "school_code", "state", "severity",
            "owner", "owner_role", "opened_at", "due_date", "first_sweep", "last_sweep", "seen_date", "still_found",
            "closed_at", "closed_by", "closed_how", "outcome", "closing_evidence", "closing_delivery", "closing_row",
        }  # fmt: skip


class Measure(models.Model):
    """措施: one step of a gap's plan; struck off by its result, never deleted."""

    gap = models.ForeignKey(Gap, on_delete=models.PROTECT, related_name="measures")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="measures")
    due_date = models.DateField(null=True)
    consultation = models.ForeignKey(
        "case.Consultation", on_delete=models.PROTECT, null=True, related_name="measures"
    )
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, result="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(result="")),
                name="measure_done_by_and_at",
            )
        ]

    class Privacy:
        personal = {"text", "result"}
        safe = {"id", "gap", "owner", "due_date", "consultation", "added_by", "added_at", "done_at", "done_by"}
