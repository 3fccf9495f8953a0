"""任务: long work as a row that a worker claims, renews and finishes; it survives closing the page."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from notoneless.common.wording import Wording


class Job(models.Model):
    """One piece of long work; claimed by conditional UPDATE, abandoned when its lease runs out.

    ``created_by`` is empty for what the worker does by itself.
    """

    class State(models.TextChoices):
        READY = "ready", Wording("排队中")
        RUNNING = "running", Wording("进行中")
        DONE = "done", Wording("已完成")
        FAILED = "failed", Wording("未完成")
        CANCELLED = "cancelled", Wording("已取消")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    cancel_requested = models.BooleanField(default=False)
    retry_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="retried_as")
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["state", "created_at"], name="job_state")]

    class Privacy:
        personal: ClassVar[dict[str, str]] = {}
        safe = {
            "id", "kind", "arguments", "state", "stage", "done", "total", "lease_until", "attempts", "result",
            "cancel_requested", "retry_of", "created_by", "created_at", "started_at", "finished_at",
        }  # fmt: skip
