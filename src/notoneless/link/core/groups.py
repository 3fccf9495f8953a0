"""Joining pairs into groups, with things that may never stand in one group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Groups:
    """Union-find over row numbers; a group is named by its smallest member.

    `apart`: pairs that a clerk called different. `ids`: the valid ID number of a member; two different ones in a group
    are refused unless the pair is joined by decision.
    """

    def __init__(self, apart: Iterable[tuple[int, int]] = (), ids: Mapping[int, int] | None = None) -> None:
        self._parent: dict[int, int] = {}
        self._members: dict[int, set[int]] = {}
        self._enemies: dict[int, set[int]] = {}
        self._ids = ids or {}
        for one, other in apart:
            self._enemies.setdefault(one, set()).add(other)
            self._enemies.setdefault(other, set()).add(one)

    def find(self, member: int) -> int:
        """The name of the member's group."""
        while (parent := self._parent.get(member, member)) != member:
            member = parent
        return member

    def join(self, one: int, other: int, *, by_decision: bool = False) -> bool:
        """Join the groups of two members; False when that may not be."""
        low, high = sorted((self.find(one), self.find(other)))
        if low == high:
            return True
        mine, theirs = self._members.get(low, {low}), self._members.get(high, {high})
        if self._are_apart(mine, theirs) or (not by_decision and self._clash(mine, theirs)):
            return False
        self._parent[high] = low
        self._members[low] = mine | theirs
        self._members.pop(high, None)
        return True

    def renamed(self) -> dict[int, int]:
        """Every member that is not the name of its own group → that name."""
        return {member: self.find(member) for member in self._parent}

    def _are_apart(self, mine: set[int], theirs: set[int]) -> bool:
        return bool(self._enemies) and any(self._enemies.get(member, set()) & theirs for member in mine)

    def _clash(self, mine: set[int], theirs: set[int]) -> bool:
        numbers = {self._ids[member] for member in mine | theirs if member in self._ids}
        return len(numbers) > 1
