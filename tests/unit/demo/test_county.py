"""The synthetic township: the same bytes each time, every list, every planted fault, mess of a dozen kinds."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from notoneless.check.core import load_checks
from notoneless.demo import county
from notoneless.demo.county import CountyFiles, content_digest, write_county
from notoneless.demo.truth import Truth
from notoneless.roster.core import Roster, load_kinds, read_roster


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(township: CountyFiles, tmp_path: Path) -> None:
    again = write_county(tmp_path / "again", "township", seed=7)
    other = write_county(tmp_path / "other", "township", seed=8)
    assert content_digest(again) == content_digest(township)
    assert content_digest(other) != content_digest(township)
    for name in ("truth.json", "rows.parquet", "planted.parquet"):
        assert (again.truth_path / name).read_bytes() == (township.truth_path / name).read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("size", ["county", "city"])
def test_bytes_do_not_depend_on_the_number_of_processes(
    size: county.Size, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county and a city with very few children in every township."""
    monkeypatch.setitem(county._CHILDREN, size, 400)
    alone = write_county(tmp_path / "alone", size, seed=7, processes=1)
    together = write_county(tmp_path / "together", size, seed=7, processes=2)
    assert content_digest(alone) == content_digest(together)
    senders = Counter((file.kind, file.sender, file.place_code) for file in alone.files)
    assert max(senders.values()) == 1


def test_unknown_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="size"):
        write_county(tmp_path, "village")  # type: ignore[arg-type]


@pytest.mark.slow
def test_there_is_a_list_of_every_kind_from_senders_that_do_not_collide(township: CountyFiles) -> None:
    assert {file.kind for file in township.files} == set(load_kinds())
    senders = Counter((file.kind, file.sender, file.place_code) for file in township.files)
    assert max(senders.values()) == 1, "a later list of the same sender would replace the earlier one"


@pytest.mark.slow
def test_sizes_are_those_of_a_township(truth: Truth) -> None:
    assert 2500 <= truth.note["children"] <= 3000
    assert 4.5 <= truth.note["register_rows"] / truth.note["children"] <= 5.5


@pytest.mark.slow
def test_every_check_has_planted_faults(truth: Truth) -> None:
    planted = truth.note["planted"]
    assert set(planted) == set(load_checks())
    assert min(planted.values()) >= 2


@pytest.mark.slow
def test_mistakes_are_of_a_dozen_kinds_and_clumped(truth: Truth) -> None:
    tags = Counter(tag for row in truth.rows.column("tags").to_pylist() for tag in row.split(",") if tag)
    assert len(tags) >= 15
    by_file: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in truth.rows.to_pylist():
        if "在校点名" in row["file"]:
            by_file[row["file"]][0] += bool(row["tags"])
            by_file[row["file"]][1] += 1
    shares = sorted(bad / rows for bad, rows in by_file.values() if rows > 100)
    assert shares[-1] > 2 * shares[0], "all senders are equally careful"


@pytest.mark.slow
def test_the_truth_names_the_rows_that_the_spreadsheet_shows(folder: Path, truth: Truth) -> None:
    names = {row["person"]: row["name"] for row in truth.planted.to_pylist()}
    sheet = CalamineWorkbook.from_path(str(folder / "01_户籍.xlsx")).get_sheet_by_index(0).to_python()
    rows = [
        r for r in truth.rows.to_pylist() if r["file"] == "01_户籍.xlsx" and r["person"] in names and not r["tags"]
    ]
    assert len(rows) > 50
    for row in rows:
        assert names[row["person"]] in sheet[row["row"] - 1]


@pytest.mark.slow
def test_every_file_is_read_and_nearly_every_row_accepted(township: CountyFiles) -> None:
    for file in township.files:
        roster = _read(file.path)
        counts = roster.counts
        assert roster.kind == file.kind
        assert counts.read == counts.accepted + counts.refused + counts.duplicate + counts.ignored
        assert counts.refused <= 0.01 * counts.read


@pytest.mark.slow
def test_row_numbers_of_the_truth_are_those_of_the_reader(folder: Path, truth: Truth) -> None:
    for name in ("09_医保参保.csv", "12_入户摸底_6-15岁.xlsx"):
        read = set(_read(folder / name).rows.column("row_no").to_pylist())
        known = {r["row"] for r in truth.rows.to_pylist() if r["file"] == name and not r["tags"]}
        assert known
        assert known <= read


@pytest.mark.slow
def test_no_number_of_the_demo_can_be_a_real_telephone_or_card(folder: Path) -> None:
    paid = _read(folder / "11_资助发放_中小学.xlsx").rows
    assert all(number.startswith("1990000") for number in paid.column("phone").to_pylist())
    assert not any(_luhn_holds(card) for card in paid.column("card_no").to_pylist())


def _luhn_holds(card: str) -> bool:
    digits = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(card))]
    return sum(d - 9 if d > 9 else d for d in digits) % 10 == 0


def _read(path: Path) -> Roster:
    return read_roster(path.read_bytes(), file_name=path.name, index_key=b"key")
