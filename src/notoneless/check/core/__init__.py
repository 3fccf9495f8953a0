"""Checks (核查): what was promised, what the lists show, and for each child met, gap, excused or unknown."""

from notoneless.check.core.definitions import (
    STATE_NAMES,
    STATES,
    CheckDefinition,
    get_check,
    load_checks,
    result_file,
)

__all__ = ["STATES", "STATE_NAMES", "CheckDefinition", "get_check", "load_checks", "result_file"]
