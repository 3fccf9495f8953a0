"""The departments' lists of one township: household register, insurances, poverty, disability, civil affairs.

Each is written from what is true, with the list's own errors.
"""

from datetime import date, timedelta
from random import Random

from notoneless.demo import numbers
from notoneless.demo.desk import NOT_JUDGED, Desk, FileKey
from notoneless.demo.fates import Rates, life_of
from notoneless.demo.layout import Fields
from notoneless.demo.people import Block, Household, Person
from notoneless.demo.places import CITY_NAME, PROVINCE_NAME, Village
from notoneless.demo.scribe import Scribe

_EMPLOYERS = ("苏州某电子厂", "临沂兰山某板材加工厂", "沂南某服装有限公司", "青岛某餐饮服务店", "义乌某玩具厂")


class Pen:
    """What every list writer needs: the block, the day, a scribe per kind and the desk."""

    def __init__(self, block: Block, rates: Rates, as_of: date, desk: Desk, seed: str) -> None:
        self.block, self.rates, self.as_of, self.desk = block, rates, as_of, desk
        self.rng = Random(f"{seed}/{block.township.code}/lists")
        self.county = block.township.county

    def key(self, kind: str, part: str = "") -> FileKey:
        return FileKey(self.county.code, kind, part)

    def scribe(self, kind: str) -> Scribe:
        return Scribe(kind, self.rates, Random(self.rng.random()))

    def address(self, village: Village, house: int, full: bool = True) -> str:
        """Return a postal address of the county, with or without the province and city in front."""
        front = PROVINCE_NAME + CITY_NAME if full else ""
        return f"{front}{self.county.name}{self.block.township.name}{village.name}{house}号"

    def place_fields(self, home: Household) -> Fields:
        return {
            "county": self.county.name, "township": self.block.township.name, "village": home.village.name,
            "hh_no": home.number, "phone": home.phone, "head_name": home.head.name, "head_id": home.head.id_no,
        }  # fmt: skip


def judged(person: Person) -> int:
    """Return the truth key of a person of 3 to 17 years; the rows of others are not judged."""
    return person.key if person.life and person.life.age >= 3 else NOT_JUDGED


def house_no(home: Household) -> int:
    """Return a stable house number of a household."""
    return int(home.number[-6:] or "7") % 400 + 1


def write_register(pen: Pen) -> None:
    """Write the household register (户籍): every registered person, and second entries of some children."""
    scribe, key = pen.scribe("hukou"), pen.key("hukou")
    station = pen.block.township.name.rstrip("镇乡") + "派出所"
    for home in pen.block.households:
        base = pen.place_fields(home)
        base["addr"], base["station"] = pen.address(home.village, house_no(home)), station
        for person in home.members:
            life = person.life
            if life and life.hukou in ("none", "elsewhere"):
                continue
            fields = dict(base)
            fields["relation"] = person.relation
            tags = scribe.write(person, home.village.bad, fields)
            fields["hukou_status"] = "正常"
            if life and life.hukou != "normal":
                fields["hukou_status"] = {"dead": "死亡", "moved_out": "迁出", "cancelled": "注销"}[life.hukou]
                fields["status_date"] = pen.as_of - timedelta(days=pen.rng.randrange(30, 400))
            pen.desk.add(key, judged(person), tags, fields)
            if life and life.second_hukou:
                _second_entry(pen, person, base)


def _second_entry(pen: Pen, child: Person, base: Fields) -> None:
    """Write a second register entry of one child: other number, now and then the lunar birthday."""
    rng, block = pen.rng, pen.block
    fields = dict(base)
    birth = child.birth - timedelta(days=rng.randrange(19, 49)) if rng.random() < 0.4 else child.birth
    village = child.home.village if rng.random() < 0.5 else rng.choice(block.township.villages)
    fields.update(
        name=child.name, sex=child.sex, dob=birth, nation=child.nation, relation="孙" if child.sex == "1" else "孙女",
        id_no=block.new_id(birth, child.sex), hukou_status="正常", addr=pen.address(village, rng.randrange(1, 400)),
        village=village.name, hh_no=f"{block.township.code[:9]}9{rng.randrange(99999):05d}",
    )  # fmt: skip
    pen.desk.add(pen.key("hukou"), judged(child), "second_entry", fields)


def write_poverty(pen: Pen) -> None:
    """Write the monitoring system's household list (脱贫享受政策与监测对象): every member of the household."""
    scribe, key = pen.scribe("poverty"), pen.key("poverty")
    for home in pen.block.households:
        if not (home.poor or home.monitor):
            continue
        base = pen.place_fields(home)
        base["hh_size"] = str(len(home.members))
        base["household_type"] = "脱贫户" if home.poor else "一般农户"
        base["monitor_kind"] = home.monitor
        base["risk_removed"] = False if home.monitor else None
        for i, person in enumerate(home.members):
            fields = dict(base)
            fields["relation"], fields["person_no"] = person.relation, f"{home.number}{i + 1:02d}"
            fields["student_state"] = _student_state(person)
            fields["health"] = "残疾" if person.life and person.life.disability else "健康"
            fields["skill"] = "无劳动力" if person.life else "普通劳动力"
            if person.life and person.life.situation == "home_disabled":
                fields["dropout_reason"] = "因残"
            tags = scribe.write(person, home.village.bad, fields)
            pen.desk.add(key, judged(person), tags, fields)


def _student_state(person: Person) -> str:
    if person.life is None:
        return ""
    grade = person.life.grade
    if not grade:
        return "学龄前儿童" if person.life.age < 6 else "非在校生"
    if grade.startswith("K"):
        return "学前教育"
    return "小学" if int(grade) < 7 else "初中" if int(grade) < 10 else "高中"


