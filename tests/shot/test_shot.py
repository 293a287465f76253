"""Shots with a small random network: what is computed, kept, and given back."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.errors import InputError
from models.tracking.segmenter import Segmenter
from ovos_cli.shot.meeting import FinalMasks
from ovos_cli.shot.shot import Shot
from tests.shot.frames import StillFrames

COUNT = 12


@pytest.fixture(scope="module")
def segmenter(untrained: Path) -> Segmenter:
    return Segmenter.load("lite", untrained, size=64, device="cpu")


@pytest.fixture
def video() -> StillFrames:
    return StillFrames(COUNT)


@pytest.fixture
def shot(video: StillFrames, segmenter: Segmenter, tmp_path: Path) -> Iterator[Shot]:
    found = Shot(video, segmenter, tmp_path)
    yield found
    found.close()


def run(shot: Shot, *bounds: int) -> dict[int, FinalMasks]:
    """The frames whose masks are new."""
    done = {}
    for frame in shot.run(*bounds):
        assert frame.index not in done
        done[frame.index] = frame.masks
        shot.note(frame, f"{frame.index:05d}")
    return done


def whole(shot: Shot) -> list[bytes]:
    """All masks as they are known."""
    found = [shot.result(frame) for frame in range(COUNT)]
    assert all(masks is not None for masks in found)
    return [masks.ids.tobytes() for masks in found if masks is not None]


def test_one_mask_is_followed_as_the_segmenter_follows_it(
    shot: Shot, video: StillFrames, segmenter: Segmenter
) -> None:
    shot.put(0, video.truth[0])
    done = run(shot)
    assert [*done] == [*range(COUNT)]
    assert done[0].origin == {1: "given"} and done[5].origin == {1: "forward"}
    assert [masks.ids.tobytes() for masks in done.values()] == whole(shot)
    segmenter.restart()
    for index, image in enumerate(video.images):
        masks = segmenter.step(image, video.truth[0] if index == 0 else None)
        np.testing.assert_array_equal(masks.ids, done[index].ids)
        assert masks.confidence == pytest.approx(done[index].confidence)


def test_a_second_run_has_nothing_to_do(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    run(shot)
    video.read.clear()
    assert run(shot) == {} and video.read == []


def test_a_correction_is_verbatim_and_what_does_not_follow_from_it_stays(
    shot: Shot, video: StillFrames, segmenter: Segmenter, tmp_path: Path
) -> None:
    for frame in (0, 4, 9):
        shot.put(frame, video.truth[frame])
    run(shot)
    before = whole(shot)
    corrected = np.roll(video.truth[9], 3, axis=1)
    shot.put(9, corrected)
    video.read.clear()
    assert run(shot)[9].ids.tobytes() == corrected.tobytes()
    after = whole(shot)
    assert after[0] == before[0] and after[4] == before[4]
    # The way from 0 to 3 forward was not gone through again.
    assert not {1, 2} & {*video.read[: video.read.index(10)]}
    (tmp_path / "anew").mkdir()
    anew = Shot(video, segmenter, tmp_path / "anew")
    for frame in (0, 4):
        anew.put(frame, video.truth[frame])
    anew.put(9, corrected)
    run(anew)
    assert whole(anew) == after
    anew.close()


def test_soft_masks_agree_with_the_hard_ones(shot: Shot, video: StillFrames) -> None:
    both = np.where(video.truth[0] == 0, 2, 1).astype(np.uint8)
    shot.put(0, both)
    shot.put(6, video.truth[6])  # object 1 alone
    run(shot, 0, 7)
    for frame in (0, 3, 6, 7):
        masks, soft = shot.result(frame), shot.probabilities(frame)
        assert masks is not None and soft is not None and sorted(soft) == [1, 2]
        planes = np.stack([1 - sum(soft.values()), soft[1], soft[2]])
        assert planes.min() > -1e-5 and planes.shape == (3, 48, 64)
        # A hard mask is decided by logits, a soft one is scaled itself: they differ at edges.
        assert (planes.argmax(0) == masks.ids).mean() > 0.9
    np.testing.assert_array_equal(shot.probabilities(6)[1], video.truth[6])  # type: ignore[index]


def test_what_lies_before_the_first_mask_is_found_backward(shot: Shot, video: StillFrames) -> None:
    shot.put(6, video.truth[6])
    done = run(shot)
    assert [done[f].origin[1] for f in range(COUNT)] == [
        *["backward"] * 6,
        "given",
        *["forward"] * (COUNT - 7),
    ]


def test_forward_only_leaves_it_empty(
    video: StillFrames, segmenter: Segmenter, tmp_path: Path
) -> None:
    shot = Shot(video, segmenter, tmp_path, forward=True)
    shot.put(6, video.truth[6])
    done = run(shot)
    assert all(not done[f].ids.any() and not done[f].origin for f in range(6))
    shot.close()


def test_an_object_may_be_out_of_sight_for_a_while(shot: Shot, video: StillFrames) -> None:
    both = np.where(video.truth[0] == 0, 2, 1).astype(np.uint8)
    shot.put(0, both)
    shot.drop(1, 3, 5)
    shot.drop(2, 8)
    done = run(shot)
    for frame, masks in done.items():
        assert (1 in masks.ids) <= (not 3 <= frame <= 5), frame
        assert (1 in masks.confidence) == (not 3 <= frame <= 5)
        assert (2 in masks.confidence) == (frame < 8)
        assert (2 in masks.ids) <= (frame < 8)


def test_locked_frames_are_neither_computed_nor_given_back(shot: Shot, video: StillFrames) -> None:
    shot.lock({frame: video.truth[frame] for frame in range(5)})
    done = run(shot)
    assert [*done] == [*range(5, COUNT)]
    assert {masks.origin[1] for masks in done.values()} == {"forward"}


def test_a_part_of_the_range_is_computed_alone(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    assert [*run(shot, 2, 4)] == [*range(5)]  # what lies on the way is known too
    assert max(video.read) == 4
    assert [*run(shot)] == [*range(5, COUNT)]


def test_taking_back_a_correction_gives_what_was_there_before(
    shot: Shot, video: StillFrames
) -> None:
    shot.put(0, video.truth[0])
    run(shot)
    before = whole(shot)
    shot.put(7, np.roll(video.truth[7], 5, axis=0))
    run(shot)
    assert whole(shot) != before
    shot.clear(7)
    run(shot)
    assert whole(shot) == before


def test_both_ways_share_the_frames_between_two_masks(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    shot.put(8, video.truth[8])
    done = run(shot)
    assert {done[f].origin[1] for f in range(1, 8)} == {"merged"}
    assert all(0 <= done[f].confidence[1] <= 1 for f in done)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda s: s.put(0, np.zeros((48, 64), np.uint8)), "holds no object"),
        (lambda s: s.put(0, np.full((48, 64), 300)), "beyond 1 to 254"),
        (lambda s: s.put(0, np.ones((48, 64))), "no (height, width) array"),
        (lambda s: s.put(-1, np.ones((48, 64), np.uint8)), "not in the range"),
        (lambda s: s.put(3, np.ones((10, 10), np.uint8)), "10x10, and others are 64x48"),
        (lambda s: s.drop(9, 3), "no mask of it is given (there are 1)"),
        (lambda s: s.drop(1, 0), "its first mask is of frame 2"),
        (lambda s: s.drop(1, 5, 4), "which comes before"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    shot: Shot, video: StillFrames, act: object, message: str
) -> None:
    shot.put(2, video.truth[2])
    plan = shot.plan.final_key(5)
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace(")", r"\)")):
        act(shot)  # type: ignore[operator]
    assert shot.plan.final_key(5) == plan


def test_a_mask_beyond_the_end_is_refused_before_anything_is_computed(
    shot: Shot, video: StillFrames
) -> None:
    shot.put(0, video.truth[0])
    shot.put(COUNT + 3, video.truth[0])
    with pytest.raises(InputError, match="a mask for frame 15, and the last frame is 11"):
        next(shot.run())
    assert video.read == []


def test_a_part_that_both_ways_meet_in_is_as_in_the_whole(
    shot: Shot, video: StillFrames, segmenter: Segmenter, tmp_path: Path
) -> None:
    both = np.where(video.truth[0] == 0, 2, 1).astype(np.uint8)
    shot.put(0, both)
    shot.put(8, video.truth[8])  # the way back from here follows object 2 along
    part = run(shot, 2, 4)
    (tmp_path / "anew").mkdir()
    with Shot(video, segmenter, tmp_path / "anew") as anew:
        anew.put(0, both)
        anew.put(8, video.truth[8])
        done = run(anew)
        assert part and all(part[f].ids.tobytes() == done[f].ids.tobytes() for f in part)
        assert {2, 3, 4} <= {*part} and run(shot).keys() | part.keys() == done.keys()
        assert whole(shot) == whole(anew)


def test_ways_that_do_not_come_by_what_is_wanted_are_not_gone(
    shot: Shot, video: StillFrames
) -> None:
    for frame in (0, 4, 8):
        shot.put(frame, video.truth[frame])
    assert shot.remaining(9) == 4  # the frame with the mask among them
    assert sorted(run(shot, 9)) == [8, 9, 10, 11] and not {1, 2, 5, 6} & {*video.read}
    assert shot.remaining(None, 3) == 8 and not shot.remaining(9)
    video.read.clear()
    assert sorted(run(shot, 0, 3)) == [0, 1, 2, 3, 4] and not {5, 6, 10} & {*video.read}


def test_what_is_said_during_a_run_counts_in_the_next_one(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    other, done = np.roll(video.truth[5], 4, axis=1), {}
    for frame in shot.run():
        if frame.index == 2:
            shot.put(5, other)
        shot.note(frame, f"{frame.index:05d}")
        done[frame.index] = frame.masks
    assert done[5].origin == {1: "forward"}  # and not pixels of another plan under its key
    shot.clear(5)
    assert run(shot) == {} and whole(shot)[5] == done[5].ids.tobytes()
    shot.put(5, other)
    assert run(shot)[5].ids.tobytes() == other.tobytes()


def test_absences_and_locks_are_taken_back(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    run(shot)
    before = whole(shot)
    shot.drop(1, 4, 6)
    shot.lock({2: video.truth[2], 3: video.truth[3]})
    assert set(range(4, COUNT)) <= {*run(shot)}
    with pytest.raises(InputError, match="nobody said"):
        shot.undrop(1, 5)
    shot.undrop(1, 4)
    shot.unlock([2, 3])
    run(shot)
    assert whole(shot) == before


def test_an_absence_goes_with_the_mask_that_it_needs(shot: Shot, video: StillFrames) -> None:
    shot.put(0, video.truth[0])
    shot.put(6, video.truth[6])
    shot.drop(1, 3)
    shot.clear(0)
    assert shot.annotations.absences == {}
    shot.drop(1, 2, 4)
    shot.clear(6, 1)
    assert shot.annotations.absences == {}
    with pytest.raises(InputError, match="nothing is given"):
        run(shot)


def test_what_remains_is_as_many_frames_as_are_gone_through(
    shot: Shot, video: StillFrames, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(*bounds: int) -> int:
        ticks: list[None] = []
        for _ in shot.run(*bounds, tick=lambda: ticks.append(None)):
            pass
        return len(ticks)

    shot.put(0, video.truth[0])
    assert shot.remaining() == counted() == COUNT
    shot.put(5, video.truth[5])  # forward from 0 is there already
    assert shot.remaining() == counted() == len(range(5, COUNT)) + len(range(5, 0, -1))
    assert shot.remaining() == counted() == 0
    shot.put(9, np.roll(video.truth[9], 2, axis=1))
    assert shot.remaining(0, 8) == counted(0, 8)
    assert shot.remaining() == counted() > 0
    shot.lock({frame: video.truth[frame] for frame in (6, 7)})
    shot.put(4, video.truth[4])
    assert shot.remaining() == counted() > 0
    # Going on from a state, only what lies behind it is gone through.
    shot.put(5, np.roll(video.truth[5], 2, axis=1))
    monkeypatch.setattr("ovos_cli.shot.checkpoint.EVERY", 0.0)
    for _ in zip(range(3), shot.run(), strict=False):
        pass
    assert shot.remaining() == counted() > 0
