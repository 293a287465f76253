"""`ovos propose`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import InputError, OvosError
from models.sources.names import Kind, SourceName
from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.datasets import DatasetName
from ovos_cli.default_folder import default_folder
from ovos_cli.media.source import source_named
from ovos_cli.option_groups import ModelOptions, grouped
from ovos_cli.propose.format import Format

_RECALL = "Recall"


@grouped
def propose(
    *,
    video: options.MaybeVideo = None,
    frame: Annotated[
        int | None,
        typer.Option(help="This frame only, counted from 0.", rich_help_panel="Input"),
    ] = None,
    start: Annotated[
        int, typer.Option(help="First frame, counted from 0.", rich_help_panel="Input")
    ] = 0,
    end: options.End = None,
    stream: options.Stream = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Output folder. Default: NAME_proposals here; with --recall none.",
            rich_help_panel="Output",
        ),
    ] = None,
    format: Annotated[
        Format,
        typer.Option(
            help="npz: a file for each frame, soft masks; coco: COCO results.",
            rich_help_panel="Output",
        ),
    ] = Format.NPZ,
    sheet: Annotated[
        bool,
        typer.Option(
            "--sheet",
            help="Also draw a numbered contact sheet of each frame; with --recall, what is missed.",
            rich_help_panel="Output",
        ),
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite", help="Replace what an earlier run wrote.", rich_help_panel=options.OUTPUT
        ),
    ] = False,
    quiet: options.Quiet = False,
    recall: Annotated[
        bool,
        typer.Option(
            "--recall",
            help="Measure how well proposals cover the annotated objects of a data set.",
            rich_help_panel=_RECALL,
        ),
    ] = False,
    dataset: Annotated[
        DatasetName, typer.Option(help="Which data set.", rich_help_panel=_RECALL)
    ] = DatasetName.DAVIS16,
    root: Annotated[
        Path | None,
        typer.Option(
            help="Its folder. Default: looked for as ovos benchmark does.",
            rich_help_panel=_RECALL,
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="As ovos benchmark takes it. Default: val; all of a folder.",
            rich_help_panel=_RECALL,
            show_default=False,
        ),
    ] = None,
    every: Annotated[
        int,
        typer.Option(
            min=1, help="Compare every so many annotated frames.", rich_help_panel=_RECALL
        ),
    ] = 12,
    model: ModelOptions,
    debug: options.Debug = False,
) -> None:
    """Propose objects: as files for `--proposals files:DIR`, as pictures, or measured.

    Example: `ovos propose sample_videos/bunny.mp4 --frame 33 --sheet`

    Recall: `ovos propose --recall --dataset davis16 --root DAVIS --split val`
    """
    with loading():
        from models.hub.load import load_model
        from models.tracking.working_size import working_size
        from ovos_cli.media.checked_frames import checked_frames
        from ovos_cli.media.open_source import open_source
        from ovos_cli.media.ranges import past_the_end
        from ovos_cli.propose.folder import ProposalFolder
        from ovos_cli.propose.run import Run
        from ovos_cli.untrained_warning import warn_untrained

    if recall and video is not None:
        raise InputError("--recall measures a data set; leave out the video")
    if not recall and (video is None or root is not None):
        raise InputError("give a video; or measure a data set with --recall --dataset NAME")
    changes = {"max_proposals": 100} if recall else {}
    source = SourceName.parse(model.proposals) if model.proposals else None
    by_sequence = recall and source is not None and source.kind is Kind.FILES
    loaded = load_model(
        model.model,
        model.weights,
        model.settings or (),
        source=None if by_sequence else model.proposals,
        weights_dir=model.weights_dir,
        allow_untrained=model.allow_untrained,
        proposals_only=True,
        use_matcher=True,
        **changes,
    )
    warn_untrained(Console(stderr=True), loaded)
    run = Run(
        loaded,
        source or SourceName.parse(loaded.source),
        working_size(asked=model.size),
        model.device,
        model.precision,
        Console(quiet=quiet),
    )
    if video is None:
        run.measure(dataset, root, split, every, out, sheet, overwrite)
        return
    if frame is not None:
        if start or end is not None:
            raise InputError("--frame is one frame, --start and --end are a range; give either")
        start, end = frame, frame
    place = source_named(video)
    target = out or default_folder(place, "proposals")
    if source is not None and source.kind is Kind.FILES:
        _check_apart(Path(source.argument), target)
    reader = open_source(place, start=start, end=end, stream=stream)
    frames = checked_frames(reader, loaded.network, run.console)
    head = next(frames, None)
    if head is None:
        raise past_the_end(place, start)
    # Only now is an earlier run cleared: what is refused costs no result.
    folder = ProposalFolder(target, format, reader.names or (), overwrite=overwrite)
    try:
        run.write(place, reader, chain([head], frames), folder, sheet)
    except OvosError:
        folder.remove_if_empty()
        raise


def _check_apart(source: Path, target: Path) -> None:
    if source.resolve() == target.resolve():
        raise InputError(
            f"{target} holds the proposals that are read, and they would be replaced; "
            "choose another --out"
        )
