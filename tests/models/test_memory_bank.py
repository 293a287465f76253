"""Which frames each policy of Table 3 B reads."""

import pytest
import torch

from models.config import MemoryPolicy
from models.errors import OvosError
from models.modules.template import MemoryFrame
from models.tracking.memory_bank import MemoryBank, spread


def _frame(offset: int) -> MemoryFrame:
    mark = torch.full((1, 1, 1, 1), float(offset))
    return MemoryFrame(mark, mark, torch.ones(1, dtype=torch.bool), offset)


def _read(policy: MemoryPolicy, frames: int, limit: int | None = None) -> list[int]:
    bank = MemoryBank(policy, stride=5, limit=limit)
    for offset in range(frames):
        bank.write(_frame(offset))
    return [int(frame.key) for frame in bank.read()]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (MemoryPolicy.FIRST, [0]),
        (MemoryPolicy.PREVIOUS, [12]),
        (MemoryPolicy.FIRST_PREVIOUS, [0, 12]),
        (MemoryPolicy.STRIDE, [0, 5, 10, 12]),
        (MemoryPolicy.ALL, list(range(13))),
    ],
)
def test_frames_read_after_thirteen(policy: MemoryPolicy, expected: list[int]) -> None:
    assert _read(policy, 13) == expected


@pytest.mark.parametrize("policy", list(MemoryPolicy))
def test_after_one_frame_every_policy_reads_it(policy: MemoryPolicy) -> None:
    assert _read(policy, 1) == [0]


def test_a_multiple_of_the_stride_is_not_read_twice() -> None:
    assert _read(MemoryPolicy.STRIDE, 11) == [0, 5, 10]


def test_a_limit_drops_the_oldest_but_the_first() -> None:
    assert _read(MemoryPolicy.ALL, 100, limit=4) == [0, 97, 98, 99]
    assert _read(MemoryPolicy.STRIDE, 100, limit=5) == [0, 85, 90, 95, 99]


@pytest.mark.parametrize("policy", list(MemoryPolicy))
def test_what_is_held_is_bounded_by_the_limit(policy: MemoryPolicy) -> None:
    bank = MemoryBank(policy, stride=1, limit=6)
    for offset in range(200):
        bank.write(_frame(offset))
        assert len(bank) <= 6


def test_an_empty_memory_cannot_be_read() -> None:
    with pytest.raises(OvosError, match="first frame"):
        MemoryBank(MemoryPolicy.ALL).read()


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
