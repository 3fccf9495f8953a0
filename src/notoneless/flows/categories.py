"""The special groups (特殊类别) that lists put children in; the keys are the flags is_… of a child."""

from __future__ import annotations

from notoneless.common.wording import Wording

CATEGORIES = {
    "poverty": Wording("脱贫与监测"),
    "disability": Wording("残疾"),
    "low_income": Wording("低保"),
    "destitute": Wording("特困"),
    "orphan": Wording("孤儿与事实无人抚养"),
    "left_behind": Wording("留守"),
}
