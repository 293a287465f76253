"""`ovos train`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import InputError
from models.utils.precision import Precision
from ovos_cli import options
from ovos_cli.lines import stopped

RecipeFile = Annotated[
    str | None,
    typer.Argument(
        help="A recipe: a TOML file, or the name of one that comes with ovos (demo, lite-main). "
        "Without one, those are listed.",
        show_default=False,
    ),
]
DataRoot = Annotated[
    Path | None,
    typer.Option(
        "--data",
        "-d",
        help="Folder that the recipe's data roots are relative to. Default: the one that OVOS_DATA "
        "names, then the working folder; DAVIS and YouTube-VOS are found by their usual names.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="Folder of the run; a run that is there goes on from its last state. "
        "Default: runs/NAME.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a value of the recipe: schedule.batch=2; may be repeated.",
        show_default=False,
    ),
]
Check = Annotated[
    bool, typer.Option("--check", help="Read every image and mask, report, and stop there.")
]
Minutes = Annotated[
    float | None, typer.Option(help="Stop, resumable, after so many minutes.", min=0)
]
Workers = Annotated[int, typer.Option(help="Processes that draw samples; 0 draws here.", min=0)]

Source = Annotated[
    str | None,
    typer.Option(
        "--proposals",
        metavar="SOURCE",
        help="Train with proposals of another source: maskrcnn-r50, maskrcnn-r50-v2 or "
        "detectron2:CONFIG; the same as --set model.proposals=SOURCE.",
        show_default=False,
    ),
]
WeightsDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder of published weights, of the recipe's start and of --proposals; torchvision's "
        "are fetched into it. Default: torch's cache.",
        show_default=False,
    ),
]


def train(
    recipe: RecipeFile = None,
    data: DataRoot = None,
    out: Out = None,
    settings: Settings = None,
    check: Check = False,
    minutes: Minutes = None,
    workers: Workers = 1,
    device: options.Device = "auto",
    proposals: Source = None,
    weights_dir: WeightsDir = None,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> None:
    """Train a part of a model by a recipe: proposals, pretrain, main or clicks.

    Saves its state every few steps and goes on from there when run again. Ctrl-C stops after the
    current step and loses nothing. Start it with `torchrun` to use several GPUs or machines.

    `ovos train` alone lists the recipes; `ovos train demo` is a whole training in small.

    Example: `ovos train lite-main --data ~/data --set schedule.iterations=2000`
    """
    if recipe is None:
        from ovos_cli.training.listing import list_recipes

        list_recipes(Console())
        return
    try:
        from ovos_cli.training.session import Session
    except ImportError as error:
        raise InputError(
            f"training needs {error.name}; install it with pip install 'ovos-cli[train]' "
            "(in a clone: pip install '.[train]')"
        ) from error
    from models.training.engine.processes import processes
    from models.utils.device import choose_device, choose_precision
    from ovos_cli.training.find import find_recipe

    source = [f"model.proposals={proposals}"] if proposals else []
    chosen = find_recipe(recipe, [*(settings or ()), *source])
    with processes(choose_device(device)) as team:
        # Of this process's own device, which with torchrun is not the first.
        dtype = choose_precision(Precision(chosen.precision), team.device)
        console = Console(quiet=quiet or not team.leads)
        session = Session(chosen, data, out, team, dtype, console, only_look=check)
        session.look(decode=check)
        if check:
            return
        with _interruptible() as interrupted:
            left = session.run(
                workers=workers, minutes=minutes, interrupted=interrupted, weights_dir=weights_dir
            )
    if interrupted and left:
        raise stopped("run the same command to go on")


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """The first Ctrl-C or termination is noted, for the end of the step; the second one acts."""
    noted: list[int] = []

    def note(number: int, _: object) -> None:
        noted.append(number)
        signal.signal(number, before[signal.Signals(number)])

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield noted
    finally:
        for number in numbers:
            signal.signal(number, before[number])
