"""What is written of a shot, each kind of output a file of its own; `SINKS` names them."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ovos_cli.sinks.sink import Sink


class Output(NamedTuple):
    """An output for the tables of `--help`.

    sink: the class, as `module:Class` within this package. programs: which take it. holds: what.
    """

    sink: str
    programs: str
    holds: str


OUTPUTS: dict[str, Output] = {
    "masks": Output("masks:MasksSink", "ovos, DAVIS", "indexed PNGs of all objects"),
    "mattes": Output("mattes:MattesSink", "any editor", "black and white PNGs of each object"),
    "overlay": Output("overlay:OverlaySink", "any player", "the video, objects tinted"),
}
"""Outputs by name; a new one is a file beside these, and a line here."""

OF_RUN = ("masks", "mattes", "overlay")
"""What a run writes as it goes; see `Exports` for the others."""


class _Sinks(Mapping[str, "type[Sink]"]):
    """Their classes, each imported when it is asked for: `--help` waits for none."""

    def __getitem__(self, name: str) -> "type[Sink]":
        module, _, kind = OUTPUTS[name].sink.partition(":")
        found: type[Sink] = getattr(import_module(f"{__name__}.{module}"), kind)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(OUTPUTS)

    def __len__(self) -> int:
        return len(OUTPUTS)


SINKS: Mapping[str, "type[Sink]"] = _Sinks()
