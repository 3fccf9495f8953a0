"""What a page weighs on the wire: at most 150 KB of HTML and CSS and 300 KB of scripts, a ledger of a hundred rows too.

The bounds are those of slow county lines (400 kbps); style sheets and scripts are sent compressed (settings/production.py) and kept by the browser; pages are not (BREACH).
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from tests.lib import cast as c
from tests.lib.cases import open_case
from tests.lib.many_children import make_children
from tests.lib.web import client_of

from notoneless.case.records.models import Case

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MARKUP, SCRIPTS = 150_000, 300_000
PAGES = [
    "/", "/case/?size=100", "/ledger/", "/ledger/school_age/?size=100", "/ledger/suspected/?size=100", "/roster/",
    "/roster/upload/", "/sweep/", "/review/", "/policy/", "/policy/code/nation/", "/help/",
]  # fmt: skip


def compressed(address: str) -> int:
    found = finders.find(address.removeprefix("/static/"))
    assert found, address
    return len(gzip.compress(Path(found).read_bytes(), 6))


def weight(client, address: str) -> tuple[int, int]:
    """(HTML and style sheets, scripts) in bytes as they are sent."""
    answer = client.get(address, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200, address
    sent = answer.content
    html = (gzip.decompress(sent) if answer.get("Content-Encoding") == "gzip" else sent).decode()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', html)
    assert sheets
    assert scripts
    return len(sent) + sum(map(compressed, sheets)), sum(map(compressed, scripts))


def test_no_page_is_too_heavy_for_a_county_line(cast: c.Cast) -> None:
    make_children(cast, number=400)
    client = client_of(cast.clerk)
    case = open_case(cast.clerk, child_id="C0000000099")
    assert Case.objects.count() > 100
    heavy = {}
    for address in (*PAGES, f"/case/{case.pk}/", f"/child/{case.child_id}/"):
        markup, scripts = weight(client, address)
        if markup > MARKUP or scripts > SCRIPTS:
            heavy[address] = (markup, scripts)
    assert not heavy
