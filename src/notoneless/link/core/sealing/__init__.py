"""Matching without handing over: a list becomes keyed marks on its owner's machine; only marks are compared."""

from notoneless.link.core.sealing.key import SealKey
from notoneless.link.core.sealing.marks import seal_rows
from notoneless.link.core.sealing.matching import SealedLinks, match_sealed
from notoneless.link.core.sealing.rules import recipe

__all__ = ["SealKey", "SealedLinks", "match_sealed", "recipe", "seal_rows"]
