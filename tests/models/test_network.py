"""What goes into the matcher."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.config import MemoryPolicy
from models.hub.presets import preset
from models.modules.external_proposals import ExternalProposals
from models.modules.matcher import Match
from models.network import DMNAOA
from models.tracking.frames import RememberedFrames
from models.utils.clock import Clock


class _Listening(nn.Module):
    """A matcher that keeps what it is given and matches nothing."""

    def forward(
        self, templates: Tensor, proposals: Tensor, own: Tensor | None, overlap: Tensor
    ) -> Match:
        self.overlap = overlap
        return Match(overlap, torch.zeros_like(overlap), None)


def _overlaps(*, training: bool, agreement: float) -> Tensor:
    config = preset("lite").replace(template_agreement=agreement)
    network = DMNAOA(config).train(training)
    network.am = _Listening()  # type: ignore[assignment]
    left, right = torch.zeros(1, 8, 8), torch.zeros(1, 8, 8)
    left[:, :, :4], right[:, :, 4:] = 1, 1
    both, regions = torch.cat([left, right]), torch.zeros(2, 1, 1, 1)
    # Two objects, two proposals, and the masks of the two templates.
    network._match(regions, regions, regions, both, both, both)
    return network.am.overlap


def test_a_proposal_that_the_template_is_against_overlaps_less() -> None:
    # Of each object its own template's mask comes last.
    plain = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    less = torch.tensor([[1.0, -0.5, 1.0], [-0.5, 1.0, 1.0]])
    for training, agreement, expected in (
        (False, 0.6, less),
        (False, 0.0, plain),
        (True, 0.6, plain),
    ):
        found = _overlaps(training=training, agreement=agreement)
        torch.testing.assert_close(found, expected)


def test_an_annotated_object_is_there_however_thin_it_is() -> None:
    network = DMNAOA(preset("lite")).eval()
    masks = torch.zeros(3, 96, 128)
    masks[0, 40:42, 20:100] = 1  # half of a cell at most
    masks[1, 70, 30] = 1
    clock = Clock()
    with torch.no_grad():
        frame = network.describe(network.bfe(torch.rand(1, 3, 96, 128))[0], clock)
        past = network.begin(frame, masks, clock)
        assert past.boxes.tolist() == [[20, 40, 100, 44], [28, 68, 32, 72], [0, 0, 0, 0]]
        assert past.previous.present == (True, True, False)
        past = network.remember(past, frame, past.previous.masks, 1, clock)  # found, not given
    assert past.previous.present == (False, False, False)
    assert past.boxes.tolist() == [[20, 40, 100, 44], [28, 68, 32, 72], [0, 0, 0, 0]]


def _remembered(
    changes: dict[str, Any], times: list[int], seen: list[list[int]], *, training: bool = False
) -> RememberedFrames:
    """What is remembered after frames of these times, in which some objects are in sight."""
    network = DMNAOA(preset("lite").replace(**changes)).train(training)
    clock, count = Clock(), len(seen[0])
    with torch.no_grad():
        frame = network.describe(network.bfe(torch.rand(1, 3, 64, 64))[0], clock)
        past = network.begin(frame, torch.ones(count, 64, 64), clock)
        for time, objects in zip(times, seen, strict=True):
            masks = torch.tensor(objects).float()[:, None, None].expand(count, 16, 16)
            past = network.remember(past, frame, masks, time, clock)
    return past


@pytest.mark.parametrize(
    ("changes", "training", "kept"),
    [
        ({}, False, [0, 5, 10, 15, 17]),
        ({}, True, [*range(18)]),
        ({"memory_stride": 7}, False, [0, 7, 14, 17]),
        ({"memory_max": 4}, False, [0, 10, 15, 17]),
        ({"memory_max": 2}, False, [0, 17]),
        ({"memory_policy": MemoryPolicy.ALL}, False, [*range(18)]),
        ({"memory_policy": MemoryPolicy.PREVIOUS}, False, [0, 17]),
    ],
)
def test_the_frames_of_the_memory_are_kept(
    changes: dict[str, Any], training: bool, kept: list[int]
) -> None:
    times = [*range(1, 18)]
    past = _remembered(changes, times, [[1]] * len(times), training=training)
    assert [frame.time for frame in past.frames] == kept
    # What is large is kept where it is looked at: of the first and the previous frame.
    assert [frame.time for frame in past.frames if frame.fine is not None] == [0, 17]


def test_a_template_is_read_from_a_few_frames_where_old_ones_count_less() -> None:
    times = [*range(1, 101)]
    for recency, expected in ((5.0, [0, *range(65, 100, 5), 100]), (0.0, [*range(0, 101, 5)])):
        past = _remembered({"recency": recency}, times, [[1]] * 100)
        memory = past.template_memory(preset("lite").replace(recency=recency))
        assert memory.times.tolist() == expected
        assert memory.keys.shape[:2] == memory.valid.shape == (1, len(expected))


def test_an_absent_object_is_read_and_asked_about_where_it_was_seen() -> None:
    times = [*range(1, 41)]
    past = _remembered({}, times, [[1, int(t <= 12 or t > 30)] for t in times])
    memory = past.template_memory(preset("lite"))
    read = [
        [t for t, v in zip(memory.times.tolist(), row, strict=True) if v]
        for row in memory.valid.tolist()
    ]
    assert read == [[*range(0, 41, 5)], [0, 5, 10, 35, 40]]
    # It would be spoken against in the others, and it is in sight again.
    assert _asked(past) == {(0, 1): 4}  # 5, 10 and 35, with the first frame
    gone = _remembered({}, times, [[1, int(t <= 12)] for t in times])
    assert _asked(gone) == {(0,): 8, (1,): 3}  # out of sight it keeps nothing from the other


def _asked(past: RememberedFrames) -> dict[tuple[int, ...], int]:
    """Which objects are asked about together, and in how many frames."""
    return {tuple(w.objects.tolist()): len(w.keys) // 16 for w in past.witnesses(8)}


def test_what_is_remembered_of_dropped_objects_goes() -> None:
    past = _remembered({}, [1, 2], [[1, 0, 1]] * 2).select([2, 0])
    assert len(past) == 2 and past.boxes.shape == (2, 4)
    for frame in past.frames:
        assert len(frame) == 2 and len(frame.masks) == 2
        assert frame.template is None or len(frame.template.key) == 2
    assert past.previous.present == (True, True)


def test_the_first_frame_is_asked_once_where_the_others_claim_to_be_far_from_it() -> None:
    past = _remembered({}, [41, 42], [[1]] * 2, training=True)  # as the mishap `later` has it
    assert [len(w.keys) // 16 for w in past.witnesses(8)] == [2]


def test_copies_of_a_network_ask_the_same_generator() -> None:
    class Large(nn.Module):
        """As averaging weights would hold a second time."""

    generator = Large()
    copied = copy.deepcopy(nn.ModuleList([ExternalProposals(generator)]))  # type: ignore[arg-type]
    assert copied[0].generator is generator
