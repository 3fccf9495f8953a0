"""Of every kind of problem the first ones are listed: a common one must not hide a rare one."""

from __future__ import annotations

from notoneless.roster.core import read_roster
from notoneless.roster.core.chunk import LISTED_A_CODE

HEADER = "姓名,性别,公民身份号码,民族,户籍地址,与户主关系,户号,户籍状态"


def test_a_rare_problem_after_very_many_common_ones_is_listed() -> None:
    common = [f"王小花,女,,汉族,沂南县岸堤镇柳行岔村,子,H{number},不知道" for number in range(LISTED_A_CODE + 500)]
    rare = ",女,,汉族,沂南县岸堤镇柳行岔村,子,H999999,正常"
    text = "\n".join([HEADER, *common, rare])
    roster = read_roster(text.encode(), "hukou", file_name="户籍.csv")
    listed = [problem.code for problem in roster.problems]
    assert "E230" in listed
    assert listed.count("E307") == LISTED_A_CODE
    assert roster.problem_counts["E307"] == LISTED_A_CODE + 500
