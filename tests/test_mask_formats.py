"""Masks of every kind of pixel: floats, transparent ones, photographs, several in a file."""

import os
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import OpenEXR
import pytest
from PIL import Image, ImageFilter

from models.errors import InputError
from models.pictures.opened import decoded
from models.pictures.still import read_still
from models.training.data.pictures import read_mask
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.masks.colours import parse_colours
from ovos_cli.masks.first_mask import read_first_mask
from ovos_cli.masks.keyframes import mask_arguments, read_keyframe_mask
from tests.conftest import write_indexed

_SQUARE = np.zeros((40, 60), np.uint8)
_SQUARE[5:30, 5:30] = 1
_TWO = _SQUARE.copy()
_TWO[5:30, 35:50] = 2


def _everywhere(path: Path, ids: np.ndarray) -> None:
    """The first mask, an annotation and a mask to train on are the same."""
    for read in (lambda p: read_first_mask(p).ids, read_ids, read_mask):
        np.testing.assert_array_equal(read(path), ids)


def _refused(path: Path, message: str) -> None:
    for read in (read_first_mask, read_ids, read_mask):
        with pytest.raises(InputError, match=message):
            read(path)


def _tiff(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.float32)).save(path)
    return path


@pytest.mark.parametrize("factor", [1.0, 0.9999, 1.05, 0.3])
def test_a_float_matte_from_0_to_1_is_one_object(tmp_path: Path, factor: float) -> None:
    path = _tiff(tmp_path / "matte.tif", _SQUARE * factor)
    np.testing.assert_array_equal(read_first_mask(path).ids, _SQUARE)
    if factor > 0.5:
        np.testing.assert_array_equal(read_first_mask(path, threshold=128).ids, _SQUARE)
        _everywhere(path, _SQUARE)


def test_a_soft_float_matte_is_refused_or_cut(tmp_path: Path) -> None:
    blurred = Image.fromarray(_SQUARE * np.uint8(255)).filter(ImageFilter.GaussianBlur(2))
    soft = np.array(blurred, np.float32) / 255 * 1.02 - 0.01  # a filter's overshoot
    path = _tiff(tmp_path / "soft.tif", soft)
    with pytest.raises(InputError, match="soft"):
        read_first_mask(path)
    cut = read_first_mask(path, threshold=128).ids
    np.testing.assert_array_equal(cut, np.rint(soft * 255) >= 128)


def test_whole_floats_are_ids(tmp_path: Path) -> None:
    _everywhere(_tiff(tmp_path / "ids.tif", _TWO), _TWO)
    _everywhere(_tiff(tmp_path / "near.tif", _TWO * 0.9999), _TWO)


@pytest.mark.parametrize(
    ("value", "message"),
    [(np.nan, "NaN or infinity in 1"), (-np.inf, "NaN or infinity"), (-1, "neither"), (7.5, "nei")],
)
def test_floats_of_no_known_range_are_refused(tmp_path: Path, value: float, message: str) -> None:
    floats = _TWO.astype(np.float32)
    floats[0, 0] = value
    _refused(_tiff(tmp_path / "odd.tif", floats), message)
    with pytest.raises(InputError, match=message):
        read_first_mask(tmp_path / "odd.tif", threshold=128)


def _rgba(path: Path, colours: np.ndarray, alpha: np.ndarray) -> Path:
    Image.fromarray(np.dstack([colours, alpha]).astype(np.uint8)).save(path)
    return path


def test_what_is_transparent_is_background_whatever_it_hides(tmp_path: Path) -> None:
    hidden = np.full((40, 60, 3), 255, np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, hidden.shape)
    paint = np.where(_SQUARE[..., None] > 0, np.uint8([255, 0, 0]), hidden)
    grey = np.where(_TWO > 0, _TWO, 9)[..., None].repeat(3, axis=2)
    alpha = (_TWO > 0) * 255
    _everywhere(_rgba(tmp_path / "layer.png", paint, _SQUARE * 255), _SQUARE)
    _everywhere(_rgba(tmp_path / "cutout.png", noise, _SQUARE * 255), _SQUARE)
    _everywhere(_rgba(tmp_path / "ids.png", grey, alpha), _TWO)
    Image.fromarray(np.dstack([grey[..., 0], alpha]).astype(np.uint8), "LA").save(
        path := tmp_path / "la.png"
    )
    _everywhere(path, _TWO)
    clear = write_indexed(tmp_path / "index.png", np.where(_TWO == 0, 9, _TWO))
    with Image.open(clear) as picture:
        picture.save(tmp_path / "clear.png", transparency=9)
    _everywhere(tmp_path / "clear.png", _TWO)


