"""A video read from its start: the numbers of its frames, their times, and what is wrong."""

from collections import deque
from collections.abc import Generator, Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from models.errors import InputError
from ovos_cli.media.decoding import Picture, checksum, packets, pictures
from ovos_cli.media.flaws import Flaws
from ovos_cli.media.frame_index import FrameIndex
from ovos_cli.media.orientation import display_matrix
from ovos_cli.media.timeline import Timeline
from ovos_cli.media.video_file import VideoFile, stated_length

_SLACK = Fraction(1, 4)
"""Seconds by which the header of a healthy file may be off, if that is more than three frames."""


_FOLLOWING = 2
"""Packets to see before one is judged: where they are parsed, the note of damage is one early."""


class UncertainError(Exception):
    """Something is amiss, and decoding several frames at once hides what."""


class ForwardRead:
    """One read of a file; notes what it meets in an index and among the flaws."""

    def __init__(self, file: VideoFile, index: FrameIndex, flaws: Flaws, *, careful: bool) -> None:
        """Open nothing yet.

        Args:
            careful: decode frame by frame; else the read ends with an `UncertainError` as soon as
                something is amiss.
        """
        self._file, self._index, self._flaws, self._careful = file, index, flaws, careful
        stated = file.stated
        self._timeline = Timeline(stated.tick, stated.rate, stated.leap)
        self._sent, self._frames = 0, 0
        self._damaged_since: int | None = None
        self._corrupt: set[int] = set()
        self._size: tuple[int, int] | None = None
        self._torn, self._reached = False, Fraction(0)
        self._error: Exception | None = None
        self._broken = False

    def frames(self) -> Generator[tuple[int, av.VideoFrame], None, None]:
        """Every frame with its number.

        Raises:
            InputError: not a single frame can be decoded.
            UncertainError: see `careful`.
        """
        with self._file.opened() as (container, stream):
            for picture in pictures(
                stream,
                self._packets(container, stream),
                threads=not self._careful,
                failed=self._fail,
            ):
                number = self._frames
                self._note(number, picture)
                yield number, picture.frame
            if self._sent > self._frames and not self._careful:
                raise UncertainError  # the missing ones may be damaged, or were never to be shown
            self._end(container, stream)

    def _packets(
        self, container: InputContainer, stream: VideoStream
    ) -> Iterator[tuple[int, "Packet[Stream]"]]:
        number, held = 0, deque["Packet[Stream]"]()
        # Sound counts too: where it goes on after the last frame, the file has its end.
        for packet in packets(container, container.streams, self._break):
            if packet.pts is not None:
                end = (packet.pts + (packet.duration or 0)) * packet.time_base
                self._reached = max(self._reached, end)
            if packet.stream_index == stream.index:
                self._index.add_packet(number, packet)
                self._sent += not packet.is_discard
                held.append(packet)
                number += 1
                if len(held) > _FOLLOWING:
                    yield self._judged(number - len(held), held)
        while held:
            yield self._judged(number - len(held), held)

    def _judged(self, number: int, held: "deque[Packet[Stream]]") -> tuple[int, "Packet[Stream]"]:
        """Take the first of the packets, having seen whether FFmpeg rightly calls it corrupt."""
        packet = held.popleft()
        if packet.is_corrupt and not any(map(self._jump, [packet, *held], held)):
            if len(held) < _FOLLOWING:
                self._torn = True
            else:
                self._doubt(number)
                self._corrupt.add(number)
        return number, packet

    def _jump(self, packet: "Packet[Stream]", after: "Packet[Stream]") -> bool:
        """Whether streams are joined between two packets; FFmpeg takes that for damage."""
        if packet.dts is None or after.dts is None:
            return False
        return not 0 <= (after.dts - packet.dts) * after.time_base <= self._file.stated.leap

    def _note(self, number: int, picture: Picture) -> None:
        frame, packet = picture.frame, picture.packet
        damaged = frame.is_corrupt or packet in self._corrupt
        if damaged:
            self._doubt(packet)
        since = self._damaged_since
        leans = since is not None and (packet > since or packet < 0)
        if leans and frame.key_frame and not damaged:
            self._damaged_since, leans = None, False
        if damaged or leans:
            self._flaws.add_doubtful(number)
        self._measure(number, frame)
        ticks = self._timeline.place(frame.dts if frame.pts is None else frame.pts)
        self._index.add_frame(number, packet, checksum(frame), ticks)
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
        self._error = error
        self._flaws.add_lost(packet, self._frames)

    def _doubt(self, packet: int) -> None:
        """From this packet to the next keyframe, frames may lean on what is damaged."""
        if not self._careful:
            raise UncertainError
        self._damaged_since = packet

    def _break(self, error: Exception) -> None:
        self._error, self._broken = error, True

    def _end(self, container: InputContainer, stream: VideoStream) -> None:
        """See whether the last frames are missing.

        Raises:
            InputError: all frames are.
        """
        path = self._file.path
        if not self._frames:
            if self._error:
                raise InputError(f"{path}: no frame can be decoded ({self._error})")
            raise InputError(f"{path} holds no frame")
        stated = stated_length(container, stream)
        short = self._reached + max(_SLACK, 3 / self._file.stated.rate) < stated
        if self._torn or short:
            length = f" ({float(self._reached):.2f} s of {float(stated):.2f} s are there)"
            self._flaws.set_end(
                self._frames, f"is cut off: its last frames are missing{length if stated else ''}"
            )
        elif self._broken:
            self._flaws.set_end(self._frames, f"is damaged after frame {self._frames - 1}")
        self._index.complete = True
