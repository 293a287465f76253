"""What a forward read of a video found, so that its frames are known again after a seek."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from av.packet import Packet
from av.stream import Stream

from ovos_cli.media.orientation import IDENTITY
from ovos_cli.media.reading_plan import beginnings


@dataclass(frozen=True, slots=True)
class Keyframe:
    """Where decoding can begin: its packet's and its frame's number, and the time to seek to."""

    packet: int
    frame: int
    timestamp: int


class FrameIndex:
    """Packets and frames, numbered from 0 as they come; some 30 bytes for each.

    Threads may share it.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.complete = False
        # Of the first frame; all are shown like it.
        self.size = (0, 0)  # width and height, as stored
        self.matrix = IDENTITY
        self._packets = array("q")
        self._from, self._checksums, self._ticks = array("q"), array("I"), array("q")
        self._keys, self._key_packets, self._key_times = array("q"), array("q"), array("q")
        self._coming: dict[int, int] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """How many frames are known."""
        return len(self._ticks)

    def add_packet(self, number: int, packet: "Packet[Stream]") -> None:
        """Note a packet, unless it is known."""
        with self._lock:
            if number != len(self._packets):
                return
            self._packets.append(_features(packet))
            times = [t for t in (packet.dts, packet.pts) if t is not None]
            if packet.is_keyframe and not packet.is_corrupt and times:
                self._coming[number] = min(times)

    def add_frame(self, number: int, packet: int, checksum: int, ticks: int) -> bool:
        """Note a frame; a second time, it is replaced.

        packet: the one that it was decoded from; -1 if that is not known.
        ticks: its time, in the stream's unit.

        Returns:
            Whether it is not what it was before.
        """
        with self._lock:
            if number < len(self._ticks):
                differs = checksum != self._checksums[number]
                self._from[number], self._checksums[number] = packet, checksum
                self._ticks[number] = ticks
                return differs
            self._from.append(packet)
            self._checksums.append(checksum)
            self._ticks.append(ticks)
            if packet in self._coming:
                self._keys.append(number)
                self._key_packets.append(packet)
                self._key_times.append(self._coming.pop(packet))
            return False

    def packet_of(self, frame: int) -> int:
        """Number of the packet that a frame was decoded from; -1 if that is not known."""
        return self._from[frame]

    def checksum_of(self, frame: int) -> int:
        """See `checksum`."""
        return self._checksums[frame]

    def ticks_of(self, frame: int) -> int:
        """Time of a frame, in the stream's unit."""
        return self._ticks[frame]

    def is_packet(self, number: int, packet: "Packet[Stream]") -> bool:
        """Whether this is the packet of that number."""
        return number < len(self._packets) and self._packets[number] == _features(packet)

    def number_of(self, packet: "Packet[Stream]") -> int | None:
        """Number of a packet; None if it is not known, or there are several like it."""
        features = _features(packet)
        return self._packets.index(features) if self._packets.count(features) == 1 else None

    def keyframes(self) -> Sequence[int]:
        """Numbers of the frames that decoding can begin at."""
        with self._lock:
            return self._keys[:]

    def beginnings(self, frame: int) -> list[Keyframe]:
        """See `reading_plan.beginnings`."""
        if self._from[frame] < 0:
            return []
        with self._lock:
            places = [bisect_left(self._keys, key) for key in beginnings(self._keys, frame)]
            return [
                Keyframe(self._key_packets[p], self._keys[p], self._key_times[p]) for p in places
            ]

    def forget(self, keyframe: Keyframe) -> None:
        """Begin there no more: what is decoded from there differs."""
        with self._lock:
            if keyframe.frame in self._keys:
                place = self._keys.index(keyframe.frame)
                for column in (self._keys, self._key_packets, self._key_times):
                    del column[place]


def _features(packet: "Packet[Stream]") -> int:
    return hash((packet.pts, packet.dts, packet.pos, packet.size))
