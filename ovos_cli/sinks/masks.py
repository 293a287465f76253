"""Indexed PNGs of all objects: what everything else can be made of."""

from collections.abc import Iterable
from pathlib import Path

from ovos_cli.masks.writer import write_mask
from ovos_cli.sinks.sink import Sink, Written


class MasksSink(Sink):
    """`masks/FRAME.png`, indexed: 0 is background, else the id of an object."""

    place_name = "masks"
    in_order = False
    by_frame = True

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self.place.mkdir(parents=True, exist_ok=True)
        write_mask(self.place / f"{written.name}.png", written.ids, self.info.palette)

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob("*.png")
