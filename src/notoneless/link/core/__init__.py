"""Which rows are one person: rules as data, a cascade of named steps, questions instead of guesses."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notoneless.link.core.costs import LinkCosts, LinkWindow
    from notoneless.link.core.explain import Explanation, FieldEvidence, explain_rows
    from notoneless.link.core.inputs import NEEDED_COLUMNS, Rows
    from notoneless.link.core.linking import LinkResult, link_pairs, link_rosters, plain_batches

__all__ = [
    "NEEDED_COLUMNS",
    "Explanation",
    "FieldEvidence",
    "LinkCosts",
    "LinkResult",
    "LinkWindow",
    "Rows",
    "explain_rows",
    "link_pairs",
    "link_rosters",
    "plain_batches",
]

_WHERE = {
    "costs": ("LinkCosts", "LinkWindow"),
    "explain": ("Explanation", "FieldEvidence", "explain_rows"),
    "inputs": ("NEEDED_COLUMNS", "Rows"),
    "linking": ("LinkResult", "link_pairs", "link_rosters", "plain_batches"),
}
"""Module → its names."""


def __getattr__(name: str) -> Any:
    """Load a module only when one of its names is asked for: two lists are linked without most of them."""
    for module, names in _WHERE.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
