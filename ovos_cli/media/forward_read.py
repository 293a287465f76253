"""A video read from its start: the numbers of its frames, their times, and what is wrong."""

from collections import deque
from collections.abc import Generator, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from models.errors import InputError
from ovos_cli.media.checked_packets import CheckedPackets
from ovos_cli.media.decoding import Picture, checksum, pictures
from ovos_cli.media.flaws import Flaws
from ovos_cli.media.frame_index import FrameIndex
from ovos_cli.media.mp4_boxes import is_cut_off
from ovos_cli.media.orientation import display_matrix
from ovos_cli.media.timeline import Timeline
from ovos_cli.media.video_file import Opened, stated_length

_SLACK = Fraction(1, 4)
"""Seconds by which the header of a healthy file may be off, if that is more than three frames."""
_REORDERED, _MOST_OPEN = 16, 128
"""Frames that may come out before one that they lean on; packets that a decoder holds at most."""
_ONE_EACH = {"h264", "hevc"}
"""Codecs each of whose packets is a picture to be shown, or one of the two fields of one."""
_FIELDS, _LEADING = 0.45, 2
"""Share of packets without a picture from which on they are fields; frames before which those may
be left out that lean on what was before the first."""


class UncertainError(Exception):
    """Something is amiss, and decoding several frames at once hides what."""


