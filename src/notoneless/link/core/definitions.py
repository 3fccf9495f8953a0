"""The rules of linking, read from `link/definitions/*.yaml`: kinds and their order, steps, weights, blocks, precedence."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notoneless.common.wording import wordings
from notoneless.common.yaml_files import read_yaml

_FOLDER = Path(__file__).resolve().parents[1] / "definitions"


@dataclass(frozen=True)
class Kind:
    """One kind of roster. `by_age`: only rows of the window's ages are linked, adults are family evidence."""

    id: str
    name: str
    by_age: bool
    repeats: bool


@dataclass(frozen=True)
class Step:
    """One named way by which two rows are one person (auto), go to a person to decide (review), or stay apart.

    `needs`: in words, each condition of the step, as `decide.step_rules` has them; only for those of a pair by itself.
    """

    id: str
    name: str
    way: str
    sentence: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """How one field of two rows compares. `code` orders a field's verdicts from best (1) to worst.

    `group`: about how many of all persons share this value; the bits then grow with the number of persons.
    `usual`: the share of pairs of one person (m) for which the bits hold; 0 when the bits are not learnt in a run.
    """

    id: str
    code: int
    label: str
    fixed_bits: float
    group: int | None
    by_frequency: bool
    against: bool
    usual: float = 0.0

    def bits(self, persons: int) -> float:
        """Evidence in bits among so many persons, before the rarity of a name is added."""
        return self.fixed_bits if self.group is None else max(0.0, math.log2(persons / self.group))


@dataclass(frozen=True)
class Field:
    """One compared field with its verdicts, best first."""

    id: str
    name: str
    verdicts: tuple[Verdict, ...]

    def code(self, verdict: str) -> int:
        """The number that stands for a verdict in SQL."""
        return next(one.code for one in self.verdicts if one.id == verdict)

    def verdict(self, code: int | None) -> Verdict | None:
        """The verdict behind a number; None when the field could not be compared."""
        return None if code is None else self.verdicts[code - 1]


@dataclass(frozen=True)
class Learning:
    """How bits are learnt in a run: `strength`: pairs that the usual shares count for; `up`, `down`: bits that a
    verdict may move, `least`: less is taken for chance; `rounds` of EM; `grounds`: field → verdicts, on which pairs are brought together."""

    strength: float
    up: float
    down: float
    least: float
    rounds: int
    grounds: tuple[dict[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Weights:
    """Bits of evidence; see weights.yaml for what each figure means."""

    fields: dict[str, Field]
    lunar_days: tuple[int, int]
    id_without_name: float
    birth_within_id: float
    birth_against_id: float
    least_frequency: float
    most_frequency: float
    usual_frequency: float
    frequency_strength: float
    register_floor: int
    least_unknown: float
    most_unknown: float
    taken: float
    taken_other_name: float
    gap: float
    learning: Learning
    most_place: float
    place_strength: float


@dataclass(frozen=True)
class Block:
    """Rows worth comparing: the pairs (column of the row sought, column of a known row) are all equal.

    `within`: also used to compare a roster with itself.
    """

    id: str
    equal: tuple[tuple[str, str], ...]
    within: bool


@functools.cache
def kinds() -> tuple[Kind, ...]:
    """Roster kinds in the order in which they are read."""
    return tuple(Kind(k["id"], k["name"], k["rows"] == "by_age", k["repeats"]) for k in _read("kinds")["kinds"])


@functools.cache
def steps() -> dict[str, Step]:
    """All steps by id, in their order."""
    return {
        s["id"]: Step(s["id"], s["name"], s["way"], s["sentence"], tuple(s.get("needs", ())))
        for s in _read("steps")["steps"]
    }


@functools.cache
def weights() -> Weights:
    """The weights in bits."""
    raw = _read("weights")
    frequency = raw["frequency"]
    return Weights(
        fields={f["id"]: _field(f) for f in raw["fields"]},
        lunar_days=(raw["lunar_days"]["least"], raw["lunar_days"]["most"]),
        id_without_name=raw["id_without_name"],
        birth_within_id=raw["birth_within_id"],
        birth_against_id=raw["birth_against_id"],
        least_frequency=frequency["least"],
        most_frequency=frequency["most"],
        usual_frequency=frequency["usual"],
        frequency_strength=frequency["strength"],
        register_floor=raw["register_floor"],
        least_unknown=raw["unknown"]["least"],
        most_unknown=raw["unknown"]["most"],
        taken=float(raw["taken"]["same_name"]),
        taken_other_name=float(raw["taken"]["other_name"]),
        gap=raw["gap"],
        learning=_learning(raw["learning"]),
        most_place=float(raw["place_size"]["most"]),
        place_strength=float(raw["place_size"]["strength"]),
    )


@functools.cache
def blocks() -> tuple[Block, ...]:
    """The equality blocks."""
    return tuple(Block(b["id"], tuple(b["equal"].items()), b.get("within", False)) for b in _read("blocks")["blocks"])


@functools.cache
def block_cap() -> int:
    """How many persons one row may bring in by one block."""
    return int(_read("blocks")["cap"])


@functools.cache
def precedence() -> dict[str, tuple[str, ...]]:
    """Field of a person → roster kinds, the most trusted first."""
    return {field: tuple(order) for field, order in _read("precedence").items()}


def _field(raw: dict[str, Any]) -> Field:
    return Field(raw["id"], raw["name"], tuple(_verdict(code, v) for code, v in enumerate(raw["verdicts"], start=1)))


def _verdict(code: int, raw: dict[str, Any]) -> Verdict:
    bits = float(raw.get("bits", 0))
    by_frequency = raw.get("by_frequency", False)
    against = raw.get("against", bits < 0 and not by_frequency)
    return Verdict(
        str(raw["id"]), code, raw["label"], bits, raw.get("group"), by_frequency, against, float(raw.get("usual", 0))
    )


def _learning(raw: dict[str, Any]) -> Learning:
    grounds = tuple({field: tuple(verdicts) for field, verdicts in ground.items()} for ground in raw["grounds"])
    return Learning(
        float(raw["strength"]), float(raw["up"]), float(raw["down"]), float(raw["least"]), int(raw["rounds"]), grounds
    )


def _read(name: str) -> Any:
    return wordings(read_yaml(_FOLDER / f"{name}.yaml"), "name", "sentence", "label")
