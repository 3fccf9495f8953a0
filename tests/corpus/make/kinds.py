"""种类/: one ordinary list of every kind, and one of every kind as its sender's own system or habit writes it."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN, Child
from tests.corpus.make.lists import CODES, SCHOOLS, grid, little_grid, renamed, school_of
from tests.corpus.make.writing import Page, text_file, xls, xlsx

NATIONAL_FIELDS = "xm xbm csrq mzm sfzjlxm sfzjh grbsm xxmc xxbsm sznj bjmc rxny jdfsm xzz jtzz lxdh hkszdm sflsetm"


def titled(title: str, rows: list) -> list:
    """A title over the header."""
    return [[title], *rows]


def national_export() -> list:
    """The national system's own field ids with its codes (policy: no heading is Chinese)."""

    def line(child: Child) -> list[str]:
        school = school_of(child)
        return [
            child.name, "1" if child.sex == "男" else "2", f"{child.birth:%Y%m%d}", "01", "1", child.id_no,
            f"G{child.id_no}", school, CODES[school], child.grade, "1", "202409", "1", child.address, child.address,
            child.phone, "371321101247", "0",
        ]  # fmt: skip

    return [NATIONAL_FIELDS.split(), *map(line, CHILDREN)]


def family_in_one_row() -> list:
    """Two parents beside the child, as the 学籍 form has them."""
    header = [
        "姓名", "性别", "身份证件号", "学籍号", "年级", "成员1姓名", "成员1关系", "成员1证件号", "成员1联系电话",
        "成员2姓名", "成员2关系", "成员2证件号", "成员2联系电话",
    ]  # fmt: skip
    rows = [
        [
            c.name,
            c.sex,
            c.id_no,
            f"G{c.id_no}",
            c.grade,
            c.father,
            "父亲",
            c.father_id,
            c.phone,
            "何秀英",
            "母亲",
            "",
            "",
        ]
        for c in CHILDREN
    ]
    return [header, *rows]


def school_form() -> list:
    """The long 学籍 form: more columns than anyone needs."""
    header = [
        "学校名称★", "学校标识码", "姓名★", "性别★", "出生日期★", "出生地★", "籍贯", "民族★", "国籍/地区★",
        "身份证件类型★", "身份证件号", "港澳台侨外★", "健康状况★", "户口所在地★", "户口性质★", "班内学号", "年级★", "班级★",
        "入学年月★", "入学方式★", "就读方式★", "现住址★", "联系电话★", "是否留守儿童", "是否享受一补", "学籍号",
    ]  # fmt: skip
    rows = [
        [
            school_of(c), CODES[school_of(c)], c.name, c.sex, f"{c.birth:%Y-%m-%d}", "371321", "山东沂南", "汉族", "中国",
            "1", c.id_no, "否", "10", c.address, "1", f"{n:02d}", c.grade, "2", "202409", "11", "1", c.address, c.phone,
            "否", "否", f"G{c.id_no}",
        ]
        for n, c in enumerate(CHILDREN, 1)
    ]  # fmt: skip
    return [header, *rows]


def by_household() -> list:
    """户籍 with the head of household among the members and old headings."""
    rows = renamed(grid("户籍", CHILDREN[:2]), 公民身份号码="证件号", 户籍地址="户口所在地", 户号="户编码")
    father = list(rows[1])
    father[1:7] = ["王建国", "男", "汉族", "1985-05-11", CHILDREN[0].father_id, "户主"]
    return [rows[0], father, *rows[1:]]


def monitored() -> list:
    """防返贫 with monitored households among them."""
    rows = grid("脱贫享受政策与监测对象", CHILDREN[:4])
    head = rows[0]
    for row, kind, removed in zip(
        rows[2:], ["边缘易致贫户", "突发严重困难户", "脱贫不稳定户"], "是否否", strict=True
    ):
        row[head.index("监测对象类别")], row[head.index("风险是否已消除")] = kind, removed
    rows[2][head.index("户类型")] = "一般农户"
    return rows


