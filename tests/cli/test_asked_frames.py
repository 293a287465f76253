"""Frames that are asked for by number, of sources that have other ones, or name them otherwise."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ovos_cli.media.frame import FrameReader
from ovos_cli.media.frame_index import FrameIndex
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.media.open_source import open_source
from ovos_cli.media.source import LiveSource
from tests.cli.command import run_main
from tests.conftest import picture, write_indexed, write_video

SMALL = ["--size", "64", "--device", "cpu", "-q"]


def named(folder: Path, frames: int = 4, form: str = "shot.{}", first: int = 1001) -> Path:
    """A folder of images whose names count from 1001."""
    folder.mkdir()
    for index in range(frames):
        name = f"{form.format(first + index)}.png"
        Image.fromarray(picture(index, 64, 48)).save(folder / name)
    return folder


def pages(path: Path) -> Path:
    shown = [Image.fromarray(picture(index, 64, 48)) for index in range(4)]
    shown[0].save(path, save_all=True, append_images=shown[1:])
    return path


def live(folder: Path, end: int | None) -> LiveReader:
    path = write_video(folder / "a.mkv", 4)
    return LiveReader(LiveSource(f"file:{path}", "a.mkv", "a"), 0, end)


SOURCES: dict[str, Callable[[Path, int | None], FrameReader]] = {
    "folder": lambda at, end: open_source(named(at / "f"), end=end),
    "video": lambda at, end: open_source(write_video(at / "a.mkv", 4), end=end),
    "pages": lambda at, end: open_source(pages(at / "a.tif"), end=end),
    "live": live,
}


@pytest.fixture
def first(tmp_path: Path) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25] = 1
    return write_indexed(tmp_path / "first.png", ids)


@pytest.mark.parametrize("kind", SOURCES)
def test_an_end_behind_the_last_frame_is_said_and_only_that(tmp_path: Path, kind: str) -> None:
    for place, (end, warned) in enumerate({3: False, None: False, 2: False, 4: True}.items()):
        (folder := tmp_path / str(place)).mkdir()
        reader = SOURCES[kind](folder, end)
        count = len(list(reader))
        assert count == (3 if end == 2 else 4) and reader.last() == count - 1 and reader.whole
        said = f"--end is {end}, and the last frame of"
        assert [said in text for text in reader.warnings] == [True] * warned


def test_the_last_frame_of_a_range_is_found_without_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = write_video(tmp_path / "a.mkv", 40), list[int]()
    note = FrameIndex.add_frame
    monkeypatch.setattr(
        FrameIndex, "add_frame", lambda *noted: (read.append(noted[1]), note(*noted))[1]
    )
    assert open_source(path, end=3).last() == 3
    assert max(read) == 3
    assert open_source(path, end=300).last() == 39


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["segment", "{shot}", "-m", "1002={first}", *SMALL], "shot.1002 is frame 1"),
        (["segment", "{shot}", "-m", "{first}", "--start=1003", *SMALL], "shot.1003 is frame 2"),
        (
            ["segment", "{shot}", "-m", "{first}", "--drop=1@1004", *SMALL],
            "shot.1004 is frame 3",
        ),
        (["segment", "{shot}", "-m", "{first}", "--lock=1001", *SMALL], "shot.1001 is frame 0"),
        (["propose", "{shot}", "--frame", "1002", *SMALL], "shot.1002 is frame 1"),
        (["mask", "{shot}", "--frame", "1002", "--box", "1,1,9,9"], "shot.1002 is frame 1"),
        (["segment", "{clip}", "-m", "{first}", "--drop=1@6", *SMALL], "the last frame is 5"),
    ],
)
def test_a_number_out_of_a_name_is_told_its_index(
    command: list[str], said: str, first: Path, clip: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    shot = named(tmp_path / "shot")
    filled = [text.format(shot=shot, first=first, clip=clip) for text in command]
    weights = ["--weights", untrained] if command[0] == "segment" else []
    status, text = run_main(monkeypatch, *filled, *weights)
    assert status == 2 and said in text
    assert not [path for path in tmp_path.glob("*_*") if path.is_dir()]


@pytest.mark.parametrize(("mask", "frame"), [("1002", 1), ("matte.1003", 2), ("shot.1001", 0)])
def test_masks_of_a_folder_are_put_to_frames_of_their_numbers(
    mask: str, frame: int, first: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    shot, masks, out = named(tmp_path / "shot"), tmp_path / "masks", tmp_path / "out"
    masks.mkdir()
    (masks / f"{mask}.png").write_bytes(first.read_bytes())
    options = ["--weights", untrained, "--out", out, "--forward", *SMALL]
    assert run_main(monkeypatch, "segment", shot, "-m", masks, *options)[0] == 0
    with Image.open(out / f"masks/shot.{1001 + frame}.png") as written:
        assert (np.array(written)[10:30, 5:25] == 1).all()
    told = "has its number" in capsys.readouterr().err
    assert told == (not mask.startswith("shot"))


def test_masks_of_numbers_that_two_frames_have_are_refused(
    first: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot, masks = named(tmp_path / "shot", form="left_{}"), tmp_path / "masks"
    for file in sorted(shot.iterdir()):
        (shot / file.name.replace("left", "right")).write_bytes(file.read_bytes())
    masks.mkdir()
    (masks / "1002.png").write_bytes(first.read_bytes())
    options = ["--weights", untrained, "--out", tmp_path / "out", *SMALL]
    status, text = run_main(monkeypatch, "segment", shot, "-m", masks, *options)
    assert status == 2 and "named like no frame" in text
