"""What the flow tests share: importing a small roster, and the three lists of a quiet township."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, NOW, Cast

from notoneless.flows.import_file import ImportOutcome, import_file
from notoneless.flows.sweep import SweepOutcome, run_sweep

Send = Callable[..., ImportOutcome]


@pytest.fixture
def send(cast: Cast) -> Send:
    """Import bytes as the county's clerk; keywords override."""

    def act(source: bytes, name: str = "名册.csv", **changed: object) -> ImportOutcome:
        asked = {
            "source": source,
            "file_name": name,
            "sender": "县局",
            "as_of": rosters.AS_OF,
            "place_code": COUNTY,
            "by": cast.clerk,
            "now": NOW,
        }
        return import_file(**(asked | changed))

    return act


@pytest.fixture
def sweep(cast: Cast) -> Callable[..., SweepOutcome]:
    def act(as_of: dt.date = rosters.AS_OF, **changed: object) -> SweepOutcome:
        return run_sweep(**({"as_of": as_of, "by": cast.clerk, "now": NOW, "region": COUNTY} | changed))

    return act


@pytest.fixture
def lists(send: Send) -> Send:
    """户籍 knows four children, 学籍 three of them (王小花 is missing), 点名 the same three."""
    known = [pupil for pupil in rosters.CAST if pupil is not rosters.XIAOHUA]
    send(rosters.hukou(rosters.CAST), "户籍.csv")
    send(rosters.school_roll(known), "学籍.csv")
    send(rosters.head_count(known), "点名.csv")
    return send
