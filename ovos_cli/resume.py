"""`ovos resume`: go on with a run, or correct one."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import InputError
from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.segment import follow_and_print

Folder = Annotated[
    Path, typer.Argument(help="The output folder of `ovos segment`.", show_default=False)
]


def resume(
    folder: Folder,
    mask: options.MoreMasks = None,
    mask_colors: options.MaskColors = None,
    mask_threshold: options.MaskThreshold = None,
    drop: options.Drop = None,
    lock: options.Lock = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Go on with a run that was interrupted or killed, or add masks to one.

    All options are those that the run was begun with. What still holds is not computed again: a
    correction changes the frames between the given masks beside it, and no others where all objects
    are given there.

    Example: `ovos resume bunny_ovos --mask 57=corrected.png`
    """
    with loading():
        from ovos_cli.segment_run import open_run, read_once
        from ovos_cli.shot.folder import ShotFolder
        from ovos_cli.shot.options_file import options_of

    kept = ShotFolder(folder)
    record = kept.read_record()
    if record is None and kept.kept.is_dir():
        raise InputError(
            f"{kept.record} is missing or damaged, and says how the run was begun; give the whole "
            "command of `ovos segment` with --resume"
        )
    if record is None or not kept.kept.is_dir():
        raise InputError(
            f"{folder} is no output folder of `ovos segment`: there is nothing to resume"
        )
    if record.get("live"):
        raise read_once(record.get("source", ""), folder)
    source, output, model, memory = options_of(record.get("options", {}), folder)
    source = replace(
        source,
        mask=list(mask or ()),
        mask_colors=mask_colors,
        mask_threshold=mask_threshold,
        drop=[*(source.drop or ()), *(drop or ())],
        lock=[*(source.lock or ()), *(lock or ())],
    )
    output = replace(output, overwrite=False, resume=True, quiet=quiet)
    console = Console(quiet=quiet)
    follow_and_print(open_run(source, output, model, memory, console, kept=kept), console)
