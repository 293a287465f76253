"""Frames of a video by their number, the same whether read from the start or found by a seek."""

from collections.abc import Generator, Iterator
from contextlib import closing

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from ovos_cli.media.decoding import checksum, packets, pictures
from ovos_cli.media.flaws import Flaws
from ovos_cli.media.forward_read import ForwardRead, UncertainError
from ovos_cli.media.frame_index import FrameIndex, Keyframe
from ovos_cli.media.video_file import VideoFile

_MARGINS = (0, 1, 10)
"""Seconds before a keyframe to seek to: some formats are entered a little late."""
_DELAY = 300
"""Packets after which a picture that has not come out yet is not coming."""

Numbered = Generator[tuple[int, av.VideoFrame], None, None]


class NumberedFrames:
    """Decoded frames, numbered from 0 in the order in which they come out.

    Reading from the start fills an index. Frames that it knows are found again by seeking to a
    keyframe; there each one is compared with what came before, and where it differs decoding
    begins earlier, at last from the start. So a number means the same pixels always.
    """

    def __init__(self, file: VideoFile) -> None:
        """Read nothing yet."""
        self.file, self.index, self.flaws = file, FrameIndex(), Flaws()
        self._careful = False

    def read(self, first: int, last: int | None) -> Numbered:
        """Frames `first` to `last` (included) or to the end.

        Raises:
            InputError: not a single frame can be decoded.
        """
        known = len(self.index)
        if self.index.complete or (last is not None and last < known):
            return self._found(first, known - 1 if last is None else min(last, known - 1))
        return self._from_start(first, last)

    def learn(self, last: int | None) -> None:
        """Index the frames up to `last`, or all of them.

        Raises:
            InputError: not a single frame can be decoded.
        """
        if not self.index.complete and (last is None or last >= len(self.index)):
            with closing(self._numbered_again(last)) as frames:
                for _ in frames:
                    pass

    def _found(self, first: int, last: int) -> Numbered:
        position = first
        while position <= last:
            begun = position
            for keyframe in self.index.beginnings(position):
                with closing(self._from_keyframe(keyframe, position, last)) as frames:
                    for number, frame in frames:
                        position = number + 1
                        yield number, frame
                if position > begun:
                    break
                self.index.forget(keyframe)
            if position == begun:
                yield from self._from_start(position, last)
                return

    def _from_keyframe(self, keyframe: Keyframe, first: int, last: int) -> Numbered:
        """Frames from `first` on, as far as they are what they were in a read from the start."""
        index, expected = self.index, first
        with self.file.opened() as (container, stream):
            for picture in pictures(
                stream,
                self._packets_from(container, stream, keyframe),
                threads=not self._careful,
                failed=lambda *_: None,  # pictures that lean on earlier ones, or an old damage
            ):
                packet = index.packet_of(expected)
                if picture.packet != packet:
                    if expected > first or picture.packet > packet + _DELAY:
                        return
                    continue
                if checksum(picture.frame) != index.checksum_of(expected):
                    return
                yield expected, picture.frame
                expected += 1
                if expected > last:
                    return

    def _packets_from(
        self, container: InputContainer, stream: VideoStream, keyframe: Keyframe
    ) -> Iterator[tuple[int, "Packet[Stream]"]]:
        """Packets from a keyframe on, as long as they are those of a read from the start."""
        for margin in _MARGINS:
            number: int | None = None
            try:
                target = keyframe.timestamp - int(margin / self.file.stated.tick)
                container.seek(target, stream=stream)
            except (av.error.FFmpegError, OSError):
                return
            for packet in packets(container, [stream], lambda _: None):
                if number is None:
                    number = self.index.number_of(packet)
                    if number is None:
                        continue  # what is torn by the seek, or one of several that are alike
                    if number > keyframe.packet:
                        break
                elif not self.index.is_packet(number, packet):
                    return
                if number >= keyframe.packet:
                    yield number, packet
                number += 1
            else:
                return

    def _from_start(self, first: int, last: int | None) -> Numbered:
        with closing(self._numbered_again(last)) as frames:
            for number, frame in frames:
                if number >= first:
                    yield number, frame

    def _numbered_again(self, last: int | None) -> Numbered:
        """Fast; from the first doubt on anew with care, going on after what was given out."""
        given = 0
        while not self._careful:
            try:
                for number, frame in self._numbered(last):
                    given = number + 1
                    yield number, frame
                return
            except UncertainError:
                self._careful = True
        for number, frame in self._numbered(last):
            if number >= given:
                yield number, frame

    def _numbered(self, last: int | None) -> Numbered:
        """Every frame up to `last`, noted in the index."""
        read = ForwardRead(self.file, self.index, self.flaws, careful=self._careful)
        with closing(read.frames()) as frames:
            for number, frame in frames:
                yield number, frame
                if number == last:
                    return
