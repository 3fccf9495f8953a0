"""Helps for tests of the HTTP API: another machine with its token, without a browser and without cookies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests.lib.cast import Cast
from tests.lib.web import AS_OF, hukou_csv, run_jobs

from notoneless.org.models import ApiToken, User
from notoneless.org.tokens import create_token

ROOT = "/api/v1/"
BOTH = ("send", "read")


def token_of(cast: Cast, user: User, scopes: Sequence[str] = BOTH, days: int = 100) -> tuple[ApiToken, str]:
    """A key made by the administrator, today."""
    return create_token(name="业务系统", user=user, scopes=scopes, days=days, by=cast.admin, now=timezone.now())


class Machine:
    """Speaks with one token; addresses are given below /api/v1/."""

    def __init__(self, text: str = "") -> None:
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {text}"} if text else {}

    @classmethod
    def of(cls, cast: Cast, user: User, scopes: Sequence[str] = BOTH) -> Machine:
        return cls(token_of(cast, user, scopes)[1])

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(ROOT + path, query, headers=self.headers)

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(ROOT + path, headers=self.headers)

    def post(self, path: str, body: object = None, **headers: str) -> HttpResponse:
        return self.client.post(ROOT + path, body, content_type="application/json", headers=self.headers | headers)

    def send(self, data: bytes = b"", name: str = "户籍.csv", key: str = "", **fields: Any) -> HttpResponse:
        """A file as a multipart form."""
        said = {"as_of": AS_OF.isoformat(), "sender": "县公安局户政科", **fields}
        form = {"file": SimpleUploadedFile(name, data or hukou_csv()), **said}
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(ROOT + "uploads", form, headers=headers)

    def send_bare(self, data: bytes, **query: Any) -> HttpResponse:
        """A file as the bare body."""
        return self.client.generic(
            "POST", ROOT + "uploads", data, "text/csv", headers=self.headers, query_params=query
        )

    def sent(self, data: bytes = b"", **fields: Any) -> str:
        """Send and check; the upload's id."""
        response = self.send(data, **fields)
        assert response.status_code == 202, response.content.decode()
        run_jobs()
        return str(response.json()["uploads"][0]["id"])

    def delivered(self, data: bytes = b"", **fields: Any) -> str:
        """Send, check and import; the delivery's id."""
        upload = self.sent(data, **fields)
        assert self.post(f"uploads/{upload}/publish", {}).status_code == 202
        run_jobs()
        return str(self.get(f"uploads/{upload}").json()["delivery"])
