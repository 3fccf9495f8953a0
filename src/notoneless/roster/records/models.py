"""名册的送达批次: what was delivered, by whom, with which result. The rows themselves live in the lake."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Delivery(models.Model):
    """One roster of one kind from one sender (送达批次); immutable except for being revoked as a whole."""

    class Status(models.TextChoices):
        CURRENT = "current", "有效"
        REVOKED = "revoked", "已撤回"

    id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=40)
    sender = models.CharField(max_length=80)
    as_of = models.DateField()
    legal_basis = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    mends = models.BooleanField(default=False)  # a returned workbook of wrong rows: completes, does not replace
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    encoding = models.CharField(max_length=16, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.PositiveIntegerField(default=1)
    mapping = models.JSONField(default=dict)
    problem_counts = models.JSONField(default=dict)
    rows_read = models.PositiveIntegerField()
    rows_accepted = models.PositiveIntegerField()
    rows_refused = models.PositiveIntegerField()
    rows_duplicate = models.PositiveIntegerField()
    rows_ignored = models.PositiveIntegerField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.CURRENT)
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["kind", "status", "-as_of"], name="delivery_kind_as_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "file_sha256", "as_of", "sender", "place_code"],
                condition=Q(status="current"),
                name="delivery_same_file_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    rows_read=models.F("rows_accepted")
                    + models.F("rows_refused")
                    + models.F("rows_duplicate")
                    + models.F("rows_ignored")
                ),
                name="delivery_no_row_lost",
            ),
            models.CheckConstraint(
                condition=Q(status="current", revoked_by=None, revoked_at=None)
                | Q(status="revoked", revoked_by__isnull=False, revoked_at__isnull=False),
                name="delivery_revoked_by_and_at",
            ),
        ]

    class Privacy:
        personal = {"file_name": "text"}
        safe = {
            "id", "kind", "sender", "as_of", "legal_basis", "place_code", "mends", "file_sha256", "format", "encoding",
            "sheet", "header_row", "mapping", "problem_counts", "rows_read", "rows_accepted", "rows_refused",
            "rows_duplicate", "rows_ignored", "status", "created_by", "created_at", "revoked_by", "revoked_at",
            "revoke_reason",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class UploadDraft(models.Model):
    """A file that was uploaded and checked but not yet confirmed; its bytes wait sealed in the lake's staging."""

    class Status(models.TextChoices):
        CHECKING = "checking", "核对中"
        READY = "ready", "待确认"
        PUBLISHED = "published", "已导入"
        ABANDONED = "abandoned", "已放弃"
        FAILED = "failed", "不能读取"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=255)
    kind = models.CharField(max_length=40, blank=True)
    sender = models.CharField(max_length=80)
    as_of = models.DateField()
    legal_basis = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    mapping = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CHECKING)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="drafts")
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]

    class Privacy:
        personal = {"file_name": "text"}
        safe = {
            "id", "kind", "sender", "as_of", "legal_basis", "place_code", "mapping", "result", "status",
            "delivery", "created_by", "created_at",
        }  # fmt: skip
