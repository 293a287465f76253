"""OpenEXR with a layer for each object."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ovos_cli.sinks.openexr import check_openexr, header_of, layer_names, write_exr
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class ExrSink(Sink):
    """`exr/FRAME.exr`: a channel `OBJECT.A` of each object, half.

    Every object is in every frame, wherever it is: readers bear no channels that come and go.
    """

    place_name = "exr"
    heeds = frozenset({"soft_edges", "feather"})

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        check_openexr()

    def write(self, written: Written) -> None:
        """See `Sink`."""
        layers = layer_names(self.info.objects, self.info.names)
        channels = {f"{layers[i]}.A": written.alpha(i).astype(np.float16) for i in layers}
        write_exr(self.place / f"{written.name}.exr", channels, header_of(self.info))

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob("*.exr")
