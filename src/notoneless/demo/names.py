"""Invented names, and the ways in which clerks spoil them.

Every person made from these lists is invented. The lists were written by hand for this
generator (rough frequency order, no register behind them) and are deliberately apart from
the character tables of ``common``: the judge of the linker must not share its eyes.
"""

from functools import cache
from importlib import resources
from random import Random

import yaml

SURNAMES = (
    "王" * 16
    + "李" * 14
    + "张" * 14
    + "刘" * 11
    + "陈" * 6
    + "杨" * 5
    + "孙" * 6
    + "高" * 4
    + "徐" * 5
    + "赵" * 5
    + "马" * 3
    + "朱" * 3
    + "郭" * 2
    + "公" * 2
    + "尹" * 2
    + "薛" * 2
    + "田" * 2
    + "付" * 2
    + "肖" * 2
    + "于" * 2
    + "宋" * 2
    + "韩" * 2
    + "杜" * 2
    + "冯" * 2
    + "魏" * 2
    + "姜" * 2
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


@cache
def confusions() -> dict[str, dict[str, str]]:
    """Return the tables of mistaken characters by kind of mistake (``confusions.yaml``)."""
    text = resources.files("notoneless.demo").joinpath("confusions.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = yaml.load(text, Loader=yaml.BaseLoader)
    return loaded


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
    for char, typed in confusions()["rare_as_pinyin"].items():
        if char in name:
            return name.replace(
                char, rng.choice((typed, "?", " ", "\ue863" if char == "䶮" else "\ue4c6", "·"))
            ), "name_rare"
    draw = rng.random()
    if draw < 0.42:
        return _swap_char(rng, name, "homophones", "name_homophone")
    if draw < 0.62:
        return _swap_char(rng, name, "lookalikes", "name_lookalike")
    if draw < 0.80:
        return _swap_char(rng, name, "variants", "name_variant")
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


def _swap_char(rng: Random, name: str, which: str, kind: str) -> tuple[str, str]:
    table = confusions()[which]
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
