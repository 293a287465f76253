"""A source's frames, which stored proposals are checked to belong to."""

from collections.abc import Iterator

from models.network import DMNAOA
from models.sources.install import expect_frames
from ovos_cli.media.frame import Frame, FrameReader


def checked_frames(reader: FrameReader, network: DMNAOA) -> Iterator[Frame]:
    """Frames of a source that is used to its end.

    Where a container does not say how many frames it holds, the check comes after the last one.

    Raises:
        InputError: the network looks proposals up in files, and they are of other frames.
    """
    if reader.names is None:
        return _checked_last(reader, network)
    expect_frames(network, reader.names)
    return iter(reader)


def _checked_last(reader: FrameReader, network: DMNAOA) -> Iterator[Frame]:
    yield from reader
    if reader.names is not None:  # unknown still if the source is damaged
        expect_frames(network, reader.names)
