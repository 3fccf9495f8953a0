"""Names: cleaning, folding, sounding, masking, and the committed character tables. All names are invented."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import names
from notoneless.common.names import clean, fold, initials, mask_name, problem_code, syllables

any_text = st.text(max_size=12)
han = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("王 晓燕", "王晓燕"),
        ("  张　三 ", "张三"),
        ("'李明", "李明"),
        ("\u200b李\ufeff明\t", "李明"),
        ("阿迪力．买买提", "阿迪力·买买提"),
        ("阿迪力•买买提", "阿迪力·买买提"),
        ("阿迪力 ･ 买买提", "阿迪力·买买提"),
        ("阿迪力.买买提", "阿迪力·买买提"),
        ("阿迪力··买买提·", "阿迪力·买买提"),
        ("ＬＩ　ＭＩＮＧ", "LI MING"),
        ("J. Smith", "J. Smith"),
        ("王⼩花", "王小花"),
        ("⻢超", "马超"),
        ("傅國峯", "傅國峯"),
        ("", ""),
    ],
)
def test_clean(typed: str, shown: str) -> None:
    assert clean(typed) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("付小明", "傅小明"),
        ("张国峰", "張國峯"),
        ("晓燕", "曉燕"),
        ("晓燕", "暁燕"),
        ("萧雨", "肖雨"),
        ("蕭雨", "肖雨"),
        ("闫哲", "閻喆"),
        ("马超", "⻢超"),
        ("王小花", "王⼩花"),
        ("买买提·艾力", "买买提艾力"),
        ("李伟", "李伟（大）"),
        ("李伟", "李伟2"),
        ("李伟", "李 伟?"),
        ("李伟", "李\ue000伟"),
        ("李䶮", "李\ue863"),
        ("李龷", "李\ue82c"),
        ("李yue", "李ＹＵＥ"),
        ("黄龙", "黃竜"),
        ("李〇", "李○"),
    ],
)
def test_what_folds_to_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), [("张芸", "张艺"), ("王小花", "王晓花"), ("己", "已"), ("李明", "李朋")])
def test_what_stays_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("单小花", "shan xiao hua"),
        ("單小花", "shan xiao hua"),
        ("小单", "xiao dan"),
        ("仇英", "qiu ying"),
        ("查良", "zha liang"),
        ("区小宁", "ou xiao ning"),
        ("曾小贤", "zeng xiao xian"),
        ("解珍", "xie zhen"),
        ("尉迟恭", "yu chi gong"),
        ("尉遲恭", "yu chi gong"),
        ("万俟小", "mo qi xiao"),
        ("万小俟", "wan xiao qi"),
        ("欧阳小花", "ou yang xiao hua"),
        ("李yue", "li yue"),
        ("Zhang Wei", "zhang wei"),
        ("吕布", "lv bu"),
        ("lǚ bù", "lv bu"),
        ("单·买买提", "dan mai mai ti"),
        ("李伟（大）", "li wei"),
        ("", ""),
    ],
)
def test_syllables(name: str, sound: str) -> None:
    assert syllables(name) == sound


def test_homophones_and_variants_sound_alike() -> None:
    assert syllables("王晓燕") == syllables("王小艳") == syllables("王曉燕")


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        ("王小花", "王", "小花"),
        ("欧阳小花", "欧阳", "小花"),
        ("歐陽 娜", "歐陽", "娜"),
        ("司马", "司", "马"),
        ("王李小花", "王", "李小花"),
        ("诸葛小小花", "诸葛", "小小花"),
        ("阿迪力·买买提", "", "阿迪力·买买提"),
        ("阿迪力买买提", "", "阿迪力买买提"),
        ("Li Ming", "", "Li Ming"),
        ("李伟（大）", "李", "伟"),
        ("", "", ""),
    ],
)
def test_where_the_surname_ends(name: str, surname: str, given: str) -> None:
    assert names.split(name) == (surname, given)


@given(any_text)
def test_a_split_name_is_whole(text: str) -> None:
    parts = names.split(text)
    assert len(parts.surname) <= 2
    assert clean(text).startswith(parts.surname)


def test_a_character_is_heard_in_all_its_readings() -> None:
    assert {"le", "yue"} <= names.sounds_like("乐")
    assert {"dan", "shan"} <= names.sounds_like("單")
    assert names.sounds_like("?") == frozenset()


@given(han)
def test_the_usual_reading_is_among_all_readings(text: str) -> None:
    for char in text:
        assert set(syllables("·" + char).split()) <= names.sounds_like(char)


def test_initials() -> None:
    assert initials("王小燕") == "WXY"
    assert initials("尉迟恭") == "YCG"
    assert initials("?") == ""


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张小花", "张*花"),
        ("张花", "张*"),
        ("张", "*"),
        ("", ""),
        ("欧阳小花", "欧**花"),
        ("买买提·艾力", "买****力"),
    ],
)
def test_mask(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(any_text)
def test_the_mask_shows_at_most_two_characters(text: str) -> None:
    masked = mask_name(text)
    hidden = sum(1 for a, b in zip(masked, text, strict=True) if a == "*" or a != b)
    assert len(text) - hidden <= 2
    assert not text or "*" in masked


@given(any_text)
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(any_text)
def test_fold_twice_is_fold_once(text: str) -> None:
    assert fold(fold(text)) == fold(text) == fold(clean(text))


@given(any_text)
def test_keys_hold_no_junk(text: str) -> None:
    assert all(char.isalpha() or char == "〇" for char in fold(text))
    assert syllables(text).replace(" ", "").isascii()


@given(han)
def test_plain_characters_are_never_lost(text: str) -> None:
    assert clean(text) == text
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("张小花", ""),
        ("阿迪力·买买提", ""),
        ("", "E230"),
        (" 无 ", "E230"),
        ("未取名", "E230"),
        ("张?花", "E231"),
        ("张\ue000花", "E231"),
        ("张\ue863花", ""),
        ("张\ufffd", "E231"),
        ("李伟（大）", "E232"),
        ("李伟2", "E232"),
        ("李", "E233"),
        ("张**", "E234"),
        ("张某某", "E234"),
        ("李yue", "E235"),
    ],
)
def test_problem_code(name: str, code: str) -> None:
    assert problem_code(name) == code


def test_look_alikes_share_a_group() -> None:
    group = {row.char: row.shape_group for row in names.character_table()}
    for members in ("己已巳", "未末", "晴睛", "娜那", "佳住"):
        assert len({group[char] for char in members}) == 1 != len(members)
    assert group["张"] == ""


def test_the_table_is_fit_to_be_joined() -> None:
    table = names.character_table()
    by_char = {row.char: row for row in table}
    assert len(by_char) == len(table) > 25_000
    assert [row.char for row in table] == sorted(by_char)
    for row in table:
        assert row.base in by_char
        assert by_char[row.base].base == row.base, f"{row.char} folds to {row.base}, which folds on"
        assert by_char[row.base].shape_group == row.shape_group


@pytest.mark.slow
def test_the_committed_table_is_what_the_script_builds() -> None:
    script = _load_script()
    committed = (names.TABLES / "characters.csv").read_text(encoding="utf-8")
    assert script.as_csv(script.HEADER, script.character_rows()) == committed
    committed = (names.TABLES / "heteronyms.csv").read_text(encoding="utf-8")
    assert script.as_csv(script.HETERONYM_HEADER, script.heteronym_rows()) == committed


def _load_script() -> ModuleType:
    path = Path(__file__).parents[3] / "tools" / "build_character_tables.py"
    spec = importlib.util.spec_from_file_location("build_character_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
