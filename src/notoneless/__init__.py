"""一个不少: find every child, check every promise, close every gap by evidence.

In a notebook: ``notoneless.read_roster``, ``notoneless.link_rosters``, ``notoneless.link_lists``,
``notoneless.sweep``; see ``flows.notebook``.
(``notoneless.link`` is the stage of that name, so the function is called by its longer one.)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notoneless.flows.notebook import link as link_lists
    from notoneless.flows.notebook import link_rosters as link_rosters
    from notoneless.flows.notebook import sweep as sweep
    from notoneless.roster.core import read_roster as read_roster

__all__ = ["link_lists", "link_rosters", "read_roster", "sweep"]

_WHERE = {
    "read_roster": ("notoneless.roster.core", "read_roster"),
    "link_lists": ("notoneless.flows.link_lists", "link"),
    "link_rosters": ("notoneless.flows.notebook", "link_rosters"),
    "sweep": ("notoneless.flows.notebook", "sweep"),
}
"""Name → module and name there."""


def __getattr__(name: str) -> Any:
    """Load the API only when it is asked for, so that importing the package costs nothing."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _WHERE[name]
    return getattr(importlib.import_module(module), there)
