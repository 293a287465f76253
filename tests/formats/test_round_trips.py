"""Out and in again: the same ids and the same pixels."""

from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from ovos_cli.shot.object_names import ObjectNames, write_object_names
from ovos_cli.sinks import SINKS
from ovos_cli.sinks.sink import Written
from tests.formats.shots import FRAMES, HEIGHT, NAMES, WIDTH, export, masks, taken, told
from tests.shot.frames import StillFrames

EXACT = [
    ("coco", "."),
    ("coco-results", "."),
    ("ytvis", "."),
    ("ytvis-results", "."),
    ("mots", "."),
    ("mots-png", "."),
    ("cvat-images", "."),
    ("cvat-video", "masks.xml"),
    ("label-studio", "images.json"),
    ("labelme", "."),
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


@pytest.mark.parametrize("named", [True, False])
def test_segments_of_yolo_differ_by_the_bridges_between_parts(tmp_path: Path, named: bool) -> None:
    names = told() if named else told(ObjectNames.none())
    found, doubts = taken(export(tmp_path, "yolo-seg", names))
    assert doubts == []
    assert sorted(found) == [0, 1, 2, 4]
    for index, ids in found.items():
        truth = masks()[index]
        for ident in (1, 7, 254):
            np.testing.assert_array_equal(ids == ident, truth == ident)
        others = (ids == 3) & (truth != 3)
        assert ((ids == 3) | (truth != 3)).all() and others.sum() <= 18  # rows between the parts
        assert others.sum(axis=1).max() <= 1


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
    assert all(" frames, and this video has 12" in doubt for doubt in doubts)


def test_results_of_fewer_frames_are_counted_from_the_first_one_and_that_is_said(
    tmp_path: Path,
) -> None:
    found, doubts = taken(export(tmp_path, "ytvis-results", shift=2), StillFrames(12))
    assert sorted(found) == [0, 1, 2, 4]
    assert len(doubts) == 1 and f"is of {FRAMES} frames, and this video has 12" in doubts[0]


def test_the_shot_is_hard() -> None:
    assert len(masks()) == FRAMES
    assert {int(i) for ids in masks() for i in np.unique(ids)} == {0, 1, 3, 7, 254}


def test_soft_mattes_come_back_as_the_masks_that_they_were_made_of(tmp_path: Path) -> None:
    logits = np.random.default_rng(0).normal(size=(4, HEIGHT, WIDTH)).astype(np.float32)
    soft = np.exp(logits) / np.exp(logits).sum(axis=0)
    (tmp_path / "export").mkdir()
    write_object_names(tmp_path, NAMES)
    sink = SINKS["soft"](tmp_path / "export/soft", told())
    known = dict(zip((1, 3, 7), soft[1:], strict=True))
    nothing = np.zeros((HEIGHT, WIDTH), np.uint8)
    sink.write(Written("00001", nothing, 1, Fraction(1, 24), "00001", None, lambda: known))
    sink.close()
    found, doubts = taken(tmp_path / "export/soft")
    winner = np.array([0, 1, 3, 7], np.uint8)[soft.argmax(axis=0)]
    np.testing.assert_array_equal(found[1], winner)
    assert doubts == []


@pytest.mark.parametrize("more", [0, 2])
def test_tracks_of_cvat_end_where_objects_do_and_within_the_video(
    tmp_path: Path, more: int
) -> None:
    files = tuple(f"{i:05d}.jpg" for i in range(FRAMES + more))
    place = export(tmp_path, "cvat-video", told(files=files))
    tracks = ElementTree.parse(place / "tracks.xml").getroot().findall("track")
    flags = {
        int(track.get("group_id", 0)): [
            (int(shape.get("frame", -1)), int(shape.get("outside", -1))) for shape in track
        ]
        for track in tracks
    }
    end = [(FRAMES, 1)] * (more > 0)
    there = [(0, 0), (1, 1), (2, 0), (3, 1), (4, 0), *end]
    assert flags[3] == flags[7] == there
    assert flags[1] == flags[254] == [(0, 0), (1, 0), (2, 0), (3, 1), (4, 0), *end]
    pieces = ElementTree.parse(place / "masks.xml").getroot().findall("track")
    frames = [[int(shape.get("frame", -1)) for shape in piece] for piece in pieces]
    assert len(frames) == 14 and max(max(f) for f in frames) == FRAMES - (more == 0)
    assert all(f == [f[0], f[0] + 1][: len(f)] for f in frames)


@pytest.mark.parametrize(
    ("name", "file"),
    [e for e in EXACT if e[0] not in {"mattes", "mots", "coco-results", "ytvis-results"}],
)
def test_classes_come_back(tmp_path: Path, name: str, file: str) -> None:
    reader: Any = StillFrames(FRAMES)
    found = masks_of(open_annotations(export(tmp_path, name) / file), reader)
    assert found.classes == {1: "dog", 3: "cat", 7: "dog"}
