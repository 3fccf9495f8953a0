"""What people did and what proves it: visits are only ever added, papers sealed, one present placement a child."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from .case import USER, Case, Gap


class Visit(models.Model):
    """走访、劝返记录: written once, never changed; a wrong one is followed by another that says what it corrects."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visits")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    people = models.CharField(max_length=200)
    bodies = models.JSONField(default=list)
    met_whom = models.CharField(max_length=100)
    guardian_attitude = models.CharField(max_length=500, blank=True)
    child_attitude = models.CharField(max_length=500, blank=True)
    difficulty = models.CharField(max_length=500, blank=True)
    agreed = models.BooleanField(default=False)
    agreed_date = models.DateField(null=True)
    next_step = models.CharField(max_length=500, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    client_id = models.UUIDField(unique=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(recorded_at__gte=F("at")), name="visit_not_in_future"),
        ]

    class Privacy:
        personal = {"people", "met_whom", "guardian_attitude", "child_attitude", "difficulty", "next_step"}
        safe = {
            "id", "case", "at", "kind", "bodies", "agreed", "agreed_date", "corrects", "by", "recorded_at", "client_id",
        }  # fmt: skip


class Evidence(models.Model):
    """佐证: a paper with number, issuer and date; the scan, when there is one, is sealed outside the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    gap = models.ForeignKey(Gap, on_delete=models.PROTECT, null=True, related_name="evidence")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=100)
    issued_by = models.CharField(max_length=100)
    issued_date = models.DateField()
    valid_to = models.DateField(null=True)
    file_name = models.CharField(max_length=255, blank=True)
    file_type = models.CharField(max_length=10, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("issued_date")), name="evidence_valid_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(file_name="", file_type="", file_sha256="")
                | (~Q(file_name="") & ~Q(file_type="") & ~Q(file_sha256="")),
                name="evidence_file_whole",
            ),
        ]

    class Privacy:
        personal = {"number", "file_name", "note"}
        safe = {
            "id", "case", "gap", "kind", "issued_by", "issued_date", "valid_to", "file_type", "file_sha256", "by",
            "at",
        }  # fmt: skip


class Placement(models.Model):
    """安置: how the child is lawfully taught, from which day; a new one ends the one before."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="placements")
    child = models.ForeignKey("link.Child", on_delete=models.PROTECT, related_name="placements")
    kind = models.CharField(max_length=40)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    school_code = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["from_date", "id"]
        constraints = [
            models.UniqueConstraint(fields=["child"], condition=Q(to_date=None), name="placement_one_current"),
            models.CheckConstraint(
                condition=Q(to_date=None) | Q(to_date__gte=F("from_date")), name="placement_ends_after_start"
            ),
        ]

    class Privacy:
        personal = {"kind", "note"}
        safe = {"id", "case", "child", "from_date", "to_date", "school_code", "by", "at"}
