"""OpenCV's baselines on scenes whose answer is known."""

import cv2
import numpy as np
import pytest

from ovos_cli.benchmarking.baselines import _BOX_TRACKER, Baseline, BaselineName, chosen
from ovos_cli.benchmarking.method import GivenFrame
from ovos_cli.evaluation.measures import region_similarity

H, W = 120, 160


def _video(count: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """A bright textured square that moves over a dark textured ground, and its masks."""
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(0, 90, (H, W, 3), np.uint8), (0, 0), 2)
    square = cv2.GaussianBlur(rng.integers(120, 255, (40, 40, 3), np.uint8), (0, 0), 1)
    images, masks = [], []
    for index in range(count):
        x, y = 20 + 3 * index, 30 + index
        image, ids = ground.copy(), np.zeros((H, W), np.uint8)
        image[y : y + 40, x : x + 40] = square
        ids[y : y + 40, x : x + 40] = 7
        images.append(image)
        masks.append(ids)
    return images, masks


def _run(kind: BaselineName, images: list[np.ndarray], given: dict[int, np.ndarray]) -> list:
    tracker = Baseline(kind).tracker("video")
    frames = (GivenFrame(f"{i:05d}", image, given.get(i)) for i, image in enumerate(images))
    found = list(tracker.follow(frames))
    assert [set(times) for times in tracker.times] == [{"total"}] * len(images)
    return found


class _Scripted:
    """A box tracker that is right: OpenCV's MIL draws random numbers, which tests cannot."""

    def init(self, image: np.ndarray, box: tuple[int, int, int, int]) -> None:
        assert box == (20, 30, 40, 40)
        self._frame = 0

    def update(self, image: np.ndarray) -> tuple[bool, tuple[int, int, int, int]]:
        self._frame += 1
        return True, (20 + 3 * self._frame, 30 + self._frame, 40, 40)


@pytest.mark.parametrize("kind", [BaselineName.FLOW, BaselineName.BOX])
def test_a_moving_square_is_followed(kind: BaselineName, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"cv2.Tracker{_BOX_TRACKER}_create", _Scripted)
    images, masks = _video(10)
    found = _run(kind, images, {0: masks[0]})
    np.testing.assert_array_equal(found[0], masks[0])
    assert set(np.unique(found[-1])) == {0, 7}
    kept = region_similarity(masks[0] > 0, masks[-1] > 0)
    followed = region_similarity(found[-1] > 0, masks[-1] > 0)
    assert kept < 0.25 and followed > 0.7


def test_the_first_mask_is_kept() -> None:
    images, masks = _video(4)
    found = _run(BaselineName.FIRST_MASK, images, {0: masks[0]})
    for ids in found:
        np.testing.assert_array_equal(ids, masks[0])


@pytest.mark.parametrize("kind", [k for k in BaselineName if k is not BaselineName.ALL])
def test_objects_may_begin_later(kind: BaselineName) -> None:
    images, masks = _video(5)
    later = np.zeros((H, W), np.uint8)
    later[90:115, 100:140] = 2
    found = _run(kind, images, {0: masks[0], 2: later})
    assert [set(np.unique(ids)) >= {2} for ids in found[:3]] == [False, False, True]
    np.testing.assert_array_equal(found[2] == 2, later == 2)
    assert set(np.unique(found[4])) <= {0, 2, 7}


@pytest.mark.parametrize("kind", [k for k in BaselineName if k is not BaselineName.ALL])
def test_a_speck_and_an_object_that_fills_the_frame_do_no_harm(kind: BaselineName) -> None:
    images, _ = _video(3)
    ids = np.ones((H, W), np.uint8)
    ids[60, 80] = 3
    for found in _run(kind, images, {0: ids}):
        assert found.shape == (H, W) and found.dtype == np.uint8
        assert set(np.unique(found)) <= {0, 1, 3}


def test_names() -> None:
    assert [b.name for b in chosen([BaselineName.ALL, BaselineName.FLOW])] == [
        *["first-mask", "flow", "box"]
    ]
    assert [b.name for b in chosen([BaselineName.BOX, BaselineName.BOX])] == ["box"]
    settings = Baseline(BaselineName.FLOW).settings()
    assert "unoptimised" in settings["note"] and settings["opencv"] == cv2.__version__
