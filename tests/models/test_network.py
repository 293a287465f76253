"""What goes into the matcher."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.config import MemoryPolicy
from models.hub.presets import preset
from models.modules.external_proposals import ExternalProposals
from models.modules.matcher import Match
from models.network import DMNAOA
from models.tracking.video_state import VideoState
from models.utils.clock import Clock


class _Listening(nn.Module):
    """A matcher that keeps what it is given and matches nothing."""

    def forward(self, templates: Tensor, proposals: Tensor, overlap: Tensor) -> Match:
        self.overlap = overlap
        return Match(overlap, torch.zeros_like(overlap), None)


def _overlaps(monkeypatch: pytest.MonkeyPatch, *, training: bool, agreement: float) -> Tensor:
    config = preset("lite").replace(template_agreement=agreement)
    network = DMNAOA(config).train(training)
    network.am = _Listening()  # type: ignore[assignment]
    monkeypatch.setattr(network, "_pool", lambda features, boxes: boxes)
    left, right = torch.zeros(1, 8, 8), torch.zeros(1, 8, 8)
    left[:, :, :4], right[:, :, 4:] = 1, 1
    # Two objects, two proposals, then the masks of the two templates.
    pasted = torch.cat([left, right, left, right])
    previous = SimpleNamespace(masks=torch.cat([left, right]))
    state = SimpleNamespace(previous=previous)
    features = SimpleNamespace(size=(32, 32))
    network._match(features, torch.zeros(2, 1, 1, 1), pasted, torch.zeros(4, 4), state)  # type: ignore[arg-type]
    return network.am.overlap


def test_a_proposal_that_the_template_is_against_overlaps_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]])
    less = torch.tensor([[1.0, -0.5, 1.0, 0.0], [-0.5, 1.0, 0.0, 1.0]])
    for training, agreement, expected in (
        (False, 0.6, less),
        (False, 0.0, plain),
        (True, 0.6, plain),
    ):
        found = _overlaps(monkeypatch, training=training, agreement=agreement)
        torch.testing.assert_close(found, expected)


def test_an_annotated_object_is_there_however_thin_it_is() -> None:
    network = DMNAOA(preset("lite")).eval()
    masks = torch.zeros(3, 96, 128)
    masks[0, 40:42, 20:100] = 1  # half of a cell at most
    masks[1, 70, 30] = 1
    clock = Clock()
    with torch.no_grad():
        frame = network.alignable(network.bfe(torch.rand(1, 3, 96, 128))[0], clock)
        state = network.begin(frame, masks, clock)
        assert state.boxes.tolist() == [[20, 40, 100, 44], [28, 68, 32, 72], [0, 0, 0, 0]]
        assert state.memory.read()[0].present.tolist() == [True, True, False]
        state.offset += 1
        network.memorize(state, frame, state.first.masks, clock)  # segmented, not given
        assert state.memory.read()[-1].present.tolist() == [False, False, False]


@pytest.mark.parametrize(
    ("changes", "training", "kept"),
    [
        ({}, False, [5, 10, 15]),
        ({}, True, [*range(1, 17)]),
        ({"memory_stride": 7}, False, [7, 14]),
        ({"memory_max": 4}, False, [10, 15]),
        ({"memory_max": 2}, False, []),
        ({"memory_policy": MemoryPolicy.ALL}, False, [*range(1, 17)]),
        ({"memory_policy": MemoryPolicy.PREVIOUS}, False, []),
        ({"refine_memory": 0}, False, []),
    ],
)
def test_the_refinement_keeps_the_frames_of_the_memory(
    changes: dict[str, Any], training: bool, kept: list[int]
) -> None:
    network = DMNAOA(preset("lite").replace(**changes)).train(training)
    clock, masks = Clock(), torch.zeros(1, 64, 64)
    with torch.no_grad():
        features = network.bfe(torch.rand(1, 3, 64, 64))[0]
        state = network.begin(network.alignable(features, clock), masks, clock)
        for offset in range(1, 18):
            state.offset = offset
            cells = torch.full((1, 16, 16), float(offset))
            network.memorize(state, network.alignable(features, clock), cells, clock)
    assert [int(frame.covered[0, 0]) for frame in state.earlier] == kept


def _remember(offsets: list[int], objects: torch.Tensor) -> VideoState:
    """The state after frames at these offsets, with masks of (O,) objects that fill it or not."""
    network = DMNAOA(preset("lite"))
    clock, masks = Clock(), torch.ones(len(objects), 16, 16)
    with torch.no_grad():
        features = network.bfe(torch.rand(1, 3, 64, 64))[0]
        every = torch.ones(len(objects), 64, 64)
        state = network.begin(network.alignable(features, clock), every, clock)
        for offset in offsets:
            state.offset = offset
            frame = network.alignable(features, clock)
            network.memorize(state, frame, masks * objects[:, None, None], clock)
    return state


def test_the_first_frame_is_not_kept_twice_where_the_others_claim_to_be_far_from_it() -> None:
    assert len(_remember([41, 42], torch.ones(1)).earlier) == 1  # as the mishap `later` has it


def test_a_frame_with_an_object_out_of_sight_does_not_speak_against_it() -> None:
    assert len(_remember([1, 2, 3, 4], torch.tensor([1.0, 1.0])).earlier) == 3
    assert not _remember([1, 2, 3, 4], torch.tensor([1.0, 0.0])).earlier


def test_copies_of_a_network_ask_the_same_generator() -> None:
    class Large(nn.Module):
        """As averaging weights would hold a second time."""

    generator = Large()
    copied = copy.deepcopy(nn.ModuleList([ExternalProposals(generator)]))  # type: ignore[arg-type]
    assert copied[0].generator is generator
