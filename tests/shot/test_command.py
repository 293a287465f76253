"""`ovos segment` with masks of several frames, and `ovos resume`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image
from typer.testing import CliRunner

from models.errors import OvosError
from models.tracking.segmenter import Segmenter
from ovos_cli.app import app
from tests.conftest import ROOT, write_indexed, write_video

SMALL = ["--size", "64", "--device", "cpu"]
FRAMES = 8


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "video.mp4", FRAMES)


def box(path: Path, left: int, ident: int = 1) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, left : left + 20] = ident
    return write_indexed(path, ids)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return box(tmp_path / "first.png", 5)


@pytest.fixture
def fix(tmp_path: Path) -> Path:
    return box(tmp_path / "fix.png", 20)


def ovos(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(result.exception, OvosError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, " ".join(result.output.split())


def segment(video: Path, out: Path, untrained: Path, *options: object) -> tuple[int, str]:
    common = ("-o", out, "--weights", untrained, "--no-overlay", *SMALL)
    return ovos("segment", video, *common, *options)


def masks(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "masks").glob("*.png"))}


def ids(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


def record(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def test_a_correction_given_later_is_as_if_it_had_been_given_at_once(
    video: Path, first: Path, fix: Path, untrained: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert segment(video, one, untrained, "-m", first, "-m", f"5={fix}")[0] == 0
    assert segment(video, two, untrained, "-m", first)[0] == 0
    before = masks(two)
    assert ovos("resume", two, "--mask", f"5={fix}")[0] == 0
    assert masks(two) == masks(one) != before
    np.testing.assert_array_equal(ids(two / "masks/00005.png"), ids(fix))
    said = record(two)
    assert said["masks"] == [
        {"frame": 0, "file": str(first)},
        {"frame": 5, "file": str(fix)},
    ]
    assert said["objects"][0]["given_frames"] == [0, 5]
    assert said["objects"][0]["found"] == {"forward": 2, "backward": 0, "merged": 4}
    assert said["state"] == "complete"


def test_masks_of_a_folder_are_of_the_frames_that_they_are_named_like(
    video: Path, first: Path, fix: Path, untrained: Path, tmp_path: Path
) -> None:
    (tmp_path / "given").mkdir()
    box(tmp_path / "given/00002.png", 8)
    box(tmp_path / "given/00006.png", 12, ident=2)
    write_indexed(tmp_path / "given/00004.png", np.zeros((48, 64), np.uint8))
    out = tmp_path / "o"
    assert segment(video, out, untrained, "-m", tmp_path / "given")[0] == 0
    objects = {entry["id"]: entry for entry in record(out)["objects"]}
    assert {ident: entry["given_frames"] for ident, entry in objects.items()} == {1: [2], 2: [6]}
    assert objects[1]["found"] == {"forward": 5, "backward": 2, "merged": 0}


def test_the_masks_that_were_there_stay_until_all_new_ones_are(
    video: Path,
    first: Path,
    fix: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "o"
    assert segment(video, out, untrained, "-m", first)[0] == 0
    before = masks(out)
    step, count = Segmenter.step, []

    def failing(self, *arguments, **options):  # type: ignore[no-untyped-def]
        count.append(1)
        if len(count) == 4:
            raise MemoryError
        return step(self, *arguments, **options)

    monkeypatch.setattr(Segmenter, "step", failing)
    assert segment(video, out, untrained, "-m", fix, "--overwrite")[0] == 1
    assert masks(out) == before
    assert record(out)["state"] == "failed at frame 3"
    monkeypatch.undo()
    status, said = segment(video, out, untrained, "-m", fix)
    assert status == 2 and f"is failed at frame 3; go on with it: ovos resume {out}" in said
    assert ovos("resume", out)[0] == 0
    fresh = tmp_path / "fresh"
    assert segment(video, fresh, untrained, "-m", fix)[0] == 0
    assert masks(out) == masks(fresh) != before
    assert record(out)["frames"]["count"] == FRAMES
    assert not (out / ".ovos/waiting").exists()


def test_resume_refuses_another_model_and_another_source(
    video: Path, first: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    assert segment(video, out, untrained, "-m", first)[0] == 0
    before = masks(out)
    status, said = segment(video, out, untrained, "-m", first, "--resume", "--size", 96)
    assert status == 2 and "made with another size inside the model" in said
    status, said = segment(video, out, untrained, "-m", first, "--resume", "--set", "recency=1")
    assert status == 2 and "another weights or settings of the model" in said
    write_video(video, FRAMES + 1)
    status, said = ovos("resume", out)
    assert status == 2 and "made with another source" in said
    assert masks(out) == before


def test_a_run_of_another_version_is_found_again_from_what_was_given(
    video: Path,
    first: Path,
    fix: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, whole = tmp_path / "o", tmp_path / "whole"
    assert segment(video, out, untrained, "-m", first)[0] == 0
    monkeypatch.setattr("ovos_cli.shot.identity.code_digest", lambda *_: "of another version")
    status, said = ovos("resume", out, "-m", f"4={fix}")
    assert status == 0 and "another version of ovos" in said
    assert segment(video, whole, untrained, "-m", first, "-m", f"4={fix}")[0] == 0
    assert masks(out) == masks(whole)
    assert ovos("resume", out) == (0, ANY) and masks(out) == masks(whole)


def test_the_size_inside_follows_from_the_first_mask_and_stays(
    video: Path, untrained: Path, first: Path, tmp_path: Path
) -> None:
    both = np.zeros((48, 64), np.uint8)
    both[10:30, 5:25], both[40:42, 40:42] = 1, 2
    several = write_indexed(tmp_path / "several.png", both)
    few = ("--weights", untrained, "--end", 1, "--no-overlay", "--device", "cpu", "-o")
    one, two = tmp_path / "one", tmp_path / "two"
    assert ovos("segment", video, "-m", first, *few, one)[0] == 0
    assert ovos("segment", video, "-m", several, *few, two)[0] == 0
    assert [record(out)["options"]["ModelOptions"]["size"] for out in (one, two)] == [480, 640]
    # More objects later do not begin the run anew.
    assert ovos("segment", video, "-m", f"1={several}", *few, one, "--resume")[0] == 0
    assert ovos("resume", two, "-m", f"1={first}")[0] == 0
    assert [record(out)["options"]["ModelOptions"]["size"] for out in (one, two)] == [480, 640]


@pytest.mark.parametrize("options", [None, [], {}, {"ModelOptions": 7}])
def test_going_on_with_a_damaged_record_of_options(
    video: Path, untrained: Path, first: Path, tmp_path: Path, options: object
) -> None:
    out = tmp_path / "out"
    assert segment(video, out, untrained, "-m", first)[0] == 0
    whole, file = masks(out), out / "run.json"
    file.write_text(json.dumps(record(out) | {"options": options}))
    assert segment(video, out, untrained, "-m", first, "--resume")[0] == 0
    assert masks(out) == whole
    file.write_text(json.dumps(record(out) | {"options": options}))
    again = ("-m", first, "--weights", untrained, "--no-overlay", "--device", "cpu", "-o", out)
    status, said = ovos("segment", video, *again, "--resume")
    assert status == 2 and "size inside the model" in said


def test_no_size_is_refused(video: Path, untrained: Path, first: Path, tmp_path: Path) -> None:
    status, said = segment(video, tmp_path / "out", untrained, "-m", first, "--size", 0)
    assert status == 2 and "size 0 is not from 64" in said


def test_two_runs_do_not_write_into_one_folder(
    video: Path, first: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    (out / ".ovos").mkdir(parents=True)
    with FileLock(out / ".ovos/lock"):
        status, said = segment(video, out, untrained, "-m", first)
    assert status == 2 and f"another ovos is writing to {out}" in said
    assert segment(video, out, untrained, "-m", first)[0] == 0


def test_locked_frames_stay_and_what_follows_begins_at_them(
    video: Path, first: Path, fix: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    assert segment(video, out, untrained, "-m", first)[0] == 0
    for index in range(3):
        write_indexed(out / f"masks/{index:05d}.png", np.roll(ids(fix), index, axis=1))
    before = masks(out)
    assert segment(video, out, untrained, "-m", first, "--lock", "0-2", "--resume")[0] == 0
    after = masks(out)
    assert [n for n in after if after[n] == before[n]][:3] == [*after][:3]
    assert len(after) == FRAMES and after["00005.png"] != before["00005.png"]
    again = ("-m", first, "--lock", "0-2", "--resume", "--mattes")
    assert segment(video, out, untrained, *again)[0] == 0
    assert len(list((out / "mattes/1").iterdir())) == FRAMES
    status, said = segment(video, tmp_path / "p", untrained, "-m", first, "--lock", "0-2")
    assert status == 2 and "--lock 0-2: frame 0 has no mask in" in said


def test_an_overlay_and_mattes_of_a_resumed_run_are_whole(
    video: Path, first: Path, fix: Path, untrained: Path, tmp_path: Path
) -> None:
    out, common = tmp_path / "o", ("--weights", untrained, *SMALL)
    assert ovos("segment", video, "-m", first, "-o", out, *common, "--no-overlay")[0] == 0
    extra = ("-m", first, "-m", f"5={fix}", "-o", out, *common, "--mattes", "--resume")
    assert ovos("segment", video, *extra)[0] == 0
    for path in (out / "masks").iterdir():
        np.testing.assert_array_equal(ids(out / f"mattes/1/{path.name}") == 255, ids(path) == 1)
    import av

    with av.open(str(out / "overlay.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == FRAMES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-m", "5=first.png", "-m", "5=fix.png"], "frame 5 has two masks"),
        (["-m", "first.png", "-m", "99=fix.png"], "a mask for frame 99, and the last frame is 7"),
        (["-m", "first.png", "--drop", "1"], "--drop does not understand '1'"),
        (["-m", "3=first.png", "--drop", "1@2"], "its first mask is of frame 3"),
        (["-m", "first.png", "--drop", "7@2"], "no mask of it is given"),
        (["-m", "first.png", "--lock", "5-3"], "comes before"),
        (["-m", "first.png", "--lock", "a"], "--lock does not understand"),
        (["-m", "first.png", "--resume", "--overwrite"], "exclude each other"),
        (["-m", "5=none.png"], "does not exist"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(
    video: Path,
    first: Path,
    fix: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, said = segment(video, Path("o"), untrained, *options)
    assert (status, message in said) == (2, True), said
    assert not Path("o").exists()


def test_resume_of_what_is_no_run(tmp_path: Path) -> None:
    status, said = ovos("resume", tmp_path)
    assert status == 2 and "there is nothing to resume" in said


def test_killed_twenty_times_the_masks_are_the_same_bytes(
    first: Path, fix: Path, untrained: Path, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "long.mp4", 24)
    options = ["--mask", str(first), "--mask", f"12={fix}", "--weights", str(untrained), "-q"]
    command = ["segment", str(video), *options, "--mattes", *SMALL]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    killed = [sys.executable, str(Path(__file__).with_name("killed.py")), "7", "20"]
    said = subprocess.run(
        [*killed, str(tmp_path / "whole"), str(tmp_path / "killed"), *command],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "whole 0" in said
    assert said.count("killed with") >= 1 and "ended 0" in said
    for name in ("masks", "mattes"):
        one, other = ((tmp_path / run / name) for run in ("whole", "killed"))
        files = sorted(p.relative_to(one) for p in one.rglob("*.png"))
        assert files == sorted(p.relative_to(other) for p in other.rglob("*.png"))
        assert all((one / f).read_bytes() == (other / f).read_bytes() for f in files)
    assert record(tmp_path / "killed")["state"] == "complete"
    assert not [p for p in (tmp_path / "killed").rglob("*") if "part" in p.name]
