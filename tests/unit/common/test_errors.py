"""Errors: their message, their catalog, and what is refused in it."""

import pickle
import re
import string
from pathlib import Path

import pytest

from notoneless.common.errors import ErrorText, Fault, catalog, error_text, read_catalog

PLACES = {"E0": "files", "E1": "common", "E2": "common"}


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "errors.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_fault_says_where_what_and_how() -> None:
    fault = Fault("E102", where="户籍.xlsx 第 57 行", column="身份证号", masked="3713**********1226")
    assert fault.message.startswith("户籍.xlsx 第 57 行：“身份证号”3713**********1226 通不过校验")
    assert "；请按户口簿逐位核对" in fault.message
    assert str(fault) == f"E102 {fault.message}"
    assert fault.to_dict() == {
        "code": "E102",
        "name": "身份证校验位不对",
        "severity": "warn",
        "where": "户籍.xlsx 第 57 行",
        "what": fault.what,
        "how": fault.how,
        "example": fault.example,
    }


def test_the_place_may_be_unknown() -> None:
    assert Fault("E101", column="身份证号").message.startswith("“身份证号”没有填；")


def test_a_forgotten_value_does_not_hide_the_error() -> None:
    assert "（未给出）" in Fault("E102").message
    assert ErrorText("E1", "", "共 {rows:,} 行", "", "", "warn", "").say_what({}) == "共 （未给出） 行"


def test_an_unlisted_code_still_speaks() -> None:
    assert Fault("E000").message == "出现未登记的错误 E000；请把错误编号告诉系统管理员"
    assert error_text("E000").severity == "fault"


def test_detail_is_for_developers_only() -> None:
    fault = Fault("E101", detail="SELECT 1", column="x")
    assert fault.detail == "SELECT 1"
    assert "SELECT" not in f"{fault}{fault.to_dict()}"


def test_a_fault_crosses_processes() -> None:
    fault = Fault("E102", where="第 3 行", detail="step", column="身份证号", masked="*")
    copy = pickle.loads(pickle.dumps(fault))
    assert (copy.code, copy.message, copy.detail) == (fault.code, fault.message, fault.detail)


def test_files_of_all_packages_are_found(tmp_path: Path) -> None:
    _write(tmp_path / "one", "E102: {name: 甲, what: 乙}")
    _write(tmp_path / "two" / "definitions", "E101: {name: 丙, what: 丁, how: 戊, severity: refuse}")
    _write(tmp_path / "three", "")
    found = read_catalog(tmp_path)
    assert list(found) == ["E101", "E102"]
    assert found["E101"].severity == "refuse"
    assert found["E102"].file == "one/errors.yaml"
    assert (found["E102"].how, found["E102"].severity) == ("", "fault")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("E102: {name: 甲, what: 乙}\nE102: {name: 丙, what: 丁}", "given twice"),
        ("E102: {name: 甲, what: 乙, what: 丙}", "given twice"),
        ("E102: {name: 甲}", "needs name and what"),
        ("E102: 甲", "may hold only"),
        ("E102: {name: 甲, what: 乙, why: 丙}", "may hold only"),
        ("E102: {name: 甲, what: 乙, severity: bad}", "severity"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    _write(tmp_path, text)
    with pytest.raises(ValueError, match=reason):
        read_catalog(tmp_path)


def test_two_packages_may_not_share_a_code(tmp_path: Path) -> None:
    _write(tmp_path / "one", "E102: {name: 甲, what: 乙}")
    _write(tmp_path / "two", "E102: {name: 甲, what: 乙}")
    with pytest.raises(ValueError, match=r"E102 stands in one/errors\.yaml and in two/errors\.yaml"):
        read_catalog(tmp_path)


@pytest.mark.parametrize("text", catalog().values(), ids=lambda text: text.code)
def test_every_text_is_whole(text: ErrorText) -> None:
    assert re.fullmatch(r"E\d{3}", text.code)
    assert all((text.name, text.what, text.how)), f"{text.code} must say what is wrong and how to mend it"
    for template in (text.what, text.how):
        fields = [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
        assert all(field.isidentifier() for field in fields), f"{text.code}: plain {{names}} only"
    owner = PLACES.get(text.code[:2])
    assert owner is None or text.file.startswith(owner), f"{text.code} belongs to {owner}"
