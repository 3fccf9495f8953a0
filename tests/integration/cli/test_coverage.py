"""delivery show, delivery quality, coverage on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.cli.conftest import AS_OF, answer, run

from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event


@pytest.fixture
def delivery(folder: Path, cast: object) -> str:
    assert run("import", str(folder / "户籍.csv"), "--sender", "县公安局", "--as-of", AS_OF).exit_code == 0
    return Delivery.objects.get().pk


pytestmark = pytest.mark.django_db


def test_one_delivery_is_shown(delivery: str) -> None:
    found = answer("delivery", "show", delivery)
    assert (found["kind"], found["批次"], found["送达单位"], found["导入"]) == ("delivery", delivery, "县公安局", 4)
    assert "县公安局" in run("delivery", "show", delivery).stdout


def test_quality_in_words_and_as_counts(delivery: str) -> None:
    assert answer("delivery", "quality", delivery)["rows"] == 4
    assert "岸堤镇" in run("delivery", "quality", delivery).stdout
    Delivery.objects.update(quality={})
    assert run("delivery", "quality", "--missing").exit_code == 0
    assert Delivery.objects.get().quality["rows"] == 4
    assert run("delivery", "quality", delivery, "--again").exit_code == 0
    assert Event.objects.filter(action="roster.measure").count() == 2


def test_a_foreign_delivery_is_absent(delivery: str) -> None:
    for command in ("show", "quality"):
        result = run("delivery", command, delivery, by="stranger")
        assert result.exit_code == 4
        assert "县公安局" not in result.output


def test_coverage_by_kind_and_by_place(delivery: str) -> None:
    everything = answer("coverage", "--as-of", AS_OF)["rows"]
    hukou = next(row for row in everything if row["名册"] == "户籍名册")
    assert hukou["新"] > 0
    assert hukou["缺"] == 0
    assert run("coverage", "--as-of", AS_OF).exit_code == 1
    assert run("coverage", "户籍", "--as-of", AS_OF).exit_code == 0
    old = answer("coverage", "户籍", "--as-of", "2027-11-20", "--only", "旧")["rows"]
    assert len(old) == hukou["新"]
    assert {row["送达单位"] for row in old} == {"县公安局"}
    assert answer("coverage", "户籍", "--as-of", AS_OF, "--only", "旧")["rows"] == []
