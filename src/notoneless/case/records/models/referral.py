"""移交: who hands a case to whom, and what the receiver says."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.common.wording import Wording

from .case import USER, Case


class Referral(models.Model):
    """移交: proposed with a reason, accepted or sent back by the receiver; until accepted the sender keeps the duty.

    A receiver outside this installation (``to_outside``) has no account here: its answer is written down by the sender.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", Wording("已接收")
        RETURNED = "returned", Wording("已退回")
        WITHDRAWN = "withdrawn", Wording("已撤回")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    from_place = models.CharField(max_length=12)
    from_school = models.CharField(max_length=10, blank=True)
    to_place = models.CharField(max_length=12, blank=True)
    to_school = models.CharField(max_length=10, blank=True)
    to_outside = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    answer_reason = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["to_place", "answered_at", "id"], name="referral_to_place"),
            models.Index(fields=["to_school", "answered_at", "id"], name="referral_to_school"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(answered_at=None), name="referral_one_waiting"),
            models.CheckConstraint(
                condition=(~Q(to_place="") & Q(to_outside="")) | (Q(to_place="", to_school="") & ~Q(to_outside="")),
                name="referral_inside_or_outside",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="referral_answered_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None)
                | Q(answer="withdrawn")
                | ~Q(to_outside="")
                | ~Q(answered_by=F("asked_by")),
                name="referral_answered_by_receiver",
            ),
        ]

    class Privacy:
        personal = {"reason", "answer_reason", "to_outside"}
        safe = {
            "id", "case", "from_place", "from_school", "to_place", "to_school", "asked_by", "asked_at", "answer",
            "answered_by", "answered_at",
        }  # fmt: skip
