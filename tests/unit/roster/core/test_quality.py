"""Counts over a list: what is filled, where the rows stand, what differs from the list before."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.quality import Tally, differing, pair_rows

COUNTY, TOWN, VILLAGE, FOREIGN = "371321000000", "371321101000", "371321101201", "371323001000"


def rows(**columns: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch({name: pa.array(values, pa.string()) for name, values in columns.items()})


def hukou_rows() -> pa.RecordBatch:
    return rows(
        name=["甲", "乙", "丙", "丁"],
        sex=["1", "0", "2", "1"],
        id_no=["A", "A", "", None],
        id_state=["valid", "valid", "placeholder", "missing"],
        addr_code=[VILLAGE, TOWN, None, FOREIGN],
        phone=["1", None, None, ""],
    )


def test_filled_cells_places_and_numbers_are_counted() -> None:
    tally = Tally(load_kinds()["hukou"], COUNTY)
    tally.add(hukou_rows())
    found = tally.result()
    assert found["rows"] == 4
    assert found["filled"]["name"] == 4
    assert found["filled"]["sex"] == 3
    assert found["filled"]["phone"] == 1
    assert found["filled"]["hh_no"] == 0
    assert found["ids"] == {"missing": 1, "placeholder": 1, "valid": 2}
    assert found["repeated_ids"] == 2
    assert {code: one["rows"] for code, one in found["places"].items()} == {"": 1, TOWN: 2, "elsewhere": 1}
    assert found["places"][TOWN]["filled"]["phone"] == 1
    assert "name" not in found["places"][TOWN]["filled"]
    assert found["schools"] == {}


def test_batches_add_up_and_a_township_list_is_counted_by_village() -> None:
    tally = Tally(load_kinds()["hukou"], TOWN)
    tally.add(hukou_rows())
    tally.add(hukou_rows())
    found = tally.result()
    assert found["rows"] == 8
    assert found["repeated_ids"] == 4
    assert {code: one["rows"] for code, one in found["places"].items()} == {
        "": 2,
        VILLAGE: 2,
        TOWN: 2,
        "elsewhere": 2,
    }


def test_an_empty_list_has_zeros() -> None:
    found = Tally(load_kinds()["hukou"], COUNTY).result()
    assert found["rows"] == 0
    assert found["places"] == {}
    assert found["repeated_ids"] == 0


def test_schools_are_counted_by_code_or_name() -> None:
    tally = Tally(load_kinds()["head_count"], COUNTY)
    tally.add(rows(name=["甲", "乙", "丙"], school_code=["S1", None, None], school_name=["一小", "二小", None]))
    assert tally.result()["schools"] == {"S1": 1, "二小": 1, "": 1}


@given(
    st.dictionaries(st.integers(0, 30), st.sampled_from(["x", "y", None])),
    st.dictionaries(st.integers(0, 30), st.sampled_from(["x", "y", None])),
)
def test_two_lists_are_paired_as_dictionaries_would_be(
    now: dict[int, str | None], earlier: dict[int, str | None]
) -> None:
    keys = [pa.chunked_array([pa.array([str(key) for key in one], pa.string())]) for one in (now, earlier)]
    cells = [pa.chunked_array([pa.array(list(one.values()), pa.string())]) for one in (now, earlier)]
    found = pair_rows(keys[0], keys[1])
    assert len(found.new) == len(now.keys() - earlier.keys())
    assert len(found.gone) == len(earlier.keys() - now.keys())
    differs = differing(cells[0], cells[1], found).to_pylist()
    assert sum(differs) == sum(now[key] != earlier[key] for key in now.keys() & earlier.keys())
