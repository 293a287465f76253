"""Black and white PNGs, for programs that take one object at a time."""

from collections.abc import Iterable
from pathlib import Path

from ovos_cli.masks.writer import write_mattes
from ovos_cli.sinks.sink import Sink, Written


class MattesSink(Sink):
    """`mattes/ID/FRAME.png`, 255 where the object is."""

    place_name = "mattes"
    in_order = False
    by_frame = True

    def write(self, written: Written) -> None:
        """See `Sink`."""
        write_mattes(self.place, written.name, written.ids, self.info.objects)

    def holds(self, place: Path, name: str) -> bool:
        """See `Sink`."""
        return all((place / str(i) / f"{name}.png").exists() for i in self.info.objects)

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob("*/*.png")
