"""同一人: children with a stable id, doubtful pairs that wait for a person, and what people decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from notoneless.common.wording import Wording
from notoneless.link.records.byte_order import ByteOrderField
from notoneless.org.sealed import SealedTextField

ALIVE = Q(gone=False, merged_into=None)
CATEGORY_FLAGS = ("is_poverty", "is_disability", "is_low_income", "is_destitute", "is_orphan", "is_left_behind")


class Child(models.Model):
    """One child (孩子) as the last sweep saw it; the id is stable over sweeps, values carry their roster in the lake.

    A sweep leaves the row of an unchanged child alone (``digest``). So ``last_sweep`` is the last sweep that saw a child
    who is gone; of a child who is not, it only names a sweep of the region whose current sweep sees the child.
    """

    id = models.CharField(primary_key=True, max_length=16)
    name = ByteOrderField(max_length=100)
    initials = ByteOrderField(max_length=20, blank=True)
    sex = models.CharField(max_length=1, default="0")
    birth_date = models.DateField(null=True)
    id_no = SealedTextField(blank=True)
    id_index = models.CharField(max_length=32, blank=True)
    id_tail = models.CharField(max_length=32, blank=True)
    id_state = models.CharField(max_length=16, blank=True)
    nation = models.CharField(max_length=30, blank=True)
    place_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=10, blank=True)
    school_name = models.CharField(max_length=100, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    class_no = models.CharField(max_length=20, blank=True)
    guardian_name = models.CharField(max_length=100, blank=True)
    guardian_phone = SealedTextField(blank=True)
    phone_index = models.CharField(max_length=32, blank=True)
    in_hukou = models.BooleanField(default=False)
    in_school_roll = models.BooleanField(default=False)
    in_head_count = models.BooleanField(default=False)
    is_poverty = models.BooleanField(default=False)
    is_disability = models.BooleanField(default=False)
    is_low_income = models.BooleanField(default=False)
    is_destitute = models.BooleanField(default=False)
    is_orphan = models.BooleanField(default=False)
    is_left_behind = models.BooleanField(default=False)
    school_age = models.BooleanField(default=False)
    preschool_age = models.BooleanField(default=False)
    has_conflict = models.BooleanField(default=False)
    first_sweep = models.CharField(max_length=40)
    last_sweep = models.CharField(max_length=40)
    digest = models.BigIntegerField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_from")
    gone = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["place_code", "id"], name="child_place"),
            models.Index(fields=["school_code", "place_code", "id"], name="child_school"),
            models.Index(fields=["id_index"], name="child_id_index"),
            models.Index(fields=["id_tail", "place_code"], name="child_id_tail"),
            models.Index(fields=["phone_index"], name="child_phone_index"),
            models.Index(fields=["name", "place_code", "id"], name="child_name"),
            models.Index(fields=["initials", "place_code", "id"], name="child_initials"),
            # Few children are in a special group: without these a list of them walks the whole register.
            *(
                models.Index(fields=["place_code", "id"], name=f"child_{flag}", condition=ALIVE & Q(**{flag: True}))
                for flag in CATEGORY_FLAGS
            ),
        ]

    class Privacy:
        personal = {
            "name": "name",
            "initials": "never",
            "sex": "text",
            "birth_date": "never",
            "id_no": "id_no",
            "id_index": "never",
            "digest": "never",
            "id_tail": "never",
            "nation": "text",
            "guardian_name": "name",
            "guardian_phone": "phone",
            "phone_index": "never",
            "is_poverty": "text",
            "is_disability": "text",
            "is_low_income": "text",
            "is_destitute": "text",
            "is_orphan": "text",
            "is_left_behind": "text",
        }
        safe = {
            "id", "id_state", "place_code", "school_code", "school_name", "grade", "class_no", "in_hukou",
            "in_school_roll", "in_head_count", "school_age", "preschool_age", "has_conflict", "first_sweep",
            "last_sweep", "merged_into", "gone",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.id


class ChildCount(models.Model):
    """How many living children share a township, a school, a grade, a sex and these marks: kept, not counted anew.

    Written whole by every sweep in its own transaction; the numbers beside filters and in the tree are sums of these.
    ``marks`` adds up the bits of ``MARKS``.
    """

    MARKS = {name: 1 << bit for bit, name in enumerate(("school_age", "preschool_age", *CATEGORY_FLAGS))}

    town_code = models.CharField(max_length=9)
    school_code = models.CharField(max_length=10, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    sex = models.CharField(max_length=1)
    marks = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["town_code", "school_code", "grade", "sex", "marks"], name="child_count_once"
            )
        ]

    class Privacy:
        personal: set[str] = set()
        safe = {"id", "town_code", "school_code", "grade", "sex", "marks", "number"}


class ReviewPair(models.Model):
    """A pair that may be one person (疑似同一人): the machine never guesses it, a person decides.

    ``left_child`` is the child that the doubtful row is now ("" for pairs of before it was kept). A risky merge stands
    at SECOND until another person agrees (``second_by``). ``blind``: the verdict is to be checked by another reader.
    """

    class Status(models.TextChoices):
        OPEN = "open", Wording("待判定")
        SECOND = "second", Wording("待第二人")
        SAME = "same", Wording("同一人")
        DIFFERENT = "different", Wording("不是同一人")
        UNSURE = "unsure", Wording("说不准")

    id = models.CharField(primary_key=True, max_length=32)
    sweep = models.CharField(max_length=40)
    place_code = models.CharField(max_length=12)
    left_kind = models.CharField(max_length=40)
    left_delivery = models.CharField(max_length=32)
    left_row_no = models.PositiveIntegerField()
    left_key = models.CharField(max_length=32)
    left_child = models.CharField(max_length=16, blank=True)
    right_child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="review_pairs")
    right_key = models.CharField(max_length=32)
    step = models.CharField(max_length=40)
    weight = models.FloatField()
    reason = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    decided_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    blind = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-weight", "id"]
        indexes = [models.Index(fields=["status", "place_code"], name="review_status_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", decided_by=None, decided_at=None)
                | (~Q(status="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="review_decided_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None)
                | (
                    Q(status="same", second_by__isnull=False, second_at__isnull=False) & ~Q(second_by=F("decided_by"))
                ),
                name="review_second_is_another",
            ),
        ]

    class Privacy:
        personal = {"reason": "text", "note": "text"}
        safe = {
            "id", "sweep", "place_code", "left_kind", "left_delivery", "left_row_no", "left_key", "left_child",
            "right_child", "right_key", "step", "weight", "status", "decided_by", "decided_at", "second_by",
            "second_at", "blind",
        }  # fmt: skip


class Reading(models.Model):
    """What one person read in one doubtful pair (判读): kept when the verdict is taken back and when the pair goes.

    ``against``: the first reading that a second person or a blind reader stood over against.
    """

    class Purpose(models.TextChoices):
        FIRST = "first", Wording("初判")
        SECOND = "second", Wording("第二人")
        BLIND = "blind", Wording("盲样")

    class Verdict(models.TextChoices):
        SAME = "same", Wording("同一人")
        DIFFERENT = "different", Wording("不是同一人")
        UNSURE = "unsure", Wording("说不准")
        RETURNED = "returned", Wording("退回")

    pair = models.CharField(max_length=32)
    place_code = models.CharField(max_length=12)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    against = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="answers")
    undone_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["pair", "purpose"], name="reading_pair"),
            models.Index(fields=["by", "at"], name="reading_by_at"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["pair"], condition=Q(purpose="first", undone_at=None), name="reading_one_first"
            ),
            models.UniqueConstraint(
                fields=["against", "purpose"],
                condition=Q(against__isnull=False, undone_at=None),
                name="reading_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(purpose="first", against=None) | (~Q(purpose="first") & Q(against__isnull=False)),
                name="reading_answers_a_first",
            ),
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None) | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="reading_undone_by_and_at",
            ),
        ]

    class Privacy:
        personal = {"reason": "text"}
        safe = {
            "id", "pair", "place_code", "purpose", "verdict", "by", "at", "against", "undone_by", "undone_at",
        }  # fmt: skip


class LinkDecision(models.Model):
    """A person's verdict on two rows; replayed by every later sweep, undone only by another act (history is kept)."""

    class Verdict(models.TextChoices):
        SAME = "same", Wording("同一人")
        DIFFERENT = "different", Wording("不是同一人")

    row_key_a = models.CharField(max_length=32)
    row_key_b = models.CharField(max_length=32)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="decisions")
    place_code = models.CharField(max_length=12)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("org.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    second_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    undone_by = models.ForeignKey("org.User", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["row_key_a", "row_key_b"], condition=Q(undone_at=None), name="decision_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None) | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="decision_undone_by_and_at",
            ),
        ]

    class Privacy:
        personal = {"reason": "text", "undo_reason": "text"}
        safe = {
            "id", "row_key_a", "row_key_b", "verdict", "child", "place_code", "by", "at", "second_by", "undone_by",
            "undone_at",
        }  # fmt: skip
