"""One door to every kind of source."""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path

from models.errors import InputError
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.media.open_pictures import one_picture, open_pictures
from ovos_cli.media.ranges import past_the_end
from ovos_cli.media.source import LiveSource, Source, source_named
from ovos_cli.media.video_file import PictureError
from ovos_cli.media.video_reader import VideoReader

_LISTS = {".csv", ".tsv", ".toml"}


def open_source(
    source: Source,
    *,
    start: int = 0,
    end: int | None = None,
    rate: Fraction = Fraction(24),
    stream: int | None = None,
    apart: Collection[Path] = (),
) -> FrameReader:
    """Choose the reader for a video file, a folder of images, a file of them, or a live source.

    Args:
        source: the file or folder; or what can be read only once, which is opened here.
        start, end: first and last frame (included), counted from 0 in decode order.
        rate: frames per second of images that state none.
        stream: which stream of a file with several, as FFmpeg counts them; None is the best.
        apart: files that are no frames, even if they lie in the folder: masks, for example.

    Raises:
        InputError: it does not exist, is empty, is of no kind, is one of `apart`, has no such
            stream; or the range is empty.
    """
    if start < 0:
        raise InputError(f"--start is {start}; frames are counted from 0")
    if end is not None and end < start:
        raise InputError(f"--end {end} comes before --start {start}")
    path = source_named(source) if isinstance(source, Path) else source
    if isinstance(path, LiveSource):
        return LiveReader(path, start, end, stream)
    if not path.exists():
        raise InputError(f"{path} does not exist")
    if path.is_file() and path.stat().st_size == 0:
        raise InputError(f"{path} is empty (0 bytes)")
    # Annotations may be a folder, in which frames lie beside them.
    if any(other.is_file() and path.samefile(other) for other in apart):
        raise InputError(f"{path} is given as the video and as its mask")
    if path.suffix.lower() in _LISTS and path.is_file():
        raise InputError(
            f"{path} is a list and no video; for the shots of a list there is: ovos batch {path}"
        )
    if stream is not None and path.is_dir():
        raise InputError(f"--stream {stream} is of a video file, and {path} is a folder")
    reader = open_pictures(path, start, end, rate, apart)
    if reader is None:
        try:
            reader = VideoReader(path, start, end, stream)
        except PictureError:  # of another name than it should have, or damaged, or of no known kind
            reader = one_picture(path, start, end, rate)
    elif stream is not None:
        raise InputError(f"--stream {stream} is of a video file, and {path} is a picture")
    if reader.estimate == 0 and start > 0:
        raise past_the_end(path, start, reader.names)
    return reader
