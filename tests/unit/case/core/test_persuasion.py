"""How often a child was asked back is counted against the policy pack, whose numbers may be set by region."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from notoneless.case.core.outcomes import load_rules
from notoneless.case.core.persuasion import count_attempts, is_joint
from notoneless.org.roles import ROLES
from notoneless.policy.pack import Pack, load_pack

DAY = dt.date(2026, 11, 23)


def pack(**numbers: int) -> Pack:
    """The national pack with other numbers of persuasion."""
    found = load_pack(None, DAY)
    changed = {
        f"persuasion.{name}": replace(found.parameters[f"persuasion.{name}"], values=((dt.date(1986, 7, 1), value),))
        for name, value in numbers.items()
    }
    return replace(found, parameters={**found.parameters, **changed})


def test_several_bodies_together_are_joint_and_the_same_one_twice_is_not():
    two = pack(joint_bodies=2)
    assert is_joint(["school", "village"], two)
    assert not is_joint(["school", "school"], two)
    assert not is_joint([], two)
    assert not is_joint(["school", "village"], pack(joint_bodies=3))


def test_what_is_left_is_what_the_pack_asks_less_what_was_done():
    asked = pack(attempts=3, joint_attempts=1, joint_bodies=2)
    none = count_attempts([], asked)
    assert (none.left, none.joint_left, none.is_enough) == (3, 1, False)
    alone = count_attempts([["school"]] * 4, asked)
    assert (alone.left, alone.joint_left, alone.is_enough) == (0, 1, False)
    done = count_attempts([["school"], ["school"], ["school", "police"]], asked)
    assert (done.attempts, done.joint, done.left, done.joint_left, done.is_enough) == (3, 1, 0, 0, True)


def test_another_region_asks_otherwise_without_a_line_of_code():
    assert count_attempts([["school"]], pack(attempts=1, joint_attempts=0)).is_enough


def test_each_person_goes_for_a_body_of_the_list_and_every_role_named_there_exists():
    rules = load_rules(None, DAY)
    assert rules.bodies_of("township_officer") == ["township"]
    assert rules.bodies_of("teacher") == rules.bodies_of("principal") == ["school"]
    named = {role for row in rules.pack.table("persuasion_bodies") for role in row["roles"].split()}
    assert named <= set(ROLES)


def test_a_body_that_has_left_the_list_is_still_readable():
    assert load_rules(None, DAY).body_names(["school", "gone"]) == "学校、gone"