def test_painted_layers_are_named_by_the_colours_that_are_seen(tmp_path: Path) -> None:
    hidden = np.full((40, 60, 3), 255, np.uint8)
    paint = np.where(_TWO[..., None] == 1, np.uint8([255, 0, 0]), hidden)
    paint[_TWO == 2] = (0, 0, 255)
    path = _rgba(tmp_path / "layers.png", paint, (_TWO > 0) * 255)
    _refused(path, "in colour")
    with pytest.raises(InputError, match=r"2 colours besides black: #ff0000") as error:
        read_first_mask(path)
    hint = str(error.value).rpartition("--mask-colors ")[2]
    np.testing.assert_array_equal(read_first_mask(path, parse_colours(hint)).ids, _TWO)
    np.testing.assert_array_equal(read_first_mask(path, threshold=128).ids, _TWO > 0)
    soft = _rgba(path, paint, np.where(_TWO == 2, 100, (_TWO > 0) * 255))
    for colours in (None, parse_colours(hint)):
        with pytest.raises(InputError, match="edges in its alpha"):
            read_first_mask(soft, colours)


def test_a_picture_that_is_transparent_everywhere(tmp_path: Path) -> None:
    flat = np.full((40, 60, 3), 255, np.uint8)
    np.testing.assert_array_equal(read_ids(_rgba(tmp_path / "f.png", flat, 0 * _TWO)), 0 * _TWO)
    _refused(_rgba(tmp_path / "h.png", _TWO[..., None].repeat(3, 2), 0 * _TWO), "transparent")


def test_an_index_that_is_transparent_beside_a_coloured_0_is_refused(tmp_path: Path) -> None:
    path = write_indexed(tmp_path / "mask.png", _TWO, [0, 200, 0, 255, 0, 0, 0, 0, 255])
    with Image.open(path) as picture:
        picture.save(tmp_path / "clear.png", transparency=2)
    _refused(tmp_path / "clear.png", "index 2 of .* is transparent")


def test_a_photograph_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((240, 180)).save(path := tmp_path / "photo.bmp")
    for colours in (None, parse_colours("ff0000=1")):
        with pytest.raises(InputError, match="as a photograph has"):
            read_first_mask(path, colours)


@pytest.mark.parametrize("mode", ["L", "P"])
def test_a_grey_photograph_is_refused_however_smooth(tmp_path: Path, mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 40), dtype=np.uint8)
    smooth = Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC)
    smooth.convert("RGB").convert(mode).save(path := tmp_path / "photo.png")
    for read in (read_first_mask, read_mask):
        with pytest.raises(InputError, match=r"photograph|soft"):
            read(path)


@pytest.mark.parametrize("name", ["pages.tif", "frames.gif", "frames.webp", "frames.png"])
def test_several_pictures_in_a_file_are_refused(tmp_path: Path, name: str) -> None:
    first, second = (Image.fromarray(ids * np.uint8(255)) for ids in (_SQUARE, _TWO > 1))
    options = {} if name.endswith(("gif", "tif")) else {"lossless": True}
    first.save(tmp_path / name, save_all=True, append_images=[second], **options)
    _refused(tmp_path / name, "holds 2 pictures")


def test_a_preview_in_a_tiff_is_no_second_picture(tmp_path: Path) -> None:
    small = Image.fromarray(_SQUARE[::2, ::2] * np.uint8(255))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    Image.fromarray(_SQUARE * np.uint8(255)).save(
        tmp_path / "p.tif", save_all=True, append_images=[small]
    )
    _everywhere(tmp_path / "p.tif", _SQUARE)


