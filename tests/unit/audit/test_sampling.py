"""Drawing: by lot, the same on every machine, whatever the order of the list."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from notoneless.audit.core.sampling import draw, population_digest

PEOPLE = [f"C{number:04d}" for number in range(500)]


def test_the_lots_of_a_known_seed_are_known() -> None:
    """A change of the lot would make old samples unprovable: these were worked out with sha256sum."""
    assert draw(["a", "b", "c"], "7", 3) == ["c", "b", "a"]


@given(st.lists(st.text(max_size=5), max_size=30), st.text(max_size=5), st.integers(0, 40), st.randoms())
def test_order_and_repeats_do_not_matter(people: list[str], seed: str, size: int, shuffler: random.Random) -> None:
    mixed = [*people, *people]
    shuffler.shuffle(mixed)
    drawn = draw(people, seed, size)
    assert drawn == draw(mixed, seed, size)
    assert len(drawn) == min(size, len(set(people)))
    assert set(drawn) <= set(people)
    assert population_digest(people) == population_digest(mixed)


def test_a_larger_sample_holds_the_smaller_one_and_another_seed_draws_others() -> None:
    assert draw(PEOPLE, "20261130-4", 40)[:10] == draw(PEOPLE, "20261130-4", 10)
    assert set(draw(PEOPLE, "20261130-5", 10)) != set(draw(PEOPLE, "20261130-4", 10))


def test_every_member_has_about_the_same_chance() -> None:
    """1,000 seeds, 10 of 50: each is expected 200 times; five standard deviations are 63."""
    counts = dict.fromkeys(PEOPLE[:50], 0)
    for seed in range(1000):
        for one in draw(PEOPLE[:50], str(seed), 10):
            counts[one] += 1
    assert min(counts.values()) > 137
    assert max(counts.values()) < 263


def test_one_member_more_is_another_population() -> None:
    assert population_digest(PEOPLE) != population_digest(PEOPLE[1:])
