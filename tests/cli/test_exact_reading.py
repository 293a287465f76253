"""A frame is the same whichever way it is reached: the contract, over clips of every kind."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from ovos_cli.media import video_reader
from ovos_cli.media.forward_read import ForwardRead
from ovos_cli.media.frame import Frame
from ovos_cli.media.numbered_frames import Numbered, NumberedFrames
from ovos_cli.media.open_source import open_source
from ovos_cli.media.reading_plan import beginnings, falling_ranges

FRAMES = 26
Make = Callable[[Path], Path]


def moving(index: int, width: int, height: int) -> np.ndarray:
    """A frame that can be told from every other one, also from its neighbours."""
    image = np.random.default_rng(7).integers(60, 200, (height, width, 3), dtype=np.uint8)
    image[:, : 1 + index % width] = (200, 20 + 5 * index % 200, 30)
    return np.roll(image, 3 * index, axis=0)


def encoded(
    name: str,
    codec: str,
    pixels: str = "yuv420p",
    *,
    gop: int = 12,
    bframes: int | None = None,
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
    turned: int = 0,
    container_options: dict[str, str] | None = None,
) -> Make:
    """A maker of a clip of `FRAMES` frames; `times` in thousandths of a second."""

    def make(root: Path) -> Path:
        path = root / name
        with av.open(str(path), "w", options=container_options or {}) as container:
            stream = container.add_stream(codec, rate=25, options=options or {})
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, pixels, gop
            if bframes is not None:
                stream.codec_context.max_b_frames = bframes
            if times:
                stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            if turned:
                stream.set_display_rotation(turned)
            for index in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(moving(index, 64, 48), format="rgb24")
                if times:
                    frame.pts, frame.time_base = times[index], Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make


H264 = encoded("clip.mp4", "libx264", bframes=3)
X265 = "log-level=none:keyint=12:min-keyint=12:"


def _remuxed(make: Make, name: str, change: Callable[[int, av.Packet], None]) -> Make:
    """A maker of the same packets, each changed, in a container of its own."""

    def remux(root: Path) -> Path:
        source, path = make(root), root / name
        with av.open(str(source)) as read, av.open(str(path), "w") as write:
            [given] = read.streams.video
            stream = write.add_stream_from_template(given)
            for number, packet in enumerate(p for p in read.demux(given) if p.size):
                change(number, packet)
                packet.stream = stream
                write.mux(packet)
        return path

    return remux


def _no_keyframe(number: int, packet: av.Packet) -> None:
    packet.is_keyframe = number == 0


def _damaged(make: Make, *which: int) -> Make:
    """A maker of the clip with packets overwritten in the file."""

    def damage(root: Path) -> Path:
        path = make(root)
        with av.open(str(path)) as container:
            places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
        data = bytearray(path.read_bytes())
        for number in which:
            position, size = places[number]
            data[position : position + size] = b"\xff" * size
        path.write_bytes(data)
        return path

    return damage


def _scratched(make: Make, which: int) -> Make:
    """A maker of the clip with a packet that decodes in part."""

    def scratch(root: Path) -> Path:
        path = make(root)
        with av.open(str(path)) as container:
            places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
        data = bytearray(path.read_bytes())
        position, size = places[which]
        data[position + size // 2 : position + size] = bytes(size - size // 2)
        path.write_bytes(data)
        return path

    return scratch


def _cut(make: Make, part: float) -> Make:
    def cut(root: Path) -> Path:
        path = make(root)
        path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
        return path

    return cut


def _folder(root: Path) -> Path:
    folder = root / "frames"
    folder.mkdir()
    for index in range(FRAMES):
        Image.fromarray(moving(index, 64, 48)).save(folder / f"{index:04d}.png")
    return folder


def _joined(first: Make, second: Make) -> Make:
    """As recorders join transport streams: one file after the other, and the clock begins anew."""

    def join(root: Path) -> Path:
        path, other = first(root), second(root)
        path.write_bytes(path.read_bytes() + other.read_bytes())
        return path

    return join


VARIABLE = [40 * i + (i % 3) * 9 + 400 * (i // 7) for i in range(FRAMES)]
KINDS: dict[str, Make] = {
    "h264 B-frames": H264,
    "h264 open GOP": encoded("o.mkv", "libx264", options={"x264-params": "open-gop=1:bframes=3"}),
    "h264 refreshed": encoded("r.mp4", "libx264", options={"intra-refresh": "1"}),
    "h264 one GOP": encoded("g.mp4", "libx264", gop=1000),
    "h264 stream": encoded("raw.h264", "libx264"),
    "h264 flv": encoded("clip.flv", "libx264"),
    "h264 ts": encoded("clip.ts", "libx264"),
    "h264 rotated": encoded("turned.mp4", "libx264", turned=90),
    "h264 variable": encoded("variable.mkv", "libx264", times=VARIABLE),
    "h264 no keyframes": _remuxed(H264, "nokeys.mp4", _no_keyframe),
    "h265 open GOP": encoded("clip.mkv", "libx265", options={"x265-params": f"{X265}open-gop=1"}),
    "h265 mp4": encoded("h265.mp4", "libx265", options={"x265-params": f"{X265}open-gop=1"}),
    "mpeg4 B-frames": encoded("clip.avi", "mpeg4", bframes=2),
    "mpeg2 ts": encoded("mpeg2.ts", "mpeg2video", bframes=2),
    "joined ts": _joined(encoded("1.ts", "mpeg2video"), encoded("2.ts", "mpeg2video")),
    "mpeg1 program": encoded("clip.mpg", "mpeg1video", bframes=2),
    "vp9": encoded("clip.webm", "libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"}),
    "vp8 hidden": encoded(
        "vp8.webm", "libvpx", options={"auto-alt-ref": "1", "lag-in-frames": "12", "cpu-used": "5"}
    ),
    "av1": encoded("clip.mp4", "libsvtav1", options={"preset": "12", "svtav1-params": "lp=1"}),
    "mjpeg": encoded("m.avi", "mjpeg", "yuvj420p"),
    "prores": encoded("clip.mov", "prores_ks", "yuv422p10le"),
    "gif": encoded("clip.gif", "gif", "rgb8"),
    "cut off": _cut(encoded("c.mkv", "libx264", bframes=3), 0.6),
    "damaged": _damaged(H264, 14),
    "damaged twice": _damaged(H264, 3, 20),
    "damaged first": _damaged(H264, 0),
    "damaged mjpeg": _damaged(encoded("m.avi", "mjpeg", "yuvj420p"), 4),
    "damaged ts": _damaged(encoded("d.ts", "libx264", bframes=2), 14),
    "scratched": _scratched(H264, 14),
    "scratched mpeg4": _scratched(encoded("s.avi", "mpeg4"), 6),
    "folder": _folder,
}


def _same(frame: Frame, other: Frame) -> bool:
    return (frame.index, frame.stem, frame.time) == (other.index, other.stem, other.time) and (
        np.array_equal(frame.image, other.image)
    )


def _equal(frames: Sequence[Frame], others: Sequence[Frame]) -> bool:
    return len(frames) == len(others) and all(map(_same, frames, others))


@pytest.fixture(params=list(KINDS), scope="module")
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return KINDS[request.param](tmp_path_factory.mktemp("clip"))


def test_every_way_to_a_frame_gives_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_reader, "_HELD", 5 * 64 * 48 * 3)  # ranges shorter than a GOP too
    frames = list(open_source(path))
    last = len(frames) - 1
    assert last > 8
    reader = open_source(path, start=5, end=7)
    order = random.Random(1).sample(range(last + 1), last + 1)
    found = {i: reader.frame(i) for i in order}
    assert _equal([found[i] for i in range(last + 1)], frames)
    assert _equal(list(reader.between(0, last, backward=True)), frames[::-1])
    assert _equal(list(reader.between(4, 9)), frames[4:10])
    assert _equal(list(reader), frames[5:8])
    assert reader.count() == last + 1
    fresh = open_source(path)
    assert _equal(list(fresh.between(3, last - 2, backward=True)), frames[last - 2 : 2 : -1])
    assert _equal(list(open_source(path, start=6)), frames[6:])
    assert fresh.seekable


def _player(path: Path) -> list[np.ndarray]:
    """What comes when a file is decoded frame by frame and bad packets are passed over."""
    shown = []
    with av.open(str(path)) as container:
        container.streams.video[0].thread_count = 1
        for packet in container.demux(video=0):
            try:
                shown += [f.to_ndarray(format="rgb24") for f in packet.decode()]
            except av.error.FFmpegError:
                continue
    return shown


def test_a_forward_read_gives_what_a_player_counts(path: Path) -> None:
    if path.is_dir() or path.name == "turned.mp4":
        pytest.skip("PyAV does not read folders, and does not turn")
    frames, shown = list(open_source(path)), _player(path)
    assert [f.index for f in frames] == list(range(len(shown)))
    assert all(np.array_equal(f.image, s) for f, s in zip(frames, shown, strict=True))
    times = [f.time for f in frames]
    assert times[0] == 0 and all(0 < b - a <= 1 for a, b in pairwise(times))


def test_what_is_sound_gives_no_warning(path: Path, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["path"]
    harmed = kind.startswith(("cut", "damaged", "scratched"))
    reader = open_source(path)
    list(reader)
    assert bool(reader.warnings) is harmed, reader.warnings
    assert reader.whole is not harmed


def test_frames_that_are_known_are_found_without_beginning_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("h264 B-frames", "h265 open GOP", "mpeg4 B-frames", "mpeg2 ts", "vp9", "mjpeg"):
        reader = open_source(KINDS[kind](tmp_path))
        frames = list(reader)
        with monkeypatch.context() as patch:
            patch.setattr(ForwardRead, "frames", None)  # a read from the start would fail
            assert _same(reader.frame(25), frames[25]), kind
            assert _equal(list(reader.between(13, 20)), frames[13:21]), kind
            assert _equal(list(reader.between(13, 20, backward=True)), frames[20:12:-1]), kind


@pytest.mark.parametrize("kind", ["h264 B-frames", "damaged", "mjpeg", "folder"])
def test_what_does_not_exist_is_refused_or_left_out(kind: str, tmp_path: Path) -> None:
    reader = open_source(KINDS[kind](tmp_path))
    last = reader.count() - 1
    for wrong in (last + 1, last + 500):
        with pytest.raises(InputError, match=f"has no frame {wrong}; its last is {last}"):
            reader.frame(wrong)
    assert [f.index for f in reader.between(last - 1, last + 9)] == [last - 1, last]
    backward = reader.between(last - 1, last + 9, backward=True)
    assert [f.index for f in backward] == [last, last - 1]
    assert [f.index for f in reader.between(-5, 1)] == [0, 1]
    assert list(reader.between(3, 2)) == list(reader.between(-9, -1, backward=True)) == []
    assert list(reader.between(last + 1, last + 9)) == []
    assert list(reader.between(last + 1, last + 9, backward=True)) == []


def test_a_negative_number_is_no_frame(tmp_path: Path) -> None:
    for kind in ("mjpeg", "folder"):
        with pytest.raises(InputError, match="has no frame -1"):
            open_source(KINDS[kind](tmp_path)).frame(-1)


def test_several_may_read_at_once(tmp_path: Path) -> None:
    reader = open_source(H264(tmp_path))
    forward, backward = iter(reader), reader.between(0, FRAMES - 1, backward=True)
    pairs = list(zip(forward, backward, strict=True))
    frames = [frame for frame, _ in pairs]
    assert _equal([frame for _, frame in pairs], frames[::-1])
    fresh = open_source(tmp_path / "clip.mp4")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(fresh.frame, [i % FRAMES for i in range(0, 7 * FRAMES, 7)]))
    assert all(_same(frame, frames[frame.index]) for frame in found)


def test_decoders_are_closed(tmp_path: Path) -> None:
    """Linux counts a process's threads and open files."""
    task, files = Path("/proc/self/task"), Path("/proc/self/fd")
    if not task.exists():
        pytest.skip("needs /proc")
    reader = open_source(H264(tmp_path))
    reader.count()
    before = len(list(task.iterdir())), len(list(files.iterdir()))
    for index in range(18, 26):
        reader.frame(index)
        next(reader.between(3, 20))
        next(reader.between(3, 20, backward=True))
        next(iter(reader))
    assert (len(list(task.iterdir())), len(list(files.iterdir()))) == before


