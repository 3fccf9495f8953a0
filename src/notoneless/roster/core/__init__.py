"""Rosters (名册): a department's file becomes typed rows with their origin, or is refused with words that mend it."""

from notoneless.roster.core.corrections import Correction
from notoneless.roster.core.definitions import Column, KindDefinition, get_kind, load_kinds
from notoneless.roster.core.reading import RosterBatches, read_roster, read_roster_batches
from notoneless.roster.core.result import Counts, Roster, RowProblem, roster_schema
from notoneless.roster.core.suggest import Registers, Suggestion
from notoneless.roster.core.workbook import errors_workbook, template

__all__ = [
    "Column",
    "Correction",
    "Counts",
    "KindDefinition",
    "Registers",
    "Roster",
    "RosterBatches",
    "RowProblem",
    "Suggestion",
    "errors_workbook",
    "get_kind",
    "load_kinds",
    "read_roster",
    "read_roster_batches",
    "roster_schema",
    "template",
]
