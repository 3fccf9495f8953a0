"""What a list of each kind holds in ordinary life: its usual headings, and the line of a child under them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.corpus.make.cast import CHILDREN, LITTLE_ONES, Child

Cell = object
Line = dict[str, Cell]
PRIMARY, MIDDLE, NURSERY = "岸堤镇中心小学", "岸堤镇初级中学", "岸堤镇中心幼儿园"
CODES = {PRIMARY: "2137000123", MIDDLE: "3137000045", NURSERY: "1137000067"}


def school_of(child: Child) -> str:
    """By grade."""
    if child.grade.endswith("班"):
        return NURSERY
    return MIDDLE if child.grade[0] in "七八九" else PRIMARY


def disability_no(child: Child) -> str:
    """Twenty digits: hearing, second level."""
    return child.id_no + "22"


def hukou(child: Child) -> Line:
    return {
        "户号": child.household, "姓名": child.name, "性别": child.sex, "民族": "汉族",
        "出生日期": child.birth.isoformat(), "公民身份号码": child.id_no, "与户主关系": "子女",
        "户籍地址": child.address, "户籍状态": "正常",
    }  # fmt: skip


def school_roll(child: Child) -> Line:
    school = school_of(child)
    return {
        "学校名称": school, "学校标识码": CODES[school], "姓名": child.name, "性别": child.sex,
        "出生日期": f"{child.birth:%Y%m%d}", "民族": "汉族", "身份证件类型": "居民身份证", "身份证件号": child.id_no,
        "学籍号": f"G{child.id_no}", "年级": child.grade, "班级": "1班", "入学年月": "202409", "就读方式": "走读",
        "现住址": child.address, "联系电话": child.phone,
    }  # fmt: skip


def head_count(child: Child) -> Line:
    return {
        "学校": school_of(child), "年级": child.grade, "班级": "1班", "姓名": child.name, "性别": child.sex,
        "身份证号": child.id_no, "是否在校": "是", "最后到校日期": "", "未到原因": "",
    }  # fmt: skip


def poverty(child: Child) -> Line:
    return {
        "县": "沂南县", "乡": "岸堤镇", "村": child.village, "户编号": f"3700{child.household}", "人编号": f"37{child.order:08d}",
        "姓名": child.name, "证件类型": "居民身份证", "证件号码": child.id_no, "与户主关系": "之子" if child.order % 2 else "之女",
        "性别": child.sex, "出生日期": f"{child.birth:%Y%m%d}", "民族": "汉族", "在校生状况": "小学", "失学或辍学原因": "",
        "健康状况": "健康", "户类型": "脱贫户", "监测对象类别": "", "风险是否已消除": "", "脱贫年度": "2016",
        "户主姓名": child.father, "户主证件号码": child.father_id,
    }  # fmt: skip


def disability(child: Child) -> Line:
    return {
        "行政区划": "岸堤镇", "姓名": child.name, "身份证号": child.id_no, "残疾类别": "听力", "残疾等级": "二级",
        "残疾人证号": disability_no(child), "户口性质": "农业", "就读学校类型": "普通", "未入学原因": "", "教育需求": "义务教育",
        "联系人": child.father, "电话": child.phone,
    }  # fmt: skip


def low_income(child: Child) -> Line:
    return {
        "村": child.village, "户主姓名": child.father, "户主身份证号": child.father_id, "成员姓名": child.name,
        "成员身份证号": child.id_no, "低保证号": f"DB{child.household}", "城/农低保": "农村", "保障人数": "3",
        "起始保障年月": "2024年1月", "金额": "1260",
    }  # fmt: skip


def destitute(child: Child) -> Line:
    return {
        "姓名": child.name, "性别": child.sex, "身份证号": child.id_no, "特困证号": f"TK{child.household}", "供养方式": "分散",
        "供养机构": "岸堤镇敬老院", "起始年月": "2023-07", "住址": child.address,
    }  # fmt: skip


def orphan(child: Child) -> Line:
    return {
        "姓名": child.name, "性别": child.sex, "身份证号": child.id_no, "儿童类别": "事实无人抚养儿童", "监护人姓名": child.father,
        "与监护人关系": "祖孙", "认定时间": "2022.3", "家庭住址": child.address,
    }  # fmt: skip


def medical_insurance(child: Child) -> Line:
    return {
        "姓名": child.name, "证件号": child.id_no, "险种": "390", "参保状态": "正常参保", "参保地": "沂南县",
        "参保年度": "2026",
    }  # fmt: skip


def social_insurance(child: Child) -> Line:
    return {
        "姓名": child.name, "身份证号": child.id_no, "单位名称": "临沂某电子厂", "参保状态": "参保缴费", "缴费年月": "202609",
        "缴费基数": "4200",
    }  # fmt: skip


def aid_paid(child: Child) -> Line:
    return {
        "学校": school_of(child), "年级": child.grade, "班级": "1班", "姓名": child.name, "证件号": child.id_no,
        "类别": "脱贫享受政策", "项目": "义务教育非寄宿生生活补助", "标准": "312.50", "学期": "2026秋", "金额": "312.50",
        "开户行": "农商银行", "卡号": f"622319000000000{child.order:04d}", "户名": child.father, "监护人": child.father,
        "电话": child.phone, "签字": "",
    }  # fmt: skip


def doorstep(child: Child) -> Line:
    return {
        "姓名": child.name, "性别": child.sex, "出生日期": f"{child.birth.year}.{child.birth.month}.{child.birth.day}",
        "身份证号": child.id_no, "民族": "汉", "监护人姓名": child.father, "户主": child.father, "实际居住地": child.address,
        "就学状况": "在读", "就读学校": school_of(child), "年龄段": "3-6岁" if child.birth.year > 2019 else "6-15岁", "备注": "",
    }  # fmt: skip


KINDS: dict[str, Callable[[Child], Line]] = {
    "户籍": hukou, "学籍": school_roll, "在校点名": head_count, "脱贫享受政策与监测对象": poverty, "持证残疾人": disability,
    "低保": low_income, "特困": destitute, "孤儿与事实无人抚养儿童": orphan, "医保参保": medical_insurance,
    "社保": social_insurance, "资助发放": aid_paid, "秋季入户摸底表": doorstep,
}  # fmt: skip
SCHOOLS: list[list[Cell]] = [
    ["学校标识码", "学校名称", "办学类型", "学校地址", "联系电话"],
    *[[code, name, kind, "沂南县岸堤镇驻地", "05390000001"]
      for (name, code), kind in zip(CODES.items(), ("小学", "初中", "幼儿园"), strict=True)],
]  # fmt: skip


def grid(kind: str, children: Sequence[Child] = CHILDREN, **changed: Cell) -> list[list[Cell]]:
    """The header and one row per child; ``changed``: heading → cell for every row."""
    lines = [KINDS[kind](child) | changed for child in children]
    return [list(lines[0]), *[list(line.values()) for line in lines]]


def little_grid() -> list[list[Cell]]:
    """The autumn survey of those not yet of school age."""
    return grid("秋季入户摸底表", LITTLE_ONES)


def at(rows: list[list[Cell]], row: int, heading: str, cell: Cell) -> None:
    """Put ``cell`` under ``heading`` into sheet row ``row`` (from 1; the header is row 1)."""
    rows[row - 1][rows[0].index(heading)] = cell


def column(rows: list[list[Cell]], heading: str, cells: Sequence[Cell]) -> list[list[Cell]]:
    """The same rows with the cells under ``heading`` replaced from the top; those without a new one stay."""
    place = rows[0].index(heading)
    for row, cell in zip(rows[1:], cells, strict=False):
        row[place] = cell
    return rows


def renamed(rows: list[list[Cell]], **names: str) -> list[list[Cell]]:
    """The same rows under other headings."""
    rows[0] = [names.get(str(heading), heading) for heading in rows[0]]
    return rows
