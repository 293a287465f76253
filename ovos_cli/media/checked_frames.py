"""A source's frames, which stored proposals are checked to belong to."""

from collections.abc import Iterator

from models.errors import InputError
from models.network import DMNAOA
from models.sources.install import stored_in
from ovos_cli.media.frame import Frame, FrameReader


def checked_frames(reader: FrameReader, network: DMNAOA) -> Iterator[Frame]:
    """Frames of a source.

    Where the network looks proposals up in files, they are checked before the first frame comes:
    there are some of every frame that is used, none of others if the source is used to its end,
    and those of the first frame have its size. Where a container does not say how many frames it
    holds, others are noticed after the last one.

    Raises:
        InputError: the proposals are of other frames.
    """
    stored, names = stored_in(network), reader.names
    if stored is not None and names is not None:
        whole = reader.end is None
        if whole:
            stored.expect(names)
        used = names[reader.start : None if whole else (reader.end or 0) + 1]
        try:
            stored.cover(used)
        except InputError:
            if reader.counted:
                raise
            stored.cover([frame.stem for frame in reader])  # the header may promise too many
    for number, frame in enumerate(reader):
        if stored is not None and number == 0:
            stored.fitting(frame.stem, (frame.image.shape[0], frame.image.shape[1]))
        yield frame
    # Unknown still if the source is damaged.
    if stored is not None and names is None and reader.names is not None and reader.end is None:
        stored.expect(reader.names)
