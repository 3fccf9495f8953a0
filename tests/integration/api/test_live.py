"""schemathesis against a live server: whatever it makes of the document, the API never breaks and keeps its word."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.db import connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import load_all_checks
from schemathesis.generation import GenerationMode
from tests.lib.cast import Cast
from tests.lib.machine import Machine, token_of
from tests.lib.web import hukou_csv

from notoneless.api.site import api
from notoneless.org import throttle

EXAMPLES = 6  # of each operation and each mode; the whole takes about half a minute
DOCUMENT = api.get_openapi_schema(path_prefix="/api/v1/")
SCHEMA = schemathesis.openapi.from_dict(dict(DOCUMENT))
# A list of people cannot be made up from a document: that a good one is taken is tested elsewhere.
LEFT_OUT = ("positive_data_acceptance", "negative_data_rejection")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_whatever_is_sent_is_answered_as_the_document_says(
    live_server: Any, cast: Cast, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "FREE_FAILURES", dict.fromkeys(throttle.FREE_FAILURES, 10_000))
    machine = Machine.of(cast, cast.clerk)
    things = {"upload_id": machine.sent(), "delivery_id": machine.delivered(hukou_csv(rows=3)), "kind_id": "hukou"}
    headers = {"Authorization": f"Bearer {token_of(cast, cast.clerk)[1]}"}
    asked = 0
    for found in SCHEMA.get_all_operations():
        asked += _hammer(found.ok(), mode, live_server.url, headers, things)
    assert asked >= len(DOCUMENT["paths"]) * EXAMPLES / 2
    connections.close_all()


def _hammer(operation: Any, mode: GenerationMode, url: str, headers: dict[str, str], things: dict[str, str]) -> int:
    """Examples of one operation, every other one on a thing that is really there; how many were answered."""
    asked = 0

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    def once(case: Any) -> None:
        nonlocal asked
        if asked % 2 and case.path_parameters:
            case.path_parameters = {name: things[name] for name in case.path_parameters}
        case.call_and_validate(base_url=url, headers=headers, excluded_checks=EXCLUDED)
        asked += 1

    once()
    return asked


load_all_checks()
EXCLUDED = [check for name in LEFT_OUT for check in schemathesis.checks.CHECKS.get_by_names([name])]
