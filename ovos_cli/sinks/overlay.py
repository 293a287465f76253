"""The source with its objects tinted and outlined, as a video."""

from pathlib import Path

from ovos_cli.media.overlay import OverlayWriter
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class OverlaySink(Sink):
    """`overlay.mp4`, complete when it is closed; an earlier one stays until then."""

    place_name = "overlay.mp4"
    pixels = True

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._writer = OverlayWriter(place, info.rate, info.aspect)

    def write(self, written: Written) -> None:
        """See `Sink`."""
        assert written.frame is not None
        self._writer.write(written.frame, written.ids, self.info.palette)

    def close(self) -> None:
        """See `Sink`."""
        self._writer.close()
