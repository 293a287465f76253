"""A source's frames, which stored proposals are checked to belong to."""

from collections.abc import Iterator
from itertools import chain

from rich.console import Console
from rich.progress import track

from models.errors import InputError
from models.network import DMNAOA
from models.sources.files import FileProposals
from models.sources.install import stored_in
from ovos_cli.media.frame import Frame, FrameReader

_LONG = 200
"""Frames whose proposals take a while to be read."""


def checked_frames(
    reader: FrameReader, network: DMNAOA, console: Console | None = None
) -> Iterator[Frame]:
    """Frames of a source.

    Where the network looks proposals up in files, these are checked at once:
    there are some of every frame that is used, none of others if the source is used to its end,
    and all can be read and have the frames' size. Where a container does not say how many frames
    it holds, frames that are lacking or too many are noticed when they are reached.

    Args:
        console: shows how far a long check is.

    Raises:
        InputError: the proposals are of other frames, or damaged.
    """
    stored = stored_in(network)
    if stored is None:
        return iter(reader)
    names = reader.names
    used = _used(stored, reader)
    frames = iter(reader)
    first = next(frames, None)
    if first is None:
        return frames
    size = (first.image.shape[0], first.image.shape[1])
    hidden = console is None or console.quiet or len(used) < _LONG
    for name in track(used, "checking proposals", console=console, transient=True, disable=hidden):
        stored.fitting(name, size)
    return chain([first], _to_the_end(frames, reader, names, stored))


def check_names(names: list[str], network: DMNAOA) -> None:
    """See that stored proposals are of these frames, all that the source has, and of no others.

    Raises:
        InputError: they are of others.
    """
    stored = stored_in(network)
    if stored is not None:
        stored.refuse_foreign(names)


def _to_the_end(
    frames: Iterator[Frame], reader: FrameReader, promised: list[str] | None, stored: FileProposals
) -> Iterator[Frame]:
    yield from frames
    # Now it is known how many there are, unless the source is damaged.
    if reader.end is None and reader.names is not None and reader.names != promised:
        stored.refuse_foreign(reader.names)


def _used(stored: FileProposals, reader: FrameReader) -> list[str]:
    """Names of the frames that are used, as far as they are known; all have proposals."""
    names = reader.names
    if names is None:
        return stored.store.names() if reader.end is None else []
    whole = reader.end is None
    used = names[reader.start : None if whole else (reader.end or 0) + 1]
    try:
        if whole:
            stored.refuse_foreign(names)
        stored.cover(used)
    except InputError:
        if reader.counted:
            raise
        # The header may be wrong.
        used = [frame.stem for frame in reader]
        if whole and reader.whole and reader.names is not None:
            stored.refuse_foreign(reader.names)
        stored.cover(used)
    return used
