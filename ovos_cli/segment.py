"""`ovos segment`: parse, call, print."""

import sys
import time
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from models import MemoryPolicy, Precision, load_model
from models.errors import OvosError
from models.hub import LoadedModel
from models.segmenter import Segmenter
from ovos_cli import __version__
from ovos_cli.masks.first_mask import parse_colours, read_first_mask
from ovos_cli.media.open_source import open_source, past_the_end
from ovos_cli.media.overlay import OverlayWriter
from ovos_cli.output import OutputFolder
from ovos_cli.pipeline import Progress as Done
from ovos_cli.pipeline import follow
from ovos_cli.report import object_report, timing, timing_table, write_json

_INTERRUPTED = 130
_GPU_BATCH = 4


class Switch(StrEnum):
    """Names of the panels that group the options in --help."""

    OUTPUT = "Output"
    MODEL = "Model"
    MEMORY = "Memory"
    INPUT = "Input"


def segment(
    video: Annotated[
        Path, typer.Argument(help="A video file, or a folder of images.", show_default=False)
    ],
    mask: Annotated[
        Path,
        typer.Option(
            "--mask",
            "-m",
            help="Annotation of the first frame: an indexed PNG (index = object id, 1 to 254), "
            "or a black and white picture of one object.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Output folder. Default: NAME_ovos here.",
            rich_help_panel=Switch.OUTPUT,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Replace an earlier run's files.", rich_help_panel=Switch.OUTPUT
        ),
    ] = False,
    overlay: Annotated[
        bool, typer.Option(help="Write overlay.mp4.", rich_help_panel=Switch.OUTPUT)
    ] = True,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="No progress bar, no table.", rich_help_panel=Switch.OUTPUT
        ),
    ] = False,
    mask_colors: Annotated[
        str | None,
        typer.Option(
            help="Which colour of a colour mask is which object: ff0000=1,00ff00=2.",
            rich_help_panel=Switch.INPUT,
        ),
    ] = None,
    start: Annotated[
        int,
        typer.Option(
            help="First frame, the one that the mask annotates; counted from 0.",
            rich_help_panel=Switch.INPUT,
        ),
    ] = 0,
    end: Annotated[
        int | None,
        typer.Option(help="Last frame, included. Default: the last.", rich_help_panel=Switch.INPUT),
    ] = None,
    fps: Annotated[
        float,
        typer.Option(
            min=0.1,
            help="Overlay's frame rate for a folder of images.",
            rich_help_panel=Switch.INPUT,
        ),
    ] = 24.0,
    model: Annotated[
        str,
        typer.Option(
            help="lite (trained, in the package), or r50, r101 (the paper's sizes, your weights).",
            rich_help_panel=Switch.MODEL,
        ),
    ] = "lite",
    weights: Annotated[
        Path | None,
        typer.Option(help="A weights file instead of the package's.", rich_help_panel=Switch.MODEL),
    ] = None,
    size: Annotated[
        int,
        typer.Option(
            help="Short side of the frames inside the model, in pixels; smaller is faster. "
            "Masks come out at the source's size.",
            rich_help_panel=Switch.MODEL,
        ),
    ] = 480,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda or mps.", rich_help_panel=Switch.MODEL)
    ] = "auto",
    precision: Annotated[
        Precision,
        typer.Option(help="Number format of the heavy layers.", rich_help_panel=Switch.MODEL),
    ] = Precision.AUTO,
    memory: Annotated[
        MemoryPolicy,
        typer.Option(
            help="Which past frames the memory reads; stride is first + previous + every k-th.",
            rich_help_panel=Switch.MEMORY,
        ),
    ] = MemoryPolicy.STRIDE,
    memory_stride: Annotated[
        int,
        typer.Option(help="k: remember every k-th frame.", rich_help_panel=Switch.MEMORY),
    ] = 5,
    memory_max: Annotated[
        int,
        typer.Option(
            help="Most frames in memory; the oldest but the first is dropped.",
            rich_help_panel=Switch.MEMORY,
        ),
    ] = 50,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Change a field of the model's configuration, for experiments: use_aoa=false.",
            rich_help_panel=Switch.MODEL,
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Follow the objects of the first frame's mask through a video.

    Writes one indexed-palette PNG for each frame, an overlay video, the time that each module took,
    and a record of the run.

    Example: `ovos segment sample_videos/bunny.mp4 --mask sample_videos/bunny.png`
    """
    console = Console(quiet=quiet)
    reader = open_source(video, start=start, end=end, rate=Fraction(fps).limit_denominator(1001))
    first = read_first_mask(mask, parse_colours(mask_colors) if mask_colors else None)
    loaded = load_model(
        model,
        weights,
        settings or (),
        memory_policy=memory,
        memory_stride=memory_stride,
        memory_max=memory_max,
    )
    segmenter = Segmenter(loaded.network, size=size, device=device, precision=precision)
    folder = OutputFolder(out or Path(f"{video.resolve().stem}_ovos"), overwrite=overwrite)
    writer = OverlayWriter(folder.root / "overlay.mp4") if overlay else None

    started = time.perf_counter()
    with _progress(console) as bar:
        task = bar.add_task(video.name, total=reader.estimate, speed="")

        def tick(done: Done) -> None:
            rate = done.frames / (time.perf_counter() - started)
            bar.update(task, completed=done.frames, speed=f"{rate:.2f} frames/s")

        batch = _GPU_BATCH if segmenter.device.type == "cuda" else 1
        try:
            done = follow(reader, segmenter, first, folder.masks, writer, batch=batch, tick=tick)
            if done.first is None and not done.interrupted:
                raise past_the_end(video, start)
        except OvosError:
            folder.remove_if_empty()
            raise
    wall = time.perf_counter() - started

    values = timing(segmenter.clock, done.frames, wall, len(done.confidence))
    write_json(folder.root / "timing.json", values)
    write_json(
        folder.root / "run.json", _record(video, mask, loaded, segmenter, done, reader.warnings)
    )
    for warning in reader.warnings:
        Console(stderr=True).print(
            f"[yellow]warning:[/] {warning}", highlight=False, soft_wrap=True
        )
    console.print(timing_table(values))
    console.print(f"masks    {folder.masks}/", soft_wrap=True, highlight=False)
    if writer is not None:
        console.print(f"overlay  {folder.root / 'overlay.mp4'}", soft_wrap=True, highlight=False)
    console.print(
        f"timing   {folder.root / 'timing.json'}, record {folder.root / 'run.json'}",
        soft_wrap=True,
        highlight=False,
    )
    if done.interrupted:
        Console(stderr=True).print(
            f"interrupted: {done.frames} frames are done, their files are complete"
        )
        raise typer.Exit(_INTERRUPTED)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=console,
    )


def _record(
    video: Path,
    mask: Path,
    loaded: LoadedModel,
    segmenter: Segmenter,
    done: Done,
    warnings: list[str],
) -> dict[str, object]:
    return {
        "ovos": __version__,
        "command": sys.argv,
        "source": str(video),
        "mask": str(mask),
        "model": loaded.network.config.name,
        "weights": loaded.path.name,
        "weights_sha256": loaded.sha256,
        "device": str(segmenter.device),
        "precision": str(segmenter.dtype).removeprefix("torch."),
        "size": segmenter.size,
        "config": loaded.network.config.to_dict(),
        "frames": {"first": done.first, "last": done.last, "count": done.frames},
        "complete": not done.interrupted,
        "objects": object_report(done.confidence, done.first or 0),
        "warnings": warnings,
    }
