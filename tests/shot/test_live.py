"""What can be read only once: pipes and addresses, with masks written as frames come."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import pytest

from models.errors import InputError
from ovos_cli import open_shot
from ovos_cli.default_folder import default_folder
from ovos_cli.media import live_file
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.media.source import LiveSource, source_named, without_password
from ovos_cli.media.video_reader import VideoReader
from tests.conftest import ROOT, picture, write_video
from tests.shot.test_command import FRAMES, SMALL, box, masks, ovos, record, segment

PIPED = ["mkv", "ts", "mp4"]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return box(tmp_path / "first.png", 5)


@contextmanager
def piped(path: Path, content: bytes) -> Iterator[Path]:
    """A named pipe that another process writes to."""
    os.mkfifo(path)
    write = "import sys; all = sys.stdin.buffer.read(); open(sys.argv[1], 'wb').write(all)"
    with subprocess.Popen([sys.executable, "-c", write, path], stdin=subprocess.PIPE) as writer:
        assert writer.stdin is not None
        writer.stdin.write(content)
        writer.stdin.close()
        try:
            yield path
        finally:
            writer.kill()


@contextmanager
def served(send: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server on this machine that answers in one way."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            send(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/street.mkv?camera=2"
        finally:
            server.shutdown()


def raw_video(path: Path, frames: int) -> bytes:
    """YUV4MPEG2, which has no header of its length and needs no other frame to decode one."""
    with av.open(str(path), "w", format="yuv4mpegpipe") as container:
        stream = container.add_stream("wrapped_avframe", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(frames):
            image = av.VideoFrame.from_ndarray(picture(index, 64, 48), format="rgb24")
            container.mux(stream.encode(image.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.mark.parametrize("kind", PIPED)
def test_frames_of_a_pipe_are_those_of_the_file(tmp_path: Path, kind: str) -> None:
    video = write_video(tmp_path / f"video.{kind}", FRAMES, faststart=kind == "mp4", rotation=90)
    with piped(tmp_path / "pipe", video.read_bytes()) as pipe:
        reader = LiveReader(source_named(pipe), start=2)  # type: ignore[arg-type]
        reader.keep([4])
        head = next(iter(reader))
        frames = [*reader.between(2, FRAMES)]
    assert head is frames[0] and reader.count() == FRAMES and not reader.warnings
    for frame, same in zip(frames, VideoReader(video, start=2), strict=True):
        assert (frame.index, frame.stem, frame.time) == (same.index, same.stem, same.time)
        np.testing.assert_array_equal(frame.image, same.image)
    assert reader.frame(4) is frames[2]
    with pytest.raises(InputError, match="read only once, and its frame 3 has passed"):
        reader.frame(3)
    with pytest.raises(InputError, match="its last is 7"):
        reader.frame(FRAMES)


def test_masks_of_a_pipe_are_those_of_the_file(
    tmp_path: Path, first: Path, untrained: Path
) -> None:
    """Also with later masks, forward."""
    video = write_video(tmp_path / "video.mkv", FRAMES)
    options = ("-m", first, "-m", f"3={box(tmp_path / 'a.png', 12)}", "--forward")
    options += ("-m", f"5={box(tmp_path / 'b.png', 30, 2)}", "--drop", "2@7")
    assert segment(video, tmp_path / "file", untrained, *options)[0] == 0
    out = tmp_path / "piped"
    with piped(tmp_path / "pipe", video.read_bytes()) as pipe:
        assert segment(pipe, out, untrained, *options)[0] == 0
    assert masks(out) == masks(tmp_path / "file") and len(masks(out)) == FRAMES
    assert record(out)["state"] == "complete" and record(out)["live"]
    assert record(out)["source"] == str(pipe)
    for command in (("resume", out), ("segment", pipe, "-m", first, "-o", out, "--resume")):
        with piped(tmp_path / f"pipe-{command[0]}", b""):
            status, said = ovos(*command)
        assert status == 2 and "can be read only once" in said and "gone on with" in said
    status, said = segment(video, out, untrained, "-m", first, "--resume")
    assert status == 2 and "made with another source" in said
    status, said = segment(video, out, untrained, "-m", first)
    assert status == 2 and "cannot be gone on with; add --overwrite" in said
    assert masks(out) == masks(tmp_path / "file")


def test_one_frame_of_a_pipe_has_its_mask_and_overlay(
    tmp_path: Path, first: Path, untrained: Path
) -> None:
    video, out = write_video(tmp_path / "video.mkv", FRAMES), tmp_path / "out"
    with piped(tmp_path / "pipe", video.read_bytes()) as pipe:
        one = ("--start", 3, "--end", 3, "--weights", untrained, *SMALL)
        assert ovos("segment", pipe, "-m", first, "-o", out, *one)[0] == 0
    assert [*masks(out)] == ["00003.png"]
    with av.open(str(out / "overlay.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-m", "3=first.png"], "a mask must be of frame 0, the first that is read"),
        (["-m", "first.png", "-m", "3=first.png"], "before the mask of frame 3 too; add --forward"),
        (["-m", "first.png", "--start", "50"], "--start 50 is past the last frame"),
        (["-m", "first.png", "--resume"], "can be read only once"),
    ],
)
def test_what_a_pipe_cannot_give_is_refused_before_anything_is_written(
    tmp_path: Path,
    first: Path,
    untrained: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    content = write_video(tmp_path / "video.mkv", FRAMES).read_bytes()
    with piped(tmp_path / "pipe", content) as pipe:
        status, said = segment(pipe, tmp_path / "out", untrained, *options)
    assert (status, message in said) == (2, True), said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"hello\n" * 100])
def test_a_pipe_without_a_video(
    tmp_path: Path, first: Path, untrained: Path, content: bytes
) -> None:
    with piped(tmp_path / "pipe", content) as pipe:
        status, said = segment(pipe, tmp_path / "out", untrained, "-m", first)
    assert status == 2 and f"{pipe} is not a video that FFmpeg can read" in said


def test_an_mp4_whose_index_comes_last_is_said_to_be_one(
    tmp_path: Path, first: Path, untrained: Path
) -> None:
    def noise(index: int, width: int, height: int) -> np.ndarray:
        return np.random.default_rng(index).integers(0, 255, (height, width, 3)).astype(np.uint8)

    # So long that nobody reads back to its beginning.
    video = write_video(tmp_path / "video.mp4", 20, width=240, height=180, draw=noise)
    with piped(tmp_path / "pipe", video.read_bytes()) as pipe:
        status, said = segment(pipe, tmp_path / "out", untrained, "-m", first)
    assert status == 2 and "whose index comes last cannot be piped" in said, said


def test_an_address_is_read_as_it_sends(
    tmp_path: Path, first: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    video = write_video(tmp_path / "video.mkv", FRAMES)
    with served(lambda answer: answer.wfile.write(video.read_bytes())) as address:
        common = ("--weights", untrained, "--no-overlay", *SMALL)
        assert ovos("segment", address, "-m", first, *common)[0] == 0
    assert segment(video, tmp_path / "file", untrained, "-m", first)[0] == 0
    assert masks(Path("street_ovos")) == masks(tmp_path / "file")
    assert record(Path("street_ovos"))["source"] == address


def test_an_address_that_falls_silent_ends_with_a_warning(
    tmp_path: Path, first: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_file, "_PATIENCE", 0.5)
    content = raw_video(tmp_path / "video.y4m", FRAMES)
    over = threading.Event()

    def send(answer: BaseHTTPRequestHandler) -> None:
        answer.wfile.write(content[: len(content) * 11 // 16])
        over.wait(30)

    with served(send) as address:
        status, said = ovos(
            *("segment", address, "-m", first, "-o", tmp_path / "out", "--no-overlay"),
            *("--weights", untrained, *SMALL),
        )
        over.set()
    assert status == 0 and "sent nothing more after frame 4" in said
    assert len(masks(tmp_path / "out")) == 5
    assert (record(tmp_path / "out")["state"], record(tmp_path / "out")["complete"]) == (
        "complete",
        False,
    )


def test_masks_are_written_as_frames_come_and_ctrl_c_ends_it(
    tmp_path: Path, first: Path, untrained: Path
) -> None:
    """A real standard input, that stays open and sends nothing more."""
    content, out = raw_video(tmp_path / "video.y4m", FRAMES), tmp_path / "out"
    (out / "masks").mkdir(parents=True)
    for index in range(FRAMES + 3):  # of an earlier run, and longer
        box(out / f"masks/{index:05d}.png", 40)
    command = ["segment", "-", "-m", first, "-o", out, "--overwrite", "--weights", untrained, "-q"]
    with subprocess.Popen(
        [sys.executable, "-m", "ovos_cli", *map(str, command), *SMALL],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=False,
    ) as running:
        assert running.stdin is not None and running.stderr is not None
        running.stdin.write(content[: len(content) * 7 // FRAMES])
        running.stdin.flush()
        wait_for(lambda: (out / ".ovos/waiting/masks/00003.png").exists(), running)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130
        assert b"frames are done and kept" in running.stderr.read()
    said = record(out)
    assert said["state"] == "interrupted" and said["frames"]["count"] == len(masks(out)) >= 4
    with av.open(str(out / "overlay.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(masks(out))
    assert not (out / ".ovos/waiting").exists()


def wait_for(come: Callable[[], bool], running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while not come():
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)


def test_open_shot_takes_what_is_read_once(tmp_path: Path, first: Path, untrained: Path) -> None:
    video = write_video(tmp_path / "video.mkv", FRAMES)
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25] = 1
    with (
        piped(tmp_path / "pipe", video.read_bytes()) as pipe,
        open_shot(pipe, tmp_path / "shot", weights=untrained, size=64, device="cpu") as shot,
    ):
        shot.put(4, ids)
        with pytest.raises(InputError, match="the first mask is of frame 4"):
            next(shot.run())
        shot.clear(4)
        shot.put(0, ids)
        assert [done.index for done in shot.run()] == [*range(FRAMES)]
        shot.put(0, ids * 2)
        with pytest.raises(InputError, match="frame 1 has passed"):
            list(shot.run())


def test_names_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def name(text: str) -> str:
        return str(default_folder(source_named(text), "ovos"))

    monkeypatch.chdir(tmp_path)
    assert name("-") == "stdin_ovos"
    assert name("rtsp://cam.example/live/street%201.sdp") == "street_1_ovos"
    assert name("udp://@239.0.0.1:1234") == "239.0.0.1_ovos"
    assert name("clip.mp4") == "clip_ovos"
    assert source_named("file:///a/b%20c.mp4") == Path("/a/b c.mp4")
    assert source_named("clip.mp4") == Path("clip.mp4")


def test_passwords_of_cameras_are_kept_to_themselves() -> None:
    source = source_named("rtsp://ada:p@ss:w@cam.example:554/live?x=ada:p@ss:w")
    assert isinstance(source, LiveSource) and source.url.startswith("rtsp://ada:p@ss")
    assert str(source) == "rtsp://ada:***@cam.example:554/live?x=ada:p@ss:w"
    assert json.dumps(source.name) == '"live"'
    for text in ("rtsp://ada@cam.example/x", "http://cam.example/a:b@c", "57=a.png", "-"):
        assert without_password(text) == text
