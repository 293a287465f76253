"""One contract for every reader, then what only one kind can meet."""

import os
from collections.abc import Callable
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from models.errors import InputError
from ovos_cli.media.frame import Frame
from ovos_cli.media.frame_names import natural_key
from ovos_cli.media.open_source import open_source
from tests.conftest import picture, write_video

Make = Callable[[Path, int], Path]


def _folder(suffix: str) -> Make:
    def make(root: Path, frames: int) -> Path:
        folder = root / "frames"
        folder.mkdir()
        for index in range(frames):
            Image.fromarray(picture(index, 64, 48)).save(folder / f"{index:05d}.{suffix}")
        return folder

    return make


def _video(name: str, codec: str) -> Make:
    return lambda root, frames: write_video(root / name, frames, codec=codec)


SOURCES: dict[str, Make] = {
    "h264": _video("clip.mp4", "libx264"),
    "vp9": _video("clip.webm", "libvpx-vp9"),
    "mpeg4-avi": _video("clip.avi", "mpeg4"),
    "png": _folder("png"),
    "jpeg": _folder("jpg"),
    "webp": _folder("webp"),
}


@pytest.fixture(params=list(SOURCES))
def make(request: pytest.FixtureRequest) -> Make:
    return SOURCES[request.param]


def _close(image: np.ndarray, expected: np.ndarray) -> bool:
    """Whether most pixels are alike; lossy codecs blur the edge between colours."""
    difference = np.abs(image.astype(int) - expected.astype(int)).max(axis=2)
    return bool((difference < 40).mean() > 0.9)


def test_frames_come_in_order_upright_in_rgb(make: Make, tmp_path: Path) -> None:
    frames = list(open_source(make(tmp_path, 6)))
    assert [f.index for f in frames] == list(range(6))
    assert [f.stem for f in frames] == [f"{i:05d}" for i in range(6)]
    for frame in frames:
        assert frame.image.dtype == np.uint8
        assert _close(frame.image, picture(frame.index, 64, 48))


def test_times_start_at_zero_and_rise(make: Make, tmp_path: Path) -> None:
    times = [f.time for f in open_source(make(tmp_path, 6))]
    assert times[0] == 0
    assert all(isinstance(t, Fraction) for t in times)
    assert all(a < b for a, b in pairwise(times))


def test_a_range_is_included_at_both_ends_and_keeps_indices(make: Make, tmp_path: Path) -> None:
    reader = open_source(make(tmp_path, 6), start=2, end=4)
    assert [f.index for f in reader] == [2, 3, 4]
    assert reader.estimate in {None, 3}


def test_after_the_last_frame_the_names_of_all_are_known(make: Make, tmp_path: Path) -> None:
    names = [f"{i:05d}" for i in range(6)]
    reader = open_source(make(tmp_path, 6), start=2)
    assert len(list(reader)) == 4
    assert reader.names == names  # before it, a container says nothing or a wrong number at times


def test_one_frame_is_a_source(make: Make, tmp_path: Path) -> None:
    assert len(list(open_source(make(tmp_path, 1)))) == 1


def test_reading_twice_gives_the_same(make: Make, tmp_path: Path) -> None:
    reader = open_source(make(tmp_path, 3))
    first, second = list(reader), list(reader)
    assert len(first) == len(second) == 3
    np.testing.assert_array_equal(first[2].image, second[2].image)


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_rotation_metadata_is_applied_as_opencv_does(tmp_path: Path, rotation: int) -> None:
    path = write_video(tmp_path / "turned.mp4", 3, rotation=rotation)
    ours: Frame = next(iter(open_source(path)))
    capture = cv2.VideoCapture(str(path))
    good, theirs = capture.read()
    capture.release()
    assert good
    assert ours.image.shape == theirs.shape
    assert ours.image.shape[:2] == ((64, 48) if abs(rotation) == 90 else (48, 64))
    assert _close(ours.image, theirs[:, :, ::-1])


def test_variable_frame_rate_keeps_every_frame_and_its_time(tmp_path: Path) -> None:
    times = [0, 40, 200, 240, 1000]
    path = write_video(tmp_path / "variable.mkv", times=times)
    frames = list(open_source(path))
    assert [f.index for f in frames] == list(range(5))
    assert [round(f.time * 1000) for f in frames] == times


@pytest.mark.parametrize(("width", "height"), [(63, 47), (65, 48), (64, 49)])
def test_odd_sizes(tmp_path: Path, width: int, height: int) -> None:
    path = write_video(tmp_path / "odd.mkv", 2, width=width, height=height)
    assert all(f.image.shape == (height, width, 3) for f in open_source(path))


CUT = {
    "h264.mp4": "libx264",
    "mpeg4.mp4": "mpeg4",
    "h264.mkv": "libx264",
    "vp9.webm": "libvpx-vp9",
    "vp8.webm": "libvpx",
    "mpeg4.avi": "mpeg4",
    "h264.flv": "libx264",
}


