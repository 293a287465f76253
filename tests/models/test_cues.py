"""What speaks for a mask beside the network's confidence."""

import numpy as np
import pytest
import torch

from models.config import ModelConfig
from models.network import DMNAOA
from models.tracking.segmenter import Segmenter


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.load("lite", size=96, device="cpu")


def picture(left: int) -> np.ndarray:
    """A bright, textured square on noise."""
    noise = np.random.default_rng(1)
    image = noise.integers(0, 60, (96, 160, 3)).astype(np.uint8)
    image[30:70, left : left + 40] = noise.integers(120, 255, (40, 40, 3))
    return image


def mask(left: int, ident: int = 1) -> np.ndarray:
    ids = np.zeros((96, 160), np.uint8)
    ids[30:70, left : left + 40] = ident
    return ids


def test_what_was_given_is_found_while_it_is_there_and_not_once_it_is_gone(
    segmenter: Segmenter,
) -> None:
    segmenter.restart()
    first = segmenter.step(picture(20), mask(20))
    assert first.cues == {}  # what a person gave needs nobody to speak for it
    there = segmenter.step(picture(24)).cues[1]
    empty = np.random.default_rng(2).integers(0, 60, (96, 160, 3)).astype(np.uint8)
    gone = segmenter.step(empty).cues[1]
    assert there.found > 0.5 > gone.found
    assert there.given == pytest.approx(100) and there.cells == pytest.approx(100, rel=0.3)
    assert there.thickness == pytest.approx(gone.thickness)


def test_each_object_is_compared_with_the_mask_that_was_given_of_it(segmenter: Segmenter) -> None:
    segmenter.restart()
    segmenter.step(picture(20), mask(20))
    both = segmenter.step(picture(24), np.where(mask(110) > 0, 3, 0).astype(np.uint8))
    assert {*both.cues} == {1}
    cues = segmenter.step(picture(28)).cues
    assert {*cues} == {1, 3}
    assert cues[1].given == pytest.approx(100) and cues[3].given == pytest.approx(100)


def test_without_refinement_there_are_no_keys_and_no_cues() -> None:
    torch.manual_seed(0)
    config = ModelConfig.from_dict(
        Segmenter.load("lite", size=64, device="cpu").network.config.to_dict()
        | {"use_refinement": False, "refine_memory": 0}
    )
    plain = Segmenter(DMNAOA(config), size=64, device="cpu")
    plain.step(picture(20), mask(20))
    assert plain.step(picture(24)).cues == {}
