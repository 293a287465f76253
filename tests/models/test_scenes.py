"""Across a cut: what an object is looked for by, and when it is away."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from models import Segmenter
from models.tracking.frames import RememberedFrame, RememberedFrames
from models.tracking.scenes import KNOWN, following
from ovos_cli.media.open_source import open_source
from tests.conftest import SAMPLES

Ids = NDArray[np.uint8]


def _remembered(time: int, look: list[float], *objects: bool) -> RememberedFrame:
    """Objects that are in sight fill the whole of a frame of 8x8 cells."""
    masks = torch.tensor(objects, dtype=torch.float32)[:, None, None].expand(-1, 8, 8)
    key, given = torch.zeros(4, 2), (time == 0,) * len(objects)
    return RememberedFrame(time, objects, given, masks, key, torch.tensor(look), key, None)


_HERE, _THERE = [1.0, 0.0], [0.0, 1.0]


def _past(*frames: RememberedFrame, away: tuple[bool, ...]) -> RememberedFrames:
    boxes = torch.full((len(away), 4), 7.0)
    return RememberedFrames(frames, (0,) * len(away), boxes, frames[-1].time, away)


def test_without_a_cut_all_goes_on_as_before() -> None:
    past = _past(_remembered(0, _HERE, True), away=(False,))
    assert following(past, torch.tensor(_THERE), cut=False) is past


def test_after_a_cut_to_an_unknown_scene_there_is_nothing_to_follow_on() -> None:
    past = _past(_remembered(0, _HERE, True, True), away=(False, False))
    after = following(past, torch.tensor(_THERE), cut=True)
    assert after.away == (True, True)
    assert not after.previous_masks.any()
    assert not after.previous_reference().masks.any()
    assert after.previous.masks.all()  # what is remembered stays
    assert after.previous.ends


def test_after_a_cut_back_objects_are_where_they_were_in_the_frame_most_like_it() -> None:
    past = _past(
        _remembered(0, [0.96, 0.28], True, True),
        _remembered(5, _HERE, True, False),
        _remembered(9, _THERE, False, False),
        away=(True, True),
    )
    after = following(past, torch.tensor(_HERE), cut=True)
    assert after.before is past.frames[1]
    assert after.away == (False, True)  # the second one was not in it
    assert after.boxes.tolist() == [[0, 0, 32, 32], [7, 7, 7, 7]]


@pytest.mark.parametrize(("likeness", "known"), [(KNOWN + 0.01, True), (KNOWN - 0.01, False)])
def test_a_scene_that_comes_back_without_a_cut_is_known_too(likeness: float, known: bool) -> None:
    """After a dissolve, for instance; frames without the object do not count."""
    past = _past(_remembered(0, _HERE, True), _remembered(9, [likeness, 0.1], False), away=(True,))
    look = torch.tensor([likeness, (1 - likeness**2) ** 0.5])
    assert following(past, look, cut=False).away == (not known,)


def _scene(seed: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return cv2.resize(coarse, (128, 96), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def _rabbit(first: int, last: int) -> list[NDArray[np.uint8]]:
    return [f.image for f in open_source(SAMPLES / "bunny.mp4").between(first, last)]


def test_an_object_is_away_in_another_scene_and_there_again_in_its_own(tmp_path: Path) -> None:
    segmenter = Segmenter.load("lite", size=128, device="cpu")
    with Image.open(SAMPLES / "bunny.png") as picture:
        mask = (np.array(picture) > 0).astype(np.uint8)
    first, *shot = _rabbit(0, 5)
    back = _rabbit(9, 12)
    height, width = first.shape[:2]
    elsewhere = cv2.resize(_scene(1), (width, height))
    segmenter.step(first, mask)
    for frame in shot:
        segmenter.step(frame)

    taken = [segmenter.step(elsewhere, cut=cut).ids.mean() for cut in (True, False, False)]
    assert max(taken) < 0.02
    segmenter.save(tmp_path / "away.safetensors")

    def found() -> list[Ids]:
        return [segmenter.step(frame, cut=not index).ids for index, frame in enumerate(back)]

    again = found()
    segmenter.restore(tmp_path / "away.safetensors")
    np.testing.assert_array_equal(again, found())

    segmenter.restart()
    for index, frame in enumerate((first, *shot, *back)):
        expected = segmenter.step(frame, mask if index == 0 else None).ids
    assert (again[-1] & expected).sum() > 0.9 * (again[-1] | expected).sum() > 0
