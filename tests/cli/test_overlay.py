"""Overlays: what is drawn, against a naive way to draw it."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import OvosError
from ovos_cli.masks.ids import boxes_of, ids_in
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.alpha_movie import ProResMovie
from ovos_cli.media.frame import ColourTags, Frame
from ovos_cli.media.open_source import open_source
from ovos_cli.media.overlay import OverlayWriter, blend
from tests.conftest import ROOT

Array = NDArray[np.uint8]


def _naive(image: Array, ids: Array, palette: list[int]) -> Array:
    """Object after object, over the whole frame."""
    table = np.asarray(palette, np.uint8).reshape(256, 3)
    out = image.copy()
    tinted = cv2.addWeighted(image, 0.55, table[ids], 0.45, 0)
    out[ids > 0] = tinted[ids > 0]
    for value in np.unique(ids[ids > 0]):
        mask = (ids == value).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        bright = tuple(int(c) for c in 64 + table[value] * 0.75)
        thickness = max(1, round(min(ids.shape) / 360))
        cv2.drawContours(out, contours, -1, bright, thickness, cv2.LINE_AA)
    return out


def _scattered(rng: np.random.Generator, count: int, shape: tuple[int, int]) -> Array:
    """Ellipses over each other, some in pieces, with holes, or cut by the border."""
    ids = np.zeros(shape, np.uint8)
    for value in rng.choice(np.arange(1, 255), count, replace=False):
        for _ in range(2):
            centre = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
            axes = (int(rng.integers(1, 60)), int(rng.integers(1, 40)))
            cv2.ellipse(ids, centre, axes, 0, 0, 360, int(value), -1)
            cv2.circle(ids, centre, 3, 0, -1)
    return ids


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("shape", [(97, 131), (540, 203)])
def test_pixels_are_those_of_the_naive_way(count: int, shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(count)
    image = rng.integers(0, 256, (*shape, 3), np.uint8)
    palette = rng.integers(0, 256, 768).tolist()
    ids = _scattered(rng, count, shape)
    np.testing.assert_array_equal(blend(image, ids, palette), _naive(image, ids, palette))


def test_every_grey_is_tinted_as_before() -> None:
    ramp = np.arange(256, dtype=np.uint8)
    image = np.repeat(np.tile(ramp, (256, 1))[..., None], 3, axis=2)
    ids = np.tile(ramp[:, None], (1, 256))
    palette = davis_palette()
    np.testing.assert_array_equal(blend(image, ids, palette), _naive(image, ids, palette))


def test_a_frame_without_objects_is_given_back() -> None:
    image = np.full((8, 9, 3), 7, np.uint8)
    assert blend(image, np.zeros((8, 9), np.uint8), davis_palette()) is image


@pytest.mark.parametrize("count", [1, 40])
def test_ids_and_boxes_are_those_of_the_naive_way(count: int) -> None:
    ids = _scattered(np.random.default_rng(7), count, (61, 83))
    expected = {}
    for value in np.unique(ids[ids > 0]):
        y, x = np.nonzero(ids == value)
        expected[int(value)] = (x.min(), y.min(), x.max() + 1, y.max() + 1)
    assert boxes_of(ids) == expected
    assert ids_in(ids) == set(expected)
    assert boxes_of(np.zeros_like(ids)) == {} and ids_in(np.zeros_like(ids)) == set()


def _written(path: Path, times: list[Fraction], rate: int = 25) -> list[float]:
    """When a player shows the frames of an overlay, in seconds."""
    writer = OverlayWriter(path, Fraction(rate))
    for index, time in enumerate(times):
        image = np.full((48, 64, 3), 40 + index, np.uint8)
        writer.write(Frame(index, f"{index}", image, time), image[..., 0] * 0, davis_palette())
    writer.close()
    with path.open("rb") as file, av.open(file) as container:
        return [round(float(f.pts * f.time_base), 6) for f in container.decode(video=0)]


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        ([0, 40, 80, 200, 240], [0, 40, 80, 200, 240]),
        ([0, 40, 40, 40, 80], [0, 40, 80, 120, 160]),
        ([5000, 5040, 1000, 1040, 1080], [0, 40, 80, 120, 160]),
        ([0, 40, 7_200_000, 7_200_040, 7_200_140], [0, 40, 80, 120, 220]),
        ([-95_443_717, 0, 40], [0, 40, 80]),
        ([0, 40_000, 40_000, 40_000], [0, 40_000, 40_040, 40_080]),
    ],
    ids=["as they are", "repeated", "back", "hours", "wrapped", "slides"],
)
def test_each_frame_lasts_a_sane_while(
    tmp_path: Path, milliseconds: list[int], shown: list[int]
) -> None:
    times = [Fraction(m, 1000) for m in milliseconds]
    assert _written(tmp_path / "o.mp4", times) == [m / 1000 for m in shown]


def test_times_finer_than_the_files_still_rise(tmp_path: Path) -> None:
    times = [Fraction(3 * i, 180_000) for i in range(12)]
    shown = _written(tmp_path / "o.mp4", times)
    assert shown == sorted(set(shown)) and len(shown) == 12


COLOURS = [(230, 60, 40), (30, 200, 60), (40, 60, 220), (250, 240, 20)]


@pytest.mark.parametrize("size", [(480, 360), (1280, 720), (1922, 1082)])
def test_players_show_the_colours_of_the_source(tmp_path: Path, size: tuple[int, int]) -> None:
    """Whether they heed the note or not: HD without one is BT.709 to all of them."""
    width, height = size
    image = np.empty((height, width, 3), np.uint8)
    for place, colour in enumerate(COLOURS):
        image[:, place * width // 4 : (place + 1) * width // 4] = colour
    writer = OverlayWriter(tmp_path / "o.mp4", Fraction(25))
    for index in range(2):
        frame = Frame(index, f"{index}", image, Fraction(index, 25))
        writer.write(frame, np.zeros((height, width), np.uint8), davis_palette())
    writer.close()
    with av.open(str(tmp_path / "o.mp4")) as container:
        decoded = next(container.decode(video=0))
    assert (decoded.colorspace, decoded.color_range) == (1, 1)  # BT.709, limited
    assert (decoded.color_primaries, decoded.color_trc) == (1, 1)
    luma, blue, red = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width].astype(float)
        for plane in decoded.planes
    )
    for place, colour in enumerate(COLOURS):
        x = (2 * place + 1) * width // 8
        y = 255 / 219 * (luma[height // 2, x] - 16)
        u, v = (255 / 224 * (c[height // 4, x // 2] - 128) for c in (blue, red))
        seen = (y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u)  # BT.709's matrix
        assert np.abs(np.array(seen) - colour).max() <= 4
        by_ffmpeg = decoded.to_ndarray(format="rgb24")[height // 2, x].astype(int)
        assert np.abs(by_ffmpeg - colour).max() <= 4


_WRITE = """
import sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.alpha_movie import ProResMovie
from ovos_cli.media.frame import ColourTags, Frame
from ovos_cli.media.open_source import open_source
from ovos_cli.media.overlay import OverlayWriter

