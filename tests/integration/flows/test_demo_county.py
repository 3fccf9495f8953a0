"""The demonstration end to end: a whole invented township through the doors of a user, judged by its truth."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lib.cast import NOW

from notoneless.case.records.models import Case
from notoneless.check.records.models import Sweep
from notoneless.demo.score import Score
from notoneless.flows.demo_county import demo_logins, run_demo
from notoneless.org.roles import ROLES
from notoneless.roster.records.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SEED = 77  # not the seed that anybody looks at while writing rules
SCHOOL_CHECKS = ("not_enrolled", "poor_dropout", "suspected_dropout", "disabled_unplaced", "unregistered")
MONEY_CHECKS = ("aid_missed", "aid_undue", "aid_double")


def test_a_township_is_found_out_and_running_again_changes_nothing(tmp_path: Path) -> None:
    def run() -> Score:
        done = run_demo(size="township", seed=SEED, folder=tmp_path, now=NOW, progress=lambda *_: None)
        assert done.score is not None
        assert done.score_path.exists()
        return done.score

    first = run()
    counts = (Delivery.objects.count(), Sweep.objects.count(), Case.objects.count())
    for check_id in (*SCHOOL_CHECKS, *MONEY_CHECKS):
        score = first.checks[check_id]
        assert score.found + score.waiting >= score.planted * 0.95, check_id
        assert score.falsely_raised <= 2, check_id
    assert all(link.precision >= 0.999 for link in first.links.values())
    assert run().to_dict() == first.to_dict()
    assert (Delivery.objects.count(), Sweep.objects.count(), Case.objects.count()) == counts
    assert {row[0] for row in demo_logins(tmp_path)} == {role.name for role in ROLES.values()}
