"""A simulated person: after each round the worst frame is given, and the rest found again."""

import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from ovos_cli.benchmarking.corrected import Corrected, truth_of, worst_frame
from ovos_cli.benchmarking.method import MaskMaker, ModelMethod
from ovos_cli.benchmarking.rounds_tables import ROUNDS
from ovos_cli.benchmarking.runner import cleared, finished_sequence, write_record
from ovos_cli.benchmarking.session import Outcome, Watch, write_outcome
from ovos_cli.benchmarking.submission import SUBMISSION
from ovos_cli.datasets.annotation import Ids
from ovos_cli.datasets.sequence import Dataset, Sequence
from ovos_cli.evaluation.files import forget_results
from ovos_cli.evaluation.results import SequenceScores
from ovos_cli.masks.palette import full_palette
from ovos_cli.masks.writer import write_mask
from ovos_cli.media.folder_reader import FolderReader
from ovos_cli.shot.feature_cache import FeatureCache
from ovos_cli.shot.shot import Shot

_CACHED = 2**30
"""Bytes of features that are kept from round to round, as `open_shot` does."""


def round_makers(method: ModelMethod, rounds: int) -> dict[str, MaskMaker]:
    """What makes the masks of each round, by where its results lie in the folder of the run.

    Without a correction they are the model's own, which a run without rounds takes for its own.
    """
    return {
        ".": method,
        **{f"{ROUNDS}/{n}": Corrected(method, n) for n in range(1, rounds + 1)},
    }


def run_rounds(
    dataset: Dataset, method: ModelMethod, folder: Path, rounds: int, watch: Watch | None = None
) -> list[Outcome]:
    """Run what an earlier session has not done; score and write the results of every round.

    Args:
        dataset: checked by `preflight.check_frames`.
        folder: the results before any correction; `rounds/N` below it has those after N. Each is
            checked by `check_run_folder`.
        rounds: how many corrections.
        watch: to be told of progress: as if each round went through all frames once.

    Returns:
        Of each round, the one without a correction first.

    Raises:
        InputError: something cannot be read or written. OvosError: the model fails.
        KeyboardInterrupt: sequences that are done stay, and are not done again next time.
    """
    watch = watch or Watch()
    makers = {folder / place: maker for place, maker in round_makers(method, rounds).items()}
    scores: dict[str, list[SequenceScores]] = {}
    for sequence in dataset.sequences:
        done = [finished_sequence(sequence, maker, place) for place, maker in makers.items()]
        whole = [each for each in done if each is not None]
        if len(whole) == len(makers):
            scores[sequence.name] = whole
            watch.tick(len(sequence.frames) * len(makers))
    watch.resumed(len(scores))
    left = [s for s in dataset.sequences if s.name not in scores]
    for place in makers if left else ():
        forget_results(place, SUBMISSION)
    for sequence in left:
        scores[sequence.name] = correct_sequence(sequence, makers, method, watch.tick)
        watch.finished(scores[sequence.name][0])
    return [
        write_outcome(dataset, maker, place, [scores[s.name][n] for s in dataset.sequences])
        for n, (place, maker) in enumerate(makers.items())
    ]


def correct_sequence(
    sequence: Sequence,
    makers: dict[Path, MaskMaker],
    method: ModelMethod,
    tick: Callable[[int], None] = lambda _: None,
) -> list[SequenceScores]:
    """Follow the objects of a sequence, then correct the worst frame and go on, and again.

    Args:
        makers: of each round's masks, by its folder, see `round_makers`.
        tick: called with a number of frames just done; in all, every frame in every round.

    Returns:
        Scores of each round; each frame that was given has those of its truth.

    Raises:
        InputError: a frame or an annotation cannot be read. OvosError: the model fails.
    """
    masks = [cleared(sequence, place) for place in makers]
    corrected: list[str] = []
    scores: list[SequenceScores] = []
    with tempfile.TemporaryDirectory(prefix="ovos-") as kept:
        reader = FolderReader([sequence.images[frame] for frame in sequence.frames])
        shot = Shot(reader, method.segmenter(sequence.name, _first_mask(sequence)), Path(kept))
        device = shot.segmenter.device
        shot.cache = FeatureCache(Path(kept) / "features", _CACHED, sequence.name, device)
        with closing(shot):
            _begin(shot, sequence)
            for number, (place, maker) in enumerate(makers.items()):
                if number:
                    worst = worst_frame(scores[-1], corrected)
                    if worst is not None:
                        _give(shot, sequence, worst)
                        corrected.append(worst)
                    for file in masks[number - 1].glob("*.png"):
                        shutil.copyfile(file, masks[number] / file.name)
                seconds, times = _go_on(shot, sequence, masks[number], tick)
                scores.append(write_record(sequence, maker, place, seconds, times, corrected))
    return scores


def _first_mask(sequence: Sequence) -> Ids | None:
    given = map(sequence.given, sequence.frames)
    return next((ids for ids in given if ids is not None), None)


def _begin(shot: Shot, sequence: Sequence) -> None:
    """Give each object's first mask, and say that it is nowhere before."""
    for place, frame in enumerate(sequence.frames):
        given = sequence.given(frame)
        if given is None:
            continue
        known = {*shot.plan.prompts.given}
        shot.put(place, given)
        for ident in {*shot.plan.prompts.given} - known if place else ():
            shot.drop(ident, 0, place - 1)


def _give(shot: Shot, sequence: Sequence, frame: str) -> None:
    """Give the truth of a frame: the masks that are there, and which objects are not."""
    place = sequence.frames.index(frame)
    ids, nowhere = truth_of(sequence, frame)
    if ids.any():
        shot.put(place, ids)
    for ident in nowhere & {*shot.plan.prompts.given}:
        shot.drop(ident, place, place)


def _go_on(
    shot: Shot, sequence: Sequence, masks: Path, tick: Callable[[int], None]
) -> tuple[float, list[dict[str, float]]]:
    """Find what is not known yet, and write the masks that are new.

    Returns:
        Seconds, and for each frame that was gone through, seconds by module.
    """
    clock, count = shot.segmenter.clock, len(sequence.frames)
    times: list[dict[str, float]] = []
    palette = full_palette([value for colour in sequence.palette for value in colour])

    def passed() -> None:
        spent = clock.take()
        times.append({part: spent[part] for part in spent if part != "decode"})
        tick(1 if len(times) <= count else 0)

    clock.take()
    started = time.perf_counter()
    with ThreadPoolExecutor(1) as writer, closing(shot.run(tick=passed)) as frames:
        written = []
        for done in frames:
            name = sequence.frames[done.index]
            file = masks / f"{name}.png"
            written.append(writer.submit(write_mask, file, done.masks.ids, palette))
            shot.note(done, name)
        seconds = time.perf_counter() - started
        for future in written:
            future.result()
    tick(max(0, count - len(times)))
    return seconds, times