def _png(
    width: int, height: int, *chunks: tuple[bytes, bytes], pixels: bytes = b"", depth: int = 8
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def _packed(values: np.ndarray, bits: int) -> bytes:
    """Rows of values of fewer bits than 8, the first in the highest."""
    single = np.unpackbits(values[..., None], axis=2)[..., 8 - bits :]
    return np.packbits(single.reshape(len(values), -1), axis=1).tobytes()


def _few_greys(kind: str, values: np.ndarray) -> bytes:
    """A grey picture whose largest possible value is not 255, with values as given."""
    height, width = values.shape
    if kind.startswith("png"):
        bits = int(kind[3:])
        packed = np.frombuffer(_packed(values, bits), np.uint8).reshape(height, -1)
        rows = np.pad(packed, ((0, 0), (1, 0))).tobytes()
        return _png(width, height, pixels=rows, depth=bits)
    if kind.startswith("tif"):
        bits, pixels = int(kind[3:]), _packed(values, int(kind[3:]))
        entries = [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 8)]
        entries += [(277, 1), (278, height), (279, len(pixels))]
        tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        directory = struct.pack("<H", len(entries)) + tags + bytes(4)
        return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory
    kind, largest = kind[:2], int(kind[2:])
    header = f"{kind} {width} {height} {largest}\n".encode()
    if kind == "P2":
        return header + " ".join(map(str, values.ravel())).encode()
    stored = np.repeat(values[..., None], 3, 2) if kind == "P6" else values
    return header + stored.astype(">u2" if largest > 255 else np.uint8).tobytes()


_FEW = {"png2": 3, "png4": 15, "tif2": 3, "tif4": 15, "P52": 2, "P515": 15, "P5200": 200}
_FEW |= {"P51000": 1000, "P215": 15, "P615": 15}


@pytest.mark.parametrize("kind", _FEW)
def test_ids_are_those_that_are_stored_where_white_is_less_than_255(
    tmp_path: Path, kind: str
) -> None:
    """Pillow scales such greys, so that 1 of 15 would become 17."""
    path = tmp_path / "mask.img"
    path.write_bytes(_few_greys(kind, _TWO))
    _everywhere(path, _TWO)
    path.write_bytes(_few_greys(kind, _SQUARE))
    _everywhere(path, _SQUARE)


@pytest.mark.parametrize("kind", _FEW)
def test_white_that_is_less_than_255_is_the_object(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mask.img"
    narrow = np.uint8 if _FEW[kind] <= 255 else np.uint16
    path.write_bytes(_few_greys(kind, _SQUARE * narrow(_FEW[kind])))
    _everywhere(path, _SQUARE)
    np.testing.assert_array_equal(read_first_mask(path, threshold=128).ids, _SQUARE)


@pytest.mark.parametrize("kind", ["png4", "tif4", "P515"])
def test_soft_edges_of_few_greys_are_refused_or_cut(tmp_path: Path, kind: str) -> None:
    blurred = Image.fromarray(_SQUARE * np.uint8(255)).filter(ImageFilter.GaussianBlur(2))
    path = tmp_path / "mask.img"
    shades = np.array(blurred) // 16
    path.write_bytes(_few_greys(kind, shades))
    with pytest.raises(InputError, match="soft"):
        read_first_mask(path)
    with pytest.raises(InputError, match="soft"):
        read_mask(path)
    np.testing.assert_array_equal(read_first_mask(path, threshold=128).ids, shades >= 8)


@pytest.mark.parametrize(
    "content",
    [
        _png(100_000, 100_000),
        _png(9_000, 9_000, pixels=bytes(1000)),
        _png(4, 4, pixels=bytes(20))[:40],
        b"GIF89a\x04\0\x04\0\xf7\0\0",
        b"II*\0\x08\0\0\0\xff\xff",
        b"",
        bytes(100),
    ],
    ids=["huge", "large", "cut", "gif", "tiff", "empty", "zeros"],
)
@pytest.mark.filterwarnings("error")
def test_damaged_and_oversized_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mask.png"
    path.write_bytes(content)
    for read in (read_first_mask, read_ids, read_mask, decoded):
        with pytest.raises(InputError, match=r"mask\.png"):
            read(path)


def test_text_that_is_too_long_is_no_reason_for_a_traceback(tmp_path: Path) -> None:
    """Pillow raises ValueError for it; where text is not read, it does not matter."""
    text = (b"zTXt", b"a\0\0" + zlib.compress(bytes(80 << 20)))
    (tmp_path / "mask.png").write_bytes(_png(4, 4, text, pixels=bytes(20)))
    for read in (read_first_mask, read_mask):
        with pytest.raises(InputError, match=r"mask\.png is not a readable image"):
            read(tmp_path / "mask.png")
    assert not read_ids(tmp_path / "mask.png").any()


def _film(path: Path, codec: str, kind: str, pixels: np.ndarray, form: str) -> Path:
    encoder = av.CodecContext.create(codec, "w")
    encoder.height, encoder.width = pixels.shape[:2]
    encoder.pix_fmt, encoder.time_base = kind, Fraction(1, 24)
    frame = av.VideoFrame.from_ndarray(pixels, format=form).reformat(format=kind)
    path.write_bytes(b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode()])))
    return path


