"""The sample as a data set: what comes with ovos, and how it is read."""

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from models.errors import InputError, OvosError
from models.training.recipe import DataPart
from ovos_cli.app import app
from ovos_cli.datasets import DatasetName, find_root, open_dataset, sample
from ovos_cli.training.data_folders import DataFolders
from tests.cli.command import run_main
from tests.conftest import ROOT, SAMPLES, write_indexed, write_video
from tests.trees import image, scene

TRUTH = sorted((SAMPLES / "truth").glob("*.png"))


def test_the_truth_has_all_objects_in_frames_spread_over_the_clip() -> None:
    frames = [int(path.stem) for path in TRUTH]
    assert len(frames) >= 8 and frames[0] > 0 and frames[-1] == 131
    assert np.diff([0, *frames]).max() <= 30
    first = Image.open(SAMPLES / "bunny_objects.png")
    for path in TRUTH:
        with Image.open(path) as mask:
            assert mask.mode == "P" and mask.size == first.size
            assert mask.getpalette() == first.getpalette()
            ids, counts = np.unique(np.asarray(mask), return_counts=True)
        assert ids.tolist() == [0, 1, 2, 3] and counts.min() > 10_000


def test_a_wheel_takes_it_along() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    files = project["tool"]["setuptools"]["data-files"]
    for folder, patterns in files.items():
        place = folder.removeprefix("share/ovos/")
        taken = {path for pattern in patterns for path in ROOT.glob(pattern)}
        there = {p for p in (ROOT / place).iterdir() if p.is_file()}
        assert taken == there and taken, folder
    assert {"share/ovos/recipes", "share/ovos/sample_videos/truth"} <= set(files)


def test_without_a_home_it_is_said_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", classmethod(unknown))
    with pytest.raises(OvosError, match="no home folder is known; set HOME or XDG_CACHE_HOME"):
        open_dataset(DatasetName.SAMPLE, SAMPLES)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sample of seven small frames, of which three are annotated."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "sample_videos"
    (root / "truth").mkdir(parents=True)
    write_video(root / "bunny.mp4", 7, draw=lambda i, w, h: image(scene(i, 2, (h, w)), i))
    write_indexed(root / "bunny_objects.png", scene(0))
    for index in (2, 6):
        write_indexed(root / "truth" / f"{index:05d}.png", scene(index))
    monkeypatch.setattr("ovos_cli.datasets.opening.sample_root", lambda: root)
    monkeypatch.setattr("ovos_cli.training.data_folders.sample_root", lambda: root)
    return root


def test_it_is_scored_where_it_is_annotated(small: Path, tmp_path: Path, untrained: Path) -> None:
    out = tmp_path / "o"
    arguments = ["benchmark", "--dataset", "sample", "--weights", untrained, "--size", 64]
    arguments += ["--device", "cpu", "--out", out]
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert f"data     {small} (comes with ovos)" in result.output
    assert f"ovos report {out}\n" in result.output
    record = json.loads((out / "results.json").read_text())
    scores = record["sequences"]["bunny"]["objects"]
    assert [scores[i]["frames"] for i in ("1", "2")] == [["00002", "00006"]] * 2
    assert len(list((out / "masks/bunny").glob("*.png"))) == 7
    again = CliRunner().invoke(app, ["report", str(out)], env={"COLUMNS": "200"})
    assert again.exit_code == 0, again.output


def test_its_frames_are_written_once(small: Path, tmp_path: Path) -> None:
    laid = sample.lay_out(small)
    assert laid.parent == tmp_path / "cache/ovos" and list(laid.parent.iterdir()) == [laid]
    assert len(list((laid / "JPEGImages/480p/bunny").iterdir())) == 7
    before = (laid / "JPEGImages/480p/bunny/00003.jpg").stat().st_mtime_ns
    assert sample.lay_out(small) == laid
    assert (laid / "JPEGImages/480p/bunny/00003.jpg").stat().st_mtime_ns == before
    write_indexed(small / "truth/00004.png", scene(4))  # another truth is another place
    assert sample.lay_out(small) != laid


def test_a_recipe_finds_it_by_its_name(small: Path, tmp_path: Path) -> None:
    part = DataPart(kind="davis", root="sample")
    for base in (None, tmp_path):
        assert DataFolders(base).place(part) == sample.lay_out(small)
    (tmp_path / "sample").mkdir()  # one's own comes first
    assert DataFolders(tmp_path).place(part) == tmp_path / "sample"


def test_what_is_not_the_sample_is_refused(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_root(DatasetName.SAMPLE).root == small
    with pytest.raises(InputError, match="no split 'train'"):
        open_dataset(DatasetName.SAMPLE, small, "train")
    shutil.rmtree(small / "truth")
    status, said = run_main(monkeypatch, "evaluate", "m", "--dataset", "sample", "--root", small)
    assert status == 2 and "is not the sample" in said and "Leave --root out" in said
    monkeypatch.setattr("ovos_cli.shared_files.shared_folders", lambda name: [])
    with pytest.raises(OvosError, match="install ovos again"):
        sample.sample_root()


def test_a_cache_that_cannot_be_written_is_named(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(OvosError, match="set XDG_CACHE_HOME"):
        sample.lay_out(small)
