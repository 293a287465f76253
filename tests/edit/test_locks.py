"""Ranges of locked frames, against sets of them."""

from itertools import combinations

import pytest

from ovos_cli.edit.locks import ranges, unlocked

LOCKS = [(2, 5), (7, 7), (9, 12)]


def frames(locks: list[tuple[int, int]]) -> set[int]:
    return {frame for first, last in locks for frame in range(first, last + 1)}


@pytest.mark.parametrize(("first", "last"), [*combinations(range(14), 2), (7, 7)])
def test_what_is_unlocked_is_locked_no_longer_and_all_else_is(first: int, last: int) -> None:
    touched, rest, kept = unlocked(LOCKS, first, last)
    assert frames(rest + kept) == frames(LOCKS) - {*range(first, last + 1)}
    assert sorted(touched + kept) == LOCKS
    assert all(frames([lock]) & {*range(first, last + 1)} for lock in touched)
    assert not frames(rest) & frames(kept)


def test_frames_beside_each_other_are_one_range() -> None:
    assert ranges([]) == []
    assert ranges([3]) == [(3, 3)]
    assert ranges(sorted(frames(LOCKS))) == LOCKS
