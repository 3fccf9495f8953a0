"""Invented names, and the ways in which clerks spoil them.

Every person made from these lists is invented. The lists were written by hand for this
generator (rough frequency order, no register behind them) and are deliberately apart from
the character tables of ``common``: the judge of the linker must not share its eyes.
"""

from random import Random

SURNAMES = (
    "王" * 16 + "李" * 14 + "张" * 14 + "刘" * 11 + "陈" * 6 + "杨" * 5 + "孙" * 6 + "高" * 4
    + "徐" * 5 + "赵" * 5 + "马" * 3 + "朱" * 3 + "郭" * 2 + "公" * 2 + "尹" * 2 + "薛" * 2 + "田" * 2
    + "付" * 2 + "肖" * 2 + "于" * 2 + "宋" * 2 + "韩" * 2 + "杜" * 2 + "冯" * 2 + "魏" * 2 + "姜" * 2
    + "周吴郑何林梁谢唐许邓曹彭曾苏吕丁卢蒋蔡贾夏石姚谭范金任崔牟邢谷沈潘葛鞠武季邵孟秦傅萧阎闫侯万段雷钱汤黎常"
    + "解单查仇盖乐逄隽褚蔺"
)
COMPOUND_SURNAMES = ("欧阳", "诸葛", "司马", "上官", "尉迟")

BOY_CHARS = (
    "浩宇轩泽晨子博文俊杰昊天豪睿航铭瑞霖哲熙辰一鑫佳旭阳明伟志强磊鹏飞龙凯国庆建军海涛成林峰东东森烁皓"
    "恒毅诚瀚煜炎奕琛硕逸安康乐然涵铄垚淼焱骏骁翔宸"
)
GIRL_CHARS = (
    "欣怡梓涵诗琪雨萱佳慧思琳若曦梦瑶静雅婷婷丽娜雪莹晓月紫彤语嫣艺馨可心依诺玉洁芳芳秀英娟燕红霞敏璐颖珊珊"
    "琦蕊妍茜菲悦桐汐玥婕妤淇蓉兰薇"
)
ELDER_MEN = "建国国庆志强永福德胜玉山文学成海富贵长青传宝洪亮守信立新树林兴旺明学金柱连喜"
ELDER_WOMEN = "秀英桂兰玉珍凤英淑芳翠华爱华桂香春兰秀云玉芹素梅俊英红霞桂荣金凤美荣永芹"
RARE_CHARS = "喆昇堃甯䶮燊翀玥玬犇骉珺㛃"

MINORITIES = ("满族", "回族", "苗族", "彝族", "维吾尔族", "藏族", "蒙古族", "傣族")
_UYGHUR = ("艾力", "阿依古丽", "买买提", "古丽娜尔", "努尔兰", "阿卜杜拉", "热依罕", "迪丽达尔", "玉素甫", "帕提古丽")
_YI = ("阿呷", "吉克", "木果", "阿牛", "尔古", "沙马", "曲比", "莫色", "伍呷", "史古")
DOTS = "·•．・‧"

