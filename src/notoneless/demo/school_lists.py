"""The schools' and villages' lists of one township: roll, head count, paid aid, doorstep survey."""

from notoneless.demo import numbers
from notoneless.demo.aid import CATEGORY_NAMES, ITEM_NAMES, Payment
from notoneless.demo.desk import FileKey
from notoneless.demo.fates import life_of
from notoneless.demo.layout import Fields
from notoneless.demo.lists import Pen, house_no, judged, old_name, spoken_name, with_name
from notoneless.demo.people import Person
from notoneless.demo.places import CITY_NAME, School

_ROLL_STATUS = {"active": "在读", "leave": "休学", "transferred_out": "转出"}
_TERMS = ("2026年秋季学期", "2026-2027学年第一学期", "2026秋")


def by_class(child: Person) -> tuple[str, int, int]:
    """Sort pupils as schools print them: school, grade, class."""
    life = life_of(child)
    school = life.attends or life.school
    grade = -4 + int(life.grade[1]) if life.grade.startswith("K") else int(life.grade or 0)
    return school.code if school else "", grade, life.class_no


def write_roll(pen: Pen) -> None:
    """Write the school roll (学籍): one row per roll entry, several for a child with several rolls."""
    scribe, rng = pen.scribe("school_roll"), pen.rng
    for child in sorted(pen.block.children, key=by_class):
        life = life_of(child)
        for entry, (school, status) in enumerate(life.roll):
            home = child.home
            fields = _roll_fields(pen, child, school)
            guardian = home.guardian()
            tags = scribe.write(with_name(child, old_name(child)), school.bad, fields, guardian.id_no)
            if life.old_name:
                tags += ",name_old"
            if entry and status == "active" and rng.random() < 0.5:
                fields["id_no"], tags = "", f"{tags},id_missing"
            if "id_" in tags and status != "transferred_out" and fields["id_no"].strip():
                wrong = numbers.is_wrong(fields["id_no"])
                life.wrong_id_on_roll = wrong or life.wrong_id_on_roll
                registered = life.hukou not in ("none", "elsewhere") or "id_copied_above" in tags
                life.others_id_on_roll = (registered and not wrong) or life.others_id_on_roll
            fields["student_no"] = _student_no(pen, child, fields["id_no"])
            fields["id_type"] = "居民身份证" if fields["id_no"] else "其他"
            fields["roll_status"] = _ROLL_STATUS[status]
            part = "kindergarten" if life.grade.startswith("K") else "school"
            pen.desk.add(pen.key("school_roll", part), judged(child), tags, fields)


def _roll_fields(pen: Pen, child: Person, school: School) -> Fields:
    life, home = life_of(child), child.home
    village = life.moved_to or home.village
    guardian = home.guardian()
    father_signs = guardian is home.father
    years = int(life.grade) - 1 if not life.grade.startswith("K") else int(life.grade[1]) - 1
    if life.grade.isdigit() and int(life.grade) > 6:
        years = (int(life.grade) - 7) % 3
    here = life.hukou != "elsewhere"
    return {
        "school_name": school.name, "school_code": school.code, "grade": life.grade, "class_no": life.class_no,
        "entry_month": f"{pen.block.year - years}09", "boarding": life.boards, "phone": home.phone,
        "addr": pen.address(village, house_no(home), full=house_no(home) % 2 == 0),
        "home_addr": f"{pen.block.township.name}{village.name}",
        "hukou_addr": f"{CITY_NAME}{pen.county.name}{pen.block.township.name}" if here else "外省",
        "guardian_name": guardian.name, "guardian_id": guardian.id_no if house_no(home) % 3 else "",
        "guardian_relation": "父亲" if father_signs else "母亲" if guardian is home.mother else "祖父母",
        "left_behind": home.parents_away, "orphan_flag": life.orphan == "orphan", "health": "健康或良好",
        "inclusive": bool(life.disability and school.stage != "special" and not life.home_taught),
        "disability_kind": life.disability[0] if life.disability else None,
    }  # fmt: skip


def _student_no(pen: Pen, child: Person, typed: str) -> str:
    """Return the roll number: G with the ID, J without a usable one; after a typing error either number."""
    digits = typed.strip()
    if child.id_no and (digits == child.id_no or pen.rng.random() < 0.4):
        return "G" + child.id_no
    if len(digits) == 18 and digits.isascii() and digits[:17].isdigit() and len(set(digits)) > 4:
        return "G" + digits.upper()
    return "J" + numbers.resident_id(pen.block.township.id_region, child.birth, child.key % 1000)


