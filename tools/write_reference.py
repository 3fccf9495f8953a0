"""Write docs/reference/ and the per-code how-to from the program itself; `--check` only says whether they are stale."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notoneless.settings.test")

import django

django.setup()

import typer
from typer._click.core import Command, Context

from notoneless.api.documents import ABOUT
from notoneless.api.reference import sections
from notoneless.api.site import api
from notoneless.check.core import load_checks
from notoneless.cli.main import app
from notoneless.cli.output import EXIT_MEANING
from notoneless.common.errors import ErrorText, catalog
from notoneless.flows.ledger import LEDGERS
from notoneless.org.roles import PERMISSION_NAMES, ROLES
from notoneless.policy.pack import Parameter, load_pack
from notoneless.roster.core import load_kinds

sys.path.insert(0, str(Path(__file__).parent))
from reference_identity import identity

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- 由 tools/write_reference.py 生成，请勿手改；改定义后运行 python3 run.py docs -->\n\n"
SEVERITY = {"refuse": "拒收这一行", "warn": "照收，提醒", "fault": "停下"}
AREAS = {
    "E0": "文件、数据湖、密钥", "E1": "证件号", "E2": "日期、性别、姓名", "E3": "名册、列、辖区", "E4": "同一人",
    "E5": "核查、摸排、政策包", "E6": "个案", "E7": "权限与登录", "E8": "任务与流程", "E9": "命令行、接口与设置",
}  # fmt: skip


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(header)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def cell(value: object) -> str:
    return str(value if value is not None else "").replace("|", "\\|").replace("\n", " ")


def kinds() -> str:
    kinds = load_kinds()
    names = {"refuse": "拒收", "warn": "提醒"}
    text = "# 名册种类\n\n列按名称对，不按位置；下面的“也认”是实际见过的表头。加一种名册只要加一个文件夹。\n\n"
    for kind in kinds.values():
        text += f"## {kind.name} `{kind.id}`\n\n{kind.why}\n\n送达单位：{'、'.join(kind.senders)}。依据：{kind.legal_basis}\n\n"
        text += table(
            ["列", "标识", "类型", "必有", "值不对时", "也认"],
            [
                (c.name, f"`{c.id}`", c.type, "是" if c.required else "", names[c.on_bad], "、".join(c.aliases))
                for c in kind.columns
            ],
        )
        text += "\n"
    return text


def checks() -> str:
    kinds = {kind.id: kind.name for kind in load_kinds().values()}
    outcomes = load_pack(None, TODAY).names("outcomes")
    roles = {role.id: role.name for role in ROLES.values()}
    text = "# 核查\n\n每项核查是一个文件夹：声明、一条 SQL、例子。结果只有四种：符合、缺口、有据排除、不能判断；缺了必要名册一律“不能判断”。\n\n"
    for check in load_checks().values():
        text += f"## {check.name} `{check.id}`\n\n**{check.question}** {check.why}\n\n"
        text += table(
            ["项目", "内容"],
            [
                ("必要名册", "、".join(kinds[k] for k in check.needs)),
                ("参考名册", "、".join(kinds[k] for k in check.optional)),
                ("严重程度", check.severity),
                ("责任角色", roles.get(check.owner_role, check.owner_role)),
                ("期限参数", f"`{check.deadline_days}`"),
                ("台账", f"`{check.ledger}`"),
                ("凭佐证可排除", "、".join(outcomes.get(code, code) for code in check.excuses)),
                ("名册可销号", "是" if check.close_by_roster else "否，要人确认"),
                ("依据", check.source),
                ("复核日", check.review_by),
            ],
        )
        text += "\n"
    return text


def errors() -> str:
    text = "# 错误码\n\n错误码不改含义、不重复使用。每条都说：哪里、什么不对、怎么改。\n"
    for prefix, area in AREAS.items():
        found = [error for code, error in sorted(catalog().items()) if code.startswith(prefix)]
        if found:
            text += f"\n## {prefix}xx {area}\n\n"
            rows = [(e.code, e.name, e.what, e.how, SEVERITY[e.severity]) for e in found]
            text += table(["码", "名称", "什么不对", "怎么改", "结果"], rows)
    return text


def import_errors() -> str:
    """The how-to per import error: one section a clerk can be pointed to."""
    text = "# 导入时的每一种提示怎么办\n\n错误工作簿的“错误说明”列和导入页上的编号，在这里都能找到。改好后直接把错误工作簿传回即可，不用另做文件。\n"
    for code, error in sorted(catalog().items()):
        if code[:2] in {"E0", "E1", "E2", "E3"}:
            text += "\n" + section(error)
    return text


def section(error: ErrorText) -> str:
    example = f"\n\n例：{error.example}" if error.example else ""
    return f"## {error.code} {error.name}\n\n{error.what}（{SEVERITY[error.severity]}）\n\n怎么办：{error.how}{example}\n"


def commands() -> str:
    command = typer.main.get_command(app)
    text = "# 命令\n\n数据写到标准输出，说明写到标准错误。每个命令都认 `--help`。\n\n## 退出码\n\n"
    text += table(["码", "意思"], [(int(code), meaning) for code, meaning in EXIT_MEANING.items()])
    for path, found in walk(command, ("notoneless",)):
        context = Context(found, info_name=" ".join(path), terminal_width=100, help_option_names=["-h", "--help"])
        text += f"\n## {' '.join(path)}\n\n```\n{found.get_help(context).strip()}\n```\n"
    return text


def walk(command: Command, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Command]]:
    yield path, command
    for name, child in sorted(getattr(command, "commands", {}).items()):
        yield from walk(child, (*path, name))


def roles() -> str:
    text = "# 角色与权限\n\n能做什么看角色，能看哪里看辖区、学校或送达单位；范围以外与不存在一样。\n\n"
    text += table(["角色", "标识", "说明"], [(r.name, f"`{r.id}`", r.description) for r in ROLES.values()]) + "\n"
    header = ["权限", *[role.name for role in ROLES.values()]]
    rows = [
        (f"{name} `{permission}`", *["✓" if permission in role.permissions else "" for role in ROLES.values()])
        for permission, name in PERMISSION_NAMES.items()
    ]
    return text + table(header, rows)


def policy() -> str:
    pack = load_pack(None, TODAY)
    entries: list[Parameter] = list(pack.parameters.values())
    status = {"confirmed": "已核对", "local_default": "本地默认", "to_check": "待核对"}
    text = f"# 政策包\n\n版本 {pack.version}。“待核对”的数字请按本地文件核对后再用；县市不同的地方写在 policy/regions/，不改程序。\n\n"
    rows = [
        (
            p.name,
            f"`{p.id}`",
            "；".join(f"{since} 起 {value}" for since, value in p.values),
            p.unit,
            p.source,
            status[p.status],
        )
        for p in sorted(entries, key=lambda one: one.id)
    ]
    text += table(["参数", "标识", "值", "单位", "出处", "状态"], rows)
    rows = [
        (t.name, f"`{t.id}`", len(t.rows), t.source, status[t.status])
        for t in sorted(pack.tables.values(), key=lambda one: one.id)
    ]
    return text + "\n## 表\n\n" + table(["表", "标识", "行数", "出处", "状态"], rows)


def ledgers() -> str:
    rows = [(one.name, f"`{one.id}`", one.sentence) for one in LEDGERS.values()]
    return "# 台账\n\n" + table(["台账", "标识", "谁在上面"], rows)


def benchmark() -> str:
    """The measured figures of bench/results; the page is only as new as the last run of bench/county.py."""
    checks = load_checks()
    kinds = {kind.id: kind.name for kind in load_kinds().values()}
    text = "# 基准\n\n虚构的乡镇、县、市：生成、导入、摸排、对账各用多少时间和内存，预埋的缺口找到多少。怎么造、怎么算分、怎么看，见[误报与漏报](../explanation/found-and-missed.md)。\n"
    for size in SIZES:
        path = ROOT / "bench" / "results" / f"{size}.json"
        if path.exists():
            text += measured(json.loads(path.read_text(encoding="utf-8")), checks, kinds)
    return text


def measured(run: dict[str, Any], checks: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """One size: where and how it was measured, then time, gaps and links."""
    machine, size = run["machine"], run["size"]
    versions = "、".join(f"{name} {version}" for name, version in run["versions"].items())
    text = f"\n## {SIZES[size]}\n\n`python bench/county.py {size} --seed {run['seed']}`，{run['measured_at'][:10]}，"
    text += f"{machine['cpu']} {machine['cores']} 核、内存 {machine['memory_mib'] // 1024} GiB；{versions}。"
    text += f"开始时的系统负载 {run['load_before']}（大于核数说明机器同时在忙别的，用时偏长，看 CPU 秒更准）。\n\n"
    rows = [
        (STAGES[name], stage["seconds"], stage["cpu_seconds"], stage["peak_mib"])
        for name, stage in run["stages"].items()
    ]
    text += table(["阶段", "秒", "CPU 秒", "内存峰值 MiB"], rows) + "\n"
    made, read = run["stages"]["generate"], run["stages"]["import"]
    text += f"3—14 岁孩子 {made['children']:,} 名，户籍 {made['register_rows']:,} 行，{made['files']} 份文件；"
    text += f"读入 {read['rows_read']:,} 行，退回 {read['rows_refused']:,} 行；"
    text += f"合成 {run['stages']['sweep']['persons']:,} 人，待判 {run['stages']['sweep']['review_pairs']:,} 对。\n\n"
    header = ["核查", "预埋", "找到", "漏了", "其中待判", "误报", "准确率", "找全率"]
    fields = ["planted", "found", "missed", "waiting", "falsely_raised", "precision", "recall"]
    rows = [(checks[one].name, *[score[f] for f in fields]) for one, score in run["result"]["checks"].items()]
    text += table(header, rows) + "\n与户籍认成同一人的行对：\n\n"
    fields = ["rows", "true_pairs", "made_pairs", "right_pairs", "precision", "recall"]
    rows = [(kinds[one], *[score[f] for f in fields]) for one, score in run["result"]["links"].items()]
    return text + table(["名册", "行", "应认", "认了", "认对", "准确率", "找全率"], rows)


def http_api() -> str:
    """Every operation of the HTTP API, from the same document that /api/v1/openapi.json gives."""
    text = f"# 接口\n\n{ABOUT}\n怎么用，见[让部门的系统直接送名册](../how-to/http-api.md)；机器可读的同一份在 `/api/v1/openapi.json`。\n"
    for one in sections(api):
        text += f"\n## {one.summary}\n\n`{one.method} {one.path}`\n\n{one.text}\n"
        if one.sent:
            rows = [(f"`{x.name}`", x.place, x.type, "是" if x.required else "", x.text) for x in one.sent]
            text += "\n" + table(["要送的", "写在", "类型", "必填", "意思"], rows)
        if one.answered:
            text += "\n" + table(["回答", "类型", "意思"], [(f"`{x.name}`", x.type, x.text) for x in one.answered])
    return text


def index() -> str:
    rows = [(title, f"[{name}]({name})") for name, (title, _) in PAGES.items()]
    rows.append(("个案状态", "[case-states.md](case-states.md)"))
    return "# 参考\n\n都由程序生成，与程序一致。\n\n" + table(["内容", "页"], rows)


SIZES = {"township": "乡镇", "county": "县", "city": "市"}
STAGES = {"generate": "生成", "import": "导入", "sweep": "摸排", "score": "对账"}
TODAY = date(2026, 11, 23)  # the day the generated pages speak of; a later pack changes the pages, not the calendar
PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "kinds.md": ("名册种类", kinds),
    "identity.md": ("认得哪些写法", identity),
    "checks.md": ("核查", checks),
    "ledgers.md": ("台账", ledgers),
    "errors.md": ("错误码", errors),
    "commands.md": ("命令", commands),
    "api.md": ("接口", http_api),
    "roles.md": ("角色与权限", roles),
    "policy.md": ("政策包", policy),
    "benchmark.md": ("基准", benchmark),
}


def documents() -> dict[Path, str]:
    found = {REFERENCE / name: make() for name, (_, make) in PAGES.items()}
    found[REFERENCE / "README.md"] = index()
    found[ROOT / "docs" / "how-to" / "import-errors.md"] = import_errors()
    return {path: text if text.startswith("<!--") else NOTE + text for path, text in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [
        path for path, text in documents().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if check:
        for path in stale:
            print(f"已过时：{path.relative_to(ROOT)}（运行 python3 run.py docs）")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(documents()[path], encoding="utf-8")
    print(f"更新 {len(stale)} 页")
    return 0


if __name__ == "__main__":
    sys.exit(main())
