"""卡住的个案, as the last nightly look found them: derived, made anew every night, never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .case import USER, Case


class Stuck(models.Model):
    """卡住: one reason why an open case does not move, and whose turn it is: a person, or a role of one unit."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stuck")
    reason = models.CharField(max_length=30)
    since = models.DateField()
    turn_user = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    turn_role = models.CharField(max_length=20, blank=True)
    place_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["since", "id"]
        indexes = [
            models.Index(fields=["turn_user", "since", "id"], name="stuck_user"),
            models.Index(fields=["place_code", "since", "id"], name="stuck_place"),
            models.Index(fields=["school_code", "since", "id"], name="stuck_school"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "reason"], name="stuck_once"),
            models.CheckConstraint(
                condition=Q(turn_user=None) & ~Q(turn_role="") | Q(turn_user__isnull=False, turn_role=""),
                name="stuck_one_turn",
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        safe = {"id", "case", "reason", "since", "turn_user", "turn_role", "place_code", "school_code"}
