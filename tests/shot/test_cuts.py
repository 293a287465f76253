"""Cuts: which neighbouring frames are of different shots."""

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.functional.cuts import cut_score, is_cut, shrunk
from ovos_cli.media.frame import Frame
from ovos_cli.shot.cuts import CutSearch

Image = NDArray[np.uint8]


def _scene(seed: int) -> Image:
    """A smooth picture of 240x135, as a photograph is."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 20, 3), np.uint8)
    return cv2.resize(coarse, (240, 135), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def _barred(image: Image) -> Image:
    barred = image.copy()
    barred[:17] = barred[-17:] = 0
    return barred


def _lit(gain: float, offset: float) -> Callable[[Image], Image]:
    return lambda image: np.clip(image * gain + offset, 0, 255).astype(np.uint8)


def _with_something_new(image: Image) -> Image:
    new = image.copy()
    new[30:120, 20:120] = _scene(99)[30:120, 20:120]
    return new


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: np.roll(image, (9, 24), axis=(0, 1)),
        _lit(0.3, 0),
        _lit(0.4, 150),
        _with_something_new,
    ],
    ids=["nothing", "camera", "fade", "flash", "something comes"],
)
def test_what_happens_within_a_shot_is_no_cut(change: Callable[[Image], Image]) -> None:
    before = _scene(1)
    assert not is_cut(shrunk(before), shrunk(change(before)))


@pytest.mark.parametrize(
    "look",
    [lambda image: image, _lit(0.12, 0), _barred, lambda image: image[:, 60:140]],
    ids=["bright", "dark", "bars", "upright"],
)
@pytest.mark.parametrize("seed", range(2, 6))
def test_another_scene_is_a_cut(seed: int, look: Callable[[Image], Image]) -> None:
    before, after = shrunk(look(_scene(1))), shrunk(look(_scene(seed)))
    assert is_cut(before, after)
    assert cut_score(before, after) == pytest.approx(cut_score(after, before))


def test_a_mirrored_view_is_a_cut_though_it_has_the_same_colours() -> None:
    assert is_cut(shrunk(_scene(1)), shrunk(_scene(1)[:, ::-1]))


def test_black_frames_are_cut_from_both_sides_and_not_from_each_other() -> None:
    black, scene = shrunk(np.zeros((135, 240, 3), np.uint8)), shrunk(_scene(1))
    assert is_cut(scene, black)
    assert is_cut(black, scene)
    assert not is_cut(black, black)


def _frame(index: int) -> Frame:
    """Two shots: frames 0 to 4 and 5 on."""
    return Frame(index, f"{index:05d}", _scene(index // 5), Fraction(index))


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("begin", range(10))
def test_cuts_are_the_same_wherever_a_search_begins(begin: int, backward: bool) -> None:
    frames = [*range(begin, -1, -1)] if backward else [*range(begin, 10)]
    search = CutSearch(_frame(frames[0]), backward)
    cuts = [i for i in frames[1:] if search.cut_before(_frame(i))]
    assert cuts == [i for i in frames[1:] if i == (4 if backward else 5)]


def test_frames_that_are_no_neighbours_are_not_compared() -> None:
    search = CutSearch(_frame(4))
    assert [i for i in (0, 7, 5, 6) if search.cut_before(_frame(i))] == [5]
