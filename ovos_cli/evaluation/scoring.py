"""Score the masks of whole sequences against a data set, on all cores."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError, problem_list
from ovos_cli.datasets.annotation import as_ids, read_picture
from ovos_cli.datasets.sequence import Sequence
from ovos_cli.evaluation.mask_check import MaskCheck
from ovos_cli.evaluation.measures import frame_scores
from ovos_cli.evaluation.results import ObjectScores, SequenceScores

_CHUNK = 12
"""Frames of one task: small, so that one long sequence does not keep all but one core idle."""

Scores = dict[int, tuple[float, float]]


@dataclass(frozen=True)
class _Frame:
    """One comparison: which file with which, and which objects count there."""

    sequence: str
    name: str
    prediction: Path
    truth: Path
    objects: list[int]
    size: tuple[int, int]
    check: MaskCheck
    merged: bool
    white: bool


def scored_sequence(sequence: Sequence, masks: Path) -> SequenceScores:
    """Score the masks `masks/FRAME.png` of one sequence, in this process.

    They are ours: their ids and colours are not looked at.

    Raises:
        InputError: a mask or an annotation is missing, unreadable or of another size.
    """
    scores, problems = _compare_chunk(_comparisons(sequence, masks, MaskCheck()))
    if problems:
        raise InputError(problems[0])
    return _gather(sequence, scores)


def score_all(
    sequences: list[Sequence],
    root: Path,
    *,
    pool: Executor | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> list[SequenceScores]:
    """Score `root/SEQUENCE/FRAME.png`.

    Args:
        sequences: those with ground truth are scored.
        root: the masks.
        pool: of `scoring_pool`; None scores in this process.
        tick: called with the number of frames just done.

    Raises:
        InputError: as `scored_sequence`, or a mask has ids or colours that the sequence has
            not; with what is wrong in all sequences.
    """
    chunks = [
        (sequence.name, frames[i : i + _CHUNK])
        for sequence in sequences
        for frames in [_comparisons(sequence, root / sequence.name, _check(sequence))]
        for i in range(0, len(frames), _CHUNK)
    ]
    found: dict[str, dict[str, Scores]] = {s.name: {} for s in sequences}
    problems: list[str] = []
    for name, (scores, wrong) in _compared(chunks, pool):
        found[name] |= scores
        problems += wrong
        tick(len(scores))
    if problems:
        raise InputError(problem_list("the masks cannot be scored", sorted(problems)))
    return [_gather(s, found[s.name]) for s in sequences]


def _check(sequence: Sequence) -> MaskCheck:
    if sequence.merged:  # every id is the one object
        return MaskCheck(shaded=False)
    colours = {sequence.palette[i]: i for i in sequence.objects} if sequence.palette else {}
    return MaskCheck(frozenset(sequence.objects), colours)


def _comparisons(sequence: Sequence, masks: Path, check: MaskCheck) -> list[_Frame]:
    return [
        _Frame(
            sequence.name,
            name,
            masks / f"{name}.png",
            sequence.annotations[name],
            objects,
            sequence.size,
            check,
            sequence.merged,
            sequence.white,
        )
        for name, objects in sequence.compared.items()
    ]


def _compare(frame: _Frame) -> Scores:
    """Score a frame; its mask is checked here, where it is decoded anyway."""
    truth = read_picture(frame.truth).values
    if truth.shape != frame.size:
        raise InputError(
            f"the annotation {frame.truth.name} is {_sized(truth.shape)}, "
            f"the first annotation {_sized(frame.size)}"
        )
    picture = read_picture(frame.prediction)
    if picture.values.shape != frame.size:
        raise InputError(
            f"{frame.prediction.name} is {_sized(picture.values.shape)}, "
            f"the annotation {_sized(frame.size)}"
        )
    prediction = as_ids(picture.values, merged=frame.merged)
    frame.check(frame.prediction, picture, prediction)
    truth = as_ids(truth, merged=frame.merged, white=frame.white)
    return frame_scores(prediction, truth, frame.objects)


def _sized(size: tuple[int, ...]) -> str:
    return f"{size[1]}x{size[0]}"


def _compared(
    chunks: list[tuple[str, list[_Frame]]], pool: Executor | None
) -> Iterator[tuple[str, tuple[dict[str, Scores], list[str]]]]:
    """Each chunk's outcome with its name, as they are done."""
    if pool is None:
        for name, chunk in chunks:
            yield name, _compare_chunk(chunk)
        return
    pending = {pool.submit(_compare_chunk, chunk): name for name, chunk in chunks}
    for future in as_completed(pending):
        yield pending[future], future.result()


def _compare_chunk(frames: list[_Frame]) -> tuple[dict[str, Scores], list[str]]:
    scores, problems = {}, []
    for frame in frames:
        try:
            scores[frame.name] = _compare(frame)
        except InputError as error:
            problems.append(f"{frame.sequence}: {error}")
    return scores, problems


def _gather(sequence: Sequence, scores: dict[str, Scores]) -> SequenceScores:
    objects = {}
    for ident in sequence.objects if sequence.has_truth else ():
        frames = sequence.scored_frames(ident)
        values = [scores[name][ident] for name in frames]
        objects[ident] = ObjectScores(
            frames, [j for j, _ in values], [f for _, f in values], sequence.categories.get(ident)
        )
    return SequenceScores(sequence.name, list(sequence.frames), sequence.size, objects)
