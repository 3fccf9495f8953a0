"""Splink 5 on DuckDB as a careful data engineer would set it up for these two lists.

Prepared in SQL before: blanks and dots out of names, days in one form, numbers in one form and only those whose check
digit holds (a wrong one says "missing", not "different"), children only (born in the years of the school list).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

SEED = 7
THREADS = 2
THRESHOLD = 0.9
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def link(left: Path, right: Path, out: Path) -> None:
    """Write left_row, right_row of each left row's best partner at or above the threshold."""
    db = duckdb.connect(config={"threads": THREADS})
    columns = [row[0] for row in db.sql(f"DESCRIBE SELECT * FROM read_parquet('{left}')").fetchall()]
    with_place = "addr_code" in columns
    db.execute(f"CREATE TABLE l AS {_prepared(left, 'addr_code' if with_place else '')}")
    years = "year(dob) BETWEEN (SELECT min(year(dob)) FROM l) AND (SELECT max(year(dob)) FROM l)"
    db.execute(f"CREATE TABLE r AS SELECT * FROM ({_prepared(right, 'hukou_code')}) WHERE {years}")
    api = DuckDBAPI(connection=db)
    linker = Linker([api.register("l"), api.register("r")], _settings(with_place), log_level=40)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("id_no"), block_on("name", "dob")], recall=0.95)
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for rule in (block_on("id_no"), block_on("name", "dob")):
        training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=0.2)
    pairs = linker.inference.predict(threshold_match_probability=THRESHOLD)
    ids = "unique_id_l AS left_row, unique_id_r AS right_row"
    best = "row_number() OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC, unique_id_r) = 1"
    db.execute(f"COPY (SELECT {ids} FROM {pairs.physical_name} QUALIFY {best}) TO '{out}' (FORMAT parquet)")


def _settings(with_place: bool) -> SettingsCreator:
    comparisons = [
        {"output_column_name": "name", "comparison_levels": [
            {"sql_condition": "name_l IS NULL OR name_r IS NULL", "label_for_charts": "null", "is_null_level": True},
            {"sql_condition": "name_l = name_r", "label_for_charts": "same", "tf_adjustment_column": "name"},
            {"sql_condition": "surname_l = surname_r AND length(name_l) = length(name_r) AND length(name_l) > 2 "
                "AND (given_l[1:1] = given_r[1:1] OR given_l[2:2] = given_r[2:2])", "label_for_charts": "one character"},
            {"sql_condition": "given_l = given_r", "label_for_charts": "given name"},
            {"sql_condition": "surname_l = surname_r", "label_for_charts": "surname"},
            {"sql_condition": "ELSE", "label_for_charts": "other"},
        ]},
        cl.ExactMatch("sex"),
        cl.DateOfBirthComparison("dob", input_is_string=False, datetime_thresholds=[1, 1, 1], datetime_metrics=["day", "month", "year"]),
        cl.DamerauLevenshteinAtThresholds("id_no", [1, 2]),
    ]  # fmt: skip
    rules = [
        block_on("id_no"), block_on("name", "dob"), block_on("dob", "sex", "surname"), block_on("name", "substr(id_no, 1, 10)"),
        block_on("id_tail", "sex"), block_on("id_head"),
    ]  # fmt: skip
    if with_place:
        comparisons += [cl.ExactMatch("village").configure(term_frequency_adjustments=False), cl.ExactMatch("town")]
        rules += [block_on("name", "village"), block_on("dob", "village")]
    return SettingsCreator(
        link_type="link_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )  # fmt: skip


def _prepared(path: Path, place: str) -> str:
    total = " + ".join(f"{weight} * (ascii(id[{i}]) - 48)" for i, weight in enumerate(WEIGHTS, 1))
    check = f"({total} + CASE id[18] WHEN 'X' THEN 10 ELSE ascii(id[18]) - 48 END) % 11 = 1"
    number = f"CASE WHEN regexp_full_match(id, '[0-9]{{17}}[0-9X]') AND {check} AND id[16:18] <> '000' THEN id END"
    day = "regexp_replace(dob, '[^0-9]', '', 'g')[1:8]"
    code = f"CAST({place} AS VARCHAR)" if place else "CAST(NULL AS VARCHAR)"
    return f"""
        SELECT row_id AS unique_id, name, name[1:1] AS surname, name[2:] AS given, sex, dob, id_no, id_no[1:14] AS id_head,
            id_no[9:18] AS id_tail, village, village[1:9] AS town
        FROM (SELECT row_id, regexp_replace(name, '[ 　·•．・‧.?□]', '', 'g') AS name, sex,
                  try_strptime({day}, '%Y%m%d')::DATE AS dob, {number} AS id_no, {code} AS village
              FROM (SELECT *, translate(upper(regexp_replace(id_no, '[ ''\u200b\t]', '', 'g')), '０１２３４５６７８９×', '0123456789X') AS id
                    FROM read_parquet('{path}')))"""
