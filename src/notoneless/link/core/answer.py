"""The whole answer about two rows in one or two Chinese sentences, and remarks that help a clerk to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from notoneless.common import resident_id
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.keys import describe_slip
from notoneless.link.core.sentences import differs, fits

_BY_SCORE = "合计分值达到合并线"
"""How steps.yaml says that the weight must reach the upper line."""
_SAME_END, _QUALIFIED = "相同", ("改正后", "前十四位", "有一字")
_BIRTH_END = 14
"""Digits of an ID number up to the end of the birthday."""


def answer(
    step: str,
    codes: Mapping[str, int | None],
    slip: str,
    weight: float,
    costs: LinkCosts,
    *,
    nearest: tuple[str, Sequence[str]] | None,
    decision: str | None,
) -> str:
    """`step`: what the comparison itself says; `nearest`: the linking step that came nearest with what it lacks."""
    if decision:
        verdict = "同一人" if decision == "same" else "不是同一人"
        return f"经办人已判定{verdict}，照办。程序自己看：{answer(step, codes, slip, weight, costs, nearest=nearest, decision=None)}"
    way = definitions.steps()[step].way
    if way == "auto":
        by_score = _BY_SCORE in definitions.steps()[step].needs
        score = _score(weight, costs) if by_score else f"这一步不看分值（合计 {_signed(weight)} 分）"
        return f"是同一人：{_said(step, codes, slip)}。{score}。"
    if way == "review":
        text = f"拿不准，要人判定：{_said(step, codes, slip)}。{_score(weight, costs)}。"
    else:
        text = f"不是同一人：{_two_sides(codes)}。{_score(weight, costs)}。"
    return text + _lacking(nearest) if nearest else text


def joined(labels: Sequence[str]) -> str:
    """Labels as one reads them: 姓名、出生日期、性别相同，同村居."""
    plain = [label for label in labels if label.endswith(_SAME_END) and not any(word in label for word in _QUALIFIED)]
    equal = [label.removesuffix(_SAME_END) for label in plain]
    others = [label for label in labels if label not in plain]
    parts = [f"{'、'.join(equal)}{_SAME_END}"] if equal else []
    return "，".join([*parts, "、".join(others)] if others else parts)


def remarks(left: Mapping[str, Any], right: Mapping[str, Any], codes: Mapping[str, int | None]) -> tuple[str, ...]:
    """What the comparison of two rows suggests beyond its verdict; no digit and no name is shown."""
    a, b = (_number(row) for row in (left, right))
    found = []
    if a and b and resident_id.is_valid(a) and resident_id.is_valid(b) and a != b:
        found.append(_two_valid(a, b))
    elif a and b and resident_id.is_valid(a) != resident_id.is_valid(b):
        found += _one_valid(a, b)
    name, birth, number = (_verdict(field, codes) for field in ("name", "birth", "id_no"))
    if number == "same" and name in ("none", "shared"):
        found.append("号码一样而姓名不像：多半是抄了别人的号码，出生日期、家里人也相同的可能是改了名")
    if birth == "swapped":
        found.append("月和日正好颠倒")
    return tuple(found)


def _said(step: str, codes: Mapping[str, int | None], slip: str) -> str:
    """The sentence of the step, what agrees told together."""
    sentence = definitions.steps()[step].sentence
    against = differs(codes)
    text = sentence.format(
        fits=joined(fits(codes)) or "没有相符的项", slip=slip or "有误", differs="、".join(against)
    )
    return f"{text}；不符的是：{'、'.join(against)}" if against else text


def _score(weight: float, costs: LinkCosts) -> str:
    total, upper, lower = _signed(weight), _signed(costs.upper), _signed(costs.lower)
    if weight >= costs.upper:
        return f"合计 {total} 分，过了合并线 {upper} 分"
    if weight > costs.lower:
        return f"合计 {total} 分，不到合并线 {upper} 分"
    return f"合计 {total} 分，在不再过问线 {lower} 分以下"


def _signed(number: float) -> str:
    return f"{number:.1f}".replace("-", "−")


def _two_sides(codes: Mapping[str, int | None]) -> str:
    against, in_favour = differs(codes), fits(codes)
    if not against and not in_favour:
        return "两行没有可以比较的内容"
    if not against:
        return f"虽然{joined(in_favour)}，但这还不足以认定"
    return f"{'、'.join(against)}；" + (f"相符的只有：{joined(in_favour)}" if in_favour else "没有一项相符")


def _lacking(nearest: tuple[str, Sequence[str]]) -> str:
    name, lacking = nearest
    return f"最接近的一步是“{name}”，但不满足：{'；'.join(lacking)}。" if lacking else ""


def _two_valid(a: str, b: str) -> str:
    if a[:_BIRTH_END] == b[:_BIRTH_END]:
        return "两个号码都通得过校验，地区和生日相同，只是顺序码不同：常见于双胞胎，也可能是同日出生的同乡"
    return "两个号码都通得过校验，所以不像是打错一位"


def _one_valid(a: str, b: str) -> list[str]:
    right, wrong = (a, b) if resident_id.is_valid(a) else (b, a)
    if right in resident_id.repairs(wrong):
        return [f"有一个号码{describe_slip(wrong, right)}，改正后就是另一个号码"]
    if len(wrong) == len(right):
        count = sum(x != y for x, y in zip(wrong, right, strict=True))
        return [f"有一个号码通不过校验，和另一个号码有 {count} 位不同"]
    return ["有一个号码通不过校验，位数也不对"]


def _verdict(field: str, codes: Mapping[str, int | None]) -> str:
    verdict = definitions.weights().fields[field].verdict(codes.get(field))
    return verdict.id if verdict else ""


def _number(row: Mapping[str, Any]) -> str:
    return str(row.get("id_no") or "") if row.get("id_state") not in ("missing", "placeholder") else ""
