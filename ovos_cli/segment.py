"""`ovos segment`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

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


@grouped
def segment(
    source: SourceOptions,
    output: OutputOptions,
    model: ModelOptions,
    memory: MemoryOptions,
    debug: options.Debug = False,
) -> None:
    """Follow the objects of the first frame's mask through a video.

    Writes one indexed-palette PNG for each frame, an overlay video, the time that each module took,
    and a record of the run.

    Example: `ovos segment sample_videos/bunny.mp4 --mask sample_videos/bunny.png`
    """
    with loading():
        from ovos_cli.run_timing import run_timing_table
        from ovos_cli.segment_run import open_run
        from ovos_cli.untrained_warning import warn_untrained

    console, errors = Console(quiet=output.quiet), Console(stderr=True)
    run = open_run(source, output, model, memory, console)
    warn_untrained(errors, run.loaded)
    if run.first.doubt:
        say(errors, f"[yellow]warning:[/] {escape(run.first.doubt)}")
    with progress_bar(console, "frames/s") as bar:
        task = bar.add_task(escape(source.video.name), total=run.reader.estimate)
        done, timing = run.follow(lambda progress: bar.update(task, completed=progress.frames))
    for warning in run.reader.warnings:
        say(errors, f"[yellow]warning:[/] {escape(warning)}")
    console.print(run_timing_table(timing))
    folder = run.folder
    others = f"  (and {folder.kept} that were there before)" if folder.kept else ""
    say(console, f"masks    {escape(str(folder.masks))}/{others}")
    if output.mattes:
        say(console, f"mattes   {escape(str(folder.mattes))}/")
    if run.overlay is not None:
        say(console, f"overlay  {escape(str(run.overlay))}")
    say(console, f"timing   {escape(str(folder.timing))}")
    say(console, f"record   {escape(str(folder.record))}")
    if done.interrupted:
        raise stopped(run.how_to_go_on(done))
