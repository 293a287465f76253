"""Quality on the way out, against scipy and against loops that nobody can misread."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage

from models.errors import InputError
from ovos_cli.masks import cleaning, soft_edges
from ovos_cli.sinks.refining import Refinement, Refining
from ovos_cli.sinks.sink import Written

ANY, SIDES = np.ones((3, 3)), ndimage.generate_binary_structure(2, 1)


def blobs(seed: int, shape: tuple[int, int] = (40, 50)) -> np.ndarray:
    """Parts and holes of all sizes."""
    noise = np.random.default_rng(seed).normal(size=shape)
    return ndimage.gaussian_filter(noise, 1.5) > 0.02


def soft_blobs(seed: int, shape: tuple[int, int] = (40, 50)) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    return (1 / (1 + np.exp(-20 * noise))).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_holes_are_what_scipy_fills(seed: int) -> None:
    mask = blobs(seed)
    filled = cleaning.without_holes(mask, 10**6)
    np.testing.assert_array_equal(filled, ndimage.binary_fill_holes(mask))
    some = cleaning.without_holes(mask, 8)
    labels, count = ndimage.label(filled & ~mask, structure=SIDES)
    wanted = mask.copy()
    for label in range(1, count + 1):
        if (labels == label).sum() < 8:
            wanted |= labels == label
    np.testing.assert_array_equal(some, wanted)


@pytest.mark.parametrize("seed", range(4))
def test_islands_below_an_area_go_and_the_largest_stays(seed: int) -> None:
    mask = blobs(seed)
    labels, count = ndimage.label(mask, structure=ANY)
    areas = ndimage.sum(mask, labels, range(1, count + 1))
    wanted = np.isin(labels, 1 + np.flatnonzero(areas >= 12))
    np.testing.assert_array_equal(cleaning.without_islands(mask, 12), wanted)
    only = cleaning.without_islands(mask, 10**6)
    np.testing.assert_array_equal(only, labels == 1 + np.argmax(areas))
    assert not cleaning.without_islands(np.zeros((5, 5), bool), 3).any()


def test_objects_take_nothing_of_each_other() -> None:
    ids = np.zeros((9, 12), np.uint8)
    ids[1:8, 1:8] = 1
    ids[3:6, 3:6] = 0
    ids[4, 4] = 2  # in a hole of the other one
    out = cleaning.cleaned(ids, [1, 2], holes=100)
    wanted = ids.copy()
    wanted[3:6, 3:6] = 1
    wanted[4, 4] = 2
    np.testing.assert_array_equal(out, wanted)
    assert cleaning.cleaned(ids, [2], holes=100)[3, 3] == 0


@pytest.mark.parametrize("pixels", [1, 3, 5])
def test_growing_is_by_distance_and_the_nearer_object_wins(pixels: int) -> None:
    ids = np.zeros((30, 40), np.uint8)
    ids[5:12, 4:12], ids[8:20, 16:30], ids[25, 35] = 1, 2, 7
    distances = {i: ndimage.distance_transform_edt(ids != i) for i in (1, 2, 7)}
    wanted = ids.copy()
    for y, x in np.argwhere(ids == 0):
        near = [(distances[i][y, x], i) for i in (1, 2, 7)]
        distance, ident = min(near)
        wanted[y, x] = ident if distance <= pixels else 0
    np.testing.assert_array_equal(cleaning.resized(ids, [1, 2, 7], pixels), wanted)


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_shrinking_is_by_distance_and_not_from_the_border(pixels: int) -> None:
    ids = np.zeros((30, 40), np.uint8)
    ids[0:12, 0:20], ids[0:12, 20:40] = 1, 2
    wanted = ids.copy()
    for ident in (1, 2):
        wanted[(ids == ident) & (ndimage.distance_transform_edt(ids == ident) <= pixels)] = 0
    found = cleaning.resized(ids, [1, 2], -pixels)
    np.testing.assert_array_equal(found, wanted)
    assert found[0, 0] == 1 and found[11, 0] == 0 and found[0, 20] == 0
    whole = np.ones((4, 4), np.uint8)
    np.testing.assert_array_equal(cleaning.resized(whole, [1], -1), whole)


@pytest.mark.parametrize("pixels", [1, 3])
def test_soft_masks_grow_and_shrink_like_grey_ones(pixels: int) -> None:
    mask = soft_blobs(1)
    reach = np.arange(-pixels, pixels + 1)
    disc = reach[:, None] ** 2 + reach**2 <= pixels**2
    wide = soft_edges.grown({1: mask}, pixels)[1]
    np.testing.assert_array_equal(wide, ndimage.grey_dilation(mask, footprint=disc))
    narrow = soft_edges.grown({1: mask}, -pixels)[1]
    # scipy mirrors at the border, which is as good as nothing for a minimum
    np.testing.assert_array_equal(narrow, ndimage.grey_erosion(mask, footprint=disc))


def test_soft_masks_never_add_up_to_more_than_1() -> None:
    one = soft_blobs(1)
    both = soft_edges.grown({1: one, 2: (1 - one) * 0.9}, 4)
    assert (both[1] + both[2]).max() <= 1 + 1e-6


def test_feathering_is_a_gaussian_of_half_as_many_pixels() -> None:
    mask = blobs(2).astype(np.float32)
    wanted = ndimage.gaussian_filter(mask, 1.5, mode="nearest", truncate=4)
    np.testing.assert_allclose(soft_edges.feathered(mask, 3), wanted, atol=2e-3)


def test_the_median_is_of_frames() -> None:
    frames = [soft_blobs(seed) for seed in range(5)]
    np.testing.assert_array_equal(soft_edges.temporal_median(frames), np.median(frames, axis=0))


def test_a_soft_mask_follows_what_was_done_to_the_hard_one() -> None:
    hard = np.zeros((30, 60), bool)
    hard[5:25, 5:25], hard[12:16, 12:16], hard[10:13, 45:48] = True, False, True
    soft = ndimage.gaussian_filter(hard.astype(np.float32), 1.0)
    after = np.zeros_like(hard)
    after[5:25, 5:25] = True
    found = soft_edges.following(soft, hard, after)
    assert (found[:, 40:] == 0).all()  # the island's rim went with it
    assert (found[12:16, 12:16] == 1).all()
    np.testing.assert_array_equal(found[:, :4], soft[:, :4])
    np.testing.assert_array_equal(found[:, 25:30], soft[:, 25:30])


def test_the_likeliest_wins() -> None:
    masks = {3: np.array([[0.2, 0.6, 0.4]], np.float32), 5: np.array([[0.1, 0.3, 0.5]], np.float32)}
    np.testing.assert_array_equal(soft_edges.winner(masks, (1, 3)), [[0, 3, 5]])


def frame(index: int, ids: np.ndarray) -> Written:
    return Written(f"{index}", ids.astype(np.uint8), index, Fraction(index), f"{index}")


def through(frames: list[Written], how: Refinement, cuts: list[int] | None = None) -> list[Written]:
    refining = Refining(how, [1], lambda: cuts or [])
    return [*(w for f in frames for w in refining.push(f)), *refining.finish()]


def test_a_flicker_goes_and_every_frame_comes_in_order() -> None:
    steady, flicker = np.zeros((4, 6)), np.zeros((4, 6))
    steady[1:3, 1:4] = flicker[1:3, 1:5] = 1
    frames = [frame(i, flicker if i == 3 else steady) for i in range(7)]
    for median in (3, 5):
        out = through(frames, Refinement(median=median))
        assert [w.index for w in out] == [*range(7)]
        assert all((w.ids == steady).all() for w in out)
        assert (out[3].probability(1) == steady).all()
    for count in (1, 2):
        assert [w.index for w in through(frames[:count], Refinement(median=5))] == [*range(count)]


def test_no_median_reaches_over_a_cut_or_a_gap() -> None:
    before, after = np.zeros((4, 6)), np.zeros((4, 6))
    before[:2], after[2:] = 1, 1
    shots = [frame(i, before if i < 3 else after) for i in range(6)]
    out = through(shots, Refinement(median=5), cuts=[3])
    assert all((w.ids == shots[i].ids).all() for i, w in enumerate(out))
    jump = [frame(0, before), frame(1, before), frame(9, after), frame(10, before)]
    assert (through(jump, Refinement(median=3))[2].ids == after).all()


def test_feathering_makes_alpha_of_hard_masks_and_leaves_ids() -> None:
    ids = np.zeros((20, 20))
    ids[5:15, 5:15] = 1
    (out,) = through([frame(0, ids)], Refinement(feather=4, grow=1, soft_edges=False))
    assert (out.ids == cleaning.resized(ids.astype(np.uint8), [1], 1)).all()
    wanted = soft_edges.feathered((out.ids == 1).astype(np.float32), 4)
    np.testing.assert_array_equal(out.alpha(1), wanted)
    (plain,) = through([frame(0, ids)], Refinement())
    np.testing.assert_array_equal(plain.alpha(1), ids)


@pytest.mark.parametrize(
    ("how", "help_"),
    [
        ({"median": 4}, "--median is 4; give an odd number"),
        ({"median": 0}, "--median is 0"),
        ({"fill_holes": -1}, "--fill-holes is -1"),
        ({"drop_islands": -5}, "--drop-islands is -5"),
        ({"grow": -65}, "--grow is -65"),
        ({"feather": float("nan")}, "--feather is nan"),
    ],
)
def test_values_that_cannot_be_are_refused(how: dict, help_: str) -> None:
    with pytest.raises(InputError, match=help_):
        Refinement(**how).check()
