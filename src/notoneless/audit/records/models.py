"""抽样核对: samples that an auditor drew, and what was found on paper. Nothing here changes what was sampled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from notoneless.common.wording import Wording

USER = "org.User"


class Sample(models.Model):
    """One seeded sample; its members were fixed when it was drawn."""

    class Subject(models.TextChoices):
        """What was drawn from."""

        CHILD = "child", Wording("摸排里的孩子")
        GAP = "gap", Wording("查出的缺口")
        CLOSING = "closing", Wording("批准的销号")

    id = models.CharField("编号", max_length=20, primary_key=True)
    subject = models.CharField("对象", max_length=8, choices=Subject.choices)
    sweep = models.ForeignKey("check.Sweep", on_delete=models.PROTECT, null=True, related_name="+")
    check_id = models.CharField("核查", max_length=40, blank=True)
    place_code = models.CharField("辖区", max_length=12)
    seed = models.CharField("种子", max_length=40)
    wanted = models.PositiveIntegerField("要抽几件")
    population = models.PositiveIntegerField("总体件数")
    population_digest = models.CharField("总体指纹", max_length=64)
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("抽样时间")

    class Meta:
        verbose_name = "抽样"
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["place_code", "-created_at"], name="sample_place")]

    class Privacy:
        """Nothing about a child; a seed is a word that the auditor chose."""

        personal: set[str] = set()
        safe = {
            "id", "subject", "sweep", "check_id", "place_code", "seed", "wanted", "population", "population_digest",
            "created_by", "created_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class SampleItem(models.Model):
    """One member of a sample: what the system said of it, masked, and what the paper said."""

    class Outcome(models.TextChoices):
        """What came of the check on paper."""

        AGREES = "agrees", Wording("相符")
        DIFFERS = "differs", Wording("不相符")
        NOT_FOUND = "not_found", Wording("查不到")

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveIntegerField("序号")
    object_id = models.CharField("对象编号", max_length=120)
    child_id = models.CharField("孩子编号", max_length=20)
    case_id = models.CharField("个案编号", max_length=20, blank=True)
    shown = models.JSONField("当时的记载（脱敏）", default=dict)
    outcome = models.CharField("核对结果", max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    entered_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间", null=True)

    class Meta:
        verbose_name = "抽样的一件"
        ordering = ["sample", "number"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "number"], name="sample_item_number"),
            models.UniqueConstraint(fields=["sample", "object_id"], name="sample_item_once"),
            models.CheckConstraint(
                name="sample_item_entered",
                condition=Q(outcome="", entered_by=None, entered_at=None)
                | (~Q(outcome="") & Q(entered_by__isnull=False, entered_at__isnull=False)),
            ),
        ]

    class Privacy:
        """What is shown is masked, and still about a child."""

        personal = {"shown", "note"}
        safe = {
            "id", "sample", "number", "object_id", "child_id", "case_id", "outcome", "entered_by", "entered_at",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.sample_id} {self.number}"
