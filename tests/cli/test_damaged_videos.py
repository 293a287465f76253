"""What is damaged is passed over, and what that leaves in doubt is said."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from threading import Thread

import av
import numpy as np
import pytest

from models.errors import InputError
from ovos_cli.media.flaws import Flaws
from ovos_cli.media.open_source import open_source
from tests.cli.test_exact_reading import FRAMES, KINDS, Make, _same, encoded
from tests.fuzz.videos import good

Damage = Callable[[bytearray, int, int], None]


def _overwrite(data: bytearray, position: int, size: int) -> None:
    data[position : position + size] = b"\xff" * size


def _clear(data: bytearray, position: int, size: int) -> None:
    data[position : position + size] = bytes(size)


def _clear_half(data: bytearray, position: int, size: int) -> None:
    _clear(data, position + size // 2, size - size // 2)


def _garble(data: bytearray, position: int, size: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size - 8, dtype=np.uint8)
    data[position + 8 : position + size] = noise.tobytes()


def _damaged(path: Path, damage: Damage, *packets: int) -> Path:
    """The file with the bytes of some packets, in the order in which they are stored, changed."""
    with av.open(str(path)) as container:
        places = [(p.pos, p.size) for p in container.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for packet in packets:
        position, size = places[packet]
        assert position is not None
        damage(data, position, size)
    path.write_bytes(data)
    return path


def _decodable(path: Path) -> int:
    """Frames that come when each packet that fails is passed over."""
    count = 0
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            try:
                count += len(packet.decode())
            except av.error.FFmpegError:
                continue
    return count


MJPEG, LOW_DELAY = KINDS["mjpeg"], encoded("clip.mp4", "libx264", bframes=0)
HEVC = KINDS["h265 mp4"]
CLUSTERS = {"cluster_time_limit": "400"}
MKV = encoded("clip.mkv", "libx264", bframes=0, container_options=CLUSTERS)
CASES: dict[str, tuple[Make, Damage, tuple[int, ...], list[str]]] = {
    "jpeg": (MJPEG, _overwrite, (4,), ["after frame 3: a packet could not be decoded"]),
    "jpegs": (MJPEG, _overwrite, (4, 5, 9), ["after frames 3 and 6: 3 packets could not be"]),
    "half a jpeg": (MJPEG, _clear_half, (4,), ["at frame 4; what could be decoded of it"]),
    "first jpeg": (MJPEG, _overwrite, (0,), ["at its start: a packet could not be decoded"]),
    "middle": (LOW_DELAY, _overwrite, (14,), ["after frame 13: a packet", "at frames 14 to 21;"]),
    "keyframe": (LOW_DELAY, _overwrite, (12,), ["after frame 11: 11 packets could not be decoded"]),
    "half a frame": (LOW_DELAY, _clear_half, (14,), ["at frames 14 to 22; what could be decoded"]),
    "first frame": (LOW_DELAY, _overwrite, (0,), ["at its start: a packet"]),
    "last frame": (LOW_DELAY, _overwrite, (25,), ["after frame 24: a packet"]),
    "mpeg4": (encoded("c.avi", "mpeg4"), _clear_half, (14,), ["frames 14 to "]),
    "hevc": (HEVC, _garble, (12,), ["packets could not be decoded"]),
    "matroska": (MKV, _clear, (12,), ["after frame 11: frames are missing there"]),
    "transport": (KINDS["mpeg2 ts"], _overwrite, (12,), ["is damaged at frame"]),
}


@pytest.mark.parametrize("case", CASES)
def test_all_that_decodes_is_used_and_what_is_in_doubt_is_named(case: str, tmp_path: Path) -> None:
    make, damage, packets, said = CASES[case]
    path = _damaged(make(tmp_path), damage, *packets)
    reader = open_source(path)
    frames = list(reader)
    assert [f.index for f in frames] == list(range(_decodable(path)))
    assert not reader.whole
    for part in said:
        assert any(part in warning for warning in reader.warnings), reader.warnings
    assert all(path.name in warning for warning in reader.warnings)


def test_frames_outside_of_the_damage_are_those_of_the_whole_file(tmp_path: Path) -> None:
    path = LOW_DELAY(tmp_path)
    sound = [f.image for f in open_source(path)]
    frames = [f.image for f in open_source(_damaged(path, _overwrite, 14))]
    assert len(frames) == FRAMES - 1
    assert all(np.array_equal(a, b) for a, b in zip(frames[:14], sound, strict=False))
    assert all(np.array_equal(a, b) for a, b in zip(frames[22:], sound[23:], strict=True))


def test_a_range_without_damage_is_whole(tmp_path: Path) -> None:
    reader = open_source(_damaged(LOW_DELAY(tmp_path), _clear_half, 14), end=10)
    for _ in range(2):  # what is known of the file by then says nothing of the range
        assert len(list(reader)) == 11
        assert reader.whole and reader.warnings == []
        assert reader.count() == FRAMES
    list(reader.between(5, 20, backward=True))
    assert not reader.whole and "frames 14 to 20;" in reader.warnings[0]


def test_where_nothing_decodes_the_file_is_refused(tmp_path: Path) -> None:
    path = _damaged(MJPEG(tmp_path), _overwrite, *range(FRAMES))
    with pytest.raises(InputError, match=r"m\.avi: no frame can be decoded .*Invalid data"):
        list(open_source(path))


def test_damaged_parameters_stall_no_decoder(tmp_path: Path) -> None:
    """FFmpeg's HEVC threads, one frame each, wait for ever for frames that their PPS spoils."""
    path, data = tmp_path / "clip.mkv", good("hevc.mkv")
    parameters = data.index(b"\x44\x01\xc1") + 3
    path.write_bytes(data[:parameters] + b"\xff" * 4 + data[parameters + 4 :])
    reader = open_source(path)
    reading = Thread(target=lambda: list(reader), daemon=True)
    reading.start()
    reading.join(20)
    assert not reading.is_alive() and not reader.whole


