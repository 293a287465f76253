"""Which past frames are kept, and which of many are looked at."""

from itertools import pairwise

import pytest

from models.config import MemoryPolicy
from models.tracking.remembering import keeps, least_worth, spread


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MemoryPolicy.FIRST, []),
        (MemoryPolicy.PREVIOUS, []),
        (MemoryPolicy.FIRST_PREVIOUS, []),
        (MemoryPolicy.STRIDE, [5, 10]),
        (MemoryPolicy.ALL, list(range(1, 13))),
    ],
)
def test_frames_kept_by_policy(policy: MemoryPolicy, expected: list[int]) -> None:
    assert [time for time in range(1, 13) if keeps(policy, 5, time)] == expected


def _kept(frames: int, limit: int, unseen: range = range(0)) -> list[int]:
    times: list[int] = []
    for now in range(1, frames):
        times.append(now)
        if len(times) > limit:
            shares = [float(time not in unseen) for time in times]
            del times[least_worth(times, shares, 0, now + 1)]
    return times


def test_a_full_memory_gets_sparser_with_age_and_forgets_no_time_altogether() -> None:
    times = _kept(2000, 20)
    assert len(times) == 20 and times[-1] == 1999
    gaps = [b - a for a, b in pairwise(times)]
    assert times[0] < 1000 and min(gaps[-4:]) <= 2 and max(gaps) > 50
    # In proportion to the age, give or take.
    assert all(gap <= (2000 - time) / 2 for time, gap in zip(times, gaps, strict=False))


def test_frames_with_objects_out_of_sight_go_first() -> None:
    unseen = range(100, 300)
    all_seen, some = _kept(400, 20), _kept(400, 20, unseen)
    assert sum(t in unseen for t in some) < sum(t in unseen for t in all_seen)


def test_nothing_can_be_dropped_from_an_empty_memory() -> None:
    with pytest.raises(ValueError, match="no frame"):
        least_worth([], [], 0, 1)


@pytest.mark.parametrize(
    ("frames", "count", "expected"),
    [
        (5, 8, [0, 1, 2, 3, 4]),
        (15, 8, [0, 2, 4, 6, 8, 10, 12, 14]),
        (10, 2, [0, 9]),
        (10, 1, [9]),
        (10, 0, []),
        (0, 3, []),
    ],
)
def test_a_few_frames_are_spread_over_all(frames: int, count: int, expected: list[int]) -> None:
    assert spread(range(frames), count) == expected
