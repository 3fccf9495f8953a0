"""What `definitions/seal.yaml` says: which marks a person becomes, and by which of them two rows are one person."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.names import TABLES

_DEFINITIONS = Path(__file__).resolve().parents[2] / "definitions" / "seal.yaml"
FIXED = "fixed_"
"""Before the id of a mark: it is that of a repaired number."""


@dataclass(frozen=True)
class Mark:
    """One kind of mark: the HMAC of these parts together. `number` stands for it in files, from 0.

    `finds`: rows with the same mark are compared; the others only bear witness.
    """

    number: int
    id: str
    name: str
    parts: tuple[str, ...]
    finds: bool

    @property
    def by_number(self) -> bool:
        """Whether the ID number is in it, so that repaired numbers make marks of this kind too."""
        return "number" in self.parts


@dataclass(frozen=True)
class SealStep:
    """One named way by which two sealed rows are one person (auto) or are shown to a person (review)."""

    id: str
    name: str
    way: str
    sentence: str
    all: tuple[str, ...]
    any: tuple[str, ...]
    many: bool
    differ: bool
    bits: float
    group: int | None


@dataclass(frozen=True)
class SealRules:
    """The whole of seal.yaml."""

    marks: tuple[Mark, ...]
    steps: tuple[SealStep, ...]
    cap: int
    elder_years: int
    strength: float
    ambiguous_sentence: str

    def bit(self, evidence: str) -> int:
        """The place of a mark id, or of `fixed_` and a mark id, in the number that holds what agrees."""
        plain = evidence.removeprefix(FIXED)
        number = next(mark.number for mark in self.marks if mark.id == plain)
        return number + (len(self.marks) if evidence != plain else 0)

    def names(self, agreed: int) -> list[str]:
        """What agrees, in words."""
        exact = [mark.name for mark in self.marks if agreed >> mark.number & 1]
        fixed = [f"改正后的{mark.name}" for mark in self.marks if agreed >> mark.number + len(self.marks) & 1]
        return exact + fixed


@functools.cache
def rules() -> SealRules:
    """The rules as they are defined."""
    raw = yaml.safe_load(_DEFINITIONS.read_text(encoding="utf-8"))
    marks = (Mark(n, m["id"], m["name"], tuple(m["parts"]), m["finds"]) for n, m in enumerate(raw["marks"]))
    return SealRules(
        marks=tuple(marks),
        steps=tuple(_step(one) for one in raw["steps"]),
        cap=raw["cap"],
        elder_years=raw["elder_years"],
        strength=float(raw["strength"]),
        ambiguous_sentence=raw["ambiguous"]["sentence"],
    )


@functools.cache
def recipe() -> str:
    """A short name for how marks are made: lists sealed by other rules or character tables cannot be compared."""
    raw = yaml.safe_load(_DEFINITIONS.read_text(encoding="utf-8"))
    told = hashlib.sha256(repr([raw["version"], raw["elder_years"], raw["marks"]]).encode("utf-8"))
    for table in ("characters.csv", "readings.csv"):
        told.update((TABLES / table).read_bytes())
    return told.hexdigest()[:16]


def _step(raw: dict[str, Any]) -> SealStep:
    return SealStep(
        id=raw["id"],
        name=raw["name"],
        way=raw["way"],
        sentence=raw["sentence"],
        all=tuple(raw.get("all", ())),
        any=tuple(raw.get("any", ())),
        many=raw.get("many", False),
        differ=raw.get("differ", False),
        bits=float(raw["bits"]),
        group=raw.get("group"),
    )
