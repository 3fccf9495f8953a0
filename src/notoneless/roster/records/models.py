"""名册的送达批次: what was delivered, by whom, with which result. The rows themselves live in the lake."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from notoneless.common.wording import Wording


class Delivery(models.Model):
    """One roster of one kind from one sender (送达批次); immutable except for being revoked as a whole."""

    class Status(models.TextChoices):
        CURRENT = "current", Wording("有效")
        REVOKED = "revoked", Wording("已撤回")

    id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=40)
    sender = models.CharField(max_length=80)
    as_of = models.DateField()
    legal_basis = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    # Mended rows or a declared part: used together with the list before it, does not replace that one.
    supplements = models.BooleanField(default=False)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    encoding = models.CharField(max_length=16, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    header_row = models.PositiveIntegerField(default=1)
    mapping = models.JSONField(default=dict)
    # Every sheet that was read: name, header row, rows, how its columns were matched.
    sheets = models.JSONField(default=list)
    # Suggestions that a person accepted: which writing was read as which, in how many rows.
    corrections = models.JSONField(default=list)
    # Measured after publishing: completeness, places, new, gone and changed rows; counts only.
    quality = models.JSONField(default=dict)
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
            "id", "kind", "sender", "as_of", "legal_basis", "place_code", "supplements", "file_sha256", "format",
            "encoding", "sheet", "header_row", "mapping", "sheets", "corrections", "quality", "problem_counts", "rows_read", "rows_accepted", "rows_refused",
            "rows_duplicate", "rows_ignored", "status", "created_by", "created_at", "revoked_by", "revoked_at",
            "revoke_reason",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class UploadDraft(models.Model):
    """A file that was uploaded and checked but not yet confirmed; its bytes wait sealed in the lake's staging."""

    class Status(models.TextChoices):
        CHECKING = "checking", Wording("核对中")
        READY = "ready", Wording("待确认")
        PUBLISHED = "published", Wording("已导入")
        ABANDONED = "abandoned", Wording("已放弃")
        FAILED = "failed", Wording("不能读取")

    class Door(models.TextChoices):
        WEB = "web", Wording("网页上传")
        API = "api", Wording("接口送达")
        FOLDER = "folder", Wording("收件夹")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.CharField(max_length=8, choices=Door.choices, default=Door.WEB)
    file_name = models.CharField(max_length=255)
    archive_name = models.CharField(max_length=255, blank=True)  # the zip that it was taken from
    kind = models.CharField(max_length=40, blank=True)
    sheet = models.CharField(max_length=120, blank=True)  # the one sheet to read; "" = all of that kind
    supplements = models.BooleanField(default=False)
    sender = models.CharField(max_length=80)
    as_of = models.DateField()
    legal_basis = models.CharField(max_length=300, blank=True)
    place_code = models.CharField(max_length=12)
    mapping = models.JSONField(default=dict)
    corrections = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CHECKING)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="drafts")
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]

    class Privacy:
        personal = {"file_name": "text", "archive_name": "text"}
        safe = {
            "id", "door", "kind", "sheet", "supplements", "sender", "as_of", "legal_basis", "place_code", "mapping",
            "corrections", "result", "status", "delivery", "created_by", "created_at",
        }  # fmt: skip


class SenderHabit(models.Model):
    """What one sender's lists of one kind mean, as a person said it once (送达单位的习惯): a heading that stands for a
    column, or a writing in a column that stands for another. Holds words, never a person's name or number.

    Two counties may each have a sender of the same name: a habit counts in the place whose office said it.
    """

    class Sort(models.TextChoices):
        HEADING = "heading", Wording("列名")
        WORD = "word", Wording("写法")
        FRAGMENT = "fragment", Wording("地址里的写法")
        BIRTH = "birth", Wording("出生日期以身份证号为准")

    sender = models.CharField(max_length=80)
    place_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    sort = models.CharField(max_length=8, choices=Sort.choices)
    column = models.CharField(max_length=40, blank=True)  # canonical id; "" for a heading that is not used
    written = models.CharField(max_length=120, blank=True)  # "" where every cell of the column is meant
    meant = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["sender", "kind", "sort", "column", "written", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["place_code", "sender", "kind", "written"],
                condition=Q(sort="heading"),
                name="habit_one_meaning_a_heading",
            ),
            models.UniqueConstraint(
                fields=["place_code", "sender", "kind", "column", "written"],
                condition=~Q(sort="heading"),
                name="habit_one_meaning_a_word",
            ),
        ]

    class Privacy:
        personal: dict[str, str] = {}
        safe = {
            "id", "sender", "place_code", "kind", "sort", "column", "written", "meant", "created_by", "created_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sender} {self.written}"


class DropFolder(models.Model):
    """A folder in which a department leaves its lists (收件夹); the worker takes them in, in the name of ``user``."""

    class Choice(models.TextChoices):
        CONFIRM = "confirm", Wording("核对后等人确认")
        GOOD_FILES = "good_files", Wording("没有错误的直接导入")

    id = models.SlugField(primary_key=True, max_length=40)  # the folder's name below <data>/inbox
    sender = models.CharField(max_length=80)
    place_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=40, blank=True)
    legal_basis = models.CharField(max_length=300, blank=True)
    choice = models.CharField(max_length=10, choices=Choice.choices, default=Choice.CONFIRM)
    user = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    class Privacy:
        personal: dict[str, str] = {}
        safe = {
            "id", "sender", "place_code", "kind", "legal_basis", "choice", "user", "is_active", "created_by",
            "created_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id
