"""Options that belong together, as one value each, and commands that are declared with them."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

from models.utils.precision import Precision
from ovos_cli import options
from ovos_cli.media.source import Source, source_named


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """A video, which of its frames, and what a person says of them."""

    video: options.Video
    mask: options.Masks
    mask_colors: options.MaskColors = None
    mask_threshold: options.MaskThreshold = None
    drop: options.Drop = None
    lock: options.Lock = None
    forward: options.Forward = False
    cuts: options.Cuts = True
    start: options.Start = 0
    end: options.End = None
    stream: options.Stream = None
    fps: options.FrameRate = 24.0

    @cached_property
    def place(self) -> Source:
        """What `video` stands for."""
        return source_named(self.video)


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """How outputs for other programs are written."""

    names: options.Names = None
    pattern: options.Pattern = None
    first_number: options.FirstNumber = None
    bits: options.Bits = None
    apart: options.Apart = False
    soft_edges: options.SoftEdges = False
    median: options.Median = 1
    fill_holes: options.FillHoles = 0
    drop_islands: options.DropIslands = 0
    grow: options.Grow = 0
    feather: options.Feather = 0.0


@dataclass(frozen=True, kw_only=True)
class OutputOptions(ExportOptions):
    """What is written, and where."""

    out: options.Out = None
    overwrite: options.Overwrite = False
    resume: options.Resume = False
    cache: options.Cache = None
    write: options.Write = None
    soft: options.Soft = False
    mattes: options.Mattes = False
    overlay: options.Overlay = True
    quiet: options.Quiet = False


@dataclass(frozen=True, kw_only=True)
class ModelOptions:
    """Which model, of which proposals, and how it runs."""

    model: options.Model = "lite"
    weights: options.Weights = None
    proposals: options.Source = None
    weights_dir: options.WeightsDir = None
    allow_untrained: options.AllowUntrained = False
    size: options.Size = None
    device: options.Device = "auto"
    precision: options.PrecisionName = Precision.AUTO
    settings: options.Settings = None


@dataclass(frozen=True, kw_only=True)
class MemoryOptions:
    """Which past frames the model remembers."""

    memory: options.Memory = None
    memory_stride: options.MemoryStride = None
    memory_max: options.MemoryMax = None


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Make of a command whose parameters are groups of options one that Typer understands.

    Typer has a parameter for each option. A parameter whose type is a dataclass stands for its
    fields, in their place; others stay as they are.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {
        n: kind for n, kind in hints.items() if dataclasses.is_dataclass(kind)
    }
    flat: list[Parameter] = []
    for name, parameter in signature(command).parameters.items():
        if name in groups:
            flat += _parameters(groups[name])
        else:
            flat.append(parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name]))

    def run(**values: Any) -> None:
        for name, kind in groups.items():
            own = [field.name for field in dataclasses.fields(kind)]
            values[name] = kind(**{option: values.pop(option) for option in own})
        command(**values)

    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = Signature(flat)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in flat}
    return run


def _parameters(group: Any) -> list[Parameter]:
    """A keyword for each field of a dataclass, with its default."""
    hints = get_type_hints(group, include_extras=True)
    missing = dataclasses.MISSING
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if field.default is missing else field.default,
            annotation=hints[field.name],
        )
        for field in dataclasses.fields(group)
    ]
