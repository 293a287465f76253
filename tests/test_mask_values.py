"""One mask means the same to `ovos segment`, in a data set and in training."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from models.errors import InputError
from models.pictures.mask_values import VOID
from models.training.data.davis import davis_videos
from models.training.data.pictures import read_mask
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.masks.first_mask import read_first_mask
from tests.conftest import write_indexed
from tests.trees import davis_tree


def _bars(*values: int) -> np.ndarray:
    ids = np.zeros((40, 60), np.uint8)
    for place, value in enumerate(values):
        ids[5:30, 2 + 14 * place : 12 + 14 * place] = value
    return ids


def _thin() -> np.ndarray:
    """Two solid objects, a wire and a dot, and void beside one of the solid ones."""
    ids = _bars(1, 4)
    ids[4, 2:12] = VOID
    ids[33, 5:50], ids[2, 55] = 2, 3
    return ids


def _slivers() -> np.ndarray:
    """What is left of two objects that go behind a third."""
    ids = _bars()
    ids[10:20, 30], ids[12:18, 31] = 1, 2
    return ids


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(
    ("values", "objects"),
    [
        (_bars(VOID), _bars(1)),
        (_bars(1, VOID), _bars(1, 0)),
        (_bars(1, 2, VOID), _bars(1, 2, 0)),
        (_bars(1, 7, 254), _bars(1, 7, 254)),
        (_thin(), np.where(_thin() == VOID, 0, _thin())),
    ],
    ids=["white", "one and void", "two and void", "three", "thin"],
)
def test_ids_and_void_are_the_same_everywhere(
    tmp_path: Path, values: np.ndarray, objects: np.ndarray, indexed: bool
) -> None:
    path = tmp_path / "mask.png"
    if indexed:
        write_indexed(path, values)
    else:
        Image.fromarray(values).save(path)
    np.testing.assert_array_equal(read_first_mask(path).ids, objects)
    np.testing.assert_array_equal(read_ids(path), objects)
    trained = read_mask(path)
    np.testing.assert_array_equal(np.where(trained == VOID, 0, trained), objects)
    void = (values == VOID) & (objects == 0)
    np.testing.assert_array_equal(trained == VOID, void)  # kept there: it is no background


@pytest.mark.parametrize("first", [_bars(1, 2), _bars(VOID)], ids=["two objects", "white"])
def test_the_first_mask_of_a_video_says_whether_white_is_an_object(
    tmp_path: Path, first: np.ndarray
) -> None:
    root = davis_tree(tmp_path / "d")
    places = [root / "Annotations/480p/dogs" / name for name in ("00000.png", "00002.png")]
    for place, values in zip(places, (first, _bars(VOID)), strict=True):
        write_indexed(place, values)
    sequence = open_dataset(DatasetName.DAVIS17, root).sequences[1]
    frame = davis_videos(root, "val", "2017")[1].frames[2]
    trained = frame.mask()
    np.testing.assert_array_equal(np.where(trained == VOID, 0, trained), sequence.read("00002"))
    assert trained.max() == (VOID if 2 in first else 1)


def test_black_and_white_is_one_object_however_it_is_saved(tmp_path: Path) -> None:
    grey = Image.fromarray(_bars(VOID))
    deep = Image.fromarray(_bars(1).astype(np.uint16) * 65535)
    kinds = [grey.convert(mode) for mode in ("1", "L", "LA", "RGB", "RGBA")] + [deep]
    for picture in kinds:
        picture.save(tmp_path / "mask.png")
        for read in (read_mask, read_ids, lambda path: read_first_mask(path).ids):
            np.testing.assert_array_equal(read(tmp_path / "mask.png"), _bars(1), picture.mode)


def _soft(blur: float) -> Image.Image:
    circle = Image.new("L", (160, 120))
    ImageDraw.Draw(circle).ellipse((40, 20, 120, 100), fill=255)
    return circle.filter(ImageFilter.GaussianBlur(blur))


@pytest.mark.parametrize("blur", [0.7, 1.5])
@pytest.mark.parametrize("colours", [None, 5, 16, 256])
def test_soft_edges_are_refused_everywhere(
    tmp_path: Path, blur: float, colours: int | None
) -> None:
    """Grey, or indexed as `quantize` makes it."""
    soft = _soft(blur)
    if colours is not None:
        soft = soft.convert("RGB").quantize(colours)
    soft.save(tmp_path / "soft.png")
    for read in (read_first_mask, read_mask):
        with pytest.raises(InputError, match="soft"):
            read(tmp_path / "soft.png")


def test_one_level_between_black_and_white_is_an_edge(tmp_path: Path) -> None:
    edged = _bars(VOID)
    edged[4, 2:12] = 128
    Image.fromarray(edged).save(tmp_path / "soft.png")
    for read in (read_first_mask, read_mask):
        with pytest.raises(InputError, match="soft"):
            read(tmp_path / "soft.png")


def test_slivers_of_objects_are_no_soft_edge(tmp_path: Path) -> None:
    path = write_indexed(tmp_path / "mask.png", _slivers())
    np.testing.assert_array_equal(read_mask(path), _slivers())
    np.testing.assert_array_equal(read_first_mask(path).ids, _slivers())


def test_white_is_an_object_in_videos_that_begin_without_one(tmp_path: Path) -> None:
    black, white = tmp_path / "0.png", tmp_path / "1.png"
    Image.fromarray(np.zeros_like(_bars())).save(black)
    Image.fromarray(_bars(VOID)).save(white)
    np.testing.assert_array_equal(read_mask(white, first=black), _bars(1))


def test_a_small_object_within_a_band_of_void_has_no_soft_edge(tmp_path: Path) -> None:
    ids = _bars()
    ids[9:13, 29:33] = VOID
    ids[10:12, 30:32] = 1
    Image.fromarray(ids).save(path := tmp_path / "mask.png")
    np.testing.assert_array_equal(read_mask(path), ids)
    np.testing.assert_array_equal(read_first_mask(path).ids, ids % VOID)


def test_a_mask_for_training_can_be_written_to(tmp_path: Path) -> None:
    path = write_indexed(tmp_path / "mask.png", _bars(1))
    mask = read_mask(path)
    mask[:] = 0
    np.testing.assert_array_equal(read_mask(path), _bars(1))
