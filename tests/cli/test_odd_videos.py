"""Videos as people have them: mirrored, with several streams, in other colours, of odd clocks."""

import struct
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from typer.testing import CliRunner

from models.errors import InputError
from ovos_cli.app import app
from ovos_cli.media.open_source import open_source
from ovos_cli.media.timeline import Timeline
from tests.conftest import write_indexed, write_video

SHOWN = [
    (a, b, c, d)
    for a, b, c, d in product((-1, 0, 1), repeat=4)
    if abs(a * d - b * c) == 1 and a * b == 0 and c * d == 0
]
"""The eight matrices that turn by quarters and mirror."""


def _corners(index: int, width: int, height: int) -> np.ndarray:
    """Three corners of their own colours, which eight orientations show in eight ways."""
    image = np.full((height, width, 3), 90, np.uint8)
    image[:16, :16], image[:16, -16:], image[-16:, :16] = (
        (220, 30, 30),
        (30, 220, 30),
        (30, 30, 220),
    )
    return image


def _moved(image: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """Each pixel to where the matrix moves it, one by one."""
    height, width = image.shape[:2]
    places = {
        (a * x + c * y, b * x + d * y): image[y, x] for y in range(height) for x in range(width)
    }
    left, top = min(x for x, _ in places), min(y for _, y in places)
    right, bottom = max(x for x, _ in places), max(y for _, y in places)
    out = np.zeros((bottom - top + 1, right - left + 1, 3), np.uint8)
    for (x, y), value in places.items():
        out[y - top, x - left] = value
    return out


@pytest.mark.parametrize("matrix", SHOWN)
def test_the_display_matrix_is_applied_whole(
    tmp_path: Path, matrix: tuple[int, int, int, int]
) -> None:
    assert len(SHOWN) == 8
    path = write_video(tmp_path / "clip.mp4", 2, draw=_corners)
    [plain, _] = open_source(path)
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 4 + 4 * 5 + 8 + 8
    a, b, c, d = (value << 16 for value in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    [frame, other] = open_source(path)
    np.testing.assert_array_equal(frame.image, _moved(plain.image, *matrix))
    np.testing.assert_array_equal(open_source(path).frame(1).image, other.image)


@pytest.mark.parametrize(("angle", "aspect"), [(0, Fraction(4, 3)), (90, Fraction(3, 4))])
def test_pixels_that_are_no_squares_turn_too(tmp_path: Path, angle: int, aspect: Fraction) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        stream.set_display_rotation(angle)
        frame = av.VideoFrame.from_ndarray(_corners(0, 64, 48), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode()])
    reader = open_source(path)
    assert len(list(reader)) == 1
    assert reader.aspect == aspect


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    return write_indexed(tmp_path / "mask.png", np.ones((48, 64), np.uint8))


def _with_streams(path: Path, *streams: tuple[str, int, int, Disposition]) -> Path:
    """A file of a frame and more of each stream: codec, width, frames, disposition."""
    with av.open(str(path), "w") as container:
        opened = []
        for codec, width, _, disposition in streams:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = width, 48
            stream.pix_fmt = "rgb24" if codec == "png" else "yuv420p"
            stream.disposition = disposition
            opened.append(stream)
        for stream, (_, width, frames, _) in zip(opened, streams, strict=True):
            for index in range(frames):
                image = _corners(index, width, 48)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode())
    return path


NONE, DEFAULT, COVER = Disposition(0), Disposition.default, Disposition.attached_pic


@pytest.mark.parametrize(
    ("streams", "width"),
    [
        ([("libx264", 32, 4, NONE), ("libx264", 64, 4, DEFAULT)], 64),
        ([("libx264", 64, 4, DEFAULT), ("libx264", 96, 4, NONE)], 64),
        ([("png", 96, 1, COVER), ("libx264", 64, 4, NONE)], 64),
        ([("png", 96, 1, COVER), ("libx264", 64, 4, DEFAULT)], 64),
        # An MP4's first track is made the default one, if no other is.
        ([("png", 96, 1, COVER), ("libx264", 64, 4, NONE), ("libx264", 32, 4, NONE)], 64),
    ],
)
def test_the_stream_that_is_read_is_the_one_that_ffmpeg_deems_best(
    tmp_path: Path, streams: list[tuple[str, int, int, Disposition]], width: int
) -> None:
    reader = open_source(_with_streams(tmp_path / "clip.mp4", *streams))
    frames = list(reader)
    assert [f.image.shape[1] for f in frames] == [width] * 4
    assert reader.frame(3).image.shape[1] == width


