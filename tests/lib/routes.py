"""The addresses of the desk, read from the URL table, and who of the cast meets the things that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from tests.lib.two_counties import Samples

WORDS: Samples = {
    "field": "id_no",
    "kind": "hukou",
    "list_id": "nation",
    "name": "school_age",
    "parameter": "school_age.start_years",
    "role_id": "teacher",
    "which": "new",
}
"""Parameters that name a word of the program, not a thing of a place."""

SCHOOL_STAFF = {"clerk", "head", "township_officer", "principal", "teacher"}
SIGHT: dict[str, set[str]] = {
    "case_id": SCHOOL_STAFF,
    "child_id": SCHOOL_STAFF,
    "note_id": {"clerk", "head"},
    "referral_id": {"clerk", "head", "township_officer", "principal"},
    "sweep_id": {"clerk", "head", "township_officer", "auditor"},
    "pair_id": {"clerk"},
    "delivery_id": {"clerk", "head", "auditor"},
    "draft_id": {"clerk"},
    "export_id": {"clerk"},
    "handout_id": {"clerk"},
    "view_id": {"clerk"},
    "habit_id": {"clerk"},
    "sender": {"clerk", "head", "auditor"},
    "job_id": {"clerk", "head", "auditor", "admin"},
    "preview_id": {"clerk", "head"},
    "audited_case": {"auditor"},
    "audited_child": {"auditor"},
    "sample_id": {"auditor"},
    "user_id": {"admin", "security", "auditor"},
    "grant_id": {"admin", "security", "auditor"},
    "place_code": {"admin"},
    "school_code": {"admin"},
    "opinion_id": {"admin"},
}
"""Who of a county meets its things at all; the sender of a list, its township and the other school do not."""

EVERYWHERE = {
    "job_id": {"admin"},
    "user_id": {"admin", "security"},
    "grant_id": {"admin", "security"},
    "place_code": {"admin"},
    "school_code": {"admin"},
    "opinion_id": {"admin"},
}
"""Who meets the things of every county: who keeps and who grants accounts; the administrator sees that jobs run, not
what is in them."""


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        else:
            yield address, entry


ROUTES = {address: found for address, found in routes(get_resolver()) if not address.startswith("api/")}
"""The desk's addresses; the HTTP API knows no sessions and has tests of its own."""

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def parameters(address: str) -> list[str]:
    return PARAMETER.findall(address)


def fill_in(address: str, values: Samples) -> str:
    return "/" + PARAMETER.sub(lambda found: str(values[found[1]]), address)
