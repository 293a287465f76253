"""What a run writes, each kind of output a file of its own; `SINKS` names them."""

from ovos_cli.sinks.masks import MasksSink
from ovos_cli.sinks.mattes import MattesSink
from ovos_cli.sinks.overlay import OverlaySink
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

SINKS: dict[str, type[Sink]] = {
    "masks": MasksSink,
    "mattes": MattesSink,
    "overlay": OverlaySink,
}
"""Outputs by name; a new one is a file beside these, and a line here."""

__all__ = ["SINKS", "MasksSink", "ShotInfo", "Sink", "Written"]