class ForwardRead:
    """One read of a file; notes what it meets in an index and among the flaws."""

    def __init__(self, file: Opened, index: FrameIndex, flaws: Flaws, *, careful: bool) -> None:
        """Open nothing yet.

        Args:
            file: the file.
            index, flaws: where to note what is found.
            careful: decode frame by frame; else the read ends with an `UncertainError` as soon as
                something is amiss.
        """
        self._file, self._index, self._flaws, self._careful = file, index, flaws, careful
        stated = file.stated
        self._timeline = Timeline(stated.tick, stated.rate, stated.leap)
        self._sent, self._frames = 0, 0
        # Packets that are not pictures yet, or never will be, and how many frames there were then.
        self._open: dict[int, int] = {}
        self._unseen: dict[int, int] = {}
        self._damaged: set[int] = set()
        self._damaged_since: int | None = None
        self._size: tuple[int, int] | None = None
        self._error: Exception | None = None

    def frames(self) -> Generator[tuple[int, av.VideoFrame], None, None]:
        """Every frame with its number.

        Raises:
            InputError: not a single frame can be decoded.
            UncertainError: see `careful`.
        """
        strict, stated = self._file.stated.strict, self._file.stated
        with self._file.opened() as (container, stream):
            source = CheckedPackets(container, stream, stated, strict=strict and self._careful)
            decoded = pictures(
                stream,
                self._packets(source),
                threads=not self._careful,
                strict=strict and not self._careful,
                failed=self._fail,
            )
            for picture in decoded if self._careful else self._settled(decoded):
                number = self._frames
                self._note(number, picture)
                yield number, picture.frame
            if self._sent > self._frames and not self._careful:
                raise UncertainError  # the missing ones may be damaged, or were never to be shown
            self._end(container, stream, source)

    def _packets(self, source: CheckedPackets) -> Iterator[tuple[int, "Packet[Stream]"]]:
        for checked in source:
            number, packet = checked.number, checked.packet
            self._index.add_packet(number, packet)
            if checked.follows_hole:
                self._doubt(number - 1)
                self._flaws.add_hole(self._frames)
            if checked.damaged:
                self._doubt(number)
                self._damaged.add(number)
            if not packet.is_discard:  # by an edit list: it is never to be shown
                self._sent += 1
                self._open[number] = self._frames
            if number - _MOST_OPEN in self._open:
                self._unseen[number - _MOST_OPEN] = self._open.pop(number - _MOST_OPEN)
            yield number, packet

    def _settled(self, decoded: Iterator[Picture]) -> Iterator[Picture]:
        """Hold pictures back until all that they may lean on has turned out to be sound."""
        held = deque[Picture]()
        for picture in decoded:
            if picture.frame.is_corrupt:
                raise UncertainError
            self._open.pop(picture.packet, None)
            held.append(picture)
            while held and (len(held) > _REORDERED or not self._waits(held[0].packet)):
                yield held.popleft()
        yield from held

    def _waits(self, packet: int) -> bool:
        """Whether an earlier packet, not too long ago, has not come out as a picture yet."""
        return any(packet - _REORDERED <= number < packet for number in self._open)

    def _note(self, number: int, picture: Picture) -> None:
        frame, packet = picture.frame, picture.packet
        damaged = frame.is_corrupt or packet in self._damaged
        if damaged:
            self._doubt(packet)
        since = self._damaged_since
        leans = since is not None and (packet > since or packet < 0)
        if leans and frame.key_frame and not damaged:
            self._damaged_since, leans = None, False
        if damaged or leans:
            self._flaws.add_doubtful(number)
        self._open.pop(packet, None)
        self._measure(number, frame)
        ticks = self._timeline.place(frame.dts if frame.pts is None else frame.pts)
        if self._index.add_frame(number, packet, checksum(frame), ticks):
            self._doubt(packet)  # what is sound is the same each time
            self._flaws.add_doubtful(number)
        self._frames += 1

    def _measure(self, number: int, frame: av.VideoFrame) -> None:
        size = (frame.width, frame.height)
        if not any(self._index.size):
            self._index.size, self._index.matrix = size, display_matrix(frame)
        if size not in (self._size, self._index.size):
            self._flaws.add_resized(number, size)
        self._size = size

    def _fail(self, packet: int, error: Exception) -> None:
        self._doubt(packet)
        self._open.pop(packet, None)
        self._error = error
        self._flaws.add_lost(packet, self._frames)

    def _doubt(self, packet: int) -> None:
        """From this packet to the next keyframe, frames may lean on what is damaged."""
        if not self._careful:
            raise UncertainError
        self._damaged_since = packet

    def _end(self, container: InputContainer, stream: VideoStream, source: CheckedPackets) -> None:
        """See what never came, and whether the last frames are missing.

        Raises:
            InputError: all frames are.
        """
        if not self._frames:
            error = self._error or source.error
            reason = getattr(error, "strerror", None) or error
            what = f": no frame can be decoded ({reason})" if error else " holds no frame"
            raise InputError(f"{self._file.path}{what}")
        self._count_unseen(stream)
        stated = stated_length(container, stream)
        short = source.reached + max(_SLACK, 3 / self._file.stated.rate) < stated
        boxed = "mp4" in container.format.name.split(",")  # fragments state no length
        if source.torn or short or (boxed and _ends_early(self._file.path)):
            length = f" ({float(source.reached):.2f} s of {float(stated):.2f} s are there)"
            self._flaws.set_end(
                self._frames, f"is cut off: its last frames are missing{length if short else ''}"
            )
        elif isinstance(source.error, av.error.ExitError):
            self._flaws.set_end(self._frames, f"sent nothing more after frame {self._frames - 1}")
        elif source.error:
            self._flaws.set_end(self._frames, f"is damaged after frame {self._frames - 1}")
        self._index.complete = True

    def _count_unseen(self, stream: VideoStream) -> None:
        """Packets that were passed over without a word, where each is a picture else."""
        unseen, codec = self._unseen | self._open, stream.codec_context.name
        fields = codec == "h264" and len(unseen) > self._sent * _FIELDS
        if codec in _ONE_EACH and not fields:
            for packet, frame in unseen.items():
                if frame > _LEADING:
                    self._flaws.add_lost(packet, frame)


def _ends_early(source: object) -> bool:
    """Of a file; what comes through a pipe is not there any more."""
    return isinstance(source, Path) and source.is_file() and is_cut_off(source)