HOMOPHONES = {
    "梓": "子紫", "子": "梓籽", "涵": "含函晗", "轩": "萱宣", "萱": "轩宣", "欣": "心新鑫", "怡": "宜仪", "晓": "小筱",
    "小": "晓", "佳": "嘉家", "嘉": "佳", "慧": "惠会", "莹": "盈颖", "颖": "莹影", "文": "雯", "雨": "语羽", "语": "雨宇",
    "宇": "雨羽", "浩": "皓昊", "皓": "浩", "昊": "浩皓", "泽": "则", "晨": "辰宸", "辰": "晨宸", "宸": "晨辰", "俊": "骏",
    "骏": "俊", "杰": "洁捷", "洁": "杰", "明": "铭", "铭": "明", "伟": "炜", "志": "智", "强": "蔷", "磊": "垒", "鹏": "朋",
    "飞": "菲", "菲": "飞", "阳": "洋杨", "旭": "绪", "瑶": "遥", "静": "婧靖", "婷": "庭廷", "丽": "莉", "雪": "学",
    "思": "斯", "琪": "淇奇", "淇": "琪", "琳": "林霖", "林": "琳霖", "霖": "林琳", "一": "依壹", "依": "一伊", "诺": "糯",
    "心": "欣馨", "馨": "心欣", "艺": "亿", "瑞": "睿锐", "睿": "瑞", "玉": "钰", "秀": "绣", "英": "瑛", "兰": "蓝",
    "燕": "艳", "红": "虹", "霞": "遐", "敏": "闽", "龙": "隆", "凯": "恺", "海": "亥", "建": "健", "军": "君", "国": "帼",
    "豪": "毫", "航": "行", "熙": "曦希", "曦": "熙", "悦": "月越", "月": "悦玥", "玥": "月悦", "可": "柯", "安": "桉",
    "奕": "弈逸", "逸": "奕", "恒": "衡", "诚": "成", "成": "诚", "王": "汪", "汪": "王", "徐": "许", "许": "徐", "余": "于",
    "于": "余", "章": "张", "张": "章", "程": "陈", "姜": "江", "何": "贺", "任": "仁",
}
LOOKALIKES = {
    "晴": "睛", "未": "末", "已": "己", "戊": "戌", "日": "曰", "辰": "晨", "冶": "治", "茜": "茵", "婕": "捷", "妍": "研",
    "玥": "钥", "璐": "潞", "涵": "函", "轩": "轲", "睿": "容", "瑶": "摇", "梓": "锌", "淼": "森", "森": "淼", "焱": "炎",
    "炎": "焱", "旭": "旮", "昊": "吴", "皓": "浩", "彤": "丹", "莹": "萤", "萱": "宣", "琪": "棋", "琳": "淋", "烁": "砾",
    "铄": "烁", "翔": "翊", "毅": "豪", "豪": "毫", "天": "夭", "干": "千", "刘": "浏", "杨": "扬", "孙": "逊", "徐": "除",
    "郭": "敦", "宋": "宗", "朱": "失", "薛": "辥", "尹": "伊", "田": "由", "石": "右", "万": "方", "牟": "车", "冯": "马",
    "悦": "锐", "妤": "好", "桐": "铜", "婷": "停", "欣": "掀", "佳": "住", "伟": "玮", "鑫": "金", "博": "搏", "俊": "峻",
}
VARIANTS = {
    "付": "傅", "傅": "付", "肖": "萧", "萧": "肖", "闫": "阎", "阎": "闫", "于": "於", "刘": "劉", "张": "張", "陈": "陳",
    "杨": "楊", "孙": "孫", "马": "馬", "赵": "趙", "吴": "吳", "韩": "韓", "冯": "馮", "郑": "鄭", "谢": "謝", "许": "許",
    "邓": "鄧", "吕": "呂", "卢": "盧", "蒋": "蔣", "贾": "賈", "谭": "譚", "范": "範", "邹": "鄒", "泽": "澤", "国": "國",
    "伟": "偉", "龙": "龍", "飞": "飛", "凤": "鳳", "兰": "蘭", "丽": "麗", "庆": "慶", "东": "東", "阳": "陽", "强": "強",
    "静": "靜", "莹": "瑩", "颖": "穎", "昇": "升", "堃": "坤", "喆": "哲", "甯": "宁", "峰": "峯", "杰": "傑", "晓": "曉",
    "云": "雲", "钰": "鈺", "铭": "銘", "鑫": "鍂", "骏": "駿", "红": "紅", "金": "⾦", "高": "⾼", "石": "⽯",
}
PINYIN_OF_RARE = {"喆": "zhe", "䶮": "YAN", "堃": "kun", "燊": "shen", "翀": "chong", "犇": "ben", "骉": "biao",
                  "㛃": "jie", "玬": "dan", "珺": "jun", "甯": "ning", "昇": "sheng", "玥": "yue"}


