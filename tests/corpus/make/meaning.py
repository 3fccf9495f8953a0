"""内容/: words that the registers and code lists do not know but nearly know, and what can be suggested for them."""

from __future__ import annotations

from tests.corpus.make.cast import CHILDREN
from tests.corpus.make.lists import column, grid
from tests.corpus.make.writing import text_file, xls, xlsx


def addresses(*texts: str) -> list:
    return column(grid("户籍"), "户籍地址", list(texts))


def misspelt_village() -> list:
    """柳行叉村 for 柳行岔村, in five of eight rows."""
    return [[str(cell).replace("柳行岔", "柳行叉") for cell in row] for row in grid("户籍")]


def misspelt_schools() -> list:
    return column(grid("学籍"), "学校名称", [
        "岸堤镇初中", "岸提镇中心小学", "岸堤中心小学", "岸堤镇中心小学校", "岸堤镇初级中学", "岸堤镇中心小学", "岸堤小学", "临沂第九小学",
    ])  # fmt: skip


def unknown_categories() -> list:
    return column(grid("脱贫享受政策与监测对象"), "户类型", [
        "脱贫户", "脱贫戶", "已脱贫", "一般农户", "低保户", "脱贫户", "脱贫户", "脱贫户",
    ])  # fmt: skip


def birth_against_id() -> list:
    rows = grid("户籍")
    return column(
        rows,
        "出生日期",
        ["2013-02-05", "", "2014-03-08", "2016年11月", "2012-07-21", "不详", "2015-12-12", "2013-10-09"],
    )


def wide_everywhere() -> list:
    """Full-width digits, blanks and apostrophes in half of the cells: evened out without asking, and said so."""
    rows = grid("医保参保")
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    for n, row in enumerate(rows[1:]):
        row[1] = (str(row[1]).translate(wide), f"'{row[1]}", f" {row[1]} ", row[1])[n % 4]
    return rows


FILES = {
    "内容/村名写错.xlsx": lambda: xlsx(misspelt_village()),
    "内容/村名写错.csv": lambda: text_file(misspelt_village(), "gb18030"),
    "内容/住址各种写法.xlsx": lambda: xlsx(addresses(
        "山东省临沂市沂南县岸堤镇柳行岔村33号", "岸堤镇柳行岔村", "岸堤镇兴旺村", "柳行岔", "沂水县沂城街道阳东社区", "浙江省杭州市西湖区",
        "本村", "",
    )),
    "内容/校名写错.xlsx": lambda: xlsx(misspelt_schools()),
    "内容/户类型写法不在单.xlsx": lambda: xlsx(unknown_categories()),
    "内容/民族写法.csv": lambda: text_file(column(grid("户籍"), "民族", [
        "汉", "01", "回族", "满", "维族", "汗族", "97", "未识别民族",
    ])),
    "内容/残疾类别写法.xls": lambda: xls(column(grid("持证残疾人"), "残疾类别", [
        "听力", "智力残疾", "肢残", "4", "听力残疾人", "自闭症", "多重", "",
    ])),
    "内容/项目写法不在单.xlsx": lambda: xlsx(column(grid("资助发放"), "项目", [
        "义务教育非寄宿生生活补助", "寄宿生生活补助", "一补", "雨露计划", "普高助学金", "营养餐", "贫困生补助", "",
    ])),
    "内容/供养方式写法.csv": lambda: text_file(column(grid("特困", CHILDREN[:4]), "供养方式", ["分散", "集中供养", "散居", "分散供养特困"])),
    "内容/儿童类别写法.xlsx": lambda: xlsx(column(grid("孤儿与事实无人抚养儿童", CHILDREN[:4]), "儿童类别", [
        "孤儿", "社会散居孤儿", "事实孤儿", "困境儿童",
    ])),
    "内容/出生日期与身份证.xlsx": lambda: xlsx(birth_against_id()),
    "内容/全角空格引号一半.csv": lambda: text_file(wide_everywhere(), "gb18030"),
}  # fmt: skip
