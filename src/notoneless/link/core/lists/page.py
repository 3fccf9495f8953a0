"""One static page about a run: how many pairs at which weight, how many of them may be wrong, what a clerk must look at.

No script, nothing from outside, and no personal data: only counts, steps and sentences.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence

import pyarrow as pa

from notoneless.link.core import definitions
from notoneless.link.core.lists.linking import ListLinks

BIN_BITS = 4
SHOWN_REASONS = 20
_STYLE = (
    "body{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1a1a1a}"
    "table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #888;padding:.2em .6em;text-align:left}"
    "td,th{word-break:keep-all}td.n{text-align:right}caption{text-align:left;font-weight:bold}"
)

_SMALLEST_SHOWN = 0.00001
_WEIGHT_HEADER = ["项目", "情形", "m（定义）", "m（本次）", "u", "比特（定义）", "比特（本次）", "依据对数"]
_WEIGHT_NOTE = (
    "<p>m：同一个人的两行出现这种情形的机会；u：两个不相干的人出现的机会。m 由本次的名册自己估计（EM，没有用标注），"
    "定义的 m 当作已见过的若干对；依据对数是估计落在这种情形上的同一人的对数，不含证号姓名都相同、一开始就合上的。"
    "上面各对的分值用“本次”的比特；“按定义”的不估计，证号姓名都相同的也按定义。</p>"
)


def calibration_page(found: ListLinks) -> str:
    """The page as HTML. Errors are what the weights promise, sum of 2^-bits / (1 + 2^-bits), with a 95 % interval."""
    expected = sum(_wrong(weight) for weight in _weights(found.links))
    low, high = _interval(expected)
    parts = [
        f"<h1>名册比对说明</h1><p>合上 {found.links.num_rows:,} 对；要人看 {found.review.num_rows:,} 对；"
        f"因一条规则带出的人太多而未比的 {found.capped:,} 对。</p>",
        f"<p>按分值推算，合上的里面大约有 {expected:.1f} 对是错的（95% 区间 {low:.1f} 至 {high:.1f}）。"
        "这是权重自己的说法，不是核实的结果；权重的来历见说明文档。</p>",
        f"<p>两条线由代价算出：把两个人合成一个的代价是人工看一对的 {found.costs.wrong:g} 倍、漏合一对是 {found.costs.missed:g} 倍"
        f"（以看一对为 {found.costs.review:g}），所以 {found.costs.upper:.1f} 比特以上才合，{found.costs.lower:.1f} 比特以下不问；"
        "每一步另有自己的条件。</p>"
        "<p>要人看的对里的人，还不能算“没有对上”：列“在一份名册、不在另一份”的名单时，请把他们单列为“待核”。</p>",
        _table("按分值（比特）", ["分值", "合上", "要人看", "其中估计合错"], _bins(found)),
        _table("按步骤", ["步骤", "合上", "要人看"], _steps(found)),
        _table("最常见的理由", ["理由", "对数"], _reasons(found.links)),
        _table("各项的权重", _WEIGHT_HEADER, _weight_rows(found)),
        _WEIGHT_NOTE,
    ]
    head = f"<meta charset='utf-8'><title>名册比对说明</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang='zh-CN'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _weights(table: pa.Table) -> list[float]:
    return [weight for weight in table.column("weight").to_pylist() if weight is not None]


def _wrong(bits: float) -> float:
    """The chance that a pair of this weight is two people."""
    return 1 / (1 + 2.0**bits)


def _interval(expected: float) -> tuple[float, float]:
    """Wilson–Hilferty bounds of a Poisson count."""

    def bound(count: float, z: float) -> float:
        return count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3 if count > 0 else 0.0

    return max(0.0, bound(expected, -1.96)), bound(expected + 1, 1.96)


def _bins(found: ListLinks) -> list[list[str]]:
    counts: dict[int, list[float]] = {}
    for place, table in enumerate((found.links, found.review)):
        for weight in _weights(table):
            row = counts.setdefault(math.floor(weight / BIN_BITS), [0, 0, 0.0])
            row[place] += 1
            row[2] += _wrong(weight) if place == 0 else 0.0
    return [
        [f"{low * BIN_BITS} 至 {(low + 1) * BIN_BITS}", f"{row[0]:,}", f"{row[1]:,}", f"{row[2]:.2f}"]
        for low, row in sorted(counts.items(), reverse=True)
    ]


def _steps(found: ListLinks) -> list[list[str]]:
    linked, asked = _counts(found.links, "step"), _counts(found.review, "step")
    return [
        [step.name, f"{linked.get(key, 0):,}", f"{asked.get(key, 0):,}"]
        for key, step in definitions.steps().items()
        if key in linked or key in asked
    ]


def _reasons(links: pa.Table) -> list[list[str]]:
    counts = sorted(_counts(links, "reason").items(), key=lambda pair: (-pair[1], pair[0]))
    return [[reason, f"{count:,}"] for reason, count in counts[:SHOWN_REASONS]]


def _counts(table: pa.Table, column: str) -> dict[str, int]:
    rows = table.column(column).value_counts().to_pylist()
    return {row["values"]: row["counts"] for row in rows}


def _weight_rows(found: ListLinks) -> list[list[str]]:
    """field, verdict, m as defined and as learnt, u, bits as defined and as used in this run, pairs they rest on."""
    persons = max(found.persons, definitions.weights().register_floor)
    rows = []
    for field in definitions.weights().fields.values():
        for verdict in field.verdicts:
            bits, rare = verdict.bits(persons), "＋稀罕程度" if verdict.by_frequency else ""
            learnt = found.learnt.get((field.id, verdict.id))
            rows.append([
                field.name, verdict.label, f"{verdict.usual:.2%}" if verdict.usual else "—",
                f"{learnt.m:.2%}" if learnt else "—", _by_chance(verdict, bits), f"{bits:+.2f}{rare}",
                f"{bits + (learnt.shift if learnt else 0.0):+.2f}{rare}", f"{learnt.pairs:,.0f}" if learnt else "按定义",
            ])  # fmt: skip
    return rows


def _by_chance(verdict: definitions.Verdict, bits: float) -> str:
    """u: how often two strangers compare so."""
    if verdict.by_frequency:
        return "姓名的频率"
    if not verdict.usual:
        return "—"
    share = verdict.usual / 2.0**bits
    return f"{share:.3%}" if share >= _SMALLEST_SHOWN else f"<{_SMALLEST_SHOWN:.3%}"


def _table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{html.escape(title)}</caption><tr>{head}</tr>{body}</table>"
