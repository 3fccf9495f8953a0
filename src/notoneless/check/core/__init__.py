"""Checks (核查): what was promised, what the lists show, and for each child met, gap, excused or unknown."""

from notoneless.check.core.definitions import STATES, CheckDefinition, get_check, load_checks

__all__ = ["STATES", "CheckDefinition", "get_check", "load_checks"]
