"""接口请求: what a machine asked for once under a key of its own, and what it was answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ApiRequest(models.Model):
    """One request that may be sent again without being done again (``Idempotency-Key``).

    ``fingerprint`` is the keyed hash of everything it said, its file included; ``status`` is empty until it is done.
    """

    token = models.ForeignKey("org.ApiToken", on_delete=models.CASCADE, related_name="requests")
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_request_key_once")]
        indexes = [models.Index(fields=["started_at"], name="api_request_age")]

    class Privacy:
        personal: ClassVar[dict[str, str]] = {"answer": "text"}  # names of files
        safe = {"id", "token", "key", "fingerprint", "started_at", "status"}

    def __str__(self) -> str:
        return self.key
