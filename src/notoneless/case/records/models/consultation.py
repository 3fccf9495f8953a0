"""会商: a question put to several bodies, and what was decided, by whom, in words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .case import USER, Case


class Consultation(models.Model):
    """会商: asked once, decided once; the measures that follow from it point here."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consultations")
    question = models.CharField(max_length=1000)
    bodies = models.JSONField(default=list)
    meet_date = models.DateField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=1000, blank=True)
    deciders = models.CharField(max_length=200, blank=True)
    decided_date = models.DateField(null=True)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(recorded_at=None), name="consultation_one_waiting"),
            models.CheckConstraint(
                condition=Q(decision="", deciders="", decided_date=None, recorded_by=None, recorded_at=None)
                | (
                    ~Q(decision="")
                    & ~Q(deciders="")
                    & Q(decided_date__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False)
                ),
                name="consultation_decided_whole",
            ),
        ]

    class Privacy:
        personal = {"question", "decision", "deciders"}
        safe = {
            "id", "case", "bodies", "meet_date", "asked_by", "asked_at", "decided_date", "recorded_by", "recorded_at",
        }  # fmt: skip
