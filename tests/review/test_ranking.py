"""Which frames are to be looked at, and in which order."""

import subprocess
import sys

import pytest

from ovos_cli.review.events import Event, Kind
from ovos_cli.review.ranking import frames_to_look_at, listed_frames


def sure(**spans: float) -> dict[int, float]:
    """Frames 0 to 99, sure of all but `f20_40=0.3`."""
    values = dict.fromkeys(range(100), 0.95)
    for name, value in spans.items():
        first, last = map(int, name.removeprefix("f").split("_"))
        values |= dict.fromkeys(range(first, last + 1), value)
    return values


def test_of_a_bad_span_its_middle_is_looked_at_and_no_neighbour_of_it() -> None:
    looks = frames_to_look_at({1: sure(f40_60=0.2)}, {1: [0]})
    assert looks[0].frame == 50
    assert (looks[0].first, looks[0].last) == (40, 60)
    assert all(abs(look.frame - 50) >= 5 for look in looks[1:])


def test_the_longer_and_the_worse_span_comes_first() -> None:
    longer = frames_to_look_at({1: sure(f5_8=0.3, f60_80=0.3)}, {1: [0]})
    assert [60 <= look.frame <= 80 for look in longer[:2]] == [True, False]
    worse = frames_to_look_at({1: sure(f5_10=0.1, f60_65=0.5)}, {1: [0]})
    assert worse[0].frame < 11 and worse[1].frame > 59


def test_gains_fall_and_end_where_nothing_is_left() -> None:
    looks = frames_to_look_at({1: sure(f5_70=0.2)}, {1: [0]}, count=50)
    gains = [look.gain for look in looks]
    assert gains == sorted(gains, reverse=True)
    assert len(looks) < 15
    assert frames_to_look_at({1: sure()}, {1: [0]}) == []


def test_a_correction_does_not_reach_beyond_given_masks_and_cuts() -> None:
    bad = {1: sure(f40_60=0.2)}
    alone = frames_to_look_at(bad, {1: [0]})[0].gain
    between = frames_to_look_at(bad, {1: [0, 50]})
    assert between[0].gain < 0.6 * alone
    assert {look.frame < 50 for look in between[:2]} == {True, False}
    cut = frames_to_look_at(bad, {1: [0]}, cuts=[50])
    assert {look.frame < 50 for look in cut[:2]} == {True, False}


def test_objects_to_correct_come_in_the_order_of_what_they_gain() -> None:
    looks = frames_to_look_at({1: sure(f49_51=0.4), 2: sure(f40_60=0.2), 3: sure()}, {})
    assert looks[0].objects[0] == 2 and 3 not in looks[0].objects


def test_a_swap_is_looked_at_though_the_masks_are_sure() -> None:
    swap = Event(40, 1, Kind.SWAP, 60, 2)
    assert frames_to_look_at({1: sure()}, {}, [swap])[0].frame == 50


def test_frames_are_listed_by_the_mean_of_their_objects() -> None:
    confidence = {1: sure(f10_19=0.1, f30_39=0.1), 2: sure(f10_19=0.6)}
    assert listed_frames(confidence, {}) == [*range(10, 20), *range(30, 40)]
    assert listed_frames({1: sure(f10_19=0.1), 2: sure(), 3: sure()}, {}) == []


def test_frames_with_a_shrunken_object_are_listed_but_no_given_ones() -> None:
    small = Event(70, 1, Kind.SHRUNK, 75)
    assert listed_frames({1: sure()}, {}, [small]) == [*range(70, 76)]
    assert listed_frames({1: sure(f10_19=0.1)}, {1: [*range(10, 15)]}) == [*range(15, 20)]


def test_an_object_that_left_the_picture_is_not_missed() -> None:
    gone = {1: sure(f50_99=0.1)}
    assert listed_frames(gone, {}) == [*range(50, 100)]
    left = [Event(50, 1, Kind.LEFT, 99)]
    assert listed_frames(gone, {}, left) == []
    assert frames_to_look_at(gone, {}, left) == []


@pytest.mark.parametrize("module", ["ranking", "events", "estimate", "history"])
def test_the_ranking_does_without_torch(module: str) -> None:
    code = f"import sys, ovos_cli.review.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
