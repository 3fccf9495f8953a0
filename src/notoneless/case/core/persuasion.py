"""劝返: how often a child was asked back, how often by several bodies at once, and what the policy pack asks for.

The numbers are data (``persuasion.attempts``, ``persuasion.joint_attempts``, ``persuasion.joint_bodies``): the law asks
that persuasion comes before the order to return, not how often.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notoneless.policy.pack import Pack


@dataclass(frozen=True)
class Persuasion:
    """Attempts made against attempts asked for; ``joint`` ones are those of several bodies together."""

    attempts: int
    joint: int
    wanted: int
    wanted_joint: int

    @property
    def left(self) -> int:
        """Attempts still to be made before the order to return may be written."""
        return max(0, self.wanted - self.attempts)

    @property
    def joint_left(self) -> int:
        """How many of them must be joint."""
        return max(0, self.wanted_joint - self.joint)

    @property
    def is_enough(self) -> bool:
        """Whether persuasion has been tried as often as the policy pack asks."""
        return not self.left and not self.joint_left


def is_joint(bodies: Sequence[str], pack: Pack) -> bool:
    """Whether so many bodies together make it 联合劝返."""
    return len(set(bodies)) >= pack.value("persuasion.joint_bodies")


def count_attempts(attempts: Iterable[Sequence[str]], pack: Pack) -> Persuasion:
    """Add up attempts, each given as the codes of the bodies that took part."""
    made = list(attempts)
    return Persuasion(
        attempts=len(made),
        joint=sum(is_joint(bodies, pack) for bodies in made),
        wanted=pack.value("persuasion.attempts"),
        wanted_joint=pack.value("persuasion.joint_attempts"),
    )
