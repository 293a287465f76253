"""Packets of a stream, each with what is amiss with it before it is decoded."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from ovos_cli.media.decoding import Referee, packets
from ovos_cli.media.video_file import Stated

_FOLLOWING = 2
"""Packets to see before one is judged: where they are parsed, the note of damage is one early."""
_HOLE = 96
"""Bytes between two packets of a Matroska file that are more than their headers."""
_LATE = Fraction(3, 2)
"""Frames; what comes later than this after the last one does not follow it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A packet, its number among the stream's, whether it is damaged, and whether some before it
    are missing."""

    number: int
    packet: "Packet[Stream]"
    damaged: bool
    follows_hole: bool


class CheckedPackets:
    """The packets of one stream of an open file; reads on to the end, wherever that is.

    Afterwards: `torn`, whether the last packet is incomplete; `error`, that which ended the
    reading before the end; `reached`, seconds until the end of the last packet, sound included.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, stated: Stated, *, strict: bool
    ) -> None:
        """Read nothing yet.

        Args:
            container: an open file.
            stream: its stream.
            stated: what it says of the stream.
            strict: decode each packet strictly, too, and call it damaged where that fails.
        """
        self.torn, self.reached = False, Fraction(0)
        self.error: Exception | None = None
        self._container, self._stream, self._stated = container, stream, stated
        self._referee = Referee(stream) if strict else None
        self._jumps = "matroska" in container.format.name.split(",")
        self._read_to, self._hole, self._latest = 0, False, 0

    def __iter__(self) -> Iterator[Checked]:
        """Packets with their numbers from 0."""
        number = 0
        held = deque[tuple["Packet[Stream]", bool]]()
        # Sound counts too: where it goes on after the last frame, the file has its end.
        for packet in packets(self._container, self._container.streams, self._end):
            self._measure(packet)
            if packet.stream_index == self._stream.index:
                held.append((packet, self._follows_hole(packet)))
                if len(held) > _FOLLOWING:
                    yield self._checked(number, held)
                    number += 1
        while held:
            yield self._checked(number, held)
            number += 1

    def _end(self, error: Exception) -> None:
        self.error = error

    def _measure(self, packet: "Packet[Stream]") -> None:
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.reached = max(self.reached, end)
        if packet.pos is not None:
            self._hole |= 0 < self._read_to < packet.pos - _HOLE
            self._read_to = packet.pos + packet.size

    def _follows_hole(self, packet: "Packet[Stream]") -> bool:
        """Whether bytes and time were left out: FFmpeg jumps to the next sound cluster silently."""
        if packet.pts is None:
            return False
        late = (packet.pts - self._latest) * packet.time_base > _LATE / self._stated.rate
        hole, self._hole = self._hole, False
        self._latest = max(self._latest, packet.pts)
        return self._jumps and hole and late

    def _checked(self, number: int, held: "deque[tuple[Packet[Stream], bool]]") -> Checked:
        packet, follows_hole = held.popleft()
        after = [later for later, _ in held]
        # FFmpeg takes it for damage, too, where streams are joined.
        corrupt = packet.is_corrupt and not any(map(self._joined, [packet, *after], after))
        self.torn |= corrupt and len(after) < _FOLLOWING
        refused = self._referee is not None and self._referee.refuses(packet)
        return Checked(number, packet, refused or (corrupt and not self.torn), follows_hole)

    def _joined(self, packet: "Packet[Stream]", after: "Packet[Stream]") -> bool:
        """Whether another stream begins between two packets: the clock jumps."""
        if packet.dts is None or after.dts is None:
            return False
        return not 0 <= (after.dts - packet.dts) * after.time_base <= self._stated.leap
