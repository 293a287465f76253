"""The faster way to decode masks gives what Pillow gives."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.pictures.png import png_values

SHAPES = [(1, 1), (3, 257), (64, 48), (255, 257), (480, 854)]
COLOURS = bytes(range(256)) * 3


def encoded(ids: NDArray[np.uint8], mode: str) -> bytes:
    picture = Image.fromarray(ids)
    if mode == "P":
        picture.putpalette(COLOURS)
    file = BytesIO()
    (picture if mode in {"L", "P"} else picture.convert(mode)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", ["L", "P"])  # Pillow filters the rows of grey pictures only
@pytest.mark.parametrize("noisy", [True, False])
def test_the_values_are_those_that_pillow_reads(
    shape: tuple[int, int], mode: str, noisy: bool
) -> None:
    ids = np.zeros(shape, np.uint8)
    ids[shape[0] // 3 :, shape[1] // 4 :] = 3
    if noisy:  # does not compress, so that there are several chunks and blocks
        steps = np.random.default_rng(0).integers(0, 256, shape)
        ids = (steps.cumsum(1) % 256).astype(np.uint8)
    decoded = png_values(encoded(ids, mode))
    assert decoded is not None
    values, palette = decoded
    assert values.dtype == np.uint8
    np.testing.assert_array_equal(values, ids)
    assert palette == (COLOURS if mode == "P" else b"")


@pytest.mark.parametrize("mode", ["RGB", "1", "I;16", "LA"])
def test_other_pictures_are_left_to_pillow(mode: str) -> None:
    assert png_values(encoded(np.eye(20, dtype=np.uint8), mode)) is None


@pytest.mark.parametrize("mode", ["L", "P"])
def test_broken_files_are_left_to_pillow(mode: str) -> None:
    png = encoded(np.random.default_rng(1).integers(0, 9, (90, 90)).astype(np.uint8), mode)
    packed = png.index(b"IDAT") + 4
    spoilt = png[: packed + 40] + bytes([png[packed + 40] ^ 255]) + png[packed + 41 :]
    for broken in (b"", b"text", png[:20], png[: packed + 30], png[:-30], spoilt):
        assert png_values(broken) is None


def test_a_picture_of_another_size_than_its_header_says_is_left_to_pillow() -> None:
    png = bytearray(encoded(np.zeros((40, 40), np.uint8), "P"))
    png[20:24] = (39).to_bytes(4, "big")
    assert png_values(bytes(png)) is None