@pytest.mark.parametrize(
    ("keyframes", "frame", "expected"),
    [
        ([0, 12, 24, 36], 30, [24, 12]),
        ([0, 12, 24, 36], 24, [24, 12]),
        ([0, 12, 24, 36], 23, [12]),
        ([0, 12, 24, 36], 11, []),  # the start itself is left to the caller
        ([], 5, []),
    ],
)
def test_decoding_begins_at_the_nearest_keyframe_or_the_one_before(
    keyframes: list[int], frame: int, expected: list[int]
) -> None:
    assert beginnings(keyframes, frame) == expected


@pytest.mark.parametrize(
    ("keyframes", "first", "last", "most", "expected"),
    [
        ([0, 10, 20], 0, 29, 10, [(20, 29), (10, 19), (0, 9)]),
        ([0, 10, 20], 0, 29, 25, [(10, 29), (0, 9)]),
        ([0, 10, 20], 3, 17, 4, [(14, 17), (10, 13), (6, 9), (3, 5)]),
        ([0], 0, 6, 3, [(4, 6), (1, 3), (0, 0)]),
        ([0, 1, 2, 3, 4], 1, 4, 2, [(3, 4), (1, 2)]),
        ([], 2, 4, 99, [(2, 4)]),
        ([0], 3, 2, 9, []),
    ],
)
def test_falling_ranges_end_at_keyframes_where_they_can(
    keyframes: list[int], first: int, last: int, most: int, expected: list[tuple[int, int]]
) -> None:
    assert list(falling_ranges(keyframes, first, last, most)) == expected


@pytest.mark.parametrize("most", [1, 3, 7, 100])
def test_falling_ranges_cover_every_frame_once_within_the_bound(most: int) -> None:
    ranges = list(falling_ranges([0, 4, 5, 30], 2, 50, most))
    assert [n for low, high in ranges for n in range(high, low - 1, -1)] == list(range(50, 1, -1))
    assert all(high - low < most for low, high in ranges)


def test_reading_backward_holds_no_more_than_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = open_source(encoded("g.mp4", "libx264", gop=1000)(tmp_path))
    monkeypatch.setattr(video_reader, "_HELD", 4 * 64 * 48 * 3)
    asked: list[int] = []
    read = NumberedFrames.read

    def noted(self: NumberedFrames, first: int, last: int) -> Numbered:
        asked.append(last - first + 1)
        return read(self, first, last)

    monkeypatch.setattr(NumberedFrames, "read", noted)
    assert len(list(reader.between(0, FRAMES - 1, backward=True))) == FRAMES
    assert max(asked) == 4 and len(asked) == -(-FRAMES // 4)