def _noise(index: int, width: int, height: int) -> np.ndarray:
    """Frames that take room in the file, so that a part of it is a part of the frames."""
    return np.random.default_rng(index).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("part", [0.35, 0.55])
def test_a_truncated_video_gives_its_good_frames_and_a_warning(
    tmp_path: Path, name: str, part: float
) -> None:
    mp4 = name.endswith("mp4")
    path = write_video(tmp_path / name, 60, codec=CUT[name], faststart=mp4, draw=_noise)
    cut = tmp_path / f"cut{path.suffix}"
    cut.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    reader = open_source(cut)
    frames = list(reader)
    assert 0 < len(frames) < 60
    assert [f.index for f in frames] == list(range(len(frames)))
    assert reader.warnings and not reader.whole
    assert all("cut off" in w or "damaged" in w for w in reader.warnings)
    # A range that lies before the damage is whole; reading again forgets what was said.
    reader.end = 2
    assert len(list(reader)) == 3
    assert reader.warnings == [] and reader.whole


def _with_sound(path: Path, frames: int, seconds: float) -> Path:
    """A clip of 25 frames a second whose sound lasts longer, or less long."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=8000, layout="mono")
        for index in range(frames):
            image = av.VideoFrame.from_ndarray(picture(index, 64, 48), format="rgb24")
            container.mux(video.encode(image))
        container.mux(video.encode())
        for start in range(0, int(seconds * 8000), 1024):
            samples = np.zeros((1, 1024), np.float32)
            block = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            block.rate, block.pts, block.time_base = 8000, start, Fraction(1, 8000)
            container.mux(sound.encode(block))
        container.mux(sound.encode())
    return path


def _trimmed(path: Path, source: Path) -> Path:
    """The end of a clip without encoding it anew, as `ffmpeg -ss 0.8 -c copy` does it."""
    with av.open(str(source)) as read, av.open(str(path), "w") as write:
        [given] = read.streams.video
        stream = write.add_stream_from_template(given)
        for packet in read.demux(given):
            if packet.dts is None or packet.pts * packet.time_base < Fraction(8, 10):
                continue
            packet.pts -= round(1 / packet.time_base)  # the first frames are before 0
            packet.dts -= round(1 / packet.time_base)
            packet.stream = stream
            write.mux(packet)
    return path


def test_a_healthy_video_gives_no_warning(make: Make, tmp_path: Path) -> None:
    reader = open_source(make(tmp_path, 30))
    assert len(list(reader)) == 30
    assert reader.warnings == [] and reader.whole


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "flv"])
@pytest.mark.parametrize("seconds", [0.2, 3.0])
def test_sound_of_another_length_gives_no_warning(
    tmp_path: Path, suffix: str, seconds: float
) -> None:
    reader = open_source(_with_sound(tmp_path / f"sound.{suffix}", 20, seconds))
    assert len(list(reader)) == 20
    assert reader.warnings == []


@pytest.mark.parametrize("name", ["variable.mp4", "variable.mkv", "variable.webm"])
def test_a_variable_frame_rate_gives_no_warning(tmp_path: Path, name: str) -> None:
    times = [0, 40, 200, 240, 1000, 1040, 3000]
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    reader = open_source(write_video(tmp_path / name, times=times, codec=codec))
    assert len(list(reader)) == 7
    assert reader.warnings == []


def test_a_trimmed_video_gives_no_warning(tmp_path: Path) -> None:
    source = write_video(tmp_path / "long.mp4", 60, codec="mpeg4")
    with av.open(str(_trimmed(tmp_path / "trimmed.mp4", source))) as container:
        stored = container.streams.video[0].frames
    reader = open_source(tmp_path / "trimmed.mp4")
    assert 0 < len(list(reader)) < stored  # the edit list hides some: their count is no measure
    assert reader.warnings == []


def test_files_that_are_no_videos_are_refused(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.mp4", tmp_path / "text.mp4"
    empty.touch()
    text.write_text("this is not a video")
    with pytest.raises(InputError, match="0 bytes"):
        open_source(empty)
    with pytest.raises(InputError, match="not a video"):
        open_source(text)
    with pytest.raises(InputError, match="does not exist"):
        open_source(tmp_path / "nothing.mp4")
    letters = tmp_path / "notes.txt"
    letters.write_text("FFmpeg would draw this\n" * 60)
    with pytest.raises(InputError, match=r"notes\.txt is a text"):
        open_source(letters)


@pytest.mark.parametrize("cut", [0, 200])
@pytest.mark.parametrize("first", [True, False])
def test_an_mp4_without_its_index_is_said_to_be_one(tmp_path: Path, cut: int, first: bool) -> None:
    path = write_video(tmp_path / "a.mp4", faststart=first)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4 + cut])
    with pytest.raises(InputError, match=r"a\.mp4 is an MP4 or MOV without its index .*untrunc"):
        open_source(path)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(InputError, match="no video stream"):
        open_source(path)


def _read(path: Path, start: int) -> list[Frame]:
    """Frames from `start` on; none where the start is refused already."""
    try:
        return list(open_source(path, start=start))
    except InputError:
        return []


def test_a_start_past_the_end_gives_no_frame(make: Make, tmp_path: Path) -> None:
    path = make(tmp_path, 3)
    assert [f.index for f in _read(path, 2)] == [2]
    # Containers do not know their length, or lie about it: not all can refuse at once.
    assert _read(path, 10) == []


def test_a_start_past_a_known_end_is_refused_at_once(tmp_path: Path) -> None:
    for make_known in (SOURCES["h264"], SOURCES["png"]):
        with pytest.raises(InputError, match="past the last frame"):
            open_source(make_known(tmp_path, 3), start=10)


def test_a_range_that_makes_no_sense_is_refused(clip: Path) -> None:
    with pytest.raises(InputError, match="--end 1 comes before --start 3"):
        open_source(clip, start=3, end=1)
    with pytest.raises(InputError, match="counted from 0"):
        open_source(clip, start=-1)


def test_folders_are_in_natural_order_and_keep_stems(tmp_path: Path) -> None:
    for name in ["shot_10.png", "shot_9.png", "shot_1001.png", "notes.txt", ".hidden.png"]:
        if name.endswith("png"):
            Image.fromarray(picture(0, 8, 8)).save(tmp_path / name)
        else:
            (tmp_path / name).write_text("x")
    stems = [f.stem for f in open_source(tmp_path)]
    assert stems == ["shot_9", "shot_10", "shot_1001"]
    assert natural_key("a2") < natural_key("a10")


def test_folder_faults_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no image"):
        open_source(tmp_path)
    (tmp_path / "a.png").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"a\.png is not a readable image"):
        list(open_source(tmp_path))
    (tmp_path / "a.jpg").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"several kinds \(1 \.jpg, 1 \.png\)"):
        open_source(tmp_path)
    (tmp_path / "a.png").rename(tmp_path / "a.jpeg")
    with pytest.raises(InputError, match="two images"):
        open_source(tmp_path)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_become_eight(tmp_path: Path, suffix: str) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16)
    Image.fromarray(np.tile(ramp, (4, 1))).save(tmp_path / f"ramp.{suffix}")
    [frame] = open_source(tmp_path)
    assert frame.image.dtype == np.uint8 and frame.image.shape == (4, 256, 3)
    np.testing.assert_array_equal(frame.image, np.tile(np.arange(256)[:, None], (4, 1, 3)))


def test_pixels_without_a_known_range_are_refused(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(InputError, match="unknown range"):
        list(open_source(tmp_path))


def test_files_that_pillow_only_writes_or_recognises_are_passed_over(tmp_path: Path) -> None:
    Image.fromarray(picture(0, 8, 8)).save(tmp_path / "a.png")
    for name in ("notes.pdf", "features.h5", "clip.mpg", "plot.eps"):
        (tmp_path / name).write_bytes(b"x")
    assert [f.stem for f in open_source(tmp_path)] == ["a"]


@pytest.mark.parametrize("others", [0, 2])
def test_frames_that_cannot_be_read_are_not_passed_over(tmp_path: Path, others: int) -> None:
    (tmp_path / "0001.psd").write_bytes(b"")
    for index in range(others):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{index}.png")
    with pytest.raises(InputError, match=r"holds 1 \.psd, which cannot be read here; convert"):
        open_source(tmp_path)


def test_titles_in_old_encodings_are_no_fault(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", title="TITLE..")
    path.write_bytes(path.read_bytes().replace(b"TITLE..", b"caf\xe9 \xff\xe9"))
    assert len(list(open_source(path))) == 6


@pytest.mark.skipif(os.name != "posix", reason="names elsewhere are text")
def test_a_name_that_is_no_text_is_a_name(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4").rename(tmp_path / "caf\udce9.mp4")
    assert len(list(open_source(path))) == 6


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_notes_that_pyav_does_not_know_are_no_fault(tmp_path: Path, orientation: int) -> None:
    """Motion JPEG as cameras write it, with EXIF in each frame."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    image, file = Image.fromarray(picture(3, 64, 48)), BytesIO()
    image.save(file, "JPEG", quality=95, subsampling=0, exif=exif)
    (tmp_path / "clip.mjpeg").write_bytes(3 * file.getvalue())
    frames = list(open_source(tmp_path / "clip.mjpeg"))
    assert len(frames) == 3
    with Image.open(file) as stored:
        expected = np.array(ImageOps.exif_transpose(stored).convert("RGB"))
    assert _close(frames[0].image, expected)