def write_disability(pen: Pen) -> None:
    """Write the disabled persons' federation's list (持证残疾人) of people under 18."""
    scribe, key = pen.scribe("disability"), pen.key("disability")
    for child in pen.block.children:
        life = life_of(child)
        if life.disability is None or not child.id_no:
            continue
        kind, level = life.disability
        fields = pen.place_fields(child.home)
        fields["addr"] = f"{pen.county.name}{pen.block.township.name}{child.home.village.name}"
        fields["disability_kind"], fields["disability_level"] = kind, level
        fields["guardian_name"] = child.home.guardian().name
        fields["school_kind"] = "" if life.situation == "home_disabled" else "普通" if life.grade else ""
        if life.school and life.school.stage == "special":
            fields["school_kind"] = "特殊"
        if life.situation == "home_disabled":
            fields["no_school_reason"], fields["need"] = "残疾程度重", "送教上门"
        tags = scribe.write(child, 1.0, fields, child.home.guardian().id_no)
        fields["cert_no"] = child.id_no + kind + level + ("B1" if pen.rng.random() < 0.04 else "")
        pen.desk.add(key, judged(child), tags, fields)


def write_civil_affairs(pen: Pen) -> None:
    """Write the civil affairs bureau's three lists: 低保, 特困, 孤儿与事实无人抚养."""
    low, destitute, orphan = pen.scribe("low_income"), pen.scribe("destitute"), pen.scribe("orphan")
    for number, home in enumerate(pen.block.households):
        if home.low_income:
            card = numbers.bank_card(pen.rng)
            for person in home.members:
                fields = pen.place_fields(home)
                fields.update(relation=person.relation, cert_no=f"D{home.number}", assistance_kind="农村低保")
                fields.update(start_month=f"202{number % 6}-0{number % 9 + 1}", bank_card=card)
                fields["amount"] = float(180 + 20 * (number % 30))
                tags = low.write(person, home.village.bad, fields)
                pen.desk.add(pen.key("low_income"), judged(person), tags, fields)
    for child in pen.block.children:
        life = life_of(child)
        if life.destitute:
            fields = pen.place_fields(child.home)
            fields.update(cert_no=f"T{child.key:09d}", assistance_kind="分散供养", start_month="2023年7月")
            fields["relation"] = child.relation
            pen.desk.add(pen.key("destitute"), judged(child), destitute.write(child, 1.0, fields), fields)
        if life.orphan:
            guardian = child.home.elder or child.home.head
            fields = pen.place_fields(child.home)
            fields.update(guardian_name=guardian.name, start_month="2022.3")
            fields["guardian_relation"] = "祖父母" if child.home.elder else "其他"
            fields["orphan_kind"] = "孤儿" if life.orphan == "orphan" else "事实无人抚养儿童"
            pen.desk.add(pen.key("orphan"), judged(child), orphan.write(child, 1.0, fields, guardian.id_no), fields)


def write_medical_insurance(pen: Pen) -> None:
    """Write the medical insurance list of people under 18, some of them insured elsewhere."""
    scribe, key = pen.scribe("medical_insurance"), pen.key("medical_insurance")
    here = f"{CITY_NAME}{pen.county.name}"
    for child in pen.block.children:
        life = life_of(child)
        if life.insured_at == "none" or not child.id_no:
            continue
        home = child.home
        fields: Fields = {"insurance_kind": "居民医保", "insured_state": "正常参保", "phone": home.phone}
        fields["period"] = str(pen.as_of.year)
        fields["insured_place"] = life.insured_at or here
        fields["unit"] = f"{pen.block.township.name}{home.village.name}" if not life.insured_at else ""
        fields["addr"] = pen.address(home.village, house_no(home), full=False)
        tags = scribe.write(child, 1.0, fields)
        if pen.rng.random() < 0.0012:
            fields["id_no"], tags = f"{child.id_no[0]}.{child.id_no[1:6]}E+17", f"{tags},refused"
        pen.desk.add(key, judged(child), tags, fields)


def write_social_insurance(pen: Pen) -> None:
    """Write the social insurance list of the young: pupils who went to work, some aged 16 and 17, a few adults."""
    scribe, key, rng = pen.scribe("social_insurance"), pen.key("social_insurance"), pen.rng

    def row(person: Person) -> None:
        fields: Fields = {"employer": rng.choice(_EMPLOYERS), "insured_state": "正常参保"}
        fields["period"] = f"{pen.as_of:%Y%m}"
        tags = scribe.write(person, 1.0, fields)
        pen.desk.add(key, judged(person), tags, fields)

    for child in pen.block.children:
        life = life_of(child)
        gone_to_work = life.situation == "left_for_work" and rng.random() < 0.4
        if gone_to_work or (life.age >= 16 and not life.grade and rng.random() < 0.3):
            row(child)
    homes = pen.block.households
    for home in rng.sample(homes, k=min(len(homes), 1 + len(homes) // 300)):
        row(home.head)


def spoken_name(rng: Random, child: Person, share: float) -> str:
    """Return the child's name as a villager says it now and then: the pet name's doubled last character."""
    if rng.random() < share and "·" not in child.name:
        return child.name[0] + child.name[-1] * 2
    return child.name


def old_name(child: Person) -> str:
    """Return the name under which a renamed child is still on the roll, else its name."""
    return life_of(child).old_name or child.name


def with_name(child: Person, name: str) -> Person:
    """Return the child itself, or a stand-in that differs in the name only (for a scribe to copy)."""
    if name == child.name:
        return child
    return Person(
        child.key, name, child.sex, child.birth, child.id_no, child.nation, child.relation, child.home, child.life
    )
