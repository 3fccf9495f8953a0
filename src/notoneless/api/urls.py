"""/api/v1/ and nothing else below /api/."""

from __future__ import annotations

from django.urls import path, re_path

from notoneless.api.site import api, docs, unknown

urlpatterns = [
    path("v1/docs", docs, name="api-docs"),
    path("v1/", api.urls),
    re_path(r"", unknown),
]
