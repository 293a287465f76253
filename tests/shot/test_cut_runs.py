"""A run over a video with a cut: what is recorded, and which way counts where."""

import json
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from models import Segmenter
from ovos_cli.app import app
from ovos_cli.media.open_source import open_source
from ovos_cli.shot.meeting import way_to_trust
from ovos_cli.shot.origins import BACKWARD, FORWARD
from ovos_cli.shot.shot import Shot
from tests.conftest import write_indexed, write_video

FRAMES, CUT = 8, 4


def _draw(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """Two scenes, of which the second begins at the cut."""
    coarse = np.random.default_rng(index // CUT).integers(0, 256, (12, 16, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def _box(left: int) -> NDArray[np.uint8]:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, left : left + 20] = 1
    return ids


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "video.mp4", FRAMES, draw=_draw)


@pytest.mark.parametrize(
    ("frame", "cuts", "way"),
    [
        (3, (), None),
        (3, (4,), FORWARD),
        (4, (4,), BACKWARD),
        (3, (8,), FORWARD),  # the mask after it is the first of its shot
        (3, (1,), BACKWARD),
        (3, (0, 9), None),  # not between the two masks
        (3, (2, 5), None),  # both ways had to find it anew
    ],
)
def test_a_way_that_has_not_crossed_a_cut_counts_alone(
    frame: int, cuts: tuple[int, ...], way: str | None
) -> None:
    assert way_to_trust(0, frame, 8, cuts) == way


@pytest.mark.parametrize(("options", "cuts"), [([], [CUT]), (["--no-cuts"], [])])
def test_the_record_names_the_cuts(
    options: list[str], cuts: list[int], video: Path, untrained: Path, tmp_path: Path
) -> None:
    mask = write_indexed(tmp_path / "first.png", _box(5))
    shared = ("-o", tmp_path / "out", "--weights", untrained, "--size", 64, "--no-overlay", "-q")
    arguments = ("segment", video, "--mask", mask, *shared, *options)
    assert CliRunner().invoke(app, [*map(str, arguments)]).exit_code == 0
    assert json.loads((tmp_path / "out/run.json").read_text())["cuts"] == cuts


def _shot(video: Path, segmenter: Segmenter, folder: Path) -> Shot:
    folder.mkdir(exist_ok=True)
    shot = Shot(open_source(video), segmenter, folder)
    shot.put(0, _box(5))
    shot.put(FRAMES - 1, _box(30))
    return shot


@pytest.fixture(scope="module")
def segmenter(untrained: Path) -> Segmenter:
    return Segmenter.load("lite", untrained, size=64, device="cpu")


def test_ways_are_not_mixed_across_a_cut(video: Path, segmenter: Segmenter, tmp_path: Path) -> None:
    with closing(_shot(video, segmenter, tmp_path / "shot")) as shot:
        came = {done.index: done.masks.origin[1] for done in shot.run()}
        assert shot.cuts == [CUT]
    ways = [came[frame] for frame in range(1, FRAMES - 1)]
    assert ways == [FORWARD] * (CUT - 1) + [BACKWARD] * (FRAMES - 1 - CUT)


@pytest.mark.parametrize("steps", [CUT - 1, CUT, FRAMES + 2])
def test_wherever_a_run_is_interrupted_the_cuts_and_masks_are_the_same(
    steps: int, video: Path, segmenter: Segmenter, tmp_path: Path
) -> None:
    def results(shot: Shot) -> list[NDArray[np.uint8]]:
        assert shot.cuts == [CUT]
        found = [shot.result(frame) for frame in range(FRAMES)]
        return [masks.ids for masks in found if masks is not None]

    with closing(_shot(video, segmenter, tmp_path / "whole")) as shot:
        list(shot.run())
        expected = results(shot)
    with closing(_shot(video, segmenter, tmp_path / "parts")) as shot:
        count = 0

        def tick() -> None:
            nonlocal count
            count += 1
            if count == steps:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(shot.run(tick=tick))
    with closing(_shot(video, segmenter, tmp_path / "parts")) as shot:
        list(shot.run())
        np.testing.assert_array_equal(results(shot), expected)
    assert len(expected) == FRAMES
