"""Which rows are one person: rules as data, a cascade of named steps, questions instead of guesses."""

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
