"""Soft masks as grey PNGs, each object in a folder of its own."""

from ovos_cli.sinks.png import as_levels, write_png
from ovos_cli.sinks.sink import Sink, Written

_BITS = 16


class SoftSink(Sink):
    """`soft/OBJECT/FRAME.png`: how likely the object is, 0 to 65535, or 255 of 8 bits."""

    place_name = "soft"
    heeds = frozenset({"bits"})

    def write(self, written: Written) -> None:
        """See `Sink`."""
        info = self.info
        for ident in info.objects:
            levels = as_levels(written.probability(ident), info.settings.bits or _BITS)
            write_png(self.place / info.names.name(ident) / f"{written.name}.png", levels)
