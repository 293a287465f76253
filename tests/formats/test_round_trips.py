"""Out and in again: the same ids and the same pixels."""

from pathlib import Path

import numpy as np
import pytest

from ovos_cli.shot.object_names import ObjectNames
from tests.formats.shots import FRAMES, export, masks, taken, told
from tests.shot.frames import StillFrames

EXACT = [
    ("coco", "."),
    ("ytvis", "."),
    ("ytvis-results", "."),
    ("mots", "."),
    ("mots-png", "."),
    ("cvat-images", "."),
    ("cvat-video", "masks.xml"),
    ("label-studio", "images.json"),
    ("labelme", "."),
    ("yolo-seg", "."),
    ("mattes", "."),
]


@pytest.mark.parametrize(("name", "file"), EXACT)
@pytest.mark.parametrize("named", [True, False])
def test_what_goes_out_comes_in_again(tmp_path: Path, name: str, file: str, named: bool) -> None:
    place = export(tmp_path, name, told() if named else told(ObjectNames.none()))
    found, doubts = taken(place / file)
    assert doubts == []
    assert sorted(found) == [0, 1, 2, 4]  # in frame 3 there is nothing
    for index, ids in found.items():
        np.testing.assert_array_equal(ids, masks()[index])


@pytest.mark.parametrize(
    ("name", "file"), [("cvat-video", "tracks.xml"), ("label-studio", "video.json")]
)
def test_tracks_are_outlines_of_largest_parts(tmp_path: Path, name: str, file: str) -> None:
    found, doubts = taken(export(tmp_path, name) / file)
    assert all("covers 1 pixels" in doubt for doubt in doubts)  # what was in a hole
    assert sorted(found) == [0, 1, 2, 4]
    for index, ids in found.items():
        truth = masks()[index]
        assert {*np.unique(ids)} == {*np.unique(truth)}
        outer = (truth == 1) | (np.hypot(*(np.indices(truth.shape) - [[[20]], [[20 + index]]])) < 8)
        both, either = (ids == 1) & outer, (ids == 1) | outer
        assert both.sum() > 0.97 * either.sum()
        if index != 1:
            assert not (ids[2:12, 50:60] == 3).any() and (ids[32:47, 52:63] == 3).all()


@pytest.mark.parametrize(("name", "file"), [e for e in EXACT if e[0] != "ytvis-results"])
def test_a_part_of_a_folder_of_images_comes_back_to_its_frames(
    tmp_path: Path, name: str, file: str
) -> None:
    reader = StillFrames(12)
    # Their natural order is not that of their characters.
    reader.names = [f"shot_{9 + i}.v2" for i in range(12)]
    files = tuple(f"{stem}.jpg" for stem in reader.names)
    found, doubts = taken(export(tmp_path, name, told(files=files), shift=2) / file, reader)
    assert sorted(found) == [2, 3, 4, 6]
    for index, ids in found.items():
        np.testing.assert_array_equal(ids, masks()[index - 2])
    assert all("counted from" in doubt for doubt in doubts)


def test_results_of_fewer_frames_are_counted_from_the_first_one_and_that_is_said(
    tmp_path: Path,
) -> None:
    found, doubts = taken(export(tmp_path, "ytvis-results", shift=2), StillFrames(12))
    assert sorted(found) == [0, 1, 2, 4]
    assert len(doubts) == 1 and f"is of {FRAMES} frames, and this video has 12" in doubts[0]


def test_the_shot_is_hard() -> None:
    assert len(masks()) == FRAMES
    assert {int(i) for ids in masks() for i in np.unique(ids)} == {0, 1, 3, 7, 254}