def test_a_stream_can_be_chosen(tmp_path: Path) -> None:
    small, large = ("libx264", 32, 3, DEFAULT), ("mpeg4", 64, 5, NONE)
    path = _with_streams(tmp_path / "clip.mkv", small, large)
    assert [len(list(open_source(path, stream=n))) for n in (None, 0, 1)] == [3, 3, 5]
    for wrong in (2, -1):
        with pytest.raises(InputError) as refused:
            open_source(path, stream=wrong)
        assert (
            f"has no video stream {wrong}; its streams of video are: 0 (h264, 32x48, default)"
            in str(refused.value)
        )
        assert "1 (mpeg4, 64x48)" in str(refused.value)
    with pytest.raises(InputError, match="--stream 0 is of a video file"):
        open_source(tmp_path, stream=0)


def test_a_cover_picture_alone_is_no_video(tmp_path: Path) -> None:
    path = _with_streams(tmp_path / "song.mp4", ("png", 64, 1, COVER))
    with pytest.raises(InputError, match=r"no video stream that moves.*0 \(png, 64x48, attached"):
        open_source(path)
    assert len(list(open_source(path, stream=0))) == 1


@pytest.mark.parametrize("command", ["segment", "propose"])
def test_the_commands_take_a_stream(
    command: str, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    path = _with_streams(tmp_path / "c.mkv", ("libx264", 32, 2, DEFAULT), ("libx264", 64, 3, NONE))
    arguments = [command, str(path), "-o", str(tmp_path / "o"), "--size", "64", "--device", "cpu"]
    arguments += ["-m", str(mask)] if command == "segment" else []
    arguments += ["--weights", str(untrained), "--quiet", "--stream"]
    result = CliRunner().invoke(app, [*arguments, "1"])
    assert result.exit_code == 0, result.output
    assert len([*(tmp_path / "o").glob("masks/*"), *(tmp_path / "o").glob("*.npz")]) == 3
    assert isinstance(CliRunner().invoke(app, [*arguments, "7"]).exception, InputError)


KR_KB = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
UNTOLD = 2


def _expected(yuv: tuple[int, int, int], code: int, *, full: bool, bits: int) -> np.ndarray:
    """RGB by the formulas of BT.601, BT.709 and BT.2020."""
    kr, kb = KR_KB[code]
    unit = 2 ** (bits - 8)
    y, u, v = (float(value) for value in yuv)
    if full:
        top = 2**bits - 1
        y, u, v = y / top, (u - 128 * unit) / top, (v - 128 * unit) / top
    else:
        y = (y / unit - 16) / 219
        u, v = ((c / unit - 128) / 224 for c in (u, v))
    red, blue = y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u
    green = (y - kr * red - kb * blue) / (1 - kr - kb)
    return np.clip(np.array([red, green, blue]) * 255, 0, 255)


def _flat(
    path: Path, yuv: tuple[int, int, int], size: tuple[int, int], code: int, full: int, bits: int
) -> Path:
    """A lossless clip of one colour that notes its matrix and range as told."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p" if bits == 8 else "yuv420p10le"
        stream.codec_context.colorspace, stream.codec_context.color_range = code, full
        kind = np.uint8 if bits == 8 else np.uint16
        planes = [
            np.full(width * height >> shift, value, kind)
            for value, shift in zip(yuv, (0, 2, 2), strict=True)
        ]
        pixels = np.concatenate(planes).reshape(height * 3 // 2, width)
        frame = av.VideoFrame.from_ndarray(pixels, format=stream.pix_fmt)
        frame.colorspace, frame.color_range = code, full
        container.mux([*stream.encode(frame), *stream.encode()])
    return path


SD, HD = (320, 240), (1280, 720)


@pytest.mark.parametrize(
    ("size", "code", "meant"),
    [
        (SD, UNTOLD, 5),
        ((720, 576), UNTOLD, 5),
        (HD, UNTOLD, 1),
        ((720, 1280), UNTOLD, 1),
        (HD, 5, 5),
        (HD, 6, 6),
        (SD, 1, 1),
        (SD, 9, 9),
    ],
)
@pytest.mark.parametrize("full", [0, 1, 2])
@pytest.mark.parametrize("bits", [8, 10])
def test_colours_are_those_that_players_show(
    tmp_path: Path, size: tuple[int, int], code: int, meant: int, full: int, bits: int
) -> None:
    colour = tuple(value * 2 ** (bits - 8) for value in (110, 90, 180))
    path = _flat(tmp_path / "flat.mkv", colour, size, code, full, bits)
    [frame] = open_source(path)
    expected = _expected(colour, meant, full=full == 2, bits=bits)
    # FFmpeg's fast conversion is off by up to 4; another matrix or range by 10 and more.
    assert np.abs(frame.image[8, 8] - expected).max() < 4
    assert np.ptp(frame.image.reshape(-1, 3), axis=0).max() <= 1  # of more bits: dithered


def test_colours_that_cannot_be_converted_are_refused(tmp_path: Path) -> None:
    ycgco = 8
    path = _flat(tmp_path / "flat.mkv", (110, 90, 180), SD, ycgco, 1, 8)
    with pytest.raises(InputError, match=r"colour matrix \(code 8 "):
        list(open_source(path))


NAMES = [
    "2024-01-01T12:30:45.mp4",
    "file:clip.mp4",
    "http:clip.mp4",
    "clip%05d.mp4",
    "%d.mp4",
    "-clip.mp4",
    "two\nlines.mp4",
    "a?b=c#d&e.mp4",
    " blanks .mp4",
    "é漢.mp4",
    "no-utf8-\udcff.mp4",
    "x" * 251 + ".mp4",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("absolute", [True, False])
def test_any_name_is_a_name(
    clip: Path, tmp_path: Path, name: str, absolute: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip.rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    reader = open_source(path if absolute else Path(name))
    assert len(list(reader)) == 6
    assert reader.frame(5).index == 5


def _times(*given: int | None, rate: int = 25, leap: int = 600) -> list[int]:
    """Times of frames whose timestamps are thousandths of a second."""
    line = Timeline(Fraction(1, 1000), Fraction(rate), Fraction(leap))
    return [line.place(t) for t in given]


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((80, 120, 160), [0, 40, 80]),  # the first frame is at 0
        ((0, 40, 40, 120), [0, 40, 80, 120]),  # repeated
        ((0, 40, 80, 20, 160), [0, 40, 80, 120, 160]),  # misordered
        ((0, 0, 0), [0, 40, 80]),
        ((None, None, None), [0, 40, 80]),
        ((None, 40, None, 120), [0, 40, 80, 120]),
        ((0, 100, 200, HOUR, HOUR + 100), [0, 100, 200, 300, 400]),  # a leap forward
        ((HOUR, HOUR + 100, 0, 100), [0, 100, 200, 300]),  # and back
        ((0, 40, 5 * HOUR, 40, 80), [0, 40, 80, 120, 160]),  # one stray value
        ((0, 40, 9_000, 9_040), [0, 40, 9_000, 9_040]),  # a pause
    ],
)
def test_times_rise_and_a_jump_of_the_clock_is_one_frame(
    given: tuple[int | None, ...], expected: list[int]
) -> None:
    assert _times(*given) == expected


def _retimed(source: Path, path: Path, change: Callable[[int, int], int]) -> Path:
    with av.open(str(source)) as read, av.open(str(path), "w") as write:
        stream = write.add_stream_from_template(read.streams.video[0])
        for number, packet in enumerate(p for p in read.demux(video=0) if p.size):
            tick = packet.time_base
            packet.pts = packet.dts = change(number, round(number * Fraction(1, 25) / tick))
            packet.stream = stream
            write.mux(packet)
    return path


@pytest.mark.parametrize("name", ["jump.mp4", "jump.mkv", "jump.mov"])
def test_a_file_whose_clock_jumps_by_hours_is_read_as_one_that_does_not(
    tmp_path: Path, name: str
) -> None:
    source = write_video(tmp_path / "clip.mp4", 10, codec="mpeg4")
    hours = 3 * 3600 * 12800
    path = _retimed(source, tmp_path / name, lambda n, t: t + hours * (n >= 5))
    reader = open_source(path)
    steps = {b.time - a.time for a, b in pairwise(reader)}
    assert all(abs(step - Fraction(1, 25)) < Fraction(1, 500) for step in steps)
    assert 20 < reader.rate < 30


def _resized(path: Path, *sizes: tuple[int, int]) -> Path:
    """Transport streams of several sizes, one behind the other."""
    parts = [
        write_video(path.parent / f"{i}.ts", 6, width=w, height=h) for i, (w, h) in enumerate(sizes)
    ]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_frames_of_another_size_are_scaled_to_the_first(tmp_path: Path) -> None:
    reader = open_source(_resized(tmp_path / "all.ts", (64, 48), (128, 96), (64, 48)))
    frames = list(reader)
    assert [f.image.shape for f in frames] == [(48, 64, 3)] * 18
    close = np.abs(frames[8].image.astype(int) - frames[2].image).max(axis=2) < 40
    assert close.mean() > 0.95
    [warning] = reader.warnings
    assert "changes its size at frame 6, first to 128x96" in warning
    assert reader.whole  # nothing is missing
    assert np.array_equal(reader.frame(8).image, frames[8].image)
    reader.end = 4
    assert len(list(reader)) == 5 and reader.warnings == []
