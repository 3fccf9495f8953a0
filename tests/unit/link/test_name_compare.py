"""How two names differ: every kind of slip has its word. All names are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import names
from notoneless.link.core import definitions
from notoneless.link.core.name_compare import compare_names

written = st.text("王欧阳小花晓华雨阿迪力买提x?·ye", max_size=7)


def verdict(one: str, other: str) -> str:
    left, right = names.fold(one), names.fold(other)
    return compare_names(left, right, same_sound=names.syllables(left) == names.syllables(right))


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("张国峰", "張國峯", "same"),
        ("阿迪力·买买提", "阿迪力买买提", "same"),
        ("阿迪力•买买提", "阿迪力．买买提", "same"),
        ("李\ue863", "李䶮", "same"),
        ("王小花", "王晓华", "homophone"),
        ("尉迟娜", "玉池娜", "homophone"),
        ("张晴", "张睛", "lookalike"),
        ("王小花", "王花小", "swapped"),
        ("买买提·阿迪力", "阿迪力·买买提", "swapped"),
        ("李yue", "李玥", "latin"),
        ("李le明", "李乐明", "latin"),
        ("李YUE明", "李乐明", "latin"),
        ("LI XIAO MING", "李小明", "latin"),
        ("shan xiaohua", "单小花", "latin"),
        ("李y", "李玥", "damaged"),
        ("李x明", "李小明", "damaged"),
        ("李x明", "李大明", "damaged"),
        ("李xm", "李小明", "damaged"),
        ("LXM", "李小明", "none"),
        ("李yue", "李明", "none"),
        ("李?明", "李小明", "damaged"),
        ("李□明", "李小明", "damaged"),
        ("李\ue000明", "李小明", "damaged"),
        ("李", "李小明", "remnant"),
        ("阿迪力", "阿迪力·买买提", "damaged"),
        ("阿迪力·买", "阿迪力·买买提", "damaged"),
        ("阿·买买提", "阿迪力·买买提", "damaged"),
        ("阿迪力", "买买提·阿迪力", "shared"),
        ("王小花", "李小花", "surname"),
        ("欧阳小花", "王小花", "surname"),
        ("欧小花", "欧阳小花", "surname"),
        ("王小花", "王小刚", "one_char"),
        ("欧阳花", "欧阳刚", "none"),
        ("欧阳小花", "欧阳小刚", "one_char"),
        ("欧阳花", "欧阳小花", "damaged"),
        ("王花", "李大花", "shared"),
        ("王花", "李刚", "none"),
        ("", "李刚", "none"),
    ],
)
def test_each_slip_has_its_word(one: str, other: str, said: str) -> None:
    assert verdict(one, other) == verdict(other, one) == said


@given(written, written)
def test_comparing_is_symmetric_and_knows_its_words(one: str, other: str) -> None:
    said = verdict(one, other)
    assert said == verdict(other, one)
    assert said in {verdict.id for verdict in definitions.weights().fields["name"].verdicts}


@given(written)
def test_only_equal_names_are_the_same(one: str) -> None:
    assert verdict(one, one) == ("same" if names.fold(one) else "none")
