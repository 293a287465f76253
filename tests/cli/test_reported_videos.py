"""Videos that people reported of this and other programs: sound, and not what they seem."""

import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest

from models.errors import InputError
from ovos_cli.media.decoding import checksum, packets
from ovos_cli.media.matroska_elements import pixel_crop
from ovos_cli.media.mp4_boxes import joined_files
from ovos_cli.media.open_source import open_source
from tests.conftest import write_video

Draw = Callable[[int, int, int], np.ndarray]


def encoded(
    path: Path,
    codec: str,
    pixels: str,
    draw: Draw,
    size: tuple[int, int] = (64, 48),
    **options: str,
) -> Path:
    """A clip of three frames that are drawn in RGBA."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(draw(index, *size), format="rgba")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def half_hidden(_: int, width: int, height: int) -> np.ndarray:
    """Green under alpha above, opaque red below."""
    image = np.full((height, width, 4), (200, 60, 20, 255), np.uint8)
    image[: height // 2] = (10, 250, 30, 0)
    return image


def opaque(index: int, width: int, height: int) -> np.ndarray:
    image = np.full((height, width, 4), (200, 60, 20, 255), np.uint8)
    image[:, : width // 2] = (20, 20 * index, 180, 255)
    return image


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        ("a.mov", "prores_ks", "yuva444p10le"),
        ("a.mov", "qtrle", "argb"),
        ("a.mov", "png", "rgba"),
        ("a.mkv", "ffv1", "yuva420p"),
        ("a.avi", "utvideo", "gbrap"),
    ],
)
def test_what_is_transparent_in_a_video_is_black_and_said(
    tmp_path: Path, name: str, codec: str, pixels: str
) -> None:
    reader = open_source(encoded(tmp_path / name, codec, pixels, half_hidden))
    frames = list(reader)
    [warning] = reader.warnings
    assert "frame 0" in warning and "transparent" in warning and reader.whole
    for frame in frames:
        assert not frame.image[:20].any()
        assert np.abs(frame.image[28:].astype(int) - (200, 60, 20)).max() <= 3
    np.testing.assert_array_equal(reader.frame(1).image, frames[1].image)
    clear = open_source(encoded(tmp_path / f"opaque_{name}", codec, pixels, opaque))
    assert len(list(clear)) == 3 and clear.warnings == []


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_alpha_that_lies_beside_the_colours_is_said(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.webm"
    reader = open_source(encoded(path, codec, "yuva420p", half_hidden, **{"auto-alt-ref": "0"}))
    assert len(list(reader)) == 3
    [warning] = reader.warnings
    assert f"-c:v {codec} " in warning


@pytest.mark.parametrize("size", [(65, 49), (65, 48), (64, 49), (1, 1), (3, 2)])
@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libvpx-vp9"), ("a.mkv", "ffv1")])
def test_sides_may_be_odd(tmp_path: Path, size: tuple[int, int], name: str, codec: str) -> None:
    width, height = size
    reader = open_source(encoded(tmp_path / name, codec, "yuv420p", opaque, size))
    frames = list(reader)
    assert len(frames) == 3 and reader.warnings == []
    for frame in frames:
        assert frame.image.shape == (height, width, 3)
        if width > 3:
            assert np.abs(frame.image[1, -4].astype(int) - (200, 60, 20)).max() <= 6
    np.testing.assert_array_equal(reader.frame(2).image, frames[2].image)


def test_frames_of_two_moments_are_said_where_they_show(tmp_path: Path) -> None:
    fields = {"flags": "+ildct+ilme"}

    def moving(index: int, width: int, height: int) -> np.ndarray:
        image = np.full((height, width, 4), (60, 60, 60, 255), np.uint8)
        for line in range(height):
            left = 8 + 6 * index + 3 * (line % 2)
            image[line, left : left + 12, :3] = 220
        return image

    combed = open_source(encoded(tmp_path / "a.mpg", "mpeg2video", "yuv420p", moving, **fields))
    list(combed)
    [warning] = combed.warnings
    assert "interlaced" in warning and "bwdif" in warning and combed.whole
    still = open_source(encoded(tmp_path / "b.mpg", "mpeg2video", "yuv420p", opaque, **fields))
    list(still)
    assert still.warnings == []
    without = open_source(encoded(tmp_path / "c.mpg", "mpeg2video", "yuv420p", moving))
    list(without)
    assert without.warnings == []


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_high_range_is_said(tmp_path: Path, transfer: str) -> None:
    told = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    path = tmp_path / "a.mp4"
    reader = open_source(encoded(path, "libx265", "yuv420p10le", opaque, **{"x265-params": told}))
    list(reader)
    [warning] = reader.warnings
    assert "high dynamic range" in warning


def test_files_that_were_joined_byte_by_byte_are_said(tmp_path: Path) -> None:
    one = write_video(tmp_path / "one.mp4", 3)
    assert joined_files(one) == 1
    two = tmp_path / "two.mp4"
    two.write_bytes(one.read_bytes() * 2)
    reader = open_source(two)
    assert len(list(reader)) == 3
    [warning] = reader.warnings
    assert "2 files" in warning and "concat" in warning


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mov", "png"), ("a.avi", "msrle"), ("b.avi", "rawvideo")]
)
def test_videos_of_256_colours_are_read(tmp_path: Path, name: str, codec: str) -> None:
    colours = np.random.default_rng(3).integers(0, 256, (256, 4), np.uint8)
    colours[:, 0] = 255  # alpha comes first
    shown = [np.full((48, 64), 7 + i, np.uint8) for i in range(3)]
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "pal8"
        for index, indices in enumerate(shown):
            indices[:, :20] = 200
            frame = av.VideoFrame.from_ndarray((indices, colours), format="pal8")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    reader = open_source(tmp_path / name)
    for frame, indices in zip(reader, shown, strict=True):
        np.testing.assert_array_equal(frame.image, colours[indices, 1:])
    np.testing.assert_array_equal(reader.frame(1).image, colours[shown[1], 1:])


def _cropped_mp4(path: Path) -> Path:
    """QuickTime's clean aperture, 40x30 of 64x48, put into the description of the samples."""
    data = bytearray(write_video(path, 3).read_bytes())
    aperture = struct.pack(">I4s4I4i", 40, b"clap", 80, 2, 30, 1, 0, 1, 0, 1)
    entry = data.index(b"stsd") + 12
    end = entry + int.from_bytes(data[entry : entry + 4], "big")
    data[end:end] = aperture
    kinds = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    for place in [entry, *(data.index(kind) - 4 for kind in kinds)]:
        size = int.from_bytes(data[place : place + 4], "big") + len(aperture)
        data[place : place + 4] = size.to_bytes(4, "big")
    path.write_bytes(data)
    return path


