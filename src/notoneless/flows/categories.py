"""The special groups (特殊类别) that lists put children in; the keys are the flags is_… of a child."""

from __future__ import annotations

CATEGORIES = {
    "poverty": "脱贫与监测",
    "disability": "残疾",
    "low_income": "低保",
    "destitute": "特困",
    "orphan": "孤儿与事实无人抚养",
    "left_behind": "留守",
}
