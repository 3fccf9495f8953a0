"""The reference page of the identity kit: which forms of numbers, names and days are understood, each read by the kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from notoneless.common import dates, documents, names, resident_id
from notoneless.common.errors import error_text
from notoneless.link.core import definitions
from notoneless.link.core.birth_compare import compare_births
from notoneless.link.core.keys import describe_slip
from notoneless.link.core.name_compare import compare_names

_FIRST = "37132120140506026"
WHOLE = _FIRST + resident_id.check_digit(_FIRST)
PERMIT = "81000020140506026" + resident_id.check_digit("81000020140506026")
NUMBERS = (
    WHOLE, "３７１３２１ 20140506 026" + WHOLE[17].lower(), "371321140506026", _FIRST + ("0" if WHOLE[17] != "0" else "1"),
    "371321201405600268", "37132120140560268", "371321201405060000", "3.71321E+17", "无", "111111111111111111",
    WHOLE + "43", f"G{WHOLE}", f"L{WHOLE}", PERMIT, "H12345670", "12345670", "E12345670", "S370123456",
)  # fmt: skip
NAMES = (
    ("付国峰", "傅國峯"), ("王小花", "王晓华"), ("张晴", "张睛"), ("王小花", "王花小"), ("李yue", "李玥"), ("李x明", "李小明"),
    ("李?明", "李小明"), ("李\ue863", "李䶮"), ("阿迪力．买买提", "阿迪力买买提"), ("阿迪力", "阿迪力·买买提"),
    ("欧阳小花", "王小花"), ("王小花", "王小刚"), ("王小花", "李思涵"),
)  # fmt: skip
DAYS = (
    "20110203", "2011-2-3", "2011/2/3", "2011.2.3", "2011年2月3日", "二〇一一年二月三日", "40577", "农历2011年正月初一",
    "2011-02-30", "11.2.3", "2011-05",
)  # fmt: skip
BIRTHS = (
    (20110203, 20110302), (20110203, 20110101), (20140330, 20140230), (20110203, 20150204), (20110203, 20120203),
    (20110203, 20110311), (20110203, 20130809),
)  # fmt: skip


def identity() -> str:
    """The page."""
    parts = [
        "# 认得哪些写法\n\n下面每一行的“读作”都是程序自己读出来的；号码和姓名都是编的。原文总是留着，这里的结果只用来比对。\n",
        _table("证件号", ["写法", "认作", "读作"], map(_number, NUMBERS)),
        "不是居民身份证的号码没有校验位，只照原样比对，从不“改正”。\n",
        _table("两个姓名", ["一方", "另一方", "看法"], map(_name, NAMES)),
        _table("日期", ["写法", "读作"], map(_day, DAYS)),
        "按 1904 年起算的工作簿，文件里有记号，读的时候自动换算；记号丢了的，比对时认得出差四年零一天。\n",
        _table("两个出生日期", ["一方", "另一方", "看法"], map(_birth, BIRTHS)),
        "各种情形值多少分见 `link/definitions/weights.yaml`，用到的字表和农历表的来源、许可见 `common/tables/README.md`。\n",
    ]
    return "\n".join(parts)


def _table(title: str, header: list[str], rows: Iterable[list[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def _number(text: str) -> list[str]:
    found, document = resident_id.parse(text), documents.recognise(text)
    if document.kind:
        return [f"`{text}`", document.name, f"`{document.value}`"]
    what = error_text(found.problem_code).name if found.problem_code else ""
    meant = [f"{describe_slip(found.value, one)}：`{one}`" for one in _repairs(found)][:2]
    return [f"`{text}`", what, "可能是" + "；".join(meant) + " 等，要和别的名册对上才算" if meant else "不用"]


def _repairs(found: resident_id.ResidentId) -> list[str]:
    """As linking does: digits that a spreadsheet has lost are not guessed."""
    return [] if found.state == "damaged" else resident_id.repairs(found.value)


def _name(pair: tuple[str, str]) -> list[str]:
    left, right = map(names.fold, pair)
    said = compare_names(left, right, same_sound=names.syllables(left) == names.syllables(right))
    return [*pair, _label("name", said)]


def _day(text: str) -> list[str]:
    day = dates.read_day(text)
    return [f"`{text}`", day.isoformat() if day else "不用：" + error_text(next(_problems(text))).name]


def _problems(text: str) -> Iterator[str]:
    try:
        dates.parse_date(text)
    except dates.DateProblem as problem:
        yield problem.code


def _birth(pair: tuple[int, int]) -> list[str]:
    return [*map(str, pair), _label("birth", compare_births(*pair))]


def _label(field: str, verdict: str) -> str:
    return next(one.label for one in definitions.weights().fields[field].verdicts if one.id == verdict)