def _cropped_matroska(path: Path) -> Path:
    """24 columns on the right that are not shown, in the place of the unit of a display's size."""
    content = write_video(path, 3).read_bytes()
    assert content.count(b"\x54\xb2\x81\x04") == 1
    path.write_bytes(content.replace(b"\x54\xb2\x81\x04", b"\x54\xdd\x81\x18"))
    return path


@pytest.mark.parametrize(
    ("make", "name", "shown"),
    [
        (_cropped_mp4, "a.mp4", "40x30"),
        (_cropped_mp4, "a.mov", "40x30"),
        (_cropped_matroska, "a.mkv", "40x48"),
    ],
)
def test_pixels_that_players_do_not_show_are_read_and_said(
    tmp_path: Path, make: Callable[[Path], Path], name: str, shown: str
) -> None:
    reader = open_source(make(tmp_path / name))
    assert [frame.image.shape for frame in reader] == [(48, 64, 3)] * 3
    assert [
        f"{name} says that players show {shown} of its 64x48" in w for w in reader.warnings
    ] == [True]
    assert open_source(write_video(tmp_path / f"whole_{name}")).warnings == []


def test_elements_that_reach_beyond_what_holds_them_are_none(tmp_path: Path) -> None:
    path = _cropped_matroska(tmp_path / "a.mkv")
    assert pixel_crop(path, 0) == (40, 48)
    content = path.read_bytes()
    assert content.count(b"\xe0\x8a\xb0") == 1
    path.write_bytes(content.replace(b"\xe0\x8a\xb0", b"\xe0\x88\xb0"))
    assert pixel_crop(path, 0) is None


def test_a_size_beyond_reason_is_refused_by_its_header(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ivf", 2, codec="libvpx")
    data = bytearray(path.read_bytes())
    data[12:16] = struct.pack("<HH", 16000, 16000)
    key = 32 + 12  # of the first packet: three bytes, a start code, width and height
    assert data[key + 3 : key + 6] == b"\x9d\x01\x2a"
    data[key + 6 : key + 10] = struct.pack("<HH", 16000, 16000)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.ivf says that it is 16000x16000"):
        open_source(path)


def test_a_number_of_frames_beyond_reason_is_not_believed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.ivf", 3, codec="libvpx")
    data = bytearray(path.read_bytes())
    data[24:28] = struct.pack("<I", 2**31 - 1)
    path.write_bytes(data)
    reader = open_source(path)
    assert reader.names is None and reader.estimate is None
    assert len(list(reader)) == 3


def test_fragments_that_end_early_are_said(tmp_path: Path) -> None:
    path, movflags = tmp_path / "a.mp4", "frag_every_frame+empty_moov"
    with av.open(str(path), "w", options={"movflags": movflags}) as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(6):
            image = opaque(index, 64, 48)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgba")))
        container.mux(stream.encode())
    whole = path.read_bytes()
    reader = open_source(path)
    frames = list(reader)
    assert len(frames) == 6 and reader.whole and reader.warnings == []
    path.write_bytes(whole + bytes(64))
    padded = open_source(path)
    assert len(list(padded)) == 6 and padded.warnings == []
    fragments = [place for place in range(len(whole)) if whole[place : place + 4] == b"moof"]
    for cut in (fragments[3] + 30, whole.index(b"mdat", fragments[3]) + 9):
        path.write_bytes(whole[:cut])
        short = open_source(path)
        assert [f.image.tobytes() for f in short] == [f.image.tobytes() for f in frames[:3]]
        *_, warning = short.warnings
        assert "cut off" in warning and not short.whole


def test_what_pixels_mean_is_part_of_what_a_frame_is() -> None:
    frames = [av.VideoFrame(16, 16, "yuv420p") for _ in range(3)]
    for frame in frames:
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
    frames[1].color_range = 2
    assert checksum(frames[0]) == checksum(frames[2]) != checksum(frames[1])


class _LateStream:
    """A container in which a packet of a stream comes that nobody knew when it was opened."""

    def __init__(self) -> None:
        self.read = iter([1, 0, 1])

    def demux(self, *_: object) -> Iterator[av.Packet]:
        for known in self.read:
            if not known:
                raise IndexError("list index out of range")
            yield av.Packet(b"x")


def test_packets_of_streams_that_come_late_are_passed_over() -> None:
    broken: list[Exception] = []
    assert len([*packets(cast(Any, _LateStream()), [], broken.append)]) == 2 and not broken
