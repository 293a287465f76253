"""A method over a data set: what is done already, what is left, who runs it, what is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from models.errors import InputError
from ovos_cli.benchmarking.method import MaskMaker, Method
from ovos_cli.benchmarking.runner import (
    MASKS,
    RECORDS,
    finished_sequence,
    method_key,
    read_record,
    run_sequence,
)
from ovos_cli.benchmarking.submission import SUBMISSION, write_submission
from ovos_cli.benchmarking.timing import timing_summary
from ovos_cli.datasets.sequence import Dataset, Sequence
from ovos_cli.evaluation.files import (
    JSON_NAME,
    forget_results,
    read_results,
    results_record,
    write_results,
)
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.output import refuse_links


class Executor(Protocol):
    """Runs sequences, here or elsewhere, and yields the scores of each as it is done.

    tick is called with the number of frames just done, or not at all.
    """

    def __call__(
        self, sequences: list[Sequence], method: Method, folder: Path, tick: Callable[[int], None]
    ) -> Iterator[SequenceScores]:
        """Run them; masks and records are below `folder` when a sequence is yielded."""
        ...


def one_by_one(
    sequences: list[Sequence], method: Method, folder: Path, tick: Callable[[int], None]
) -> Iterator[SequenceScores]:
    """The executor of this process."""
    for sequence in sequences:
        yield run_sequence(sequence, method, folder, lambda: tick(1))


@dataclass
class Watch:
    """What a session tells while it runs; all of it may stay as it is.

    resumed: called once with the number of sequences that an earlier run did.
    tick: called with a number of frames just done. finished: called with each sequence's scores.
    """

    resumed: Callable[[int], None] = lambda _: None
    tick: Callable[[int], None] = lambda _: None
    finished: Callable[[SequenceScores], None] = lambda _: None


@dataclass(frozen=True)
class Outcome:
    """What a session left: `results.json`'s content and the files."""

    record: dict[str, Any]
    files: list[Path]


def check_run_folder(folder: Path, method: MaskMaker, dataset: Dataset, *, overwrite: bool) -> None:
    """Make sure that a folder is empty, or holds results that a run may go on with or replace.

    Raises:
        InputError: the weights are missing; the folder is a file, holds masks from elsewhere or
            links to other places, or (without `overwrite`) results of another method, or of a whole
            split where only a part of one is run.
    """
    key = method_key(method)  # loads the weights, so that missing ones are missed here
    if folder.exists() and not folder.is_dir():
        raise InputError(f"the output {folder} is a file; give a folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the output folder {folder} cannot be made: {error.strerror}") from error
    masks = folder / MASKS
    refuse_links(masks, folder / RECORDS, *(masks / each.name for each in dataset.sequences))
    if masks.exists() and not (folder / RECORDS).is_dir():
        raise InputError(
            f"{folder} holds masks that are no benchmark's, and they would be replaced; "
            "choose another --out"
        )
    if overwrite:
        for pattern in (f"{RECORDS}/*.json", JSON_NAME, "*_results-*.csv", SUBMISSION):
            for path in folder.glob(pattern):
                path.unlink()
        return
    for path in sorted(folder.glob(f"{RECORDS}/*.json")):
        record = read_record(path)
        if record is not None and record["method"] != key:
            raise InputError(
                f"{folder} holds results of other weights, settings or another state of ovos "
                f"({path.stem}); choose another --out, or --overwrite to replace them"
            )
    if (folder / JSON_NAME).is_file():
        there = read_results(folder)
        if there["dataset"] != dataset.name:
            raise InputError(
                f"{folder} holds the results of {there['dataset']}, and those of {dataset.name} "
                "would replace them; choose another --out, or --overwrite to replace them"
            )
        whole = dataset.whole is not None and not there.get("subset_of")
        if whole and len(there["sequences"]) > len(dataset.sequences):
            raise InputError(
                f"{folder} holds the results of all {len(there['sequences'])} sequences, and those "
                f"of {len(dataset.sequences)} would replace them; choose another --out, or leave "
                "it out"
            )


def run_method(
    dataset: Dataset,
    method: Method,
    folder: Path,
    *,
    executor: Executor = one_by_one,
    watch: Watch | None = None,
) -> Outcome:
    """Run what an earlier session has not done, score everything, write the results.

    Args:
        dataset: checked by `preflight.check_frames`.
        method: what to run.
        folder: its results; checked by `check_run_folder`.
        executor: who runs the sequences.
        watch: to be told of progress.

    Raises:
        InputError: something cannot be read or written.
        OvosError: the method fails.
        KeyboardInterrupt: what is done stays, and is not done again next time.
    """
    watch = watch or Watch()
    scores: dict[str, SequenceScores] = {}
    for sequence in dataset.sequences:
        done = finished_sequence(sequence, method, folder)
        if done is not None:
            scores[sequence.name] = done
            watch.tick(len(sequence.frames))
    watch.resumed(len(scores))
    left = [s for s in dataset.sequences if s.name not in scores]
    if left:  # or an interruption would leave old scores beside new masks
        forget_results(folder, SUBMISSION)
    for result in executor(left, method, folder, watch.tick):
        scores[result.name] = result
        watch.finished(result)
    return write_outcome(dataset, method, folder, [scores[s.name] for s in dataset.sequences])


def write_outcome(
    dataset: Dataset, method: MaskMaker, folder: Path, scores: list[SequenceScores]
) -> Outcome:
    """Write `results.json` and what belongs beside it.

    Args:
        scores: of all sequences, in the data set's order.

    Raises:
        InputError: the folder cannot be written. OvosError: a file cannot.
    """
    settings = method.settings()
    record = results_record(
        dataset,
        scores,
        method=method.name,
        settings=settings,
        model=method.model(),
        timing=timing_summary(scores, settings),
        computed_by=_machine(scores),
    )
    files = write_results(folder, record, dataset.label)
    if dataset.submission is not None and dataset.whole is None:
        files.append(write_submission(dataset, folder / MASKS, folder / SUBMISSION))
    return Outcome(record, files)


def _machine(scores: list[SequenceScores]) -> dict[str, Any]:
    """The machine that ran all sequences; each has its own where there were several."""
    there = [s.extra.get("machine") for s in scores]
    if any(m != there[0] for m in there):
        return {"several": "see each sequence's"}
    return there[0] or {"unknown": "run by a version of ovos that did not note it"}