def child_name(rng: Random, sex: str, surname: str, shared: str = "") -> str:
    """Return a new child's name; ``shared`` is a given character that brothers and sisters have in common."""
    chars = BOY_CHARS if sex == "1" else GIRL_CHARS
    draw = rng.random()
    if draw < 0.012:
        return surname + rng.choice(RARE_CHARS) + (rng.choice(chars) if draw < 0.006 else "")
    if shared:
        return surname + shared + rng.choice(chars)
    if draw < 0.16:
        return surname + rng.choice(chars)
    if draw < 0.26:
        char = rng.choice(chars)
        return surname + char + char
    return surname + rng.choice(chars) + rng.choice(chars)


def adult_name(rng: Random, sex: str, surname: str) -> str:
    """Return a new adult's name, of an older fashion than the children's."""
    chars = ELDER_MEN if sex == "1" else ELDER_WOMEN
    if rng.random() < 0.15:
        return surname + rng.choice(chars)
    return surname + rng.choice(chars) + rng.choice(chars)


def surname(rng: Random) -> str:
    """Return a surname, now and then one of two characters."""
    return rng.choice(COMPOUND_SURNAMES) if rng.random() < 0.002 else rng.choice(SURNAMES)


def minority_name(rng: Random, nation: str) -> str:
    """Return a dotted name for the two peoples whose names carry dots, else an ordinary one."""
    if nation == "维吾尔族":
        return f"{rng.choice(_UYGHUR)}·{rng.choice(_UYGHUR)}"
    if nation == "彝族":
        return f"{rng.choice(_YI)}{rng.choice('阿尔木拉')}{rng.choice('呷果牛林')}"
    return child_name(rng, rng.choice("12"), surname(rng))


def spoil_name(rng: Random, name: str) -> tuple[str, str]:
    """Return the name as a hurried clerk typed it and the kind of the spoiling (a note for the truth file)."""
    if "·" in name:
        return _spoil_dotted(rng, name)
    for char, typed in PINYIN_OF_RARE.items():
        if char in name:
            return name.replace(char, rng.choice((typed, "?", " ", "\ue863", "·"))), "name_rare"
    draw = rng.random()
    if draw < 0.42:
        return _swap_char(rng, name, HOMOPHONES, "name_homophone")
    if draw < 0.62:
        return _swap_char(rng, name, LOOKALIKES, "name_lookalike")
    if draw < 0.80:
        return _swap_char(rng, name, VARIANTS, "name_variant")
    if draw < 0.86 and len(name) == 3:
        return name[0] + name[2] + name[1], "name_swapped"
    if draw < 0.90 and len(name) > 2:
        return name[:-1], "name_short"
    return name[0] + rng.choice((" ", "　", "  ")) + name[1:], "name_blank"


def _spoil_dotted(rng: Random, name: str) -> tuple[str, str]:
    draw = rng.random()
    if draw < 0.65:
        return name.replace("·", rng.choice(DOTS[1:])), "name_dot"
    if draw < 0.85:
        return name.replace("·", rng.choice(("", " ", "."))), "name_no_dot"
    return name[: max(4, len(name) - 2)], "name_cut"


def _swap_char(rng: Random, name: str, table: dict[str, str], kind: str) -> tuple[str, str]:
    places = [i for i, char in enumerate(name) if char in table]
    if not places:
        return name[0] + " " + name[1:], "name_blank"
    at = rng.choice(places)
    return name[:at] + rng.choice(table[name[at]]) + name[at + 1 :], kind


def rename(rng: Random, name: str, sex: str, mother: str) -> tuple[str, str]:
    """Return the name that a child bore before: another given name, or the mother's surname."""
    if rng.random() < 0.3:
        return mother[0] + name[1:], "name_mothers_surname"
    return child_name(rng, sex, name[0]), "name_old"
