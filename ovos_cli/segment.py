"""`ovos segment`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ovos_cli import options
from ovos_cli.collecting import loading
from ovos_cli.lines import say, stopped
from ovos_cli.option_groups import (
    MemoryOptions,
    ModelOptions,
    OutputOptions,
    SourceOptions,
    grouped,
)
from ovos_cli.progress import progress_bar

if TYPE_CHECKING:
    from ovos_cli.shot.run import SegmentRun


@grouped
def segment(
    source: SourceOptions,
    output: OutputOptions,
    model: ModelOptions,
    memory: MemoryOptions,
    debug: options.Debug = False,
) -> None:
    """Follow objects through a video, from masks of one or more of its frames.

    Writes one indexed-palette PNG for each frame, an overlay video, the time that each module took,
    and a record of the run. A run that is interrupted or killed goes on with `ovos resume`, which
    also takes corrections.

    Example: `ovos segment sample_videos/bunny.mp4 --mask sample_videos/bunny.png`

    A correction: `ovos segment video.mp4 --mask first.png --mask 57=car.png --out shot --resume`
    """
    with loading():
        from ovos_cli.segment_run import open_run

    console = Console(quiet=output.quiet)
    follow_and_print(open_run(source, output, model, memory, console), console)


def follow_and_print(run: "SegmentRun", console: Console) -> None:
    """Follow a run to its end, with a progress bar, and say where everything is."""
    from ovos_cli.run_timing import run_timing_table
    from ovos_cli.untrained_warning import warn_untrained

    errors = Console(stderr=True)
    warn_untrained(errors, run.loaded)
    for doubt in run.given.doubts:
        say(errors, f"[yellow]warning:[/] {escape(doubt)}")
    with progress_bar(console, "frames/s") as bar:
        task = bar.add_task(escape(run.source.place.name), total=run.shot.remaining())

        def writing(frames: int) -> Callable[[], None]:
            outputs = bar.add_task("writing", total=frames)
            return lambda: bar.advance(outputs)

        timing = run.follow(lambda: bar.advance(task), writing)
    for warning in run.reader.warnings:
        say(errors, f"[yellow]warning:[/] {escape(warning)}")
    console.print(run_timing_table(timing))
    for line in run.written():
        say(console, escape(line))
    if run.state == "interrupted":
        raise stopped(run.how_to_go_on())
