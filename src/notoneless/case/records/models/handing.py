"""派单 of many cases at once: what was changed, so that it can be taken back."""

from __future__ import annotations

import uuid

from django.db import models

from .case import USER, Case


class Handout(models.Model):
    """批量派单: many cases given to one person by one act; taken back by one act, as far as nobody has touched them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(undone_by=None, undone_at=None)
                | models.Q(undone_by__isnull=False, undone_at__isnull=False),
                name="handout_undone_by_and_at",
            )
        ]

    class Privacy:
        personal: set[str] = set()
        safe = {"id", "owner", "by", "at", "undone_by", "undone_at"}


class HandoutLine(models.Model):
    """One case of a handout: whose it was, its version afterwards, the gaps that went with it and whose they were."""

    handout = models.ForeignKey(Handout, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    owner_before = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    version_after = models.PositiveIntegerField()
    gaps = models.JSONField(default=dict)
    undone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["handout", "case"], name="handout_case_once")]

    class Privacy:
        personal: set[str] = set()
        safe = {"id", "handout", "case", "owner_before", "version_after", "gaps", "undone"}