x, y = np.arange(160)[None, :], np.arange(120)[:, None]
writer = OverlayWriter(Path(sys.argv[1]), Fraction(25))
for index in range(12):
    red, green = np.sin((x + 3 * index) / 9 + y / 17), np.cos((y - 2 * index) / 13) + 0 * x
    waves = np.stack([128 + 100 * red, 128 + 90 * green, (x * y / 50 + 5 * index) % 256], 2)
    frame = Frame(index, str(index), waves.astype(np.uint8), Fraction(index, 25))
    writer.write(frame, np.zeros((120, 160), np.uint8), davis_palette())
writer.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc fills memory when it is told to")
def test_the_same_frames_give_the_same_bytes_whatever_memory_holds(tmp_path: Path) -> None:
    files = [tmp_path / "1.mp4", tmp_path / "200.mp4"]
    for file in files:
        environment = {**os.environ, "MALLOC_PERTURB_": file.stem, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", _WRITE, str(file)], env=environment, check=True)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    "folder", ["12:30", "file:x", "a%d", "-o", "a\nb", "x" * 255, "a\udce9", "pipe:1"]
)
def test_an_overlay_may_lie_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(folder).mkdir()
    for name in ("overlay.mp4", "y" * 251 + ".mp4"):
        assert len(_written(Path(folder) / name, [Fraction(0), Fraction(1)])) == 2
    assert sorted(p.name[:1] for p in Path(folder).iterdir()) == ["o", "y"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OvosError, match=r"overlay .*none/o\.mp4 cannot be written: No such file"):
        OverlayWriter(tmp_path / "none" / "o.mp4", Fraction(25))


def _tagged(path: Path, colours: ColourTags) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.color_primaries, stream.codec_context.color_trc = colours
        grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
        container.mux([*stream.encode(grey.reformat(format="yuv420p")), *stream.encode()])
    return path


def _tags(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        decoded = next(container.decode(video=0))
    return decoded.color_primaries, decoded.color_trc


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((9, 14), (9, 14)),  # BT.2020
        ((12, 13), (12, 13)),  # Display P3
        ((6, 6), (6, 6)),  # SD
        ((2, 2), (1, 1)),  # not told
        ((9, 2), (9, 1)),
        ((9, 16), (1, 1)),  # PQ: tints would glare
    ],
)
def test_the_light_of_the_source_is_noted(
    tmp_path: Path, told: tuple[int, int], expected: tuple[int, int]
) -> None:
    source = _tagged(tmp_path / "source.mp4", ColourTags(*told))
    assert _tags(source) == told
    [frame] = open_source(source)
    overlay = OverlayWriter(tmp_path / "overlay.mp4", Fraction(25))
    overlay.write(frame, np.zeros((48, 64), np.uint8), davis_palette())
    movie = ProResMovie(tmp_path / "a.mov", Fraction(25), colours=frame.colours)
    movie.write(0, frame.image, np.ones((48, 64), np.float32))
    for file in (overlay, movie):
        file.close()
        assert _tags(file.path) == expected