def test_dropped_frames_of_a_capture_are_no_damage(tmp_path: Path) -> None:
    """An empty chunk of an AVI stands for a picture that came too late."""
    path = MJPEG(tmp_path)
    data = path.read_bytes()
    index = data.index(b"idx1")
    for dropped in (4, 9):
        entry = index + 8 + 16 * dropped
        data = data[: entry + 12] + bytes(4) + data[entry + 16 :]
        offset = int.from_bytes(data[entry + 8 : entry + 12], "little")
        chunk = data.index(b"movi") + offset
        assert data[chunk : chunk + 4] == b"00dc"
        size = int.from_bytes(data[chunk + 4 : chunk + 8], "little")
        # What is left of it becomes a chunk of junk.
        rest = b"JUNK" + (size - 8).to_bytes(4, "little") + bytes(size - 8)
        data = data[: chunk + 4] + bytes(4) + rest + data[chunk + 8 + size :]
    path.write_bytes(data)
    reader = open_source(path)
    times = [f.time for f in reader]
    assert len(times) == FRAMES - 2 and reader.whole
    assert times[4] - times[3] == 2 / reader.rate


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
def test_what_an_edit_list_hides_is_no_damage(codec: str, tmp_path: Path) -> None:
    source, path = encoded("clip.mp4", codec)(tmp_path), tmp_path / "trimmed.mp4"
    with av.open(str(source)) as read, av.open(str(path), "w") as write:
        stream = write.add_stream_from_template(read.streams.video[0])
        for packet in (p for p in read.demux(video=0) if p.size):
            assert packet.pts is not None and packet.dts is not None
            hidden = round(Fraction(1, 5) / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts - hidden, packet.dts - hidden, stream
            write.mux(packet)
    reader = open_source(path)
    frames = list(reader)
    assert len(frames) == FRAMES - 5
    assert reader.whole and reader.warnings == []
    assert all(_same(reader.frame(f.index), f) for f in frames)


def test_sentences_name_frames_as_people_do() -> None:
    flaws = Flaws()
    assert flaws.texts("a", None) == [] and not flaws.harm(None)
    for frame in (3, 4, 5, 9, 12, 13):
        flaws.add_doubtful(frame)
    assert "a is damaged at frames 3 to 5, 9 and 12 to 13; what" in flaws.texts("a", None)[0]
    assert "a is damaged at frames 3 to 4; what" in flaws.texts("a", 4)[0]
    assert flaws.texts("a", 2) == []
    for frame in range(20, 60, 2):
        flaws.add_doubtful(frame)
    assert "20, 22, 24, 26, 28 and others;" in flaws.texts("a", None)[0]
