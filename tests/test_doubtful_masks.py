"""Masks that people made: what is doubtful is read as it was meant, and said, or refused."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from models.pictures.mask_values import VOID
from models.training.data.pictures import read_mask
from ovos_cli.datasets.annotation import as_ids, read_picture
from ovos_cli.datasets.folder import folder_sequence
from ovos_cli.evaluation.mask_check import MaskCheck
from ovos_cli.masks.first_mask import read_first_mask
from ovos_cli.masks.keyframes import read_keyframe_mask
from ovos_cli.masks.palette import davis_palette
from tests.conftest import write_indexed

_GREYS = [value for value in range(256) for _ in range(3)]
_DISC = cv2.circle(np.zeros((120, 160), np.uint8), (80, 60), 40, 1, -1)


def _white(**strays: int) -> np.ndarray:
    """A white disc, and some pixels of other values: `v128=3` are three of 128."""
    values = _DISC * np.uint8(VOID)
    for row, (name, count) in enumerate(strays.items()):
        values[4 + 3 * row, 3 : 3 + 2 * count : 2] = int(name[1:])
    return values


def _refused_elsewhere(path: Path, message: str) -> None:
    """Training, data sets of one's own and other methods' masks have nobody to warn."""
    picture = read_picture(path)
    readers = (
        lambda: read_mask(path),
        lambda: folder_sequence("v", path.parent, path.parent),
        lambda: MaskCheck(frozenset({1}))(path, picture, as_ids(picture.values)),
    )
    for read in readers:
        with pytest.raises(InputError, match=message):
            read()


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(
    "values",
    [_white(v128=1), _white(v1=1), _white(v254=1), _white(v1=8, v100=8, v200=8)],
    ids=["grey", "1", "254", "several"],
)
def test_white_stays_the_object_beside_strays(
    tmp_path: Path, values: np.ndarray, indexed: bool
) -> None:
    path = tmp_path / "stray.png"
    if indexed:
        write_indexed(path, values, _GREYS)
    else:
        Image.fromarray(values).save(path)
    first = read_first_mask(path)
    np.testing.assert_array_equal(first.ids, values >= 128)
    assert "white is the object" in first.doubt
    _refused_elsewhere(path, "255")


def test_white_that_was_rounded_is_one_object(tmp_path: Path) -> None:
    values = _DISC * np.uint8(VOID)
    values[60:] -= _DISC[60:]  # 254
    Image.fromarray(values).save(tmp_path / "white.png")
    np.testing.assert_array_equal(read_first_mask(tmp_path / "white.png").ids, _DISC)


def test_a_band_of_255_is_void_and_a_field_of_it_is_asked_about(tmp_path: Path) -> None:
    small = cv2.circle(np.zeros((120, 160), np.uint8), (80, 60), 6, 1, -1)
    band = np.where(cv2.dilate(small, np.ones((11, 11), np.uint8)) > small, VOID, small)
    wire = np.zeros((120, 160), np.uint8)
    wire[40:52, 10:150], wire[45:47, 15:145] = VOID, 1
    beside = np.where(_DISC > 0, VOID, 0)
    beside[5:15, 5:15] = 1
    for values in (band, wire):
        path = write_indexed(tmp_path / "mask.png", values.astype(np.uint8), _GREYS)
        first = read_first_mask(path)
        np.testing.assert_array_equal(first.ids, values == 1)
        assert not first.doubt
        np.testing.assert_array_equal(read_mask(path), values)
    Image.fromarray(beside.astype(np.uint8)).save(path)
    with pytest.raises(InputError, match="give it an index from 1 to 254"):
        read_first_mask(path)
    _refused_elsewhere(path, "255")
    # In the palette of DAVIS and VOC, 255 has the colour of void; and official files are believed.
    write_indexed(path, beside.astype(np.uint8), davis_palette())
    np.testing.assert_array_equal(read_first_mask(path).ids, beside == 1)
    np.testing.assert_array_equal(read_mask(path, first=path), beside)


def test_a_jpeg_of_black_and_white_is_cut_at_half_and_of_anything_else_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "mask.jpg"
    for quality in (60, 92, 100):
        Image.fromarray(_DISC * np.uint8(VOID)).save(path, quality=quality)
        first = read_first_mask(path)
        assert np.count_nonzero(first.ids != _DISC) < 5
        assert "JPEG" in first.doubt
    for ids in (_DISC * np.uint8(100), cv2.blur(_DISC * np.uint8(VOID), (15, 15))):
        Image.fromarray(ids).save(path, quality=75)
        with pytest.raises(InputError, match=r"JPEG.*--mask-threshold 128"):
            read_first_mask(path)


def test_specks_and_backgrounds_with_a_number_are_doubted(tmp_path: Path) -> None:
    speck = _DISC.copy()
    speck[3, 3:6] = 2
    numbered = _DISC + np.uint8(1)  # background is 1 and the object 2
    inverted = np.where(_DISC > 0, 0, VOID).astype(np.uint8)
    for values, doubt in (
        (speck, "object 2 is 3 pixels in all"),
        (numbered, "every pixel .* background is 0"),
        (inverted, "is it inverted"),
    ):
        Image.fromarray(values).save(tmp_path / "mask.png")
        assert re.search(doubt, read_first_mask(tmp_path / "mask.png").doubt)


@pytest.mark.parametrize("name", ["a.webp", "a.jpg", "grey.webp"])
def test_what_lossy_formats_leave_of_black_and_white_is_one_object(
    tmp_path: Path, name: str
) -> None:
    picture = Image.fromarray(_DISC * np.uint8(VOID))
    (picture if "grey" in name else picture.convert("RGB")).save(tmp_path / name, quality=50)
    read = read_keyframe_mask(tmp_path / name)
    assert np.count_nonzero(read.ids != _DISC) < 0.02 * _DISC.sum()
    assert "what is half white or more" in read.doubt


def test_ids_that_lossless_files_of_lossy_formats_hold_stay(tmp_path: Path) -> None:
    ids = np.hstack([_DISC, 2 * _DISC])
    Image.fromarray(ids).convert("RGB").save(tmp_path / "a.webp", lossless=True)
    read = read_keyframe_mask(tmp_path / "a.webp")
    np.testing.assert_array_equal(read.ids, ids)
    assert not read.doubt


def test_greys_that_make_objects_visible_are_no_silent_void(tmp_path: Path) -> None:
    path = tmp_path / "two.png"
    Image.fromarray(np.hstack([127 * _DISC, 255 * _DISC])).save(path)
    read = read_keyframe_mask(path)
    assert "255 (5025 pixels)" in read.doubt and "give it an index" in read.doubt
    band = cv2.dilate(_DISC, np.ones((7, 7), np.uint8)) * np.uint8(255)
    band[_DISC > 0] = 3
    Image.fromarray(band).save(path)
    assert not read_keyframe_mask(path).doubt


def test_white_that_was_rounded_in_a_thin_line_is_one_object(tmp_path: Path) -> None:
    values = _DISC * np.uint8(255)
    values[60, 41:120] = 254
    values[61, 41:120] = 250
    Image.fromarray(values).save(tmp_path / "a.png")
    read = read_keyframe_mask(tmp_path / "a.png")
    np.testing.assert_array_equal(read.ids, _DISC)
    assert "254" in read.doubt
