"""Images and masks of training: what is read, and what is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from models.training.data.catalog import DataSet
from models.training.data.pairs import IGNORE, Pair
from models.training.data.pictures import read_image, read_mask
from models.training.data.preflight import survey
from models.training.recipe import DataPart
from ovos_cli.media.folder_reader import read_picture
from tests.conftest import write_indexed


def _disc(blur: float) -> np.ndarray:
    ys, xs = np.mgrid[:80, :80] - 40
    return (255 * np.clip((25.3 - np.hypot(xs, ys)) / blur + 0.5, 0, 1)).astype(np.uint8)


def _saved(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def test_half_a_jpeg_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    path = _saved(tmp_path / "a.jpg", noise)
    assert read_image(path).shape == (120, 160, 3)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"a\.jpg is not a readable image"):
        read_image(path)


def test_a_png_with_a_spoilt_chunk_is_refused(tmp_path: Path) -> None:
    path = write_indexed(tmp_path / "a.png", np.ones((20, 20), np.uint8))
    content = bytearray(path.read_bytes())
    content[content.index(b"PLTE") + 10] ^= 0xFF  # its checksum does not fit any more
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable image"):
        read_mask(path)


def test_sixteen_bits_become_eight_as_in_segmenting(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 80 * 80).astype(np.uint16).reshape(80, 80)
    image = read_image(_saved(tmp_path / "a.png", ramp))
    np.testing.assert_array_equal(image, read_picture(tmp_path / "a.png"))
    expected = np.rint(ramp / 257).astype(np.uint8)
    np.testing.assert_array_equal(image, np.repeat(expected[..., None], 3, axis=2))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA"])
def test_black_and_white_is_one_object(tmp_path: Path, mode: str) -> None:
    Image.fromarray(_disc(0.001)).convert(mode).save(tmp_path / "a.png")
    mask = read_mask(tmp_path / "a.png")
    assert np.unique(mask).tolist() == [0, 1] and (mask == 1).sum() == (_disc(0.001) > 0).sum()


def test_ids_as_indices_grey_or_sixteen_bits(tmp_path: Path) -> None:
    ids = np.zeros((40, 40), np.uint8)
    ids[:20, :20], ids[30:, 30:], ids[25, 25] = 1, IGNORE, 2  # one is a single pixel
    write_indexed(tmp_path / "p.png", ids)
    _saved(tmp_path / "l.png", ids)
    _saved(tmp_path / "i.png", ids.astype(np.uint16))
    for name in ("p", "l", "i"):
        assert np.array_equal(read_mask(tmp_path / f"{name}.png"), ids)


def test_masks_that_hold_no_ids_are_refused(tmp_path: Path) -> None:
    soft = _saved(tmp_path / "soft.png", _disc(6.0))
    lossy = _saved(tmp_path / "lossy.jpg", _disc(0.001), quality=90)
    for path in (soft, lossy):
        with pytest.raises(InputError, match=f"{path.name} has soft edges"):
            read_mask(path)
    colour = np.zeros((40, 40, 3), np.uint8)
    colour[:20] = (128, 0, 0)
    with pytest.raises(InputError, match=r"c\.png is in colour"):
        read_mask(_saved(tmp_path / "c.png", colour))
    wide = np.full((40, 40), 300, np.uint16)
    wide[0, 0] = 7
    with pytest.raises(InputError, match="ids up to 300"):
        read_mask(_saved(tmp_path / "i.png", wide))


def test_a_photograph_on_its_side_fits_its_upright_mask(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = _saved(tmp_path / "a.jpg", np.zeros((40, 60, 3), np.uint8), exif=exif.tobytes())
    mask = write_indexed(tmp_path / "a.png", np.ones((60, 40), np.uint8))
    data = DataSet(DataPart(kind="folders", root="x"), images=[Pair(image, mask)])
    for decode in (False, True):
        assert not survey(data, decode=decode).broken


def test_what_other_code_raises_for_damage_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(picture: Image.Image) -> Image.Image:  # as for notes in EXIF of the wrong type
        raise struct.error("required argument is not an integer")

    path = _saved(tmp_path / "a.jpg", np.zeros((40, 60, 3), np.uint8))
    monkeypatch.setattr("PIL.ImageOps.exif_transpose", fails)
    with pytest.raises(InputError, match=r"a\.jpg is not a readable image \(required"):
        read_image(path)
