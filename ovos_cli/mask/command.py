"""`ovos mask`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from models.errors import InputError
from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.lines import say
from ovos_cli.mask.in_order import InOrder, given_in_order
from ovos_cli.media.source import source_named
from ovos_cli.option_groups import ModelOptions, grouped

COMMAND = InOrder
_OBJECT = "Object"


@grouped
def mask(
    *,
    context: typer.Context,
    video: options.Video,
    frame: Annotated[
        int, typer.Option(min=0, help="Which frame, counted from 0.", rich_help_panel="Input")
    ] = 0,
    stream: options.Stream = None,
    add: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Begin with the objects of this mask: points correct them, others are added.",
            rich_help_panel="Input",
            show_default=False,
        ),
    ] = None,
    object: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER",
            help="What comes after it is said of this object, 1 to 254. Before any: of object 1.",
            rich_help_panel=_OBJECT,
            show_default=False,
        ),
    ] = None,
    box: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X0,Y0,X1,Y1",
            help="A box around it: left, top, right, bottom, in pixels.",
            rich_help_panel=_OBJECT,
            show_default=False,
        ),
    ] = None,
    point: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y",
            help="A pixel of it, from the left and from the top; may be repeated.",
            rich_help_panel=_OBJECT,
            show_default=False,
        ),
    ] = None,
    not_: Annotated[
        list[str] | None,
        typer.Option(
            "--not",
            metavar="X,Y",
            help="A pixel that is not of it; may be repeated.",
            rich_help_panel=_OBJECT,
            show_default=False,
        ),
    ] = None,
    pick: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBER",
            help="A proposal, by its number in the picture that `ovos propose VIDEO --frame N "
            "--sheet` draws.",
            rich_help_panel=_OBJECT,
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="The mask, an indexed PNG.", rich_help_panel=options.OUTPUT
        ),
    ] = Path("first.png"),
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Replace the mask and its preview.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    quiet: options.Quiet = False,
    model: ModelOptions,
    debug: options.Debug = False,
) -> None:
    """Make the mask of a frame from a box, points or a proposal, without a paint program.

    Writes an indexed PNG that `ovos segment --mask` takes, and a picture of it beside. Look at the
    picture; where it is wrong, add `--point` or `--not` and run it again with `--overwrite`.

    Example: `ovos mask sample_videos/bunny.mp4 --box 236,256,524,557 --out rabbit.png`

    Two objects: `ovos mask video.mp4 --box 10,20,200,220 --not 30,40 --object 2 --pick 3`
    """
    with loading():
        from models.clicks.clicked_frame import answers_in
        from models.hub.load import load_model
        from models.pictures.mask_values import areas
        from models.tracking.segmenter import Segmenter
        from models.tracking.working_size import working_size
        from ovos_cli.mask.objects import prompts_of
        from ovos_cli.mask.run import MaskFiles, objects_in, read_earlier
        from ovos_cli.media.open_source import open_source
        from ovos_cli.untrained_warning import warn_untrained

    prompts = prompts_of(given_in_order(context))
    if not prompts:
        raise InputError("say where an object is: --box X0,Y0,X1,Y1, --point X,Y or --pick NUMBER")
    errors, console = Console(stderr=True), Console(quiet=quiet)
    apart = [path for path in (add, out) if path is not None]
    reader = open_source(source_named(video), stream=stream, apart=apart)
    seen = reader.frame(frame)
    earlier = read_earlier(add, seen, reader) if add is not None else None
    files = MaskFiles(out)
    files.claim(overwrite=overwrite)
    loaded = load_model(
        model.model,
        model.weights,
        model.settings or (),
        source=model.proposals,
        weights_dir=model.weights_dir,
        allow_untrained=model.allow_untrained,
        proposals_only=True,
        use_matcher=True,
    )
    warn_untrained(errors, loaded)
    segmenter = Segmenter(
        loaded.network,
        size=working_size(asked=model.size),
        device=model.device,
        precision=model.precision,
    )
    (prepared,) = segmenter.prepare([seen.image], [seen.stem])
    answers = answers_in(seen.image, prepared, segmenter)
    size = (seen.image.shape[0], seen.image.shape[1])
    ids = objects_in(size, answers, prompts, None if earlier is None else earlier.ids)
    files.write(seen.image, ids)
    for warning in [*reader.warnings, *([earlier.doubt] if earlier and earlier.doubt else [])]:
        say(errors, f"[yellow]warning:[/] {escape(warning)}")
    for ident, area in enumerate(areas(ids)):
        if ident and area:
            say(console, f"object {ident}: {area} pixels")
    say(console, f"mask     {escape(str(files.mask))}")
    say(console, f"preview  {escape(str(files.preview))}")
