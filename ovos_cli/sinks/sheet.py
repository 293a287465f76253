"""A contact sheet: frames of the whole shot on one page, to see at a glance what went wrong."""

from pathlib import Path

from PIL import Image as Picture

from models.utils.whole_file import write_whole
from ovos_cli.media.frame import Image
from ovos_cli.media.overlay import blend
from ovos_cli.propose.sheet import caption, grid
from ovos_cli.sinks.frames_kept import EvenlySpaced
from ovos_cli.sinks.preview import small
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_TILE = 320
_MOST = 48
_COLUMNS = 4


class SheetSink(Sink):
    """`sheet.png`: at most 48 frames, evenly spaced, objects tinted, each with its number."""

    place_name = "sheet.png"
    pixels = True

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._kept = EvenlySpaced[Image](_MOST)

    def write(self, written: Written) -> None:
        """See `Sink`."""
        assert written.frame is not None
        tile: Image | None = None
        if self._kept.wants_next():
            shown = small(blend(written.frame.image, written.ids, self.info.palette), _TILE)
            tile = caption(shown, f"{written.index}   {written.name}   {float(written.time):.2f} s")
        self._kept.add(tile)

    def close(self) -> None:
        """See `Sink`."""
        if self._kept.items:
            page = Picture.fromarray(grid(self._kept.items, _COLUMNS))
            write_whole(self.place, lambda file: page.save(file, format="PNG"))
