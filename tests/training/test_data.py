"""Data formats, and the look at the data before the first step."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.errors import InputError
from models.training.data.catalog import DataSet, open_data
from models.training.data.coco import coco_images
from models.training.data.davis import davis_videos
from models.training.data.pairs import IGNORE
from models.training.data.preflight import survey
from models.training.recipe import DataPart
from tests.conftest import write_indexed


def _open(kind: str, root: Path) -> DataSet:
    return open_data(DataPart.model_validate({"kind": kind, "root": root.name}), root.parent)


def test_folders(folders: Path) -> None:
    data = _open("folders", folders)
    assert len(data.images) == 6 and not data.videos
    assert np.unique(data.images[0].mask()).tolist() == [0, 1, 2]
    assert data.images[0].image().shape == (120, 160, 3)


def test_davis_and_youtube(davis: Path, youtube: Path) -> None:
    for data, frames in ((_open("davis", davis), 8), (_open("ytvos", youtube), 4)):
        [video] = data.videos
        assert video.length == frames and len(data.stills()) == frames
        assert np.unique(video.frames[0].mask()).tolist() == [0, 1, 2]
        assert np.median(video.frames[0].image()[60, 30:60, 0]) > 200  # red, so not BGR


def test_the_first_davis_lists_pairs_of_paths(davis: Path) -> None:
    names = (davis / "ImageSets/2017/train.txt").read_text().split()
    shutil.rmtree(davis / "ImageSets/2017")
    places = [f"480p/{names[0]}/{frame:05d}" for frame in range(8)]
    lines = [f"/JPEGImages/{place}.jpg /Annotations/{place}.png" for place in places]
    (davis / "ImageSets/480p").mkdir()
    (davis / "ImageSets/480p/train.txt").write_text("\n".join(lines))
    assert [video.name for video in davis_videos(davis, "train", "2016")] == names
    with pytest.raises(InputError, match=r"missing: .*2017/train\.txt"):
        davis_videos(davis, "train", "2017")


def test_coco(coco: Path) -> None:
    data = _open("coco", coco)
    [image] = data.images  # the other one has no instance
    mask = image.mask()
    assert mask[60, 40] == 1 and mask[0, 155] == 0
    assert mask[50, 5] == IGNORE  # a crowd
    assert mask[15, 105] == IGNORE  # too small to learn from


def test_pairs_that_do_not_fit_are_named(folders: Path) -> None:
    write_indexed(folders / "masks" / "3.png", np.ones((60, 80), np.uint8))
    found = survey(_open("folders", folders), decode=False)
    assert found.images == 6
    assert len(found.broken) == 1
    assert "3.png is 160x120 but its mask is 80x60" in found.broken[0]


def test_only_decoding_sees_damage_and_empty_masks(folders: Path) -> None:
    file = folders / "images" / "2.png"
    file.write_bytes(file.read_bytes()[:2000])
    write_indexed(folders / "masks" / "4.png", np.zeros((120, 160), np.uint8))
    quick = survey(_open("folders", folders), decode=False)
    whole = survey(_open("folders", folders), decode=True)
    assert not quick.broken and not quick.hollow
    assert len(whole.broken) == 1 and "2.png" in whole.broken[0]
    assert whole.hollow == ["4.png"]


def test_a_frame_that_is_missing_is_named(davis: Path) -> None:
    (davis / "JPEGImages/480p/boxes/00003.jpg").unlink()
    found = survey(_open("davis", davis), decode=False)
    assert len(found.broken) == 1 and "00003.jpg does not exist" in found.broken[0]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("folders", "images/ and masks/"),
        ("davis", "not a DAVIS 2017 root"),
        ("ytvos", "not a YouTube-VOS root"),
        ("coco", "train2017 is missing"),
    ],
)
def test_a_root_without_the_expected_folders(tmp_path: Path, kind: str, message: str) -> None:
    (tmp_path / "something").mkdir()
    with pytest.raises(InputError, match=message):
        _open(kind, tmp_path / "something")


def test_a_split_without_any_name(davis: Path) -> None:
    (davis / "ImageSets/2017/train.txt").write_text("\n")
    with pytest.raises(InputError, match=r"train\.txt names no sequence"):
        _open("davis", davis)


def test_a_json_of_something_else(coco: Path) -> None:
    file = coco / "annotations" / "other.json"
    file.write_text('{"pictures": []}')
    with pytest.raises(InputError, match="not a COCO instances file"):
        coco_images(coco / "train2017", file)


def test_a_mask_that_is_no_picture(folders: Path) -> None:
    (folders / "masks" / "0.png").write_text("no")
    data = _open("folders", folders)
    with pytest.raises(InputError, match=r"0\.png is not a readable image"):
        data.images[0].mask()


@pytest.mark.parametrize("lost", ["JPEGImages/480p", "Annotations/480p"])
def test_a_davis_root_without_a_folder_says_what_was_expected(davis: Path, lost: str) -> None:
    (davis / lost).rename(davis / "elsewhere")
    with pytest.raises(InputError, match=rf"missing: .*DAVIS/{lost}. Expected ImageSets/"):
        _open("davis", davis)


def test_what_file_managers_leave_is_no_pair(folders: Path) -> None:
    for name in (".DS_Store", "._0.png", "Thumbs.db"):
        for kind in ("images", "masks"):
            (folders / kind / name).touch()
    found = survey(_open("folders", folders), decode=True)
    assert found.images == 6 and not found.broken and found.alone == (0, 0)


def test_two_files_of_one_name_are_named(folders: Path) -> None:
    image = sorted((folders / "images").iterdir())[0]
    other = image.with_suffix(".bmp" if image.suffix != ".bmp" else ".png")
    other.write_bytes(image.read_bytes())
    with pytest.raises(InputError, match=f"{image.stem}\\..* and {image.stem}\\."):
        _open("folders", folders)