def write_head_count(pen: Pen, part_of: str) -> None:
    """Write the head counts (在校点名) of kindergartens and schools.

    ``part_of``: "school" one file a school, "township" one a township, "county" one for all.
    """
    scribe, rng = pen.scribe("head_count"), pen.rng
    for child in sorted(pen.block.children, key=by_class):
        life = life_of(child)
        school = life.attends
        if school is None:
            continue
        fields: Fields = {
            "school_name": school.name, "school_code": school.code, "grade": life.grade, "class_no": life.class_no,
            "present": life.last_seen is None and not life.home_taught, "last_seen_date": life.last_seen,
            "absent_reason": "送教上门" if life.home_taught else life.absent_reason,
        }  # fmt: skip
        writer = with_name(child, spoken_name(rng, with_name(child, old_name(child)), 0.002))
        tags = scribe.write(writer, school.bad, fields, child.home.guardian().id_no)
        key = pen.key("head_count", _head_count_part(pen, school, part_of))
        fields["student_no"] = "G" + child.id_no if child.id_no and life.roll and rng.random() > 0.03 else ""
        if not fields["student_no"] and not pen.desk.prints(key, "id_no"):
            tags += ",name_and_class_only"
        pen.desk.add(key, judged(child), tags, fields)
        if rng.random() < scribe.double * school.bad:
            pen.desk.add(key, judged(child), f"{tags},double_row", fields)


def _head_count_part(pen: Pen, school: School, part_of: str) -> str:
    if part_of == "county":
        return ""
    if part_of == "township":
        return pen.block.township.code
    if school.stage == "kindergarten":
        return "kindergarten"
    return school.code if school in (*pen.block.township.primaries, *pen.block.township.juniors) else "town"


def write_aid(pen: Pen, payments: list[Payment]) -> None:
    """Write the paid lists (资助发放), one for kindergartens and one for schools, with a subtotal per school."""
    scribe, rng = pen.scribe("aid_paid"), pen.rng
    last: FileKey | None = None
    for payment in sorted(payments, key=lambda p: (p.school.code, p.child.key)):
        child, school = payment.child, payment.school
        guardian = child.home.guardian()
        own_card = rng.random() < 0.6
        part = "kindergarten" if school.stage == "kindergarten" else "school"
        key = pen.key("aid_paid", part)
        fields: Fields = {
            "school_name": school.name, "school_code": school.code, "grade": life_of(child).grade,
            "class_no": life_of(child).class_no, "category": CATEGORY_NAMES[payment.category],
            "item": rng.choice(ITEM_NAMES[payment.item]),
            "amount": payment.fen / 100, "standard": payment.fen / 100, "phone": child.home.phone,
            "bank": "农村商业银行", "card_no": numbers.bank_card(rng),
            "card_holder": child.name if own_card else guardian.name, "guardian_name": guardian.name,
        }  # fmt: skip
        fields["term"] = _TERMS[int(school.code[-1]) % len(_TERMS)]
        tags = scribe.write(with_name(child, old_name(child)), school.bad, fields, guardian.id_no)
        if last is not None and last != key:
            pen.desk.add_noise(last, "小计", rng)
        pen.desk.add(key, judged(child), tags, fields)
        last = key


def write_doorstep(pen: Pen) -> None:
    """Write the autumn doorstep survey (入户摸底表) of the children who live in the villages, in two age bands."""
    scribe, rng = pen.scribe("doorstep"), pen.rng
    for child in pen.block.children:
        life = life_of(child)
        if not 3 <= life.age <= 14 or not life.at_doorstep:
            continue
        if rng.random() < 0.03 and life.hukou != "none":
            continue
        home = child.home
        village, guardian = life.moved_to or home.village, home.guardian()
        band = "3-6" if life.age < 6 else "6-15"
        fields = pen.place_fields(home)
        fields.update(
            village=village.name, addr=pen.address(village, house_no(home), full=False),
            guardian_name=guardian.name, guardian_relation="祖父母" if guardian is home.elder else "父母",
            hh_head=home.head.name, age_band=f"{band}岁",
            school_state=_school_state(child), school_name=life.attends.name if life.attends else "",
            left_behind=home.parents_away, note="无户口" if life.hukou == "none" else "",
        )  # fmt: skip
        writer = with_name(child, spoken_name(rng, child, 0.004))
        tags = scribe.write(writer, village.bad, fields, guardian.id_no)
        if life.hukou == "none":
            fields["id_no"] = rng.choice(("", "无", "未办理"))
        key = pen.key("doorstep", band)
        pen.desk.add(key, judged(child), tags, fields)
        if rng.random() < scribe.double * village.bad:
            pen.desk.add(key, judged(child), f"{tags},double_row", fields)
        elif rng.random() < 0.004:
            pen.desk.add_noise(key, "", rng)


def _school_state(child: Person) -> str:
    life = life_of(child)
    if life.situation in ("elsewhere", "transferred_away"):
        return "外地就读"
    if life.situation in ("absent_long", "left_for_work"):
        return "辍学在家" if life.situation == "absent_long" else "外出务工"
    if life.situation == "tutored_at_home":
        return "在私塾"
    if life.attends is None:
        return "休学" if life.situation == "on_leave" else "未入园" if life.age < 6 else "未上学"
    if life.grade.startswith("K"):
        return "在园"
    return "小学在读" if int(life.grade) < 7 else "初中在读"
