"""Masks of any frame: which files they are, and what is in them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.masks.keyframes import mask_arguments, read_keyframe_mask
from tests.conftest import write_indexed


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("car.png", "dog.png", "1=2.png", "masks/10.png", "masks/9.png", "masks/.x.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.new("L", (4, 3)).save(path)
    (tmp_path / "masks/notes.txt").touch()
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_masks_are_named_by_frame_by_folder_or_are_of_the_first_frame(here: Path) -> None:
    assert mask_arguments(["car.png"], 5) == [(5, Path("car.png"))]
    assert mask_arguments(["1=2.png"], 0) == [(0, Path("1=2.png"))]  # a file that is there
    assert mask_arguments(["57=car.png", "dog.png", "057=./car.png"], 0) == [
        (57, Path("car.png")),
        (0, Path("dog.png")),
    ]
    assert mask_arguments(["masks", "3=car.png"], 0) == [
        ("9", Path("masks/9.png")),
        ("10", Path("masks/10.png")),
        (3, Path("car.png")),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["none.png"], "none.png does not exist"),
        (["4=none.png"], "none.png does not exist"),
        (["car=4.png"], "car=4.png does not exist"),
        (["-4=car.png"], "counted from 0"),
        (["4=masks"], "one picture"),
        (["4="], "one picture"),
        (["²=car.png"], "does not exist"),
        (["empty"], "holds no picture"),
        (["car.png", "dog.png"], "frame 0 has two masks, car.png and dog.png"),
        (["4=car.png", "04=dog.png"], "frame 4 has two masks"),
    ],
)
def test_masks_that_are_of_no_frame_are_refused(here: Path, given: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        mask_arguments(given, 0)


def test_two_masks_of_one_name_in_a_folder_are_refused(here: Path) -> None:
    Image.new("L", (4, 3)).save("masks/9.bmp")
    with pytest.raises(InputError, match="frame 9 has two masks"):
        mask_arguments(["masks"], 0)


def test_void_belongs_to_nobody_and_black_says_nothing(tmp_path: Path) -> None:
    values = np.zeros((40, 60), np.uint8)
    values[5:30, 5:30], values[5:30, 30:32] = 7, 255
    mask = read_keyframe_mask(write_indexed(tmp_path / "void.png", values))
    np.testing.assert_array_equal(mask.ids, np.where(values == 7, 7, 0))
    np.testing.assert_array_equal(mask.void, values == 255)
    assert not mask.white
    Image.fromarray(np.where(values == 7, np.uint8(255), np.uint8(0))).save(tmp_path / "w.png")
    white = read_keyframe_mask(tmp_path / "w.png")
    assert white.white and not white.void.any() and set(np.unique(white.ids)) == {0, 1}
    black = read_keyframe_mask(write_indexed(tmp_path / "black.png", np.zeros_like(values)))
    assert not black.ids.any() and not black.void.any()
