"""保密记录: what only named people may read, each reading with its reason; sealed at rest, in no list and no print."""

from __future__ import annotations

import uuid

from django.db import models

from notoneless.org.sealed import SealedTextField

from .case import USER, Case


class SealedNote(models.Model):
    """保密记录: kind and text are sealed; ``readers`` were named by the writer, roles come from the policy pack."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = SealedTextField()
    text = SealedTextField()
    readers = models.ManyToManyField(USER, related_name="+")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    class Privacy:
        personal = {"kind", "text"}
        safe = {"id", "case", "readers", "by", "at"}


class NoteReading(models.Model):
    """查看保密记录: who opened it, when and why; written once, shown to the case's owner and in the trail."""

    note = models.ForeignKey(SealedNote, on_delete=models.PROTECT, related_name="readings")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["at", "id"]

    class Privacy:
        personal = {"reason"}
        safe = {"id", "note", "by", "at"}
