"""The tables of the case stage, by what they are about."""

from .case import FINAL, USER, Case, CaseCounter, Gap, Measure
from .closing import ClosingRequest, Move, Recheck
from .consultation import Consultation
from .handing import Handout, HandoutLine
from .note import NoteReading, SealedNote
from .referral import Referral
from .stuck import Stuck
from .work import Evidence, Placement, Visit

__all__ = [
    "FINAL",
    "USER",
    "Case",
    "CaseCounter",
    "ClosingRequest",
    "Consultation",
    "Evidence",
    "Gap",
    "Handout",
    "HandoutLine",
    "Measure",
    "Move",
    "NoteReading",
    "Placement",
    "Recheck",
    "Referral",
    "SealedNote",
    "Stuck",
    "Visit",
]
