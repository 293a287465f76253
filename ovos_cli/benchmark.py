"""`ovos benchmark`: parse, call, print.

What needs torch is imported when it is run, so that `--help` does not wait for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.markup import escape

from models import Precision
from models.errors import InputError
from models.sources.names import SourceName
from ovos_cli import benchmark_options, dataset_options, options
from ovos_cli.datasets.sequence import Dataset, shortened
from ovos_cli.evaluation.preflight import check_frames, missing_categories
from ovos_cli.evaluation.tables import score_table
from ovos_cli.lines import say, stopped
from ovos_cli.progress import progress_bar

if TYPE_CHECKING:
    from ovos_cli.benchmarking.method import Method, ModelMethod
    from ovos_cli.benchmarking.session import Outcome, Watch

Result = TypeVar("Result")


def benchmark(
    dataset: dataset_options.Dataset,
    root: dataset_options.Root = None,
    split: dataset_options.Split = None,
    sequences: dataset_options.Sequences = None,
    limit: dataset_options.Limit = None,
    out: benchmark_options.Out = None,
    name: dataset_options.Name = None,
    overwrite: options.Overwrite = False,
    timing: benchmark_options.Timing = False,
    ablation: benchmark_options.Ablation = False,
    rows: benchmark_options.Rows = None,
    checkpoint: benchmark_options.Checkpoints = None,
    baseline: benchmark_options.Baselines = None,
    rounds: benchmark_options.Rounds = None,
    clicks: benchmark_options.Clicks = False,
    cluster: benchmark_options.Cluster = None,
    quiet: options.Quiet = False,
    model: options.Model = "lite",
    weights: options.Weights = None,
    size: options.Size = None,
    device: options.Device = "auto",
    precision: options.PrecisionName = Precision.AUTO,
    memory: options.Memory = None,
    memory_stride: options.MemoryStride = None,
    memory_max: options.MemoryMax = None,
    settings: options.Settings = None,
    proposals: options.Source = None,
    weights_dir: options.WeightsDir = None,
    allow_untrained: options.AllowUntrained = False,
    debug: options.Debug = False,
) -> None:
    """Run the model over a data set and score it with the data set's own measures.

    Writes masks, the official tool's two CSV files, and `results.json` with the values of each
    frame; where a server keeps the ground truth, an archive to send there. An interrupted run goes
    on with the next sequence when it is started again; masks of other weights or settings are
    never taken for its own.

    Example: `ovos benchmark --dataset davis17 --root DAVIS --sequences bear,dog`
    """
    from ovos_cli.benchmarking.ablation import FULL, ablation_methods, ablation_table
    from ovos_cli.benchmarking.baselines import chosen
    from ovos_cli.benchmarking.cluster import executor_for
    from ovos_cli.benchmarking.comparison import comparison_table
    from ovos_cli.benchmarking.method import ModelMethod
    from ovos_cli.benchmarking.rounds import round_makers
    from ovos_cli.benchmarking.rounds_tables import rounds_table, write_rounds
    from ovos_cli.benchmarking.session import check_run_folder, run_method
    from ovos_cli.benchmarking.timing import paper_timing_table
    from ovos_cli.memory_settings import memory_settings
    from ovos_cli.untrained_warning import warn_untrained

    console = Console(quiet=quiet)
    wanted = dataset_options.names(sequences)
    data = dataset_options.open_dataset(console, dataset, root, split).select(wanted, limit)
    check_frames(data)
    method = ModelMethod(
        model,
        weights,
        tuple(settings or ()),
        **memory_settings(model, weights, memory, memory_stride, memory_max),
        size=size,
        device=device,
        precision=precision,
        proposals=proposals,
        weights_dir=weights_dir,
        allow_untrained=allow_untrained,
        label=name,
    )
    _check_files(method, data, cluster)
    warn_untrained(Console(stderr=True), method.loaded())
    if clicks:
        if ablation or baseline or rounds or cluster or timing:
            raise InputError(
                "--clicks measures first masks and follows nothing; run it without --ablation, "
                "--baseline, --rounds, --timing and --cluster"
            )
        _clicked(data, method, out, console)
        return
    if (rows or checkpoint) and not ablation:
        raise InputError("--rows and --checkpoint say what --ablation runs; add --ablation")
    if rounds and (ablation or cluster):
        raise InputError(
            f"--rounds corrects one model's masks on this machine; run it without "
            f"{'--ablation' if ablation else '--cluster'}"
        )
    if (ablation or baseline or rounds) and not any(s.scored for s in data.sequences):
        raise InputError(
            f"{data.name} {data.split} has no frame here that is scored (no ground truth, or too "
            "short videos), so --ablation and --baseline have nothing to compare, --rounds nothing "
            "to correct"
        )
    variants = ablation_methods(method, rows, checkpoint or []) if ablation else {}
    variants.pop(FULL, None)  # that is the main run
    others: dict[str, Method] = {f"ablation/{n}": m for n, m in variants.items()}
    others |= {f"baselines/{b.name}": b for b in chosen(baseline or [])}
    folder = out or Path(f"{data.name}-{data.label}_{method.name}")
    for place, each in {**round_makers(method, rounds or 0), **others}.items():
        check_run_folder(folder / place, each, data, overwrite=overwrite)
    with executor_for(cluster) as executor:

        def run(method: Method, place: Path) -> Outcome:
            return _watched(
                data, method.name, place, console,
                lambda watch: run_method(data, method, place, executor=executor, watch=watch),
            )  # fmt: skip

        corrected = _corrected(data, method, folder, rounds, console) if rounds else []
        outcome = corrected[0] if corrected else run(method, folder)
        records = {n: run(m, folder / n).record for n, m in others.items()}
    if outcome.record["measures"] is not None:
        console.print(score_table(outcome.record))
        for text in missing_categories(data):
            say(console, escape(text))
    bare = [s.name for s in data.sequences if not s.scored]
    if bare and data.submission is None:
        what = "no annotated frame after an object's first, or too few frames"
        say(console, escape(f"not scored ({what}): {shortened(bare)}"))
    if timing and outcome.record["timing"]:
        console.print(paper_timing_table(outcome.record["timing"]))
    files = [*outcome.files]
    if corrected:
        passes = [each.record for each in corrected]
        console.print(rounds_table(passes))
        files.append(write_rounds(folder, passes, data.label))
    if ablation:
        found = {n.split("/")[1]: r for n, r in records.items() if n.startswith("ablation/")}
        console.print(ablation_table({FULL: outcome.record, **found}))
    if baseline:
        compared = [r for n, r in records.items() if n.startswith("baselines/")]
        console.print(comparison_table([outcome.record, *compared]))
    for file in files:
        say(console, escape(str(file)))
    if data.submission is not None and data.whole is not None:
        say(
            console,
            f"no submission.zip: the server wants all {data.whole} sequences, and these are "
            f"{len(data.sequences)}",
        )
    given = ["--root", str(root)] if root else []
    command = shlex.join(["ovos", "report", str(folder), *given])
    say(console, f"to look at it: {escape(command)}")


def _check_files(method: ModelMethod, data: Dataset, cluster: str | None) -> None:
    """Stored proposals of every sequence, or none: said before anything runs."""
    from ovos_cli.benchmarking.stored_proposals import check_stored

    source = SourceName.parse(method.proposals) if method.proposals else None
    if source is None:
        return
    if cluster and (method.weights_dir or (source.argument and Path(source.argument).exists())):
        raise InputError(
            "--proposals files:DIR, a detectron2 configuration in a file, and --weights-dir lie "
            "on this machine and do not travel; leave out --cluster"
        )
    if method.files():
        check_stored(data, source, method.loaded().network.config)


def _clicked(data: Dataset, method: ModelMethod, out: Path | None, console: Console) -> None:
    """Measure first masks, and print and write what was found."""
    from ovos_cli.benchmarking.clicks import click_objects, clicks_table, write_clicks

    bare = [s.name for s in data.sequences if s.given(s.frames[0]) is None]
    if bare:
        raise InputError(f"there is no mask of the first frame of {shortened(bare)}")
    with progress_bar(console, "sequences/s") as bar:
        task = bar.add_task("clicks", total=len(data.sequences))
        objects = click_objects(
            data, partial(method.segmenter, first=None), lambda: bar.advance(task)
        )
    console.print(clicks_table(objects, f"{method.name}, {data.name} {data.label}"))
    folder = out or Path(f"{data.name}-{data.label}_{method.name}_clicks")
    say(console, escape(str(write_clicks(folder, objects, data.label))))


def _corrected(
    data: Dataset, method: ModelMethod, folder: Path, rounds: int, console: Console
) -> list[Outcome]:
    """The outcome of each round, the one without a correction first."""
    from ovos_cli.benchmarking.rounds import run_rounds

    name = f"{method.name}, {rounds} corrections"
    return _watched(
        data, name, folder, console,
        lambda watch: run_rounds(data, method, folder, rounds, watch), times=rounds + 1,
    )  # fmt: skip


def _watched(
    data: Dataset,
    name: str,
    folder: Path,
    console: Console,
    run: Callable[[Watch], Result],
    times: int = 1,
) -> Result:
    """Run with a progress bar over all frames, so many times; Ctrl-C says how to go on."""
    from ovos_cli.benchmarking.session import Watch

    total, done = len(data.sequences), 0
    with progress_bar(console, "frames/s") as bar:
        task = bar.add_task(name, total=times * sum(len(s.frames) for s in data.sequences))

        def finished(count: int = 1) -> None:
            nonlocal done
            done += count
            bar.update(task, description=f"{name} {done}/{total}")

        def resumed(count: int) -> None:
            finished(count)
            if count:
                say(
                    bar.console,
                    f"{count} of {total} sequences were run before with the same weights and "
                    "settings; they are scored anew, not run again",
                )

        try:
            return run(Watch(resumed, lambda n: bar.advance(task, n), lambda _: finished()))
        except KeyboardInterrupt:
            bar.stop()
            raise stopped(
                f"{done} of {total} sequences are done and kept in {folder}; the same command "
                "goes on from there"
            ) from None