def test_mattes_of_film_are_masks(tmp_path: Path) -> None:
    disc = np.zeros((48, 64), np.float32)
    disc[10:30, 5:25] = 1
    grey, colours = np.repeat(disc[..., None], 3, 2), np.random.default_rng(1).random((48, 64, 3))
    cut = np.dstack([colours * disc[..., None], disc]).astype(np.float32)
    ids = disc.copy()
    ids[35:45, 30:60] = 2
    files = {
        "grey": _film(tmp_path / "a.exr", "exr", "gbrpf32le", grey, "gbrpf32le"),
        "one channel": _film(tmp_path / "b.exr", "exr", "grayf32le", disc, "grayf32le"),
        "cut out": _film(tmp_path / "c.exr", "exr", "gbrapf32le", cut, "gbrapf32le"),
        "DPX": _film(tmp_path / "d.dpx", "dpx", "gbrp10be", (grey * 255).astype(np.uint8), "rgb24"),
    }
    for path in files.values():
        np.testing.assert_array_equal(read_first_mask(path).ids, disc)
    whole = np.repeat(ids[..., None], 3, 2)
    path = _film(tmp_path / "e.exr", "exr", "gbrpf32le", whole, "gbrpf32le")
    np.testing.assert_array_equal(read_first_mask(path).ids, ids)
    soft = cv2.GaussianBlur(grey, (0, 0), 2)
    path = _film(tmp_path / "f.exr", "exr", "gbrpf32le", soft, "gbrpf32le")
    with pytest.raises(InputError, match="--mask-threshold"):
        read_first_mask(path)
    half = read_keyframe_mask(path, threshold=128).ids
    assert abs(int(half.sum()) - int(disc.sum())) < 40


def test_channels_of_other_names_are_said_to_be_what_hinders(tmp_path: Path) -> None:
    channels = {"matte.R": np.ones((8, 8), np.float16)}
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, channels) as file:
        file.write(str(tmp_path / "a.exr"))
    for read in (read_first_mask, read_still):
        with pytest.raises(InputError, match=r"a\.exr holds channels .* save it with R, G, B"):
            read(tmp_path / "a.exr")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_mask_that_is_a_pipe_is_said_to_be_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe is a pipe or a device"):
        mask_arguments([str(tmp_path / "pipe")], 0)


def test_folders_of_masks_may_hold_any_format(tmp_path: Path) -> None:
    disc = np.zeros((48, 64), np.float32)
    disc[10:30, 5:25] = 1
    _film(tmp_path / "7.exr", "exr", "grayf32le", disc, "grayf32le")
    Image.fromarray((disc * 255).astype(np.uint8)).save(tmp_path / "9.tga")
    assert [name for name, _ in mask_arguments([str(tmp_path)], 0)] == ["7", "9"]
