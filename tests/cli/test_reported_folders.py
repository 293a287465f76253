"""Folders of frames that people reported of this and other programs, and masks of other frames."""

import os
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli import process_settings
from ovos_cli.media.open_source import open_source
from ovos_cli.shot.given import read_given_masks
from tests.conftest import picture, write_indexed, write_video
from tests.shot.test_command import segment


def folder(path: Path, *names: str) -> Path:
    path.mkdir(parents=True)
    for index, name in enumerate(names):
        Image.fromarray(picture(index, 64, 48)).save(path / name)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25] = 1
    return write_indexed(tmp_path / "mask.png", ids)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["left_0.png", "right_0.png", "left_1.png", "right_1.png"], "2 kinds of names"),
        (["0_rgb.png", "0_depth.png", "1_rgb.png", "1_depth.png"], "2 like 0_depth.png"),
        (["f1.png", "f2.png", "f2 copy.png", "f1 (1).png"], "3 kinds of names"),
        ([*(f"{i}.png" for i in range(20)), "5_old.png"], "5_old.png is named unlike"),
        (["f_001.png", "f_002.png", "f_005.png"], "missing between f_002.png and f_005.png"),
        ([f"s2.{i}.png" for i in (1, 2, 3, 5, 6, 8)], "s2.5.png, as in 1 more"),
    ],
)
def test_files_that_may_not_be_one_sequence_are_doubted(
    tmp_path: Path, names: list[str], said: str
) -> None:
    reader = open_source(folder(tmp_path / "video", *names))
    assert len(list(reader)) == len(names)
    [warning] = reader.warnings
    assert said in warning


@pytest.mark.parametrize(
    "names",
    [
        [f"shot.{i}.png" for i in range(1001, 1005)],
        [f"{i:05d}.png" for i in range(0, 30, 5)],
        ["2024-01-01_10.20.00.png", "2024-01-01_10.20.07.png", "2024-01-01_10.21.01.png"],
        ["a.png", "b.png", "c.png"],
        ["x1.png", "x30.png", "x72.png", "x73.png"],
        ["9.png", "010.png", "11.png"],
        ["cam1_0.png", "cam1_1.png", "cam2_0.png", "cam2_1.png"],
        ["a1b.png", "c2.png", "3d.png", "e4f.png", "5.png", "g6.png"],
    ],
)
def test_names_that_follow_a_rule_or_none_are_not_doubted(tmp_path: Path, names: list[str]) -> None:
    assert open_source(folder(tmp_path / "video", *names)).warnings == []


def test_one_file_of_a_sequence_is_doubted(tmp_path: Path) -> None:
    video = folder(tmp_path / "video", "a.1001.png", "a.1002.png", "a.1003.png", "b.png")
    reader = open_source(video / "a.1001.png")
    assert len(list(reader)) == 1
    [warning] = reader.warnings
    assert "2 more files" in warning and "folder" in warning
    assert open_source(video / "b.png").warnings == []


@pytest.mark.parametrize(
    ("given", "name", "said"),
    [
        ("2={}", "m.png", "f_002 is frame 1"),
        ("{}", "f_003.png", "named like frame 2"),
        ("1={}", "f_003.png", "--mask 2="),
        ("1={}", "f_002.png", ""),
        ("{}", "first.png", ""),
        ("0={}", "f_009.png", ""),
    ],
)
def test_a_mask_that_seems_to_be_of_another_frame_is_doubted(
    tmp_path: Path, mask: Path, given: str, name: str, said: str
) -> None:
    reader = open_source(folder(tmp_path / "video", *(f"f_{i:03d}.png" for i in range(1, 5))))
    path = shutil.copy(mask, tmp_path / name)
    doubts = read_given_masks([given.format(path)], reader).doubts
    assert len(doubts) == bool(said) and said in "".join(doubts)


def test_a_mask_that_is_named_like_another_frame_of_a_video_is_doubted(
    tmp_path: Path, mask: Path
) -> None:
    reader = open_source(write_video(tmp_path / "video.mp4"))
    path = shutil.copy(mask, tmp_path / "00002.png")
    [doubt] = read_given_masks([str(path)], reader).doubts
    assert "frame 2" in doubt
    assert read_given_masks([f"2={path}"], reader).doubts == []


def test_accents_may_be_stored_in_either_way(tmp_path: Path, mask: Path) -> None:
    names = [unicodedata.normalize("NFC", f"ü{index}.png") for index in range(3)]
    reader = open_source(folder(tmp_path / "video", *names))
    (tmp_path / "masks").mkdir()
    shutil.copy(mask, tmp_path / "masks" / unicodedata.normalize("NFD", names[1]))
    assert [*read_given_masks([str(tmp_path / "masks")], reader).masks] == [1]


def test_frames_are_not_replaced_through_a_link(
    tmp_path: Path, mask: Path, untrained: Path
) -> None:
    video = folder(tmp_path / "video", "00000.png", "00001.png")
    before = {file.name: file.read_bytes() for file in video.iterdir()}
    (out := tmp_path / "out").mkdir()
    (out / "masks").symlink_to(video)
    code, said = segment(video, out, untrained, "-m", mask, "--overwrite")
    assert code == 2 and "choose another --out" in said
    assert {file.name: file.read_bytes() for file in video.iterdir()} == before


def test_a_working_folder_that_is_gone_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    monkeypatch.delenv("TMPDIR", raising=False)
    (tmp_path / "gone").rmdir()
    before = dict(os.environ)
    process_settings._shorten_temporary_folder()
    assert dict(os.environ) == before


def test_what_is_no_picture_is_said_in_words(tmp_path: Path, mask: Path) -> None:
    (path := tmp_path / "mask.npy").write_bytes(b"\x93NUMPY")
    reader = open_source(folder(tmp_path / "video", "0.png"))
    with pytest.raises(InputError, match=r"mask\.npy .* Pillow does not know") as refusal:
        read_given_masks([str(path)], reader)
    assert "object at" not in str(refusal.value) and "BufferedReader" not in str(refusal.value)


@pytest.mark.parametrize(("factor", "said"), [(16, True), (1, True), (257, False), (0, False)])
def test_bits_that_are_not_used_are_said(tmp_path: Path, factor: int, said: bool) -> None:
    (video := tmp_path / "video").mkdir()
    values = picture(3, 64, 48)[..., 0].astype(np.uint16) * factor
    Image.fromarray(values).save(video / "0.tif")
    Image.fromarray(values).save(video / "1.tif")
    reader = open_source(video)
    for frame in reader:
        np.testing.assert_array_equal(frame.image[..., 1], np.rint(values * (255 / 65535)))
    assert len(reader.warnings) == said and all("nearly black" in w for w in reader.warnings)
