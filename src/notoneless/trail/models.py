"""The trail's three tables. Events and checkpoints are append-only.

Triggers refuse UPDATE and DELETE (triggers.py).
"""

from django.db import models

ZERO_HASH = "0" * 64


class Event(models.Model):
    """One act or sensitive read. `id` counts 1, 2, 3 … without a gap; `hash` covers the whole row and `prev_hash`.

    The trail lies below org, so it names people and things by text and has no foreign key: it outlives what it names.
    """

    id = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    actor = models.CharField("账号", max_length=40, blank=True)
    actor_name = models.CharField("姓名", max_length=40, blank=True)
    role = models.CharField("角色", max_length=20, blank=True)
    place_code = models.CharField("辖区", max_length=12, blank=True)
    action = models.CharField("动作", max_length=40)
    object_kind = models.CharField("对象类别", max_length=20, blank=True)
    object_id = models.CharField("对象编号", max_length=64, blank=True)
    detail = models.JSONField("说明", default=dict)
    prev_hash = models.CharField("前一条散列", max_length=64)
    hash = models.CharField("本条散列", max_length=64)

    class Meta:
        verbose_name = "留痕"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["object_kind", "object_id", "id"], name="event_object"),
            models.Index(fields=["actor", "id"], name="event_actor"),
            models.Index(fields=["place_code", "id"], name="event_place"),
        ]

    class Privacy:
        """Who did it is personal to staff; `detail` never holds a child's values (record.py takes numbers out)."""

        personal = {"actor", "actor_name"}
        safe = {
            "id", "at", "role", "place_code", "action", "object_kind", "object_id", "detail", "prev_hash", "hash",
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{self.id} {self.action}"


class ChainHead(models.Model):
    """The one row that says how long the chain is and where it ends; locked by every writer."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField("条数", default=0)
    hash = models.CharField("末条散列", max_length=64, default=ZERO_HASH)

    class Meta:
        verbose_name = "留痕链首"
        constraints = [models.CheckConstraint(name="chain_head_single", condition=models.Q(id=1))]

    class Privacy:
        """Nothing about a person."""

        personal: set[str] = set()
        safe = {"id", "size", "hash"}

    def __str__(self) -> str:
        return f"{self.size} {self.hash}"


class Checkpoint(models.Model):
    """Length and last hash of the chain at one moment. Its printed line, kept elsewhere, betrays a cut-off tail."""

    size = models.BigIntegerField("条数")
    head = models.CharField("末条散列", max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "留痕核对点"
        ordering = ["id"]

    class Privacy:
        """Nothing about a person."""

        personal: set[str] = set()
        safe = {"id", "size", "head", "at"}

    def __str__(self) -> str:
        return f"{self.size} {self.head}"
