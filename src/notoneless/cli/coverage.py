"""delivery show, delivery quality, coverage: how good a list is, and where lists have grown old."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from notoneless.check.core.lists import list_name
from notoneless.cli import start
from notoneless.cli.chinese import App
from notoneless.cli.options import AsOf, By, Format, Out, day
from notoneless.cli.output import Exit, print_table, stop, talk, write_json, write_rows
from notoneless.cli.roster import deliveries, kind_id
from notoneless.common.errors import error_text
from notoneless.flows.coverage import Coverage, coverage, coverages
from notoneless.flows.quality import measure_again
from notoneless.policy.places import Places
from notoneless.roster.core import load_kinds
from notoneless.roster.core.freshness import Line, State
from notoneless.roster.records import queries
from notoneless.roster.records.models import Delivery

SHOW_EXAMPLES = (
    "notoneless delivery show D20261010-ab12cd34",
    "notoneless --json delivery show D20261010-ab12cd34",
)
QUALITY_EXAMPLES = (
    "notoneless delivery quality D20261010-ab12cd34",
    "notoneless delivery quality D20261010-ab12cd34 --again",
    "notoneless delivery quality --missing",
)
COVERAGE_EXAMPLES = (
    "notoneless coverage",
    "notoneless coverage 户籍 --only 旧",
    "notoneless coverage 在校点名 --format xlsx --out 点名新旧.xlsx",
)
STATE_NAMES = {State.FRESH: "新", State.STALE: "旧", State.MISSING: "缺"}
HEADER = ["代码", "乡镇或学校", "情况", "数据时点", "距今（天）", "行数", "送达单位", "批次", "另有"]


def add_to(app: App) -> None:
    deliveries.command("show", examples=SHOW_EXAMPLES)(show)
    deliveries.command("quality", examples=QUALITY_EXAMPLES)(quality)
    app.command("coverage", examples=COVERAGE_EXAMPLES)(cover)


def show(delivery: Annotated[str, typer.Argument(metavar="批次", help="批次编号")], by: By = "") -> None:
    """一个批次：从哪里来、多少行、有哪些错误、与上一份名单比。"""
    found = queries.get_delivery(start.acting_user(by), delivery)
    compared = found.quality.get("compared") or {}
    facts = {
        "批次": found.pk,
        "种类": load_kinds()[found.kind].name,
        "送达单位": found.sender,
        "数据时点": found.as_of,
        "辖区": Places.load().label(found.place_code),
        "补充": "是" if found.supplements else "否",
        "读入": found.rows_read,
        "导入": found.rows_accepted,
        "错误": found.rows_refused,
        "重复": found.rows_duplicate,
        "忽略": found.rows_ignored,
        "状态": found.get_status_display(),
        "上一份": compared.get("with", ""),
        **{name: compared.get(key, "") for key, name in _CHANGES.items()},
    }
    if talk.as_json:
        write_json("delivery", **facts, problems=found.problem_counts)
        return
    print_table(["项目", "内容"], facts.items())
    if found.problem_counts:
        rows = sorted(found.problem_counts.items(), key=lambda item: -item[1])
        print_table(["错误种类", "处数"], [(f"{code} {error_text(code).name}", number) for code, number in rows])


_CHANGES = {"new": "新增", "gone": "减少", "changed": "变动", "same": "不变"}


def quality(
    delivery: Annotated[str, typer.Argument(metavar="批次", help="批次编号；与 --missing 一起时不写")] = "",
    again: Annotated[bool, typer.Option("--again", help="重新计算")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="给还没有计算过的批次都计算一遍")] = False,
    by: By = "",
) -> None:
    """一个批次的质量：各列填了多少、各地多少行、号码有效多少。只有数字，没有个人信息。"""
    user: Any = start.acting_user(by)
    if missing:
        _measure_missing(user)
        return
    found = queries.get_delivery(user, delivery)
    if again or not found.quality:
        found = measure_again(delivery=found, by=user, now=start.now())
    if talk.as_json:
        write_json("quality", delivery=found.pk, **found.quality)
        return
    rows, columns = found.quality["rows"], load_kinds()[found.kind].columns
    filled = [(column.name, found.quality["filled"].get(column.id, 0)) for column in columns if not column.into]
    print_table(["列", "填了", "共"], [(name, number, rows) for name, number in filled], title=found.pk)
    places = found.quality["places"].items()
    print_table(
        ["辖区", "行数", "有效身份证号"], [(place_word(c), one["rows"], one["valid_ids"]) for c, one in places]
    )


def _measure_missing(user: Any) -> None:
    waiting = queries.list_deliveries(user).filter(quality={}, status=Delivery.Status.CURRENT)
    for one in waiting.order_by("as_of", "created_at", "id"):
        measure_again(delivery=one, by=user, now=start.now())
        talk.say(f"已计算 {one.pk}")


def place_word(code: str) -> str:
    """A key of the quality counts as people say it."""
    words = {"": "住址认不出", "elsewhere": "住在别处"}
    return words.get(code) or Places.load().label(code) or code


def cover(
    kind: Annotated[str, typer.Argument(metavar="种类", help="名册种类，如 户籍 或 hukou；不写就是各种各一行")] = "",
    only: Annotated[Literal["新", "旧", "缺"] | None, typer.Option("--only", help="只要这一种情况的")] = None,
    as_of: AsOf = "",
    format: Format = "table",
    out: Out = None,
    by: By = "",
) -> None:
    """哪些乡镇、学校的名单旧了或没有来。有旧的或缺的，退出码为 1。"""
    user: Any = start.acting_user(by)
    on = day(as_of, start.today())
    wanted = kind_id(kind)
    found = [coverage(user, wanted, on)] if wanted else list(coverages(user, on).values())
    if wanted:
        lines = [line for line in found[0].lines if only in (None, STATE_NAMES[line.state])]
        rows = [_row(line) for line in lines]
        write_rows("json" if talk.as_json else format, HEADER, rows, f"{list_name(wanted)}新旧", out)
    else:
        header = ["名册", "算新的天数", *STATE_NAMES.values()]
        write_rows("json" if talk.as_json else format, header, [_summary(one) for one in found], "名册新旧", out)
    fresh = all(line.state is State.FRESH for one in found for line in one.lines)
    stop(Exit.OK if fresh else Exit.FINDINGS)


def _row(line: Line) -> list[Any]:
    newest = line.newest
    told = [newest.as_of, line.days, line.rows, newest.sender, newest.id] if newest else [""] * 5
    others = "、".join(f"{one.as_of} {one.sender}" for one in line.others)
    return [line.unit.code, line.unit.name, STATE_NAMES[line.state], *told, others]


def _summary(found: Coverage) -> list[Any]:
    return [list_name(found.kind.id), found.fresh_days, *(len(found.having(state)) for state in STATE_NAMES)]