FILES = {
    "种类/户籍.xlsx": lambda: xlsx(grid("户籍")),
    "种类/学籍.xls": lambda: xls(grid("学籍")),
    "种类/在校点名.csv": lambda: text_file(grid("在校点名"), "gb18030"),
    "种类/防返贫导出.xlsx": lambda: xlsx(grid("脱贫享受政策与监测对象")),
    "种类/残联持证.xls": lambda: xls(grid("持证残疾人")),
    "种类/低保.csv": lambda: text_file(grid("低保"), "utf-8-sig"),
    "种类/特困.xlsx": lambda: xlsx(grid("特困", CHILDREN[:3])),
    "种类/孤儿.xls": lambda: xls(grid("孤儿与事实无人抚养儿童", CHILDREN[:4])),
    "种类/医保.csv": lambda: text_file(grid("医保参保")),
    "种类/社保.xlsx": lambda: xlsx(grid("社保", CHILDREN[:2])),
    "种类/资助发放.xlsx": lambda: xlsx(grid("资助发放")),
    "种类/摸底六至十五岁.xls": lambda: xls(grid("秋季入户摸底表")),
    "种类/摸底三至六岁.xlsx": lambda: xlsx(little_grid()),
    "种类/学校名录.csv": lambda: text_file(SCHOOLS, "gb18030"),
    "种类/国网导出字段名.xlsx": lambda: xlsx(national_export()),
    "种类/国网导出字段名.csv": lambda: text_file(national_export(), "gb18030"),
    "种类/学籍一家人在一行.xlsx": lambda: xlsx(family_in_one_row()),
    "种类/学籍长表.xls": lambda: xls(school_form()),
    "种类/户籍带户主.csv": lambda: text_file(by_household(), "gb18030"),
    "种类/监测对象.xls": lambda: xls(monitored()),
    "种类/残联另一种写法.xlsx": lambda: xlsx(
        titled("岸堤镇持证残疾儿童就学情况", renamed(
            grid("持证残疾人", CHILDREN[:5]), 身份证号="持证人身份证号", 残疾人证号="残疾证号", 残疾等级="残疾级别"))
    ),
    "种类/低保另一种写法.xlsx": lambda: xlsx(
        renamed(grid("低保"), **{"成员身份证号": "保障对象身份证号", "城/农低保": "保障类型", "低保证号": "救助证号"})
    ),
    "种类/特困另一种写法.csv": lambda: text_file(
        titled("特困供养人员名册", renamed(grid("特困", CHILDREN[:3]), 特困证号="供养证号", 供养方式="供养类型")), "gb18030"
    ),
    "种类/孤儿另一种写法.xlsx": lambda: xlsx(
        renamed(grid("孤儿与事实无人抚养儿童", CHILDREN[:4]), 儿童类别="孤儿类型", 身份证号="儿童身份证号")
    ),
    "种类/医保另一种写法.xls": lambda: xls(
        renamed(grid("医保参保", 险种="城乡居民基本医疗保险"), 证件号="参保人身份证号", 险种="参保险种", 参保地="参保单位或村")
    ),
    "种类/社保另一种写法.csv": lambda: text_file(
        renamed(grid("社保", CHILDREN[:2]), 单位名称="用人单位", 缴费年月="费款所属期"), mark="\t"
    ),
    "种类/资助发放有序号.xls": lambda: xls(
        [[h, *row] for h, row in zip(["序号", *range(1, 9)], grid("资助发放", 学期="2026-2027学年第一学期"), strict=True)]
    ),
    "种类/点名每班一份.xlsx": lambda: xlsx(
        Page(titled("岸堤镇中心小学五年级1班点名册", [row[1:] for row in grid("在校点名", CHILDREN[1:2])]), name="五1班")
    ),
    "种类/学校名录有代码.xlsx": lambda: xlsx(
        renamed([[*row[:3], code, *row[3:]] for row, code in zip(
            SCHOOLS, ["行政区划代码", *["371321101000"] * 3], strict=True)], 办学类型="学校类别", 学校名称="学校（机构）名称")
    ),
}  # fmt: skip
