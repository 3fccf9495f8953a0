"""摸排: one run over chosen deliveries; its files are in the lake and never change, its counts are here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from notoneless.common.wording import Wording


class Sweep(models.Model):
    """One sweep (摸排) as of a date with one policy pack; at most one is current per region."""

    class Status(models.TextChoices):
        CURRENT = "current", Wording("当前")
        SUPERSEDED = "superseded", Wording("往次")

    id = models.CharField(primary_key=True, max_length=40)
    as_of = models.DateField()
    region = models.CharField(max_length=12)
    policy_version = models.CharField(max_length=40)
    policy_digest = models.CharField(max_length=64)
    manifest_digest = models.CharField(max_length=64)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="next")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.CURRENT)
    created_by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["region"], condition=Q(status="current"), name="sweep_one_current")
        ]

    class Privacy:
        personal: ClassVar[dict[str, str]] = {}
        safe = {
            "id", "as_of", "region", "policy_version", "policy_digest", "manifest_digest", "previous", "status",
            "created_by", "created_at", "seconds", "summary",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class SweepInput(models.Model):
    """A delivery that a sweep rests on; when the delivery is revoked the sweep says so."""

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="inputs")
    delivery = models.ForeignKey("roster.Delivery", on_delete=models.PROTECT, related_name="sweeps")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sweep", "delivery"], name="sweep_input_once")]

    class Privacy:
        personal: ClassVar[dict[str, str]] = {}
        safe = {"id", "sweep", "delivery"}


class CheckCount(models.Model):
    """Conservation per check and township: expected = met + gap + excused + unknown."""

    sweep = models.ForeignKey(Sweep, on_delete=models.PROTECT, related_name="counts")
    check_id = models.CharField(max_length=40)
    place_code = models.CharField(max_length=12)
    expected = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    gap = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    missing_lists = models.JSONField(default=list)

    class Meta:
        ordering = ["check_id", "place_code"]
        constraints = [
            models.UniqueConstraint(fields=["sweep", "check_id", "place_code"], name="count_once"),
            models.CheckConstraint(
                condition=Q(expected=models.F("met") + models.F("gap") + models.F("excused") + models.F("unknown")),
                name="count_conserved",
            ),
        ]

    class Privacy:
        personal: ClassVar[dict[str, str]] = {}
        safe = {
            "id", "sweep", "check_id", "place_code", "expected", "met", "gap", "excused", "unknown", "missing_lists",
        }  # fmt: skip
